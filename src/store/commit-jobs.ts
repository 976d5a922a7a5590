/** The job table: every step is one transaction, so that two workers never hold one job. */
import { fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import type { CommitContext } from './commit-context.ts'
import { tellWebhooks } from './commit-webhooks.ts'
import { sql } from './sqlite-driver.ts'

export interface JobToAdd extends Pick<Job, 'id' | 'kind' | 'project' | 'principal'> {
  /** Canonical JSON. */
  readonly params: string
  readonly nowMs: number
}

export function addJob({ db }: CommitContext, { nowMs, ...job }: JobToAdd): null {
  db.run(
    sql.insertInto('job').values({
      ...job,
      state: 'queued',
      progress: 'null',
      checkpoint: 'null',
      result: 'null',
      error: 'null',
      cancel_requested: 0,
      attempts: 0,
      worker: null,
      lease_until: null,
      created_at: nowMs,
      started_at: null,
      finished_at: null,
    }),
  )
  return null
}

export interface JobClaim {
  readonly worker: string
  readonly kinds: readonly string[]
  readonly leaseMs: number
  readonly nowMs: number
}

/** Returns the id of the job that is now this worker's, or null. */
export function claimJob({ db }: CommitContext, { worker, kinds, leaseMs, nowMs }: JobClaim): string | null {
  // Somebody asked to stop it, and whoever ran it is gone: nobody is left to answer but us.
  db.prepare(
    `update job set state = 'cancelled', finished_at = ?, worker = null, lease_until = null
     where state = 'running' and cancel_requested = 1 and lease_until < ?`,
  ).run(nowMs, nowMs)
  const row = db
    .prepare(
      `select id from job where (state = 'queued' or (state = 'running' and lease_until < ?))
       and kind in (select value from json_each(?)) order by created_at, rowid limit 1`,
    )
    .get(nowMs, JSON.stringify(kinds)) as { id: string } | undefined
  if (!row) return null
  db.prepare(
    `update job set state = 'running', worker = ?, lease_until = ?, attempts = attempts + 1,
     started_at = coalesce(started_at, ?) where id = ?`,
  ).run(worker, nowMs + leaseMs, nowMs, row.id)
  return row.id
}

export interface Heartbeat {
  readonly id: string
  readonly worker: string
  readonly leaseMs: number
  readonly nowMs: number
  readonly progress: string | null
  readonly checkpoint: string | null
}

export function beatJob({ db }: CommitContext, beat: Heartbeat): { readonly held: boolean; readonly cancel: boolean } {
  const { changes } = db
    .prepare(
      `update job set lease_until = ?, progress = coalesce(?, progress), checkpoint = coalesce(?, checkpoint)
       where id = ? and worker = ? and state = 'running'`,
    )
    .run(beat.nowMs + beat.leaseMs, beat.progress, beat.checkpoint, beat.id, beat.worker)
  const row = db.prepare('select cancel_requested from job where id = ?').get(beat.id)
  return { held: changes === 1, cancel: row?.['cancel_requested'] === 1 }
}

export interface JobEnd {
  readonly id: string
  readonly worker: string
  readonly state: 'succeeded' | 'failed' | 'cancelled'
  readonly result: string
  readonly error: string
  readonly nowMs: number
}

/** false when the lease is another worker's by now. */
export function finishJob({ db }: CommitContext, end: JobEnd): boolean {
  const { changes } = db
    .prepare(
      `update job set state = ?, result = ?, error = ?, finished_at = ?, worker = null, lease_until = null
       where id = ? and worker = ? and state = 'running'`,
    )
    .run(end.state, end.result, end.error, end.nowMs, end.id, end.worker)
  if (changes === 1) tellFinished(db, end.id, end.nowMs)
  return changes === 1
}

/** It keeps its progress and checkpoint. false when the lease is another worker's by now. */
export function releaseJob(
  { db }: CommitContext,
  { id, worker }: { readonly id: string; readonly worker: string },
): boolean {
  const { changes } = db
    .prepare(
      `update job set state = 'queued', worker = null, lease_until = null, attempts = attempts - 1
       where id = ? and worker = ? and state = 'running'`,
    )
    .run(id, worker)
  return changes === 1
}

export function cancelJob({ db }: CommitContext, { id, nowMs }: { readonly id: string; readonly nowMs: number }): null {
  if (!db.prepare('select 1 from job where id = ?').get(id)) {
    throw fault('job.unknown', { expected: 'the id of a job', found: id })
  }
  const { changes } = db
    .prepare(
      `update job set state = 'cancelled', cancel_requested = 1, finished_at = ? where id = ? and state = 'queued'`,
    )
    .run(nowMs, id)
  if (changes === 1) tellFinished(db, id, nowMs)
  db.prepare(`update job set cancel_requested = 1 where id = ? and state = 'running'`).run(id)
  return null
}

/** Of what it worked on nothing is said: parameters and results may hold names and paths. */
function tellFinished(db: CommitContext['db'], id: string, nowMs: number): void {
  const row = db.prepare('select kind, project, state from job where id = ?').get(id)
  if (!row) return
  const [kind, project, state] = ['kind', 'project', 'state'].map((name) => String(row[name]))
  tellWebhooks(db, 'job.finished', project ?? '', { job: id, kind, project, state }, nowMs)
}
