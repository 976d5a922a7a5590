import { basename } from 'node:path'
import type { ArchiveInfo } from '#core/archive-store.ts'
import { everyProject } from '#core/job.ts'
import type { JsonObject } from '#core/json.ts'
import { archiveById, listArchives, planArchive, showArchive, whatToArchive } from '#engine/archives.ts'
import { makeContext } from '#engine/engine.ts'
import type { Handlers } from '../handler.ts'
import { addJob } from './jobs.ts'

type Keys =
  | 'GET /api/v1/archives'
  | 'POST /api/v1/archives/plan'
  | 'POST /api/v1/archives'
  | 'GET /api/v1/archives/{id}'
  | 'POST /api/v1/archives/{id}/restore'
  | 'POST /api/v1/compact'

export const archiveHandlers: Handlers<Keys> = {
  'GET /api/v1/archives': async (_request, { engine }) => ({
    items: (await listArchives(engine)).map(wire),
    archivedSessions: await engine.store.archives.count(null, null),
  }),

  'POST /api/v1/archives/plan': ({ body }, { engine, signal }) => {
    const ctx = makeContext({ signal })
    return planArchive(engine, whatToArchive(requestOf(body), ctx.now()), ctx)
  },

  'POST /api/v1/archives': async ({ body }, { engine, principal }) => {
    // Decided now: a job that waits must not take what was recorded meanwhile.
    const what = whatToArchive(requestOf(body), makeContext().now()) as unknown as JsonObject
    const project = body.query.project ?? (body.dataset === null ? everyProject : body.project)
    return addJob(engine, { kind: 'archive', project, principal: principal.name, params: { what } })
  },

  'GET /api/v1/archives/{id}': async ({ params, query }, { engine, signal }) => {
    const archive = await archiveById(engine, params.id)
    const { sessions } = await showArchive(engine, archive.path, query.limit, makeContext({ signal }))
    return { archive: wire(archive), sessions }
  },

  'POST /api/v1/archives/{id}/restore': async ({ params, body }, { engine, principal }) => {
    await archiveById(engine, params.id)
    const job = { archive: params.id, sessions: body.sessions }
    return addJob(engine, { kind: 'archive-restore', project: everyProject, principal: principal.name, params: job })
  },

  'POST /api/v1/compact': ({ body }, { engine, principal }) =>
    addJob(engine, { kind: 'compact', project: everyProject, principal: principal.name, params: body }),
}

/** Without where it lies on this machine. */
function wire({ path, ...archive }: ArchiveInfo): Omit<ArchiveInfo, 'path'> & { readonly file: string } {
  return { ...archive, file: basename(path) }
}

function requestOf({ query, ...request }: { readonly query: object } & object): Parameters<typeof whatToArchive>[0] {
  return { query, ...request }
}
