/** The routes of archives, and of packing. Files made here lie in the data directory; the owner's alone. */
import { z } from 'zod'
import { uuid } from '#core/session-schema.ts'
import * as a from './archive-schemas.ts'
import type { Route } from './route.ts'
import * as s from './schemas.ts'

export const archiveRoutes = {
  'GET /api/v1/archives': {
    about: 'The archives, newest first, and whether their files are there.',
    role: 'owner',
    scope: 'store',
    reply: z.object({ items: z.array(a.archiveInfo), archivedSessions: z.number() }),
  },
  'POST /api/v1/archives/plan': {
    about: 'What an archive would hold. Changes nothing.',
    role: 'owner',
    scope: 'store',
    body: a.archiveRequest,
    reply: a.archivePlan,
  },
  'POST /api/v1/archives': {
    about: 'Move old sessions, or a dataset with its versions, into one checked file in the data directory. A job.',
    role: 'owner',
    scope: 'store',
    body: a.archiveRequest,
    reply: s.job,
    status: 202,
  },
  'GET /api/v1/archives/{id}': {
    about: 'What is in an archive, after every byte of it was checked.',
    role: 'owner',
    scope: 'store',
    params: s.id,
    query: z.object({ limit: s.limit(500, 50) }),
    reply: a.archiveShown,
  },
  'POST /api/v1/archives/{id}/restore': {
    about: 'Bring back everything in an archive, or the sessions named; the file stays. A job.',
    role: 'owner',
    scope: 'store',
    params: s.id,
    body: z.strictObject({ sessions: z.array(uuid).min(1).max(10_000).nullable().default(null) }),
    reply: s.job,
    status: 202,
  },
  'POST /api/v1/compact': {
    about: 'Pack blobs that become smaller by it, or only count what that would save. A job.',
    role: 'owner',
    scope: 'store',
    body: z.strictObject({ dryRun: z.boolean().default(false) }),
    reply: s.job,
    status: 202,
  },
} as const satisfies Record<string, Route>
