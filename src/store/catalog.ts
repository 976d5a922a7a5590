/** Sessions, edits and what hangs on them, in SQLite: writes go to the writer, reads happen here. */
import type { SavedQuery } from '#core/dataset.ts'
import type { Edit } from '#core/edit.ts'
import { canonicalJson } from '#core/json.ts'
import type { Page, SessionQuery } from '#core/query.ts'
import type { DomainName } from '#core/session.ts'
import type { Blobs, Catalog, ImportRecord, PutResult, SessionRow, SessionSummary, StoredSession } from '#core/store.ts'
import { countSessions, readTally, summarizeFacets } from './catalog-figures.ts'
import {
  checkEdit,
  lastSeq,
  readChildren,
  readEdits,
  readSession,
  readSessionBySeq,
  readSubjects,
  readSummary,
} from './catalog-read.ts'
import type { EditToCommit } from './commit-edits.ts'
import type { SessionToCommit } from './commit-sessions.ts'
import { packFacets } from './derived.ts'
import { type Position, readCursor, writeCursor } from './cursor.ts'
import type { DiskGuard } from './disk.ts'
import { sha256Hex } from './hashing.ts'
import { readFilters } from './query-filters.ts'
import { newest, oldest, walk } from './query-plan.ts'
import { type Database, sql } from './sqlite-driver.ts'
import { isErased, isOfErased, tombstoneSalt } from './tombstones.ts'
import type { Writer } from './writer.ts'

/** Longer records are kept as blobs: long rows make every scan, checkpoint and backup slow. */
export const maxRowBytes = 262_144
const asideBatch = 500
const looseBatch = 500

export interface CatalogParts {
  readonly db: Database
  readonly writer: Writer
  readonly blobs: Blobs
  readonly disk: DiskGuard
  readonly secret: string
}

export class SqliteCatalog implements Catalog {
  readonly #parts: CatalogParts
  readonly #salt: string

  constructor(parts: CatalogParts) {
    this.#parts = parts
    this.#salt = tombstoneSalt(parts.db)
  }

