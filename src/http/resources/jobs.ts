import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import { type Engine, newId } from '#engine/engine.ts'
import { exportFile } from '#engine/export.ts'
import type { Handlers } from '../handler.ts'

type Keys =
  | 'GET /api/v1/jobs'
  | 'GET /api/v1/jobs/{id}'
  | 'GET /api/v1/jobs/{id}/events'
  | 'POST /api/v1/jobs/{id}/cancel'
  | 'GET /api/v1/jobs/{id}/download'

/** How often a watched job is looked at; another process may be running it, so the table is asked. */
const lookMs = 200

export const jobHandlers: Handlers<Keys> = {
  'GET /api/v1/jobs': async ({ query }, { engine }) => {
    const { limit, project, state } = query
    const filter = { ...(project === undefined ? {} : { project }), ...(state === undefined ? {} : { state }) }
    const jobs = await engine.store.jobs.list(filter, limit)
    return { items: jobs.map(wire) }
  },
  'GET /api/v1/jobs/{id}': async ({ params }, { engine }) => wire(await jobById(engine, params.id)),
  'GET /api/v1/jobs/{id}/events': async ({ params }, { engine, signal }) => {
    await jobById(engine, params.id)
    return { type: 'events', values: watch(engine, params.id, signal) }
  },
  'POST /api/v1/jobs/{id}/cancel': async ({ params }, { engine }) => wire(await engine.store.jobs.cancel(params.id)),
  'GET /api/v1/jobs/{id}/download': async ({ params }, { engine }) => {
    const job = await jobById(engine, params.id)
    const file = exportFile(engine.dataDir, job.id)
    if (job.kind !== 'export' || job.state !== 'succeeded') {
      throw fault('job.unknown', { expected: 'an export that succeeded', found: `${job.kind}, ${job.state}` })
    }
    const { size } = await stat(file).catch((cause: unknown) => {
      throw fault('file.missing', {
        expected: 'the files of the export',
        found: 'nothing; they were removed',
        fix: 'export again',
        cause,
      })
    })
    const headers = {
      'content-length': String(size),
      'content-disposition': `attachment; filename="hindsight-${job.id}.zip"`,
    }
    return { type: 'bytes', contentType: 'application/zip', headers, body: createReadStream(file) }
  },
}

async function jobById(engine: Engine, id: string): Promise<Job> {
  const job = await engine.store.jobs.get(id)
  if (job) return job
  throw fault('job.unknown', { expected: 'the id of a job', found: id })
}

/** A job as it goes over the wire: where its upload or its backups lie on this machine is nobody's business. */
export function wire(job: Job): Omit<Job, 'params'> & { params: Record<string, unknown> } {
  const { path: _path, folder: _folder, ...params } = job.params
  return { ...job, params }
}

async function* watch(engine: Engine, id: string, signal: AbortSignal): AsyncIterable<unknown> {
  let last = ''
  while (!signal.aborted) {
    const job = await jobById(engine, id)
    const text = JSON.stringify(wire(job))
    if (text !== last) yield wire(job)
    last = text
    if (job.state === 'succeeded' || job.state === 'failed' || job.state === 'cancelled') return
    await sleep(lookMs, undefined, { ref: false })
  }
}

/** Adds a job and says so to the pool. @throws store.full */
export async function addJob(engine: Engine, job: Omit<Parameters<Engine['store']['jobs']['add']>[0], 'id'>) {
  const added = await engine.store.jobs.add({ id: newId(), ...job })
  engine.wake()
  return wire(added)
}
