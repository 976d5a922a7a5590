/**
 * The one route table. A key is method and path; validation, OpenAPI, the typed client and the docs all come from it,
 * and so does who may call: no route is without a role.
 */
import { z } from 'zod'
import { sha256, shortName, uuid } from '#core/session-schema.ts'
import { archiveRoutes } from './archives-contract.ts'
import { careRoutes } from './care-contract.ts'
import { careSummary } from './care-schemas.ts'
import { describeRoutes } from './describe-contract.ts'
import { datasetRoutes } from './dataset-contract.ts'
import { learnRoutes } from './learn-contract.ts'
import { peopleRoutes } from './people-contract.ts'
import { recordRoutes } from './record-contract.ts'
import type { Route } from './route.ts'
import * as s from './schemas.ts'
import { trackRoutes } from './track-contract.ts'
import { transferRoutes } from './transfer-contract.ts'
import { uploadRoutes } from './uploads-contract.ts'
import { webhookRoutes } from './webhook-contract.ts'

export type { Route } from './route.ts'
export type * from './archive-schemas.ts'
export type * from './care-schemas.ts'
export type * from './learn-schemas.ts'
export type * from './people-schemas.ts'
export type * from './track-schemas.ts'

const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() })
const list = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) })
const inProject = z.object({ project: s.project })
const named = z.object({ name: shortName })

