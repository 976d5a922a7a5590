/** How the care of the data stands: what was done, what comes next, and what is wrong. */
import { careTasks, type CareTask, type Schedule } from '#core/care-store.ts'
import type { Job } from '#core/job.ts'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import { intervalMs, parseWhen } from '#core/schedule.ts'
import type { Engine } from '../engine.ts'
import { ownZone, usualTimes } from './plans.ts'

/**
 * `off`: not scheduled. `waiting`: on, and not run yet. `overdue`: its time has passed and nothing runs, or it has not succeeded for
 * two of its intervals.
 */
export const careConditions = ['off', 'waiting', 'running', 'good', 'failed', 'overdue'] as const
export type CareCondition = (typeof careConditions)[number]

export interface TaskState {
  readonly task: CareTask
  readonly condition: CareCondition
  /** In a sentence that names no file: everybody who may look at sessions reads it. */
  readonly says: string
  readonly on: boolean
  readonly when: string
  readonly zone: string
  /** As it was set; null when it never was. */
  readonly plan: JsonObject | null
  readonly nextAt: string | null
  /** When it succeeded last, by the clock or by hand. */
  readonly lastGoodAt: string | null
  /** The job that is under way, or was last. */
  readonly job: Job | null
}

const hourMs = 3_600_000

export async function careState({ store }: Engine, nowMs: number): Promise<readonly TaskState[]> {
  const [schedules, health] = await Promise.all([store.schedules.list(), store.health()])
  const told: Readonly<Partial<Record<CareTask, JsonObject | null>>> = {
    backup: health.lastBackup,
    verify: health.lastVerify,
  }
  return await Promise.all(
    careTasks.map(async (task) => {
      const [job = null] = await store.jobs.list({ kind: task }, 1)
      const [good = null] = await store.jobs.list({ kind: task, state: 'succeeded' }, 1)
      return taskState(
        task,
        { schedule: schedules.find((one) => one.task === task) ?? null, job, good, nowMs },
        told[task],
      )
    }),
  )
}

interface Known {
  readonly schedule: Schedule | null
  readonly job: Job | null
  /** The last job that succeeded. */
  readonly good: Job | null
  readonly nowMs: number
}

/** @param told what the store says of the last one, whoever ran it; undefined where it says nothing of such a task */
function taskState(task: CareTask, known: Known, told: JsonObject | null | undefined): TaskState {
  const { schedule, job, good, nowMs } = known
  const on = schedule !== null && schedule.nextAtMs !== null
  const faults = Number(told?.['left'] ?? told?.['faults'] ?? 0)
  const toldAt = typeof told?.['at'] === 'string' && faults === 0 ? told['at'] : null
  const lastGoodAt = later(toldAt, good?.finishedAt ?? null)
  const badJob = job?.state === 'failed' && (job.finishedAt ?? '') > (lastGoodAt ?? '') ? job : null
  const [condition, says] = judge()
  return {
    task,
    condition,
    says,
    on,
    when: schedule?.when ?? usualTimes[task],
    zone: schedule?.zone ?? ownZone(),
    plan: schedule?.plan ?? null,
    nextAt: utc(schedule?.nextAtMs ?? null),
    lastGoodAt,
    job,
  }

  function judge(): readonly [CareCondition, string] {
    if (job?.state === 'queued' || job?.state === 'running') return ['running', 'It is under way.']
    if (faults > 0) return ['failed', `The last one found ${faults} faults.`]
    if (badJob) return ['failed', `The last one failed: ${badJob.error?.code ?? 'nothing was said'}.`]
    if (on && isOverdue(schedule, lastGoodAt, nowMs)) return ['overdue', overdueWords(lastGoodAt)]
    const last =
      lastGoodAt === null ? null : `The last one succeeded on ${lastGoodAt.slice(0, 16).replace('T', ' ')} UTC.`
    if (!on) return ['off', last === null ? 'It is not scheduled.' : `${last} It is not scheduled.`]
    return last === null ? ['waiting', 'It has not run yet.'] : ['good', last]
  }
}

const overdueWords = (lastGoodAt: string | null) =>
  lastGoodAt === null
    ? 'It is overdue, and never succeeded.'
    : `It is overdue; the last one succeeded on ${lastGoodAt.slice(0, 10)}.`

function isOverdue({ when, nextAtMs, changedAt }: Schedule, lastGoodAt: string | null, nowMs: number): boolean {
  const interval = intervalMs(parseWhen(when))
  const grace = Math.max(hourMs, interval / 10)
  const since = Math.max(Date.parse(changedAt), lastGoodAt === null ? 0 : Date.parse(lastGoodAt))
  return (nextAtMs !== null && nowMs - nextAtMs > grace) || nowMs - since > 2 * interval + grace
}

const later = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b > a) ? b : a)
const utc = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

/** Whether the copies and the checks are as they should be: what a watcher of the service is told. */
export const isKeptWell = (tasks: readonly TaskState[]): boolean =>
  tasks.every(
    ({ task, on, condition }) =>
      !(task === 'backup' || task === 'verify') ||
      (condition !== 'overdue' && !(condition === 'failed' && (on || task === 'verify'))),
  )

export interface QualityTrendEntry {
  readonly at: string
  readonly sessions: number
  readonly samples: number
  readonly findings: Readonly<Record<string, number>>
}

const checksShown = 30

/** What the last checks found, oldest first. */
export async function qualityTrend({ store }: Engine): Promise<readonly QualityTrendEntry[]> {
  const jobs = await store.jobs.list({ kind: 'quality', state: 'succeeded' }, checksShown)
  return jobs.toReversed().flatMap(({ result, finishedAt }) => {
    if (!isJsonObject(result) || finishedAt === null) return []
    const { sessions, samples, findings } = result
    return [
      { at: finishedAt, sessions: Number(sessions), samples: Number(samples), findings: numbersOf(findings ?? null) },
    ]
  })
}

const numbersOf = (value: Json): Readonly<Record<string, number>> =>
  isJsonObject(value) ? Object.fromEntries(Object.entries(value).map(([key, count]) => [key, Number(count)])) : {}
