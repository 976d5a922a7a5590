/** The writer thread: takes groups of calls, commits each group in one transaction, and answers when it is durable. */
import { parentPort, workerData } from 'node:worker_threads'
import { commits, outside } from './commits.ts'
import { dataPaths } from './data-dir.ts'
import { openConnection } from './connection.ts'
import type { CommitContext } from './commit-context.ts'
import { Facts } from './facts.ts'
import { asFault } from './sqlite-faults.ts'
import { type Call, type Reply, sendError } from './writer-messages.ts'
import { tombstoneSalt } from './tombstones.ts'
import { Places } from './places.ts'

const paths = dataPaths((workerData as { dataDir: string }).dataDir)
const db = openConnection(paths.catalog)
const context: CommitContext = { db, paths, salt: tombstoneSalt(db), places: new Places(db), facts: new Facts(db) }
const begin = db.raw.prepare('begin immediate')
const commit = db.raw.prepare('commit')
const savepoint = db.raw.prepare('savepoint call')
const release = db.raw.prepare('release call')
const undo = db.raw.prepare('rollback to call')

parentPort?.on('message', (calls: readonly Call[] | null) => {
  if (calls === null) {
    db.close()
    parentPort?.close()
    return
  }
  const inside = calls.filter(({ op }) => !outside.has(op))
  const replies = inside.length > 0 ? runGroup(inside) : []
  const others = calls.filter(({ op }) => outside.has(op)).map(runOutside)
  parentPort?.postMessage([...replies, ...others])
})

function runOutside({ id, op, args }: Call): Reply {
  try {
    return { id, value: run(op, args) }
  } catch (error) {
    return { id, error: sendError(asFault(error, paths.catalog)) }
  }
}

function run(op: string, args: unknown): unknown {
  const commitFunction = commits[op as keyof typeof commits] as (context: CommitContext, args: unknown) => unknown
  return commitFunction(context, args)
}

/** What a transaction that was undone taught them is not in the store. */
function forgetCaches(): void {
  context.places.forget()
  context.facts.forget()
}

function runGroup(calls: readonly Call[]): readonly Reply[] {
  try {
    begin.run()
    context.facts.refresh()
    const replies = calls.map(runCall)
    commit.run()
    return replies
  } catch (error) {
    // Nothing of the group is in the store.
    if (db.raw.isTransaction) db.exec('rollback')
    forgetCaches()
    const sent = sendError(asFault(error, paths.catalog))
    return calls.map(({ id }) => ({ id, error: sent }))
  }
}

/** @throws what has already ended the transaction as a whole (a full disk) */
function runCall({ id, op, args }: Call): Reply {
  savepoint.run()
  try {
    const value = run(op, args)
    release.run()
    return { id, value }
  } catch (error) {
    if (!db.raw.isTransaction) throw error
    undo.run()
    release.run()
    forgetCaches()
    return { id, error: sendError(asFault(error, paths.catalog)) }
  }
}