  async putSessions(rows: readonly SessionRow[], importId?: string): Promise<readonly PutResult[]> {
    if (rows.length === 0) return []
    let bytes = 0
    const ready: SessionToCommit[] = []
    for (const row of rows) {
      const sizeBytes = Buffer.byteLength(row.body)
      bytes += sizeBytes
      const long = sizeBytes > maxRowBytes
      // What was erased must not come back as a blob that nobody refers to.
      if (long && !this.#isErased(row)) await this.#parts.blobs.put(oneChunk(row.body), { expected: row.hash })
      const facets = JSON.stringify(packFacets(row.facets))
      ready.push({ ...row, facets, body: long ? null : row.body, sizeBytes })
    }
    await this.#parts.disk.admit(bytes)
    const args = { rows: ready, importId: importId ?? null, nowMs: Date.now() }
    return this.#parts.writer.call('putSessions', args, rows.length, bytes)
  }

  #isErased({ id, contributor, recordedAtMs }: SessionRow): boolean {
    const { db } = this.#parts
    return isErased(db, this.#salt, 'session', id) || isOfErased(db, this.#salt, contributor, recordedAtMs)
  }

  async putEdits(edits: readonly Edit[], importId?: string): Promise<readonly PutResult[]> {
    if (edits.length === 0) return []
    const rows = edits.map(toRow)
    const bytes = rows.reduce((sum, { body }) => sum + body.length, 0)
    await this.#parts.disk.admit(bytes)
    return this.#parts.writer.call('putEdits', { rows, importId: importId ?? null }, rows.length, bytes)
  }

  session(id: string): Promise<StoredSession | null> {
    return readSession(this.#parts.db, this.#parts.blobs, id)
  }

  async summary(id: string): Promise<SessionSummary | null> {
    return readSummary(this.#parts.db, { id })
  }

  async children(id: string): Promise<readonly SessionSummary[]> {
    return readChildren(this.#parts.db, id)
  }

  async edits(session: string): Promise<readonly Edit[]> {
    return readEdits(this.#parts.db, session)
  }

  async subjects(ids: readonly string[]) {
    return readSubjects(this.#parts.db, this.#parts.blobs, ids)
  }

  async lastArrivalMs(): Promise<number | null> {
    const row = this.#parts.db.prepare('select received_at as at from session order by seq desc limit 1').get()
    return row ? Number(row['at']) : null
  }

  async page(query: SessionQuery, limit: number, cursor: string | null): Promise<Page<SessionSummary>> {
    const { db, secret } = this.#parts
    const filters = readFilters(db, query)
    const after = cursor === null ? newest : readCursor(secret, query, cursor)
    const positions: Position[] = []
    for await (const found of walk({ db, filters, direction: 'newest first', after, wanted: limit + 1 })) {
      positions.push(...found)
      if (positions.length > limit) break
    }
    const shown = positions.slice(0, limit)
    const last = shown.at(-1)
    const items = shown.map(({ seq }) => readSummary(db, { seq })).filter((item) => item !== null)
    return { items, next: positions.length > limit && last ? writeCursor(secret, query, last) : null }
  }

  count(query: SessionQuery, cap: number): Promise<number> {
    return countSessions(this.#parts.db, query, cap)
  }

  async *scan(query: SessionQuery): AsyncIterable<StoredSession> {
    const { db, blobs } = this.#parts
    for await (const found of walk({
      db,
      filters: readFilters(db, query),
      direction: 'oldest first',
      after: oldest,
      maxSeq: lastSeq(db),
    })) {
      for (const { seq } of found) {
        const session = await readSessionBySeq(db, blobs, seq)
        if (session) yield session
      }
    }
  }

  async *looseEdits(project: string): AsyncIterable<Edit> {
    const { db } = this.#parts
    for (let after = 0; ; ) {
      const rows = db.all(
        sql
          .selectFrom('edit')
          .select(['seq', 'id', 'hash', 'body'])
          .where('session', 'is', null)
          .where('project', '=', project)
          .where('seq', '>', after)
          .orderBy('seq')
          .limit(looseBatch),
      )
      for (const row of rows) yield checkEdit(row)
      const last = rows.at(-1)
      if (!last) return
      after = last.seq
    }
  }

  async tally(project: string | null) {
    return readTally(this.#parts.db, project)
  }

  async countEdits(project: string): Promise<number> {
    const row = this.#parts.db
      .prepare(
        `select count(*) as n from place p join session s on s.place = p.id join edit e on e.session = s.seq
         where p.project = ? and s.aside is null`,
      )
      .get(project)
    return Number(row?.['n'])
  }

  async facetSummary(project: string, domain: DomainName | null) {
    return summarizeFacets(this.#parts.db, project, domain)
  }

  async importOf(session: string): Promise<string | null> {
    const row = this.#parts.db
      .prepare(
        'select i.import as id from session s join import_session i on i.seq = s.seq where s.id = ? and i.created = 1',
      )
      .get(session)
    return row ? String(row['id']) : null
  }

  async projects(): Promise<readonly string[]> {
    // A place outlives its sessions; one that was emptied by erasing is not told of any more. Those set aside come last, since
    // only they have to be looked for.
    const rows = this.#parts.db
      .prepare(
        `select distinct project from place p where exists (select 1 from session where place = p.id and aside is null)
         or exists (select 1 from session where aside is not null and place = p.id) order by project`,
      )
      .all()
    return rows.map(({ project }) => String(project))
  }

  async setAside(project: string, domain: DomainName, except: string): Promise<number> {
    return this.#inBatches((limit) =>
      this.#parts.writer.call('setAsideBatch', { project, domain, except, limit }, limit),
    )
  }

  async bringBack(importId: string): Promise<number> {
    const back = await this.#inBatches((limit) => this.#parts.writer.call('bringBackBatch', { importId, limit }, limit))
    await this.#inBatches((limit) => this.#parts.writer.call('withdrawBatch', { importId, limit }, limit))
    return back
  }

  /** In bunches, so that other writers get their turn; each step can be repeated after a crash. */
  async #inBatches(step: (limit: number) => Promise<number>): Promise<number> {
    let sum = 0
    for (;;) {
      const done = await step(asideBatch)
      sum += done
      if (done < asideBatch) return sum
    }
  }

  async putImport(record: ImportRecord): Promise<void> {
    await this.#parts.writer.call('putImport', record)
  }

  async imports(project: string | null): Promise<readonly ImportRecord[]> {
    let query = sql.selectFrom('import').select('body').orderBy('at').orderBy('id')
    if (project !== null) query = query.where('project', '=', project)
    return this.#parts.db.all(query).map(({ body }) => JSON.parse(body) as ImportRecord)
  }

  async putDocument(project: string, name: string, text: string): Promise<void> {
    await this.#parts.disk.admit(text.length)
    await this.#parts.writer.call('putDocument', { project, name, text })
  }

  async document(project: string, name: string): Promise<string | null> {
    const query = sql.selectFrom('document').select('text').where('project', '=', project).where('name', '=', name)
    return this.#parts.db.first(query)?.text ?? null
  }

  async documents(project: string): Promise<Readonly<Record<string, string>>> {
    const query = sql.selectFrom('document').select(['name', 'text']).where('project', '=', project).orderBy('name')
    return Object.fromEntries(this.#parts.db.all(query).map(({ name, text }) => [name, text]))
  }

  async putQuery(query: SavedQuery): Promise<void> {
    await this.#parts.writer.call('putQuery', query)
  }

  async queries(project: string): Promise<readonly SavedQuery[]> {
    const query = sql.selectFrom('saved_query').select('body').where('project', '=', project).orderBy('name')
    return this.#parts.db.all(query).map(({ body }) => JSON.parse(body) as SavedQuery)
  }

  deleteQuery(project: string, name: string): Promise<boolean> {
    return this.#parts.writer.call('deleteQuery', { project, name })
  }
}

function toRow(edit: Edit): EditToCommit {
  const body = canonicalJson(edit, `edit ${edit.id}`)
  const { id, session, project, kind } = edit
  return { id, session, project, kind, atMs: Date.parse(edit.at), hash: sha256Hex(body), body }
}

async function* oneChunk(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text)
}
