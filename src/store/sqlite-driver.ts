/**
 * Typed queries over `node:sqlite`. Kysely builds and checks them; they run synchronously here, since a transaction of the
 * writer must not be left half way for the event loop.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type Compilable, DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { asFault } from './sqlite-faults.ts'
import type { Tables } from './tables.ts'

/** Builds queries and runs none. */
export const sql = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})

const keptStatements = 300

/** One connection, with its prepared statements kept. */
export class Database {
  readonly raw: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  /** @throws store.permission, store.corrupt, store.busy */
  constructor(path: string, options: { readonly readOnly?: boolean; readonly busyTimeoutMs?: number } = {}) {
    try {
      this.raw = new DatabaseSync(path, {
        readOnly: options.readOnly ?? false,
        timeout: options.busyTimeoutMs ?? 10_000,
      })
    } catch (error) {
      throw asFault(error, path)
    }
  }

  /** The statement for a text, prepared once. A caller that iterates must not use the same text within its own loop. */
  prepare(text: string): StatementSync {
    let statement = this.#statements.get(text)
    if (statement) this.#statements.delete(text)
    else statement = this.raw.prepare(text)
    this.#statements.set(text, statement)
    if (this.#statements.size > keptStatements) {
      for (const oldest of this.#statements.keys()) {
        this.#statements.delete(oldest)
        break
      }
    }
    return statement
  }

  all<Row>(query: Compilable<Row>): Row[] {
    const { sql: text, parameters } = query.compile()
    return this.prepare(text).all(...primitives(parameters)) as Row[]
  }

  first<Row>(query: Compilable<Row>): Row | undefined {
    const { sql: text, parameters } = query.compile()
    return this.prepare(text).get(...primitives(parameters)) as Row | undefined
  }

  /** Returns how many rows changed. */
  run(query: Compilable): number {
    const { sql: text, parameters } = query.compile()
    return Number(this.prepare(text).run(...primitives(parameters)).changes)
  }

  exec(text: string): void {
    this.raw.exec(text)
  }

  close(): void {
    this.#statements.clear()
    this.raw.close()
  }
}

/** A Date or plain object as the first argument would silently be taken for named parameters, and bind nothing. */
function primitives(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map((value) => {
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
      return value
    if (value instanceof Uint8Array) return value
    throw new TypeError(`A query parameter must be null, string, number, bigint or bytes, not ${typeof value}.`)
  })
}
