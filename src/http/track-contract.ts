/** The routes of clips and of tracking them. All are the owner's alone: they show a person's files. */
import { z } from 'zod'
import { shortName } from '#core/session-schema.ts'
import type { Route } from './route.ts'
import * as s from './schemas.ts'
import * as t from './track-schemas.ts'

const oneClip = z.object({ fingerprint: t.fingerprint })

const sceneQuery = z.object({
  program: z.enum(t.scenePrograms),
  startFrame: z.coerce.number().int().min(0).max(1_000_000).default(1),
  shot: z.coerce.number().int().min(0).default(0),
  placement: z
    .string()
    .max(400)
    .optional()
    .meta({ description: 'x_scene = s R x + t, y up: s, R row by row and t as 13 numbers with commas between' }),
})

export const trackRoutes = {
  'GET /api/v1/folders': {
    about: 'What is in a folder of this machine: folders, videos and image sequences. Hidden files are left out.',
    role: 'owner',
    scope: 'store',
    query: z.object({ path: z.string().max(4096).optional() }),
    reply: t.folderListing,
  },
  'GET /api/v1/clips': {
    about: 'The clips that are known here, newest first.',
    role: 'owner',
    scope: 'store',
    reply: z.object({ items: z.array(t.clip) }),
  },
  'POST /api/v1/clips': {
    about: 'Open a clip of this machine, and remember where it lies. That never leaves the machine.',
    role: 'owner',
    scope: 'store',
    body: t.clipPath,
    reply: t.clip,
  },
  'POST /api/v1/clips/upload': {
    about: 'Take in a video; it is kept in the data directory until it is forgotten.',
    role: 'owner',
    scope: 'store',
    query: z.object({ name: z.string().min(1).max(300) }),
    body: 'stream',
    reply: t.clip,
    status: 201,
  },
  'GET /api/v1/clips/{fingerprint}': {
    about: 'One clip.',
    role: 'owner',
    scope: 'store',
    params: oneClip,
    reply: t.clip,
  },
  'DELETE /api/v1/clips/{fingerprint}': {
    about: 'Forget where a clip lies; an uploaded one is deleted.',
    role: 'owner',
    scope: 'store',
    params: oneClip,
    reply: z.object({ deleted: z.boolean() }),
  },
  'GET /api/v1/clips/{fingerprint}/frames/{index}': {
    about: 'One frame in colour, as JPEG, no wider than asked for.',
    role: 'owner',
    scope: 'store',
    params: oneClip.extend({ index: z.coerce.number().int().min(0) }),
    query: z.object({ width: z.coerce.number().int().min(16).max(4096).default(960) }),
    reply: 'stream',
    gives: ['image/jpeg'],
  },
  'POST /api/v1/clips/{fingerprint}/track': {
    about: 'Track a clip and solve its camera. A job.',
    role: 'owner',
    scope: 'store',
    params: oneClip,
    body: t.trackOptions,
    reply: s.job,
    status: 202,
  },
  'GET /api/v1/jobs/{id}/live': {
    about: 'How a tracking job stands, with its tracks as they grow: server-sent events until it ends.',
    role: 'owner',
    scope: 'job',
    params: s.id,
    reply: 'events',
  },
  'GET /api/v1/jobs/{id}/tracks': {
    about: 'The tracks of a job that was not recorded, as tracks.json has them. Kept for a week.',
    role: 'owner',
    scope: 'job',
    params: s.id,
    reply: 'stream',
    gives: ['application/json'],
  },
  'GET /api/v1/jobs/{id}/solve': {
    about: 'The solve of a job that was not recorded, as solve.json has it. Kept for a week.',
    role: 'owner',
    scope: 'job',
    params: s.id,
    reply: 'stream',
    gives: ['application/json'],
  },
  'GET /api/v1/jobs/{id}/scene': {
    about: 'A solved shot of a job that was not recorded, for another program. For a week.',
    role: 'owner',
    scope: 'job',
    params: s.id,
    query: sceneQuery,
    reply: 'stream',
    gives: ['*/*'],
  },
  'POST /api/v1/jobs/{id}/solve-again': {
    about:
      'Change the tracks of a job that was not recorded by hand, and solve again. A job that is not recorded either.',
    role: 'owner',
    scope: 'job',
    params: s.id,
    body: t.solveAgainRequest,
    reply: s.job,
    status: 202,
  },
  'GET /api/v1/sessions/{id}/tracks': {
    about: 'The tracks of a camera session in every frame, as tracks.json has them.',
    role: 'owner',
    scope: 'session',
    params: s.id,
    reply: 'stream',
    gives: ['application/json'],
  },
  'GET /api/v1/sessions/{id}/solve': {
    about: 'The cameras and points of a camera session, as solve.json has them.',
    role: 'owner',
    scope: 'session',
    params: s.id,
    reply: 'stream',
    gives: ['application/json'],
  },
  'GET /api/v1/sessions/{id}/scene': {
    about: 'A solved shot for another program: its file, or its files as a zip.',
    role: 'owner',
    scope: 'session',
    params: s.id,
    query: sceneQuery,
    reply: 'stream',
    gives: ['*/*'],
  },
  'POST /api/v1/sessions/{id}/solve-again': {
    about: 'Change the tracks of a camera session by hand, and solve again. A job.',
    role: 'owner',
    scope: 'session',
    params: s.id,
    body: t.solveAgainRequest,
    reply: s.job,
    status: 202,
  },
  'GET /api/v1/preferences': {
    about: 'What may be recorded, and learned from.',
    role: 'owner',
    scope: 'store',
    reply: t.preferences,
  },
  'PUT /api/v1/preferences': {
    about: 'Choose what may be recorded and learned from; what is left out stays as it is.',
    role: 'owner',
    scope: 'store',
    body: t.preferencesChange,
    reply: t.preferences,
  },
  'GET /api/v1/track/reset': {
    about: 'What a reset of tracking would erase of a project.',
    role: 'owner',
    scope: 'query',
    query: z.object({ project: s.project }),
    reply: t.resetPlan,
  },
  'POST /api/v1/track/reset': {
    about: 'Erase all camera sessions of a project, and what is here of their clips. Cannot be undone.',
    role: 'owner',
    scope: 'body',
    body: t.resetRequest,
    reply: s.receipt,
  },
  'GET /api/v1/track/summary': {
    about: 'What was captured, what was learned from it, and what of that was applied, in a sentence each.',
    role: 'owner',
    scope: 'store',
    query: z.object({ project: shortName.optional() }),
    reply: t.trackSummary,
  },
} as const satisfies Record<string, Route>
