/** Derives again whatever is derived: facets, text, summaries, counts and samples. */
import type { Context } from '#core/context.ts'
import type { StoredSession } from '#core/store.ts'
import { domainByName } from '#domains/domains.ts'
import type { Engine } from './engine.ts'
import { deriveRow } from './prepare.ts'
import { readSession } from './read.ts'
import { refreshSamples } from './samples.ts'

/** What a stored session is found by. */
export function deriveStored(stored: StoredSession): ReturnType<typeof deriveRow> {
  const session = readSession(stored)
  return deriveRow(domainByName(session.domain), session)
}

export async function reindexStore(engine: Engine, ctx: Context): Promise<{ readonly sessions: number }> {
  const done = await engine.store.reindex(deriveStored, ctx)
  await engine.store.samples.invalidate()
  await refreshSamples(engine, ctx)
  return done
}
