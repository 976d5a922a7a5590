/** What people do with learning: train, rebuild, and experiments over the policies that there are. */
import { everyProject, type Job } from '#core/job.ts'
import type { JsonObject } from '#core/json.ts'
import { policyNames } from '#domains/camera/policies/policies.ts'
import { type Engine, newId } from '../engine.ts'
import { allLessons } from './learners.ts'
import { knownName } from './models.ts'

/** What may be compared, by learner: sessions that come from elsewhere are chosen for elsewhere. */
export const comparable: ReadonlyMap<string, readonly string[]> = new Map(
  allLessons.filter(({ domain }) => domain === 'camera').map(({ name }) => [name, policyNames]),
)

/**
 * Adds the job that trains the models.
 *
 * @param names null: all
 * @throws model.unknown
 */
export async function addTrainJob(
  engine: Engine,
  { names, seed }: { readonly names: readonly string[] | null; readonly seed: number | null },
  principal: string,
): Promise<Job> {
  const params: JsonObject = {
    ...(names === null ? {} : { names: names.map(knownName) }),
    ...(seed === null ? {} : { seed }),
  }
  const job = await engine.store.jobs.add({ id: newId(), kind: 'train', project: everyProject, principal, params })
  engine.wake()
  return job
}
