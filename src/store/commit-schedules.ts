/** Schedules: what is due is started and set to its next time in one transaction, so that no two processes start it. */
import { everyProject } from '#core/job.ts'
import { parseWhen, mendedNext, nextTime } from '#core/schedule.ts'
import type { CommitContext } from './commit-context.ts'
import { addJob } from './commit-jobs.ts'
import { sql } from './sqlite-driver.ts'
import type { Tables } from './tables.ts'

export interface ScheduleToPut {
  readonly task: string
  readonly due: string
  readonly zone: string
  readonly plan: string
  readonly by: string
  readonly nowMs: number
}

export function putSchedule({ db }: CommitContext, { task, due, zone, plan, by, nowMs }: ScheduleToPut): null {
  const row = {
    due,
    zone,
    plan,
    next_at: nextTime(parseWhen(due), zone, nowMs),
    changed_at: nowMs,
    changed_by: by,
  }
  db.run(
    sql
      .insertInto('schedule')
      .values({ task, job: null, ...row })
      .onConflict((on) => on.doUpdateSet(row)),
  )
  return null
}

export function scheduleOff(
  { db }: CommitContext,
  { task, by, nowMs }: { readonly task: string; readonly by: string; readonly nowMs: number },
): boolean {
  const change = { next_at: null, changed_at: nowMs, changed_by: by }
  return db.run(sql.updateTable('schedule').set(change).where('task', '=', task).where('next_at', 'is not', null)) > 0
}

export interface DueCheck {
  readonly nowMs: number
  /** An id for the job of each task. */
  readonly ids: Readonly<Record<string, string>>
}

/** Returns the ids of the jobs that were added. */
export function startDue(context: CommitContext, { nowMs, ids }: DueCheck): readonly string[] {
  const { db } = context
  const started: string[] = []
  for (const row of db.all(sql.selectFrom('schedule').selectAll().where('next_at', 'is not', null))) {
    const when = parseWhen(row.due)
    const next = mendedNext(when, row.zone, row.next_at ?? nowMs, nowMs)
    if (next > nowMs) {
      if (next !== row.next_at) db.run(sql.updateTable('schedule').set({ next_at: next }).where('task', '=', row.task))
      continue
    }
    const id = ids[row.task]
    // It stays due while another one is under way, and comes right after it.
    if (id === undefined || jobUnderWay(context, row.task) !== null) continue
    addJob(context, { id, kind: row.task, project: everyProject, principal: 'schedule', params: row.plan, nowMs })
    const change = { next_at: nextTime(when, row.zone, nowMs), job: id }
    db.run(sql.updateTable('schedule').set(change).where('task', '=', row.task))
    started.push(id)
  }
  return started
}

export interface TaskToStart {
  readonly id: string
  readonly task: string
  /** Used where nothing was planned. */
  readonly plan: string
  readonly principal: string
  readonly nowMs: number
}

/** Returns the id of the job that was added, or of the one that is under way. */
export function startTask(context: CommitContext, { id, task, plan, principal, nowMs }: TaskToStart): string {
  const { db } = context
  const running = jobUnderWay(context, task)
  if (running !== null) return running
  const planned = db.first(sql.selectFrom('schedule').select('plan').where('task', '=', task))
  addJob(context, { id, kind: task, project: everyProject, principal, params: planned?.plan ?? plan, nowMs })
  db.run(sql.updateTable('schedule').set({ job: id }).where('task', '=', task))
  return id
}

function jobUnderWay({ db }: CommitContext, kind: string): Tables['job']['id'] | null {
  const query = sql.selectFrom('job').select('id').where('kind', '=', kind).where('state', 'in', ['queued', 'running'])
  return db.first(query)?.id ?? null
}
