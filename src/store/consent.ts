/** The consent ledger. */
import type { ConsentEntry } from '#core/consent.ts'
import type { ConsentLedger } from '#core/store.ts'
import { type Database, sql } from './sqlite-driver.ts'
import type { Writer } from './writer.ts'

export class SqliteConsent implements ConsentLedger {
  readonly #db: Database
  readonly #writer: Writer

  constructor(db: Database, writer: Writer) {
    this.#db = db
    this.#writer = writer
  }

  async append(entry: ConsentEntry): Promise<void> {
    await this.#writer.call('appendConsent', entry)
  }

  async entries(project: string): Promise<readonly ConsentEntry[]> {
    const query = sql.selectFrom('consent').select('body').where('project', '=', project).orderBy('seq')
    return this.#db.all(query).map(({ body }) => JSON.parse(body) as ConsentEntry)
  }
}
