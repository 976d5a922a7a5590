/** Commits groups of calls, each group in one transaction; what it has answered is durable. */
import type { CommitContext } from './commit-context.ts'
import { commits, outside } from './commits.ts'
import { openConnection } from './connection.ts'
import { dataPaths } from './data-dir.ts'
import { Facts } from './facts.ts'
import { Places } from './places.ts'
import type { Database } from './sqlite-driver.ts'
import { asFault } from './sqlite-faults.ts'
import { tombstoneSalt } from './tombstones.ts'
import { type Call, type Reply, sendError } from './writer-messages.ts'

/** The one connection that writes, of a thread. */
export class Committer {
  readonly #path: string
  readonly #db: Database
  readonly #context: CommitContext

  /** @throws store.permission, store.corrupt, store.busy */
  constructor(dataDir: string) {
    const paths = dataPaths(dataDir)
    const db = openConnection(paths.catalog)
    this.#path = paths.catalog
    this.#db = db
    this.#context = { db, paths, salt: tombstoneSalt(db), places: new Places(db), facts: new Facts(db) }
  }

  /** Never throws: what goes wrong with a call is its reply. */
  commit(calls: readonly Call[]): readonly Reply[] {
    const inside = calls.filter(({ op }) => !outside.has(op))
    const replies = inside.length > 0 ? this.#group(inside) : []
    const others = calls.filter(({ op }) => outside.has(op)).map((call) => this.#outside(call))
    return [...replies, ...others]
  }

  close(): void {
    this.#db.close()
  }

  #outside({ id, op, args }: Call): Reply {
    try {
      return { id, value: this.#run(op, args) }
    } catch (error) {
      return { id, error: sendError(asFault(error, this.#path)) }
    }
  }

  #run(op: string, args: unknown): unknown {
    const commitFunction = commits[op as keyof typeof commits] as (context: CommitContext, args: unknown) => unknown
    return commitFunction(this.#context, args)
  }

  /** What a transaction that was undone taught them is not in the store. */
  #forgetCaches(): void {
    this.#context.places.forget()
    this.#context.facts.forget()
  }

  #group(calls: readonly Call[]): readonly Reply[] {
    const db = this.#db
    try {
      db.prepare('begin immediate').run()
      this.#context.facts.refresh()
      const replies = calls.map((call) => this.#inside(call))
      db.prepare('commit').run()
      return replies
    } catch (error) {
      // Nothing of the group is in the store.
      if (db.raw.isTransaction) db.exec('rollback')
      this.#forgetCaches()
      const sent = sendError(asFault(error, this.#path))
      return calls.map(({ id }) => ({ id, error: sent }))
    }
  }

  /** @throws what has already ended the transaction as a whole (a full disk) */
  #inside({ id, op, args }: Call): Reply {
    const db = this.#db
    db.prepare('savepoint call').run()
    try {
      const value = this.#run(op, args)
      db.prepare('release call').run()
      return { id, value }
    } catch (error) {
      if (!db.raw.isTransaction) throw error
      db.prepare('rollback to call').run()
      db.prepare('release call').run()
      this.#forgetCaches()
      return { id, error: sendError(asFault(error, this.#path)) }
    }
  }
}
