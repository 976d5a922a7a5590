/** The routes of resumable uploads (tus 1.0.0, https://tus.io/protocols/resumable-upload), and of limits. */
import { z } from 'zod'
import { uploadKinds } from '#core/upload-store.ts'
import type { Route } from './route.ts'
import * as s from './schemas.ts'

const amount = z.number().int().min(0).nullable()

export const quotaReport = z
  .object({
    project: z.string(),
    bytes: amount,
    sessions: amount,
    usedBytes: z.number(),
    usedSessions: z.number(),
  })
  .meta({ id: 'Quota' })

export const upload = z
  .object({
    id: s.id.shape.id,
    kind: z.enum(uploadKinds),
    bytes: z.number(),
    offset: z.number(),
    expiresAt: z.string(),
    /** `{sha256, bytes}` of a blob, `{fingerprint}` of a clip; null while it is not finished. */
    result: z.looseObject({}).nullable(),
  })
  .meta({ id: 'Upload' })

export const uploadRoutes = {
  'OPTIONS /api/v1/uploads': {
    about: 'What of tus is spoken here: Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm.',
    role: 'anyone',
    scope: 'open',
    reply: 'stream',
    gives: ['text/plain'],
    statuses: [204],
  },
  'POST /api/v1/uploads': {
    about:
      'Begin a resumable upload: Upload-Length, and Upload-Metadata with kind ("blob" or "clip"), sha256, name and project. Answers 201 with Location.',
    role: 'recorder',
    scope: 'filtered',
    ingest: true,
    body: 'stream',
    reply: 'stream',
    gives: ['text/plain'],
    statuses: [201],
  },
  'HEAD /api/v1/uploads/{id}': {
    about: 'Where an upload stands: Upload-Offset and Upload-Length.',
    role: 'recorder',
    scope: 'filtered',
    ingest: true,
    params: s.id,
    reply: 'stream',
    gives: ['text/plain'],
  },
  'GET /api/v1/uploads/{id}': {
    about: 'An upload, and what it became when it is finished.',
    role: 'recorder',
    scope: 'filtered',
    ingest: true,
    params: s.id,
    reply: upload,
  },
  'PATCH /api/v1/uploads/{id}': {
    about: 'Add bytes at Upload-Offset. Acknowledged after they are durable; the last ones make the blob or clip.',
    role: 'recorder',
    scope: 'filtered',
    ingest: true,
    params: s.id,
    body: 'stream',
    accepts: ['application/offset+octet-stream'],
    reply: 'stream',
    gives: ['text/plain'],
    statuses: [204],
  },
  'DELETE /api/v1/uploads/{id}': {
    about: 'Give an upload up; its bytes are freed. What it became already stays.',
    role: 'recorder',
    scope: 'filtered',
    ingest: true,
    params: s.id,
    reply: 'stream',
    gives: ['text/plain'],
    statuses: [204],
  },
  'GET /api/v1/quotas': {
    about: 'What each project holds and may hold, and how fast each key may write.',
    role: 'owner',
    scope: 'store',
    reply: z.object({ items: z.array(quotaReport), rates: z.record(z.string(), z.number()) }),
  },
  'PUT /api/v1/quotas/{project}': {
    about: 'Say how much a project may hold; null lifts a limit.',
    role: 'owner',
    scope: 'store',
    params: z.object({ project: z.string().min(1).max(200) }),
    body: z.strictObject({ bytes: amount.default(null), sessions: amount.default(null) }),
    reply: quotaReport,
  },
  'PUT /api/v1/rates/{principal}': {
    about: 'Say how many requests and sessions a key or token may write in a minute; null lifts the limit.',
    role: 'owner',
    scope: 'store',
    params: z.object({ principal: z.string().min(1).max(200) }),
    body: z.strictObject({ perMinute: z.number().int().min(1).nullable() }),
    reply: z.object({ rates: z.record(z.string(), z.number()) }),
  },
} as const satisfies Record<string, Route>
