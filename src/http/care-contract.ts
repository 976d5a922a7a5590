/** The routes of the care of the data: what is done by the clock, how it stands, and what watchers of a service ask. */
import { z } from 'zod'
import * as c from './care-schemas.ts'
import type { Route } from './route.ts'
import * as s from './schemas.ts'

const oneTask = z.object({ task: c.careTask })

export const careRoutes = {
  'GET /healthz': {
    about:
      'Whether all is well: data can be taken in, and backup and verify neither failed nor are overdue. Status 503 when not.',
    role: 'anyone',
    scope: 'open',
    reply: c.health,
    unhealthy: 503,
  },
  'GET /readyz': {
    about: 'Whether data can be taken in now: the store answers and the disk has room. Status 503 when not.',
    role: 'anyone',
    scope: 'open',
    reply: z.object({ ok: z.boolean() }),
    unhealthy: 503,
  },
  'GET /livez': {
    about: 'Whether the process answers at all; whoever starts it anew should ask this.',
    role: 'anyone',
    scope: 'open',
    reply: z.object({ ok: z.boolean() }),
  },
  'GET /metrics': {
    about: 'Figures for Prometheus: requests, sessions, commits, jobs, care, learners, disk and process.',
    role: 'owner',
    scope: 'store',
    reply: 'stream',
    gives: ['text/plain'],
  },
  'GET /api/v1/care': {
    about:
      'What is done for the data by the clock, how it stands, the backups there are, and what checks of quality found.',
    role: 'owner',
    scope: 'store',
    reply: c.care,
  },
  'PUT /api/v1/care/schedules/{task}': {
    about:
      'Switch a task on, or change it; what is left out stays as it was. Retention only with the proof of its preview.',
    role: 'owner',
    scope: 'store',
    params: oneTask,
    body: c.scheduleChange,
    reply: c.careTaskState,
  },
  'DELETE /api/v1/care/schedules/{task}': {
    about: 'Switch a task off. What was planned is kept.',
    role: 'owner',
    scope: 'store',
    params: oneTask,
    reply: c.careTaskState,
  },
  'POST /api/v1/care/schedules/{task}/run': {
    about: 'Run a task now. A job; one that is under way is given instead.',
    role: 'owner',
    scope: 'store',
    params: oneTask,
    reply: s.job,
    status: 202,
  },
  'POST /api/v1/care/retention/preview': {
    about: 'What rules of retention would take today. Changes nothing.',
    role: 'owner',
    scope: 'store',
    body: z.strictObject({ rules: c.carePlan.shape.rules.unwrap() }),
    reply: c.retentionPreview,
  },
} as const satisfies Record<string, Route>
