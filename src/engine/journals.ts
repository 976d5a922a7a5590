/** Sessions written while their run goes on, and the ones whose writer was lost. */
import type { JournalOp } from '#core/journal.ts'
import { foldJournal } from '#core/journal.ts'
import { Fault, fault } from '#core/faults.ts'
import type { JsonObject } from '#core/json.ts'
import type { Engine } from './engine.ts'
import { requireOwnMedia } from './own-project.ts'
import { checkSession, prepareSession } from './prepare.ts'
import { admitSessions } from './quotas.ts'
import { keepRow, type Recorded } from './record.ts'
import { completeSession } from '#core/session.ts'
import { domainByName } from '#domains/domains.ts'

/**
 * Opens a journal; the envelope is checked now, so that closing it cannot fail on it.
 *
 * @param own the one project of whoever opens it; null = any
 */
export async function openJournal(
  engine: Engine,
  session: JsonObject,
  own: string | null = null,
): Promise<{ id: string }> {
  const op: JournalOp = { op: 'open', session }
  const folded = completeSession(foldJournal([op]))
  const checked = checkSession(domainByName(folded['domain']), folded, 'the opening operation')
  await requireOwnMedia(engine, own, { id: checked.id, media: checked.media.map(({ sha256 }) => sha256) })
  // Asked now, since a run that is under way must not be refused at its end; it counts from there on.
  await admitSessions(engine, [{ id: checked.id, project: checked.project, media: [] }])
  await engine.store.journals.open(op)
  return { id: checked.id }
}

export interface Appended {
  readonly id: string
  readonly closed: boolean
  /** The hash of the session that closing made; null while the journal is open. */
  readonly hash: string | null
}

/**
 * Appends durably. After a `close` the journal has become a session and is gone.
 *
 * @param own the one project of whoever appends; null = any
 */
export async function appendJournal(
  engine: Engine,
  id: string,
  ops: readonly JournalOp[],
  own: string | null = null,
): Promise<Appended> {
  if (ops.some((op) => op.op === 'open'))
    throw fault('journal.invalid', { expected: 'an open journal', found: 'a second "open"' })
  // Looked at with each operation: a journal that is never closed becomes a session as well.
  await requireOwnMedia(engine, own, { id, media: ops.flatMap((op) => (op.op === 'media' ? [op.media.sha256] : [])) })
  if (!ops.some((op) => op.op === 'close')) {
    await engine.store.journals.append(id, ops)
    return { id, closed: false, hash: null }
  }
  // Made ready before it is written: a close that cannot become a session must not end up in the journal.
  const before = await engine.store.journals.read(id)
  // Closed before, when the session could not be kept: its disk was full, or too much came at once.
  if (before.some((op) => op.op === 'close')) return { id, closed: true, hash: (await closeJournal(engine, id)).hash }
  const row = prepareSession(foldJournal([...before, ...ops]))
  await engine.store.journals.append(id, ops)
  const written = await engine.store.journals.read(id)
  // Unless somebody else appended in between, it holds what was made ready.
  const isWhole = written.length === before.length + ops.length
  const recorded = await keepRow(engine, isWhole ? row : prepareSession(foldJournal(written)))
  await engine.store.journals.remove(id)
  return { id, closed: true, hash: recorded.hash }
}

const mayNotBeKept: ReadonlySet<string> = new Set(['session.forgotten', 'consent.missing'])
/** What passes: the journal stays, and the next program that opens the store closes it. */
const notNow: ReadonlySet<string> = new Set(['store.full', 'store.overloaded'])

async function closeJournal(engine: Engine, id: string): Promise<Recorded> {
  const recorded = await keepRow(engine, prepareSession(foldJournal(await engine.store.journals.read(id))))
  await engine.store.journals.remove(id)
  return recorded
}

/**
 * Closes the journals whose writers are gone: as `failed` when they had not closed, as they are when they had.
 *
 * @returns ids of the sessions made
 */
export async function recoverJournals(engine: Engine): Promise<readonly string[]> {
  const made: string[] = []
  for (const { session, lost } of await engine.store.journals.list()) {
    if (!lost) continue
    try {
      await closeJournal(engine, session)
      made.push(session)
    } catch (error) {
      if (error instanceof Fault && notNow.has(error.code)) continue
      // Erased, or withdrawn, since it was begun: it may not be kept, in a journal neither.
      if (!(error instanceof Fault) || !mayNotBeKept.has(error.code)) throw error
      await engine.store.journals.remove(session)
    }
  }
  return made
}
