/** Looking at what was recorded. */
import type { Edit } from '#core/edit.ts'
import { fault } from '#core/faults.ts'
import { type JsonObject, parseJson } from '#core/json.ts'
import type { Sample } from '#core/sample.ts'
import type { AnySession } from '#core/session.ts'
import type { SessionSummary, StoredSession } from '#core/store.ts'
import { domainByName } from '#domains/domains.ts'
import type { Engine } from './engine.ts'
import { upgradeSession } from './prepare.ts'

/** The session as it was recorded, to the letter. @throws session.unknown, record.corrupt */
export async function storedSession(engine: Engine, id: string): Promise<StoredSession> {
  const stored = await engine.store.catalog.session(id)
  if (stored) return stored
  throw fault('session.unknown', { expected: 'the id of a recorded session', found: id })
}

/** The session in the newest schema version. */
export async function sessionById(engine: Engine, id: string): Promise<AnySession> {
  return readSession(await storedSession(engine, id))
}

/** A stored record as a value of the newest schema version. It was checked when it was taken in. */
export function readSession(stored: StoredSession): AnySession {
  const value = parseJson(stored.body, stored.id) as JsonObject
  return upgradeSession(domainByName(value['domain']), value, stored.id) as unknown as AnySession
}

/** The training examples in one session, with what people said of it since. */
export function projectSession(session: AnySession, edits: readonly Edit[]): readonly Sample[] {
  return domainByName(session.domain).samples(session, edits)
}

export async function sessionSamples(engine: Engine, id: string): Promise<readonly Sample[]> {
  const session = await sessionById(engine, id)
  return projectSession(session, await engine.store.catalog.edits(id))
}

/** How far a chain of sessions on one input is followed, each way. */
const chainLimit = 100

/** The sessions before and after this one on the same input, oldest first. */
export async function sessionChain(engine: Engine, id: string): Promise<readonly SessionSummary[]> {
  const { catalog } = engine.store
  const self = await catalog.summary(id)
  if (!self) throw fault('session.unknown', { expected: 'the id of a recorded session', found: id })
  const seen = new Map<string, SessionSummary>([[id, self]])
  let parent = self.parent
  while (parent !== null && !seen.has(parent) && seen.size < chainLimit) {
    const before = await catalog.summary(parent)
    if (!before) break
    seen.set(parent, before)
    parent = before.parent
  }
  const queue = [id]
  for (let next = queue.shift(); next !== undefined && seen.size < 2 * chainLimit; next = queue.shift()) {
    for (const child of await catalog.children(next)) {
      if (seen.has(child.id)) continue
      seen.set(child.id, child)
      queue.push(child.id)
    }
  }
  return [...seen.values()].sort((a, b) => a.recordedAt.localeCompare(b.recordedAt) || a.id.localeCompare(b.id))
}
