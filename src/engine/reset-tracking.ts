/** Beginning anew with tracking: all camera sessions of a project, and what is here of their clips, are erased. */
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { ForgetReceipt, SessionSummary } from '#core/store.ts'
import { sessionsOf } from './clips.ts'
import type { Engine } from './engine.ts'
import { forgetData } from './forget.ts'
import { dropJobFiles } from './track-files.ts'

/** What a reset would take. */
export interface ResetPlan {
  readonly sessions: number
  readonly edits: number
  /** Clips that are known here and have sessions in no other project: where they lie is forgotten. */
  readonly clips: number
  /** Those of them that were sent here: their files are deleted. */
  readonly uploads: number
}

export async function resetPlan(engine: Engine, project: string): Promise<ResetPlan> {
  const found = await cameraSessions(engine, project)
  const clips = await ownClips(engine, project)
  return {
    sessions: found.length,
    edits: found.reduce((sum, { edits }) => sum + edits, 0),
    clips: clips.length,
    uploads: clips.filter(({ uploaded }) => uploaded).length,
  }
}

/**
 * Nothing is learned from sessions that are not there: what is left are the settings as shipped. What may be recorded stays
 * as the person chose it.
 *
 * @param confirm the name of the project, typed by the person
 * @returns what was erased, and where copies may be that cannot be reached
 * @throws request.invalid for another name, track.busy while clips of the project are tracked
 */
export async function resetTracking(
  engine: Engine,
  { project, confirm }: { readonly project: string; readonly confirm: string },
  principal: string,
  ctx: Context,
): Promise<ForgetReceipt> {
  if (confirm !== project) {
    throw fault('request.invalid', {
      expected: `confirm: "${project}", the name of the project`,
      found: `"${confirm}"`,
    })
  }
  const isTracking = (kind: string) => kind === 'track' || kind === 'solve-again'
  for (const state of ['queued', 'running'] as const) {
    const jobs = (await engine.store.jobs.list({ project, state }, 1000)).filter(({ kind }) => isTracking(kind))
    if (jobs.length > 0) throw fault('track.busy', { expected: 'no clip being tracked', found: `${jobs.length} jobs` })
  }
  const sessions = (await cameraSessions(engine, project)).map(({ id }) => id)
  const receipt = await forgetData(engine, { sessions }, principal, ctx)
  await dropJobFiles(engine, (job) => job.project === project && isTracking(job.kind))
  return receipt
}

const pageSize = 500

async function cameraSessions({ store }: Engine, project: string): Promise<readonly SessionSummary[]> {
  const found: SessionSummary[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof store.catalog.page>> = await store.catalog.page(
      { project, domain: 'camera' },
      pageSize,
      cursor,
    )
    found.push(...page.items)
    cursor = page.next
  } while (cursor !== null)
  return found
}

/** Clips of which this project has sessions, and no other. */
async function ownClips(engine: Engine, project: string) {
  const clips = await engine.store.clips.list()
  const isOwn = await Promise.all(
    clips.map(async ({ fingerprint }) => {
      const query = { project, domain: 'camera', facets: [{ key: 'clip', text: fingerprint }] } as const
      const here = await engine.store.catalog.count(query, 10_000)
      return here > 0 && here === (await sessionsOf(engine, fingerprint))
    }),
  )
  return clips.filter((_, i) => isOwn[i])
}
