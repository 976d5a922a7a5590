/** The routes of saved queries and of datasets with their versions. */
import { z } from 'zod'
import { shortName } from '#core/session-schema.ts'
import type { Route } from './route.ts'
import * as s from './schemas.ts'

const list = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) })
const inProject = z.object({ project: s.project })
const named = z.object({ name: shortName })

export const datasetRoutes = {
  'GET /api/v1/queries': {
    about: 'Saved queries.',
    role: 'viewer',
    scope: 'query',
    query: inProject,
    reply: list(s.savedQuery),
  },
  'PUT /api/v1/queries/{name}': {
    about: 'Save a query under a name.',
    role: 'reviewer',
    scope: 'query',
    params: named,
    query: inProject,
    body: z.strictObject({ query: s.sessionQuery }),
    reply: s.savedQuery,
  },
  'DELETE /api/v1/queries/{name}': {
    about: 'Remove a saved query.',
    role: 'reviewer',
    scope: 'query',
    params: named,
    query: inProject,
    reply: z.object({ deleted: z.boolean() }),
  },
  'GET /api/v1/datasets': {
    about: 'All datasets.',
    role: 'viewer',
    scope: 'query',
    query: z.object({ project: shortName.optional() }),
    reply: list(s.dataset),
  },
  'POST /api/v1/datasets': {
    about: 'Name a set of samples.',
    role: 'reviewer',
    scope: 'body',
    body: z.strictObject({
      name: shortName,
      project: s.project,
      about: z.string().max(2000).nullable().default(null),
      select: s.dataset.shape.select,
    }),
    reply: s.dataset,
    status: 201,
  },
  'GET /api/v1/datasets/{name}': {
    about: 'A dataset with its versions, newest first, and what its query finds today.',
    role: 'viewer',
    scope: 'query',
    params: named,
    query: inProject,
    reply: z.object({
      dataset: s.dataset,
      versions: z.array(s.datasetVersion),
      samplesToday: z.number(),
    }),
  },
  'POST /api/v1/datasets/{name}/versions': {
    about: 'Freeze what the dataset holds today as a version, split and hashed. A job.',
    role: 'reviewer',
    scope: 'query',
    params: named,
    query: inProject,
    body: z.strictObject({
      version: z.string().max(50).optional(),
      plan: s.splitPlan.optional(),
      note: z.string().max(2000).nullable().default(null),
    }),
    reply: s.job,
    status: 202,
  },
  'GET /api/v1/datasets/{name}/quality': {
    about: 'Figures of a version by which people judge whether it is fit to train on.',
    role: 'viewer',
    scope: 'query',
    params: named,
    query: inProject.extend({ version: z.string().max(50).optional() }),
    reply: z.object({
      version: s.datasetVersion,
      quality: z.looseObject({ samples: z.number() }).meta({ id: 'Quality' }),
    }),
  },
  'GET /api/v1/datasets/{name}/diff': {
    about: 'What changed between two versions.',
    role: 'viewer',
    scope: 'query',
    params: named,
    query: inProject.extend({
      from: z.string().max(50),
      to: z.string().max(50),
    }),
    reply: z
      .looseObject({
        added: z.number(),
        removed: z.number(),
        changed: z.number(),
      })
      .meta({ id: 'VersionDiff' }),
  },
} as const satisfies Record<string, Route>
