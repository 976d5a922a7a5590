/** Long work, leased to whichever process asks. */
import type { Progress } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { Job, JobState } from '#core/job.ts'
import { canonicalJson, type Json, type JsonObject, parseJson } from '#core/json.ts'
import type { Jobs } from '#core/store.ts'
import type { DiskGuard } from './disk.ts'
import { type Database, sql } from './sqlite-driver.ts'
import type { Tables } from './tables.ts'
import type { Writer } from './writer.ts'

/** What a job writes of itself at least: one that has no room for that is not begun. */
const jobBytes = 1_000_000

export class SqliteJobs implements Jobs {
  readonly #db: Database
  readonly #writer: Writer
  readonly #now: () => number
  readonly #disk: Pick<DiskGuard, 'admit'> | null

  /** @param disk asked for room for a new job; null = there is always some */
  constructor(
    db: Database,
    writer: Writer,
    now: () => number = Date.now,
    disk: Pick<DiskGuard, 'admit'> | null = null,
  ) {
    this.#db = db
    this.#writer = writer
    this.#disk = disk
    this.#now = now
  }

  async add(job: Pick<Job, 'id' | 'kind' | 'project' | 'principal' | 'params'>): Promise<Job> {
    const { id, kind, project, principal } = job
    const params = canonicalJson(job.params, 'the job parameters')
    await this.#disk?.admit(params.length + jobBytes)
    await this.#writer.call('addJob', { id, kind, project, principal, params, nowMs: this.#now() })
    return this.#known(id)
  }

  async get(id: string): Promise<Job | null> {
    const row = this.#db.first(sql.selectFrom('job').selectAll().where('id', '=', id))
    return row ? toJob(row) : null
  }

  async #known(id: string): Promise<Job> {
    const job = await this.get(id)
    if (job) return job
    throw fault('job.unknown', { expected: 'the id of a job', found: id })
  }

  async list(
    filter: { readonly project?: string; readonly state?: JobState; readonly kind?: string },
    limit: number,
  ): Promise<readonly Job[]> {
    let query = sql.selectFrom('job').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit)
    if (filter.project !== undefined) query = query.where('project', '=', filter.project)
    if (filter.state !== undefined) query = query.where('state', '=', filter.state)
    if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind)
    return this.#db.all(query).map(toJob)
  }

  async claim(worker: string, kinds: readonly string[], leaseMs: number): Promise<Job | null> {
    if (!this.#anyWork()) return null
    const id = await this.#writer.call('claimJob', { worker, kinds, leaseMs, nowMs: this.#now() })
    return id === null ? null : this.#known(id)
  }

  /** Idle workers ask often; a look without the write lock spares everybody a commit. */
  #anyWork(): boolean {
    return this.#db.prepare(`select 1 from job where state in ('queued', 'running') limit 1`).get() !== undefined
  }

  heartbeat(
    id: string,
    worker: string,
    leaseMs: number,
    progress: Progress | null,
    checkpoint?: Json,
  ): Promise<{ readonly held: boolean; readonly cancel: boolean }> {
    return this.#writer.call('beatJob', {
      id,
      worker,
      leaseMs,
      nowMs: this.#now(),
      progress: progress && canonicalJson(progress, 'the progress'),
      checkpoint: checkpoint === undefined ? null : canonicalJson(checkpoint, 'the checkpoint'),
    })
  }

  finish(
    id: string,
    worker: string,
    end: {
      readonly state: 'succeeded' | 'failed' | 'cancelled'
      readonly result?: Json
      readonly error?: Job['error']
    },
  ): Promise<boolean> {
    const result = canonicalJson(end.result ?? null, 'the result')
    const error = canonicalJson(end.error ?? null, 'the error')
    return this.#writer.call('finishJob', { id, worker, state: end.state, result, error, nowMs: this.#now() })
  }

  release(id: string, worker: string): Promise<boolean> {
    return this.#writer.call('releaseJob', { id, worker })
  }

  async cancel(id: string): Promise<Job> {
    await this.#writer.call('cancelJob', { id, nowMs: this.#now() })
    return this.#known(id)
  }
}

const utc = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

function toJob(row: Tables['job']): Job {
  return {
    id: row.id,
    kind: row.kind,
    project: row.project,
    principal: row.principal,
    params: parseJson(row.params) as JsonObject,
    state: row.state as JobState,
    progress: parseJson(row.progress) as unknown as Progress | null,
    checkpoint: parseJson(row.checkpoint),
    result: parseJson(row.result),
    error: parseJson(row.error) as unknown as Job['error'],
    cancelRequested: row.cancel_requested === 1,
    attempts: row.attempts,
    createdAt: new Date(row.created_at).toISOString(),
    startedAt: utc(row.started_at),
    finishedAt: utc(row.finished_at),
  }
}
