/** The routes of signing in, of accounts, tokens and ingest keys, and of the audit log. */
import { z } from 'zod'
import { utcTime, uuid } from '#core/session-schema.ts'
import * as p from './people-schemas.ts'
import type { Route } from './route.ts'
import * as s from './schemas.ts'

const oneAccount = z.object({ name: p.personName })

export const peopleRoutes = {
  'POST /api/v1/sign-in': {
    about: 'Sign in by name and password; the answer sets a cookie. A wrong name and a wrong password look the same.',
    role: 'anyone',
    scope: 'open',
    body: z.strictObject({ name: z.string().max(200), password: p.password }),
    reply: p.me,
  },
  'POST /api/v1/sign-out': {
    about: 'Sign out here, or everywhere.',
    role: 'anyone',
    scope: 'open',
    body: z.strictObject({ everywhere: z.boolean().default(false) }),
    reply: z.object({ signIns: z.number() }),
  },
  'GET /api/v1/me': {
    about: 'Who is asking, and whether somebody has to sign in.',
    role: 'anyone',
    scope: 'open',
    reply: p.me,
  },
  'POST /api/v1/me/password': {
    about: 'Change the own password. All other sign-ins end.',
    role: 'signed-in',
    scope: 'open',
    body: z.strictObject({ current: p.password, next: p.password }),
    reply: z.object({ signIns: z.number() }),
  },
  'GET /api/v1/people': {
    about: 'All accounts.',
    role: 'owner',
    scope: 'store',
    reply: z.object({ items: z.array(p.account) }),
  },
  'POST /api/v1/people': {
    about: 'Make an account. The first one is an owner of all projects; from then on everybody signs in.',
    role: 'owner',
    scope: 'store',
    body: p.newAccount,
    reply: p.account,
    status: 201,
  },
  'PATCH /api/v1/people/{name}': {
    about: 'Change role or project of an account, disable it or let it in again. The last owner stays.',
    role: 'owner',
    scope: 'store',
    params: oneAccount,
    body: p.accountChange,
    reply: p.account,
  },
  'POST /api/v1/people/{name}/password': {
    about: 'Give an account a new password, and end all its sign-ins.',
    role: 'owner',
    scope: 'store',
    params: oneAccount,
    body: z.strictObject({ password: p.password }),
    reply: p.account,
  },
  'GET /api/v1/keys': {
    about: 'API tokens and ingest keys, newest first, without their secrets.',
    role: 'owner',
    scope: 'store',
    reply: z.object({ items: z.array(p.accessKey) }),
  },
  'POST /api/v1/keys': {
    about: 'Make an API token or an ingest key. Its secret is in this answer and nowhere else.',
    role: 'owner',
    scope: 'store',
    body: p.newAccessKey,
    reply: p.madeAccessKey,
    status: 201,
  },
  'DELETE /api/v1/keys/{id}': {
    about: 'Revoke a token or key. It stays in the list, and lets nobody in.',
    role: 'owner',
    scope: 'store',
    params: z.object({ id: uuid }),
    reply: p.accessKey,
  },
  'GET /api/v1/audit': {
    about: 'Who changed what and who signed in, newest first, also what was refused.',
    role: 'owner',
    scope: 'store',
    query: z.object({
      principal: z.string().max(200).optional(),
      /** The route or command, or how it begins. */
      action: z.string().max(200).optional(),
      project: z.string().max(200).optional(),
      target: z.string().max(300).optional(),
      refused: z.enum(['true', 'false']).optional(),
      from: utcTime.optional(),
      to: utcTime.optional(),
      limit: s.limit(500, 100),
      cursor: s.cursor,
    }),
    reply: z.object({ items: z.array(p.auditEntry), next: z.string().nullable() }),
  },
} as const satisfies Record<string, Route>
