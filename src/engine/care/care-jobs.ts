/** The jobs that keep data: backup and verify, as they run by the clock and on request. */
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import type { Json } from '#core/json.ts'
import type { Engine } from '../engine.ts'
import { backupFolder, readPlan } from './plans.ts'

/** A copy, and only then the removal of older ones. */
export async function backupJob(engine: Engine, job: Job, ctx: Context): Promise<Json> {
  const plan = readPlan('backup', job.params)
  const folder = backupFolder(engine.dataDir, plan)
  const { path: _, ...made } = await engine.store.backup(folder, ctx)
  const pruned = await engine.store.pruneBackups(folder, plan.keep, ctx)
  return { ...made, deleted: pruned.deleted.length, kept: pruned.kept, freedBytes: pruned.bytes }
}

/** Nothing is repaired unasked: what is damaged is a person's to judge. @throws verify.faults when anything is wrong */
export async function verifyJob(engine: Engine, job: Job, ctx: Context): Promise<Json> {
  readPlan('verify', job.params)
  const { steps, faults } = await engine.store.verify({ repair: false }, ctx)
  if (faults.length > 0) {
    const codes = Map.groupBy(faults, (found) => found.fault.code)
    const found = [...codes].map(([code, some]) => `${some.length} × ${code}`).join(', ')
    throw fault('verify.faults', { expected: 'everything as it was stored', found })
  }
  return { checked: steps.reduce((sum, step) => sum + step.checked, 0), faults: 0 }
}
