import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { watchLive } from '#engine/live.ts'
import { readPreferences, writePreferences } from '#engine/preferences.ts'
import { makeContext } from '#engine/engine.ts'
import { resetPlan, resetTracking } from '#engine/reset-tracking.ts'
import type { SceneRequest } from '#engine/run-scene.ts'
import type { SolveAgainRequest } from '#engine/solve-again.ts'
import { jobFile, type RunPlace, sessionFile } from '#engine/track-files.ts'
import { trackSummary } from '#engine/track-summary.ts'
import type { Bytes, Call, Handlers } from '../handler.ts'
import { wire } from './jobs.ts'

type Keys =
  | 'POST /api/v1/clips/{fingerprint}/track'
  | 'GET /api/v1/jobs/{id}/live'
  | 'GET /api/v1/jobs/{id}/tracks'
  | 'GET /api/v1/jobs/{id}/solve'
  | 'GET /api/v1/jobs/{id}/scene'
  | 'POST /api/v1/jobs/{id}/solve-again'
  | 'GET /api/v1/sessions/{id}/tracks'
  | 'GET /api/v1/sessions/{id}/solve'
  | 'GET /api/v1/sessions/{id}/scene'
  | 'POST /api/v1/sessions/{id}/solve-again'
  | 'GET /api/v1/preferences'
  | 'PUT /api/v1/preferences'
  | 'GET /api/v1/track/reset'
  | 'POST /api/v1/track/reset'
  | 'GET /api/v1/track/summary'

/** More than this takes long for a few percent. */
const gzipLevel = 4

/** What stands on the tracker is loaded when it is first asked for: a server that only records does without. */
export const trackHandlers: Handlers<Keys> = {
  'POST /api/v1/clips/{fingerprint}/track': async ({ params, body }, { engine, principal, signal }) => {
    const { addTrackJob } = await import('#engine/track-job.ts')
    return wire(await addTrackJob(engine, params.fingerprint, body, principal.name, { signal }))
  },

  'GET /api/v1/jobs/{id}/live': ({ params }, { engine, signal }) => ({
    type: 'events',
    values: watchLive(engine, params.id, signal),
  }),

  'GET /api/v1/jobs/{id}/tracks': async ({ params }, call) =>
    json(await jobFile(call.engine, params.id, 'tracks'), call),
  'GET /api/v1/jobs/{id}/solve': async ({ params }, call) => json(await jobFile(call.engine, params.id, 'solve'), call),
  'GET /api/v1/sessions/{id}/tracks': async ({ params }, call) =>
    json(await sessionFile(call.engine, params.id, 'tracks'), call),
  'GET /api/v1/sessions/{id}/solve': async ({ params }, call) =>
    json(await sessionFile(call.engine, params.id, 'solve'), call),

  'GET /api/v1/sessions/{id}/scene': ({ params, query }, call) => scene({ session: params.id }, query, call),
  'GET /api/v1/jobs/{id}/scene': ({ params, query }, call) => scene({ job: params.id }, query, call),

  'POST /api/v1/sessions/{id}/solve-again': ({ params, body }, call) => solveAgain({ session: params.id }, body, call),
  'POST /api/v1/jobs/{id}/solve-again': ({ params, body }, call) => solveAgain({ job: params.id }, body, call),

  'GET /api/v1/preferences': (_, { engine }) => readPreferences(engine),

  'PUT /api/v1/preferences': async ({ body }, { engine }) => {
    const said = Object.entries(body).filter(([, isOn]) => isOn !== undefined)
    await writePreferences(engine, Object.fromEntries(said))
    return readPreferences(engine)
  },

  'GET /api/v1/track/reset': ({ query }, { engine }) => resetPlan(engine, query.project),
  // Once begun it goes on when the page is closed.
  'POST /api/v1/track/reset': ({ body }, { engine, principal }) =>
    resetTracking(engine, body, principal.name, makeContext()),

  'GET /api/v1/track/summary': ({ query }, { engine }) => trackSummary(engine, query.project ?? null),
}

async function scene(place: RunPlace, request: SceneRequest, { engine, signal }: Call): Promise<Bytes> {
  const { runScene } = await import('#engine/run-scene.ts')
  const { name, mediaType, bytes } = await runScene(engine, place, request, { signal })
  const plain = name.replaceAll(/[^\w. -]/g, '_')
  const headers = {
    'content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`,
    'cache-control': 'no-store',
  }
  return { type: 'bytes', contentType: mediaType, headers, body: bytes }
}

async function solveAgain(place: RunPlace, request: SolveAgainRequest, { engine, principal }: Call) {
  const { addSolveAgain } = await import('#engine/solve-again.ts')
  return wire(await addSolveAgain(engine, place, request, principal.name))
}

/** Tracks are numbers in text: packed, they have a quarter of the size. */
function json(bytes: AsyncIterable<Uint8Array>, { headers }: Pick<Call, 'headers'>): Bytes {
  const contentType = 'application/json; charset=utf-8'
  if (!/\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))) {
    return { type: 'bytes', contentType, headers: { vary: 'accept-encoding' }, body: bytes }
  }
  const packed = createGzip({ level: gzipLevel })
  // An error of either ends both, and shows to whoever reads.
  pipeline(Readable.from(bytes), packed, () => {})
  const encoding = { vary: 'accept-encoding', 'content-encoding': 'gzip' }
  return { type: 'bytes', contentType, headers: encoding, body: packed }
}