export const routes = {
  // Care of the data, and what watchers of the service ask
  ...careRoutes,

  // Recording
  ...recordRoutes,

  // Looking
  'GET /api/v1/sessions': {
    about: 'Sessions, newest first.',
    role: 'viewer',
    scope: 'query',
    query: s.sessionFilter.extend({
      limit: s.limit(500, 50),
      cursor: s.cursor,
    }),
    reply: page(s.sessionSummary),
  },
  'GET /api/v1/sessions/count': {
    about: 'How many sessions fit, counted up to a cap.',
    role: 'viewer',
    scope: 'query',
    query: s.sessionFilter.extend({ cap: s.limit(1_000_000, 10_000) }),
    reply: z.object({
      count: z.number(),
      capped: z.boolean(),
      /** Sessions of the project and domain that are in archives; no other condition is looked at. */
      archived: z.number(),
    }),
  },
  'GET /api/v1/sessions/{id}': {
    about: 'One session, to the letter as it was recorded.',
    role: 'viewer',
    scope: 'session',
    params: s.id,
    reply: s.session,
    verbatim: true,
  },
  'GET /api/v1/sessions/{id}/edits': {
    about: 'The edits of a session, oldest first.',
    role: 'viewer',
    scope: 'session',
    params: s.id,
    reply: list(s.edit),
  },
  'GET /api/v1/sessions/{id}/samples': {
    about: 'The training examples in a session, as they are today.',
    role: 'viewer',
    scope: 'session',
    params: s.id,
    reply: list(z.looseObject({ id: z.string(), type: s.sampleType }).meta({ id: 'Sample' })),
  },
  'GET /api/v1/sessions/{id}/chain': {
    about: 'The sessions before and after this one on the same input, oldest first.',
    role: 'viewer',
    scope: 'session',
    params: s.id,
    reply: list(s.sessionSummary),
  },
  'GET /api/v1/blobs/{sha256}': {
    about: 'The bytes of a blob, served inert. Ranges are answered.',
    role: 'viewer',
    scope: 'blob',
    params: z.object({ sha256 }),
    reply: 'stream',
    gives: ['*/*'],
    statuses: [200, 206],
  },
  'GET /api/v1/blobs/{sha256}/thumbnail': {
    about: 'A picture made small.',
    role: 'viewer',
    scope: 'blob',
    params: z.object({ sha256 }),
    query: z.object({
      width: z.coerce.number().int().min(16).max(1024).default(320),
    }),
    reply: 'stream',
    gives: ['image/*'],
  },
  'GET /api/v1/facets': {
    about: 'What sessions can be filtered by, with the most frequent values.',
    role: 'viewer',
    scope: 'query',
    query: z.object({ project: s.project, domain: s.domain.optional() }),
    reply: list(s.facetSummary),
  },
  'GET /api/v1/projects': {
    about: 'All projects.',
    role: 'viewer',
    scope: 'filtered',
    reply: list(z.string()),
  },
  'GET /api/v1/stats': {
    about: 'What came in over time, by domain and outcome, and what the store holds.',
    role: 'viewer',
    scope: 'query',
    query: z.object({ project: shortName.optional() }),
    reply: z
      .object({
        sessions: z.number(),
        edits: z.number(),
        catalogBytes: z.number(),
        freeBytes: z.number(),
        tally: z.array(
          z.object({
            project: z.string(),
            domain: s.domain,
            day: z.string(),
            status: z.enum(['succeeded', 'partial', 'failed', 'cancelled']).nullable(),
            sessions: z.number(),
          }),
        ),
        lastVerify: z.looseObject({}).nullable(),
        lastBackup: z.looseObject({}).nullable(),
        care: z.array(careSummary),
      })
      .meta({ id: 'Stats' }),
  },
  'GET /api/v1/stats/tables': {
    about: 'The tables that stats can be broken down by.',
    role: 'viewer',
    scope: 'open',
    reply: list(z.object({ name: z.string(), domain: s.domain, about: z.string() })),
  },
  'GET /api/v1/stats/tables/{name}': {
    about: 'One table of figures, over the sessions that fit.',
    role: 'viewer',
    scope: 'query',
    params: named,
    query: s.sessionFilter,
    reply: s.statTable,
  },

  // Curating
  ...datasetRoutes,

  // Bringing in and taking out
  ...transferRoutes,

  // Clips, and the cameras that took them
  ...trackRoutes,

  // Learning
  ...learnRoutes,

  // Resumable uploads, and limits
  ...uploadRoutes,

  // Telling others
  ...webhookRoutes,

  // Archives
  ...archiveRoutes,

  // People, tokens and keys
  ...peopleRoutes,

  // Consent and erasure
  'GET /api/v1/consent': {
    about: 'The consent ledger of a project.',
    role: 'owner',
    scope: 'query',
    query: inProject,
    reply: list(s.consentEntry),
  },
  'POST /api/v1/consent': {
    about: 'Append a grant or withdrawal: for the project, a contributor or a session.',
    role: 'owner',
    scope: 'body',
    body: s.consentEntry.omit({ id: true, at: true, principal: true }).extend({
      project: s.project,
      contributor: shortName.nullable().default(null),
      session: uuid.nullable().default(null),
      text: z.string().max(20_000).nullable().default(null),
    }),
    reply: s.consentEntry,
    status: 201,
  },
  'POST /api/v1/forget': {
    about: 'Erase sessions, or all of a contributor, everywhere. Cannot be undone.',
    role: 'owner',
    scope: 'erased',
    body: s.forgotten,
    reply: s.receipt,
  },
  'POST /api/v1/forget/preview': {
    about: 'What forgetting would erase, and what only others can delete. Changes nothing.',
    role: 'owner',
    scope: 'erased',
    body: s.forgotten,
    reply: s.forgetPreview,
  },

  // Describing itself
  ...describeRoutes,

  // The old doors of the image app
  'POST /api/store-image': {
    about:
      "The image app's own door: originalImage, reimaginedImage, instruction, optional userEmail and consent, as multipart form data.",
    role: 'recorder',
    scope: 'legacy',
    body: 'stream',
    accepts: ['multipart/form-data'],
    reply: z.object({
      success: z.literal(true),
      sessionId: z.string(),
      message: z.string(),
    }),
  },
  'GET /api/store-image': {
    about: 'The four figures of the image app.',
    role: 'viewer',
    scope: 'legacy',
    reply: z.object({
      totalSessions: z.number(),
      totalImages: z.number(),
      latestSession: z.string().nullable(),
      instructionTypes: z.number(),
    }),
  },
  'GET /admin/training-data.css': {
    about: 'How that page looks.',
    role: 'anyone',
    scope: 'open',
    reply: 'page',
    gives: ['text/css'],
  },
  'GET /admin/training-data': {
    about: 'A page with those four figures.',
    role: 'viewer',
    scope: 'legacy',
    reply: 'page',
    gives: ['text/html'],
  },
} as const satisfies Record<string, Route>

export type Api = typeof routes
export type RouteKey = keyof Api

type In<T> = T extends z.ZodType
  ? z.input<T>
  : T extends 'stream'
    ? ReadableStream<Uint8Array> | Blob | ArrayBufferView
    : never
type Decoded<T> = T extends z.ZodType ? z.output<T> : T extends 'stream' ? AsyncIterable<Uint8Array> : never
type Present<K extends RouteKey> = Extract<keyof Api[K], 'params' | 'query' | 'body'>

/** What a caller gives for a route. */
export type Request<K extends RouteKey> = {
  readonly [F in Present<K>]: F extends keyof Api[K] ? In<Api[K][F]> : never
}
/** What a handler is given. */
export type Received<K extends RouteKey> = {
  readonly [F in Present<K>]: F extends keyof Api[K] ? Decoded<Api[K][F]> : never
}
/** What a caller gets. */
export type Reply<K extends RouteKey> = Api[K]['reply'] extends z.ZodType ? z.output<Api[K]['reply']> : Response
