/** Where clips lie on this machine. */
import { canonicalJson, type JsonObject, parseJson } from '#core/json.ts'
import type { Clips, KnownClip } from '#core/clip-store.ts'
import { type Database, sql } from './sqlite-driver.ts'
import type { Tables } from './tables.ts'
import type { Writer } from './writer.ts'

export class SqliteClips implements Clips {
  readonly #db: Database
  readonly #writer: Writer

  constructor(db: Database, writer: Writer) {
    this.#db = db
    this.#writer = writer
  }

  async put({ fingerprint, path, stamp, info, uploaded, addedAt }: KnownClip): Promise<void> {
    await this.#writer.call('putClip', {
      fingerprint,
      path,
      stamp,
      info: canonicalJson(info, 'the facts of a clip'),
      uploaded: uploaded ? 1 : 0,
      at: Date.parse(addedAt),
    })
  }

  async get(fingerprint: string): Promise<KnownClip | null> {
    const row = this.#db.first(sql.selectFrom('clip').selectAll().where('fingerprint', '=', fingerprint))
    return row ? toClip(row) : null
  }

  async list(): Promise<readonly KnownClip[]> {
    return this.#db.all(sql.selectFrom('clip').selectAll().orderBy('at', 'desc').orderBy('fingerprint')).map(toClip)
  }

  delete(fingerprint: string): Promise<boolean> {
    return this.#writer.call('deleteClip', { fingerprint })
  }
}

const toClip = ({ fingerprint, path, stamp, info, uploaded, at }: Tables['clip']): KnownClip => ({
  fingerprint,
  path,
  stamp,
  info: parseJson(info) as JsonObject,
  uploaded: uploaded === 1,
  addedAt: new Date(at).toISOString(),
})
