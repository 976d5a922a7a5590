/** The routes of bringing in and taking out, and of the jobs that do it. */
import { z } from 'zod'
import { shortName } from '#core/session-schema.ts'
import type { Route } from './route.ts'
import * as s from './schemas.ts'

const list = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) })

export const transferRoutes = {
  'GET /api/v1/formats': {
    about: 'What can be exported to and imported from, with options.',
    role: 'viewer',
    scope: 'open',
    reply: list(s.formatInfo),
  },
  'POST /api/v1/imports': {
    about: 'Import an archive or file; which layout it is in is found out. A job.',
    role: 'owner',
    scope: 'query',
    query: z.object({
      project: s.project,
      mode: z.enum(['merge', 'replace']).default('merge'),
      name: z.string().max(300),
      layout: z.string().max(50).optional(),
    }),
    body: 'stream',
    reply: s.job,
    status: 202,
  },
  'GET /api/v1/imports': {
    about: 'What was imported, newest first.',
    role: 'viewer',
    scope: 'query',
    query: z.object({ project: shortName.optional() }),
    reply: list(s.importRecord),
  },
  'POST /api/v1/imports/{id}/undo': {
    about: 'Undo an import that replaced: what it set aside comes back.',
    role: 'owner',
    scope: 'import',
    params: s.id,
    reply: z.object({ broughtBack: z.number() }),
  },
  'POST /api/v1/exports': {
    about: 'Export samples or sessions. A job; its files are downloaded from the job.',
    role: 'reviewer',
    scope: 'body',
    body: s.exportRequest,
    reply: s.job,
    status: 202,
  },
  'GET /api/v1/exports': {
    about: 'What left the store.',
    role: 'viewer',
    scope: 'query',
    query: z.object({ project: shortName.optional() }),
    reply: list(s.exportNote),
  },
  'GET /api/v1/jobs': {
    about: 'Jobs, newest first.',
    role: 'viewer',
    scope: 'query',
    query: z.object({
      project: shortName.optional(),
      state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']).optional(),
      limit: s.limit(200, 50),
    }),
    reply: list(s.job),
  },
  'GET /api/v1/jobs/{id}': {
    about: 'One job.',
    role: 'viewer',
    scope: 'job',
    params: s.id,
    reply: s.job,
  },
  'GET /api/v1/jobs/{id}/events': {
    about: 'The job as server-sent events until it ends.',
    role: 'viewer',
    scope: 'job',
    params: s.id,
    reply: 'events',
  },
  'POST /api/v1/jobs/{id}/cancel': {
    about: 'Stop a job.',
    role: 'reviewer',
    scope: 'job',
    params: s.id,
    reply: s.job,
  },
  'GET /api/v1/jobs/{id}/download': {
    about: 'The files an export made, as one zip.',
    role: 'reviewer',
    scope: 'job',
    params: s.id,
    reply: 'stream',
    gives: ['application/zip'],
  },
} as const satisfies Record<string, Route>
