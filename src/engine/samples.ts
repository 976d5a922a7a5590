/** Keeps the sample index in step with sessions and edits: derived, so only what changed is made again. */
import type { Context } from '#core/context.ts'
import type { Sample } from '#core/sample.ts'
import type { Engine } from './engine.ts'
import { projectSession, readSession } from './read.ts'

const sessionsPerBatch = 100

/** Projects every session whose samples are missing or out of date. Cut off in the middle, it goes on where it was. */
export async function refreshSamples(engine: Engine, ctx: Context): Promise<number> {
  const { catalog, samples } = engine.store
  let done = 0
  for (;;) {
    ctx.signal.throwIfAborted()
    const ids = await samples.pending(sessionsPerBatch)
    if (ids.length === 0) return done
    const entries: { session: string; samples: readonly Sample[] }[] = []
    for (const id of ids) {
      const stored = await catalog.session(id)
      if (!stored) continue
      entries.push({ session: id, samples: projectSession(readSession(stored), await catalog.edits(id)) })
    }
    await samples.putSamples(entries)
    done += ids.length
    ctx.progress({ done, total: null, unit: 'sessions', note: 'projecting samples' })
  }
}
