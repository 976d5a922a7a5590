/** Recording sessions: one, many, or a stream of lines. Whatever is acknowledged here is durable. */
import { Fault, type FaultBody, fault } from '#core/faults.ts'
import { type Json, parseJson } from '#core/json.ts'
import { linesOf } from '#core/source-text.ts'
import type { PutResult, SessionRow } from '#core/store.ts'
import type { Engine } from './engine.ts'
import { inOwnProject, requireOwnMedia } from './own-project.ts'
import { admitSessions } from './quotas.ts'
import { maxSessionBytes, prepareSession } from './prepare.ts'

export interface Recorded {
  readonly id: string
  readonly hash: string
  readonly result: 'created' | 'repeated'
}

/**
 * @param own the one project of whoever sends it; null = any
 * @throws session.*, json.*, request.project when it is refused; nothing is kept then
 */
export async function recordSession(engine: Engine, sent: Json, own: string | null = null): Promise<Recorded> {
  const row = prepareSession(inOwnProject(own, sent, 'the session'))
  await requireOwnMedia(engine, own, row)
  return recordRow(engine, row)
}

/** @throws session.conflict, session.forgotten, session.media, quota.*, store.overloaded, store.full */
export async function recordRow(engine: Engine, row: SessionRow): Promise<Recorded> {
  await admitSessions(engine, [row])
  return keepRow(engine, row)
}

/**
 * Records what was let in when it began, whatever the quota says by now.
 *
 * @throws session.conflict, session.forgotten, session.media, store.overloaded, store.full
 */
export async function keepRow(engine: Engine, row: SessionRow): Promise<Recorded> {
  const [result] = await engine.store.catalog.putSessions([row])
  return acknowledged(row, result)
}

function acknowledged(row: SessionRow, result: PutResult | undefined): Recorded {
  if (result === 'created' || result === 'repeated') return { id: row.id, hash: row.hash, result }
  throw refusal(row, result)
}

function refusal(row: SessionRow, result: PutResult | undefined): Fault {
  if (result === 'forgotten')
    return fault('session.forgotten', { expected: 'an id that was not erased', found: row.id })
  if (result === 'withdrawn') return withdrawn(row)
  return fault('session.conflict', {
    expected: 'the content stored under this id, or a new id',
    found: `other content for ${row.id}`,
  })
}

const withdrawn = ({ id, contributor }: SessionRow): Fault =>
  fault('consent.missing', {
    expected: 'consent to keep the run',
    found: `consent that was withdrawn${contributor === null ? '' : ' by its contributor'}`,
    fix: 'leave the run out, or have the owner append to the ledger what was agreed to since',
    where: `session ${id}`,
  })

export interface BatchResult {
  readonly created: number
  readonly repeated: number
  readonly refused: number
  readonly problems: readonly { readonly line: number; readonly id: string | null; readonly problem: FaultBody }[]
}

const linesPerCommit = 250
/** Long lines are committed sooner, so that what waits in memory stays small. */
const charsPerCommit = 4 * 2 ** 20
/** Commits under way at once: enough to keep the disk busy, few enough that memory stays flat. */
const commitsInFlight = 3
const problemsKept = 100

/** How fast whoever sends lines may. */
export interface Pace {
  /** @throws quota.rate */
  ask(): Promise<void>
  took(created: number): void
}

/**
 * Records a stream of lines, one session each. A bad line is refused by number and the rest goes on.
 *
 * @param own the one project of whoever sends them; null = any
 * @param pace null = as fast as it goes
 * @throws quota.*, store.overloaded, store.full: what was committed before stays, and is a repeat when it is sent again
 */
export async function recordLines(
  engine: Engine,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  own: string | null = null,
  pace: Pace | null = null,
): Promise<BatchResult> {
  const tally = new Tally()
  const inFlight = new Set<Promise<void>>()
  let batch: { readonly line: number; readonly row: SessionRow }[] = []
  let chars = 0
  const failures: Error[] = []
  const flush = async () => {
    const rows = batch
    batch = []
    chars = 0
    if (pace) {
      // Only what a commit brought is told to it: a repeat costs nothing.
      await Promise.all(inFlight)
      await pace.ask()
    }
    while (inFlight.size >= commitsInFlight) await Promise.race(inFlight)
    const commit = commitBatch(engine, rows, tally, pace).catch((error: unknown) => {
      failures.push(error instanceof Error ? error : new Error(String(error)))
    })
    inFlight.add(commit)
    void commit.then(() => inFlight.delete(commit))
  }
  for await (const { number: line, text } of linesOf(bytes, {
    where: 'the body',
    maxChars: maxSessionBytes,
    strict: true,
  })) {
    signal.throwIfAborted()
    if (failures.length > 0) break
    const where = `line ${line}`
    try {
      const row = prepareSession(inOwnProject(own, parseJson(text, where), where), where)
      await requireOwnMedia(engine, own, row)
      batch.push({ line, row })
      chars += row.body.length
    } catch (error) {
      tally.refuse(line, null, error)
    }
    if (batch.length >= linesPerCommit || chars >= charsPerCommit) await flush()
  }
  if (batch.length > 0 && failures.length === 0) await flush()
  await Promise.all(inFlight)
  if (failures[0]) throw failures[0]
  return tally
}

async function commitBatch(
  engine: Engine,
  batch: readonly { line: number; row: SessionRow }[],
  tally: Tally,
  pace: Pace | null,
): Promise<void> {
  let results: readonly PutResult[]
  try {
    await admitSessions(
      engine,
      batch.map((entry) => entry.row),
    )
    results = await engine.store.catalog.putSessions(batch.map((entry) => entry.row))
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'session.media') throw error
    // One session without its media must not hold back the others: find it by committing them one by one.
    if (batch.length === 1) return tally.refuse(batch[0]!.line, batch[0]!.row.id, error)
    for (const entry of batch) await commitBatch(engine, [entry], tally, pace)
    return
  }
  pace?.took(results.filter((result) => result === 'created').length)
  batch.forEach(({ line, row }, i) => {
    const result = results[i]
    if (result === 'created') tally.created++
    else if (result === 'repeated') tally.repeated++
    else tally.refuse(line, row.id, refusal(row, result))
  })
}

class Tally implements BatchResult {
  created = 0
  repeated = 0
  refused = 0
  readonly problems: { line: number; id: string | null; problem: FaultBody }[] = []

  /** Counts a refused line; anything but a fault is our own bug and is thrown on. */
  refuse(line: number, id: string | null, error: unknown): void {
    if (!(error instanceof Fault) || error.kind !== 'user') throw error
    this.refused++
    if (this.problems.length < problemsKept) this.problems.push({ line, id, problem: error.toJSON() })
  }
}
