import { clipFrame } from '#engine/clip-frames.ts'
import { clipByFingerprint, forgetClip, listClips, openKnownClip, receiveClip } from '#engine/clips.ts'
import { browseFolder } from '#engine/folders.ts'
import type { Bytes, Handlers } from '../handler.ts'

type Keys =
  | 'GET /api/v1/folders'
  | 'GET /api/v1/clips'
  | 'POST /api/v1/clips'
  | 'POST /api/v1/clips/upload'
  | 'GET /api/v1/clips/{fingerprint}'
  | 'DELETE /api/v1/clips/{fingerprint}'
  | 'GET /api/v1/clips/{fingerprint}/frames/{index}'

export const clipHandlers: Handlers<Keys> = {
  'GET /api/v1/folders': ({ query }, { engine }) => browseFolder(engine, query.path ?? null),

  'GET /api/v1/clips': async (_, { engine, signal }) => ({ items: await listClips(engine, { signal }) }),

  'POST /api/v1/clips': ({ body }, { engine, signal }) => openKnownClip(engine, body.path, { signal }),

  'POST /api/v1/clips/upload': ({ query, body }, { engine, signal }) =>
    receiveClip(engine, query.name, body, { signal }),

  'GET /api/v1/clips/{fingerprint}': ({ params }, { engine, signal }) =>
    clipByFingerprint(engine, params.fingerprint, { signal }),

  'DELETE /api/v1/clips/{fingerprint}': async ({ params }, { engine }) => ({
    deleted: await forgetClip(engine, params.fingerprint),
  }),

  'GET /api/v1/clips/{fingerprint}/frames/{index}': async ({ params, query }, { engine, headers, signal }) => {
    const { fingerprint, index } = params
    const { width: widthPx } = query
    const etag = `"${fingerprint}-${index}-${widthPx}"`
    // The name is made of the content, so what it stands for never changes.
    const kept = { etag, 'cache-control': 'private, max-age=31536000, immutable' }
    const isKnown = String(headers['if-none-match'] ?? '')
      .split(/\s*,\s*/)
      .includes(etag)
    const picture = (status: number, body: Uint8Array): Bytes => ({
      type: 'bytes',
      contentType: 'image/jpeg',
      headers: kept,
      status,
      body,
    })
    if (isKnown) return picture(304, new Uint8Array(0))
    return picture(200, await clipFrame(engine, { fingerprint, index, widthPx, signal }))
  },
}
