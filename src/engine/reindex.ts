/** Derives again whatever is derived: facets, text, summaries, counts and samples. */
import type { Context } from '#core/context.ts'
import { domainByName } from '#domains/domains.ts'
import type { Engine } from './engine.ts'
import { deriveRow } from './prepare.ts'
import { readSession } from './read.ts'
import { refreshSamples } from './samples.ts'

export async function reindexStore(engine: Engine, ctx: Context): Promise<{ readonly sessions: number }> {
  const done = await engine.store.reindex((stored) => {
    const session = readSession(stored)
    return deriveRow(domainByName(session.domain), session)
  }, ctx)
  await engine.store.samples.invalidate()
  await refreshSamples(engine, ctx)
  return done
}
