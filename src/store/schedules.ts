/** What is done for the data by the clock: a row for each task. */
import { randomUUID } from 'node:crypto'
import {
  type Arrival,
  careTasks,
  type CareTask,
  type NewSchedule,
  type Schedule,
  type Schedules,
} from '#core/care-store.ts'
import type { Job } from '#core/job.ts'
import { canonicalJson, type JsonObject, parseJson } from '#core/json.ts'
import { nextTime, parseWhen, tellWhen } from '#core/schedule.ts'
import type { SqliteJobs } from './jobs.ts'
import { type Database, sql } from './sqlite-driver.ts'
import type { Tables } from './tables.ts'
import type { Writer } from './writer.ts'

export class SqliteSchedules implements Schedules {
  readonly #db: Database
  readonly #writer: Writer
  readonly #jobs: SqliteJobs
  readonly #now: () => number

  constructor(db: Database, writer: Writer, jobs: SqliteJobs, now: () => number = Date.now) {
    this.#db = db
    this.#writer = writer
    this.#jobs = jobs
    this.#now = now
  }

  async list(): Promise<readonly Schedule[]> {
    const rows = this.#db.all(sql.selectFrom('schedule').selectAll())
    return rows.map(toSchedule).sort((a, b) => careTasks.indexOf(a.task) - careTasks.indexOf(b.task))
  }

  async get(task: CareTask): Promise<Schedule | null> {
    const row = this.#db.first(sql.selectFrom('schedule').selectAll().where('task', '=', task))
    return row ? toSchedule(row) : null
  }

  async put({ task, when, zone, plan, changedBy }: NewSchedule): Promise<Schedule> {
    const due = tellWhen(parseWhen(when))
    const nowMs = this.#now()
    // Here, where a zone that is not known has somebody to tell it to.
    nextTime(parseWhen(due), zone, nowMs)
    await this.#writer.call('putSchedule', {
      task,
      due,
      zone,
      plan: canonicalJson(plan, `the plan of ${task}`),
      by: changedBy,
      nowMs,
    })
    const kept = await this.get(task)
    if (!kept) throw new Error(`the schedule of ${task} is not there`)
    return kept
  }

  off(task: CareTask, changedBy: string): Promise<boolean> {
    return this.#writer.call('scheduleOff', { task, by: changedBy, nowMs: this.#now() })
  }

  async startDue(): Promise<readonly Job[]> {
    if (!this.#mayBeDue()) return []
    const ids = Object.fromEntries(careTasks.map((task) => [task, randomUUID()]))
    const started = await this.#writer.call('startDue', { nowMs: this.#now(), ids })
    return (await Promise.all(started.map((id) => this.#jobs.get(id)))).filter((job) => job !== null)
  }

  /** Looked at every few seconds; without the write lock as long as nothing is near. */
  #mayBeDue(): boolean {
    const rows = this.#db.all(sql.selectFrom('schedule').selectAll().where('next_at', 'is not', null))
    const nowMs = this.#now()
    const farthest = 63 * 86_400_000
    return rows.some(({ next_at }) => next_at !== null && (next_at <= nowMs || next_at > nowMs + farthest))
  }

  async start(task: CareTask, plan: JsonObject, principal: string): Promise<Job> {
    const id = await this.#writer.call('startTask', {
      id: randomUUID(),
      task,
      plan: canonicalJson(plan, `the plan of ${task}`),
      principal,
      nowMs: this.#now(),
    })
    const job = await this.#jobs.get(id)
    if (!job) throw new Error(`the job of ${task} is not there`)
    return job
  }

  async arrivals(afterSeq: number, limit: number): Promise<readonly Arrival[]> {
    const rows = this.#db
      .prepare(
        `select s.seq, s.id, p.project from session s join place p on p.id = s.place
         where s.seq > ? and s.aside is null order by s.seq limit ?`,
      )
      .all(afterSeq, limit)
    return rows.map((row) => ({ seq: Number(row['seq']), id: String(row['id']), project: String(row['project']) }))
  }
}

const toSchedule = (row: Tables['schedule']): Schedule => ({
  task: row.task as CareTask,
  when: row.due,
  zone: row.zone,
  plan: parseJson(row.plan) as JsonObject,
  nextAtMs: row.next_at,
  job: row.job,
  changedAt: new Date(row.changed_at).toISOString(),
  changedBy: row.changed_by,
})
