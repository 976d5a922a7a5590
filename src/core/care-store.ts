/**
 * The seam to what is done for the data by the clock. Whatever a promise here resolves with is durable, as in store.ts.
 */
import type { Job } from './job.ts'
import type { JsonObject } from './json.ts'

/** What can be done for the data; the job of each has its name as kind. In the order in which they are shown. */
export const careTasks = ['backup', 'verify', 'retention', 'quality'] as const
export type CareTask = (typeof careTasks)[number]

export interface Schedule {
  readonly task: CareTask
  /** As `parseWhen` reads it. */
  readonly when: string
  /** IANA name of the zone whose clock it goes by. */
  readonly zone: string
  /** What the task is to do, in its own terms. */
  readonly plan: JsonObject
  /** Unix milliseconds; null = switched off. In the past = due. */
  readonly nextAtMs: number | null
  /** The job that it started last; null when it started none. */
  readonly job: string | null
  readonly changedAt: string
  readonly changedBy: string
}

export type NewSchedule = Pick<Schedule, 'task' | 'when' | 'zone' | 'plan' | 'changedBy'>

/** How many backups are kept: the newest, and the newest of each of the last days and weeks that have one (UTC). */
export interface BackupsToKeep {
  /** From 1: the newest is never deleted. */
  readonly newest: number
  readonly daily: number
  readonly weekly: number
}

export interface PrunedBackups {
  readonly deleted: readonly string[]
  readonly kept: number
  readonly blobs: number
  readonly bytes: number
}

/** A session by the order in which it came in, which an import of old ones does not upset. */
export interface Arrival {
  readonly seq: number
  readonly id: string
  readonly project: string
}

/** One schedule for each task at most. A task never runs twice at once, in whatever process. */
export interface Schedules {
  list(): Promise<readonly Schedule[]>
  get(task: CareTask): Promise<Schedule | null>
  /** Switches it on, from the next time that is due. @throws schedule.invalid */
  put(schedule: NewSchedule): Promise<Schedule>
  /** What was planned is kept. false when it was off. */
  off(task: CareTask, changedBy: string): Promise<boolean>
  /**
   * Adds a job for each task that is due and not under way, and sets its next time: the same transaction, so that two processes
   * never start it twice. However many times were missed, it is started once.
   */
  startDue(): Promise<readonly Job[]>
  /** Adds a job now; one that is under way is given instead. `plan` is used where none was scheduled. */
  start(task: CareTask, plan: JsonObject, principal: string): Promise<Job>
  /** Sessions that came in after another, oldest first; those that are set aside are left out. */
  arrivals(afterSeq: number, limit: number): Promise<readonly Arrival[]>
}
