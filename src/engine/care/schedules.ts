/** Setting and running what is done for the data by the clock. */
import type { CareTask, Schedule } from '#core/care-store.ts'
import { fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import type { Json, JsonObject } from '#core/json.ts'
import type { Engine } from '../engine.ts'
import { ownZone, readPlan, usualTimes } from './plans.ts'
import { requireShown } from './retention.ts'

export interface AskedSchedule {
  /** Left out: as it was set before, or the usual time. */
  readonly when?: string | undefined
  /** Left out: as it was set before, or the zone of this machine. */
  readonly zone?: string | undefined
  /** Left out: as it was set before, or the usual one. */
  readonly plan?: JsonObject | undefined
  /** Of the preview; needed for retention, whatever is changed. */
  readonly shown?: string | null | undefined
}

/**
 * Switches a task on, or changes it.
 *
 * @throws schedule.invalid, query.invalid, schedule.unseen for retention rules whose effect was not shown
 */
export async function setSchedule(
  engine: Engine,
  task: CareTask,
  asked: AskedSchedule,
  principal: string,
): Promise<Schedule> {
  const { schedules } = engine.store
  const before = await schedules.get(task)
  const plan = readPlan(task, asked.plan ?? before?.plan ?? {})
  if (task === 'retention')
    requireShown(engine, readPlan('retention', plan as unknown as JsonObject), asked.shown ?? null)
  return await schedules.put({
    task,
    when: asked.when ?? before?.when ?? usualTimes[task],
    zone: asked.zone ?? before?.zone ?? ownZone(),
    plan: plan as unknown as Json as JsonObject,
    changedBy: principal,
  })
}

/** Starts a task now, as it was planned. One that is under way is given instead. @throws schedule.invalid */
export async function runTask(engine: Engine, task: CareTask, principal: string): Promise<Job> {
  const planned = await engine.store.schedules.get(task)
  if (task === 'retention' && !planned) {
    throw fault('schedule.invalid', { expected: 'rules of what is taken away', found: 'none', where: 'plan.rules' })
  }
  const job = await engine.store.schedules.start(
    task,
    readPlan(task, planned?.plan ?? {}) as unknown as JsonObject,
    principal,
  )
  engine.wake()
  return job
}
