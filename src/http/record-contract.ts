/** The routes of recording: what applications send while and after they run. They show nothing, so that keys may call them. */
import { z } from 'zod'
import { mediaRef, sha256, uuid } from '#core/session-schema.ts'
import type { Route } from './route.ts'
import * as s from './schemas.ts'

export const recordRoutes = {
  'POST /api/v1/sessions': {
    about: 'Record one session. Acknowledged after it is durable; sending it again is harmless.',
    role: 'recorder',
    scope: 'body',
    ingest: true,
    body: z.looseObject({}).meta({
      id: 'SentSession',
      description:
        'A session. May be left out: project, schemaVersion, contributor, consent, parent, telemetry, media, host.version, settings.policy, settings.propensity, settings.reason, outcome.error and outcome.durationMs.',
    }),
    reply: z.object({
      id: uuid,
      hash: sha256,
      result: z.enum(['created', 'repeated']),
    }),
  },
  'POST /api/v1/sessions/batch': {
    about: 'Record many sessions, one JSON object per line. Each line is taken or refused on its own.',
    role: 'recorder',
    scope: 'lines',
    ingest: true,
    body: 'stream',
    accepts: ['application/x-ndjson', 'application/jsonl'],
    reply: s.batchReply,
  },
  'POST /api/v1/journals': {
    about: 'Open a journal: a session that is written while the run goes on.',
    role: 'recorder',
    scope: 'opened',
    ingest: true,
    body: z.strictObject({ session: z.looseObject({ id: uuid }) }),
    reply: z.object({ id: uuid }),
    status: 201,
  },
  'POST /api/v1/journals/{id}': {
    about: 'Append operations to an open journal; a "close" operation makes the session.',
    role: 'recorder',
    scope: 'journal',
    ingest: true,
    params: s.id,
    body: z.strictObject({
      ops: z
        .array(
          z.discriminatedUnion('op', [
            z.strictObject({
              op: z.literal('set'),
              path: z.string().max(1000),
              value: z.unknown(),
            }),
            z.strictObject({
              op: z.literal('append'),
              path: z.string().max(1000),
              value: z.unknown(),
            }),
            z.strictObject({ op: z.literal('media'), media: mediaRef }),
            z.strictObject({
              op: z.literal('close'),
              outcome: z.looseObject({}),
            }),
          ]),
        )
        .min(1)
        .max(10_000),
    }),
    reply: z.object({ id: uuid, closed: z.boolean(), hash: sha256.nullable() }),
  },
  'POST /api/v1/edits': {
    about: 'Append what a person said or changed after a session.',
    role: 'reviewer',
    scope: 'body.session',
    ingest: true,
    body: s.edit.partial({
      id: true,
      at: true,
      principal: true,
      project: true,
      before: true,
      reason: true,
    }),
    reply: s.edit,
    status: 201,
  },
  'PUT /api/v1/blobs/{sha256}': {
    about: 'Upload bytes under their SHA-256.',
    role: 'recorder',
    scope: 'filtered',
    ingest: true,
    params: z.object({ sha256 }),
    body: 'stream',
    reply: z.object({ sha256, bytes: z.number() }),
    status: 201,
  },
} as const satisfies Record<string, Route>
