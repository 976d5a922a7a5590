import { fault } from '#core/faults.ts'
import { pictureType, thumbnailOf } from '#engine/pictures.ts'
import type { Bytes, Handlers } from '../handler.ts'

type Keys = 'PUT /api/v1/blobs/{sha256}' | 'GET /api/v1/blobs/{sha256}' | 'GET /api/v1/blobs/{sha256}/thumbnail'

/** Above this an upload should be resumable, so it is refused here. */
const maxBlobBytes = 1024 ** 3

const immutable = 'private, max-age=31536000, immutable'

export const blobHandlers: Handlers<Keys> = {
  'PUT /api/v1/blobs/{sha256}': async ({ params, body }, { engine, principal: { project } }) => {
    const kept = await engine.store.blobs.put(body, { expected: params.sha256, maxBytes: maxBlobBytes })
    if (project !== null) await engine.store.people.noteUpload(project, kept.sha256, Date.now())
    return kept
  },

  'GET /api/v1/blobs/{sha256}': async ({ params }, { engine, headers }) => {
    const info = await engine.store.blobs.stat(params.sha256)
    if (!info) throw fault('blob.unknown', { expected: 'the hash of a stored blob', found: params.sha256 })
    const range = readRange(headers['range'], info.bytes)
    const picture = await pictureType(engine, info.sha256, info.bytes)
    const length = range ? range.end - range.start : info.bytes
    const answer: Bytes = {
      type: 'bytes',
      contentType: picture ?? 'application/octet-stream',
      status: range ? 206 : 200,
      headers: {
        'content-length': String(length),
        'accept-ranges': 'bytes',
        'cache-control': immutable,
        etag: `"${params.sha256}"`,
        ...(picture === null ? { 'content-disposition': `attachment; filename="${params.sha256}"` } : {}),
        ...(range ? { 'content-range': `bytes ${range.start}-${range.end - 1}/${info.bytes}` } : {}),
      },
      body: engine.store.blobs.open(params.sha256, range ?? undefined),
    }
    return answer
  },

  'GET /api/v1/blobs/{sha256}/thumbnail': async ({ params, query }, { engine }) => {
    const small = await thumbnailOf(engine, params.sha256, query.width)
    return { type: 'bytes', contentType: small.mediaType, headers: { 'cache-control': immutable }, body: small.data }
  },
}

/** One range "bytes=a-b"; anything else is answered whole, as RFC 9110 allows. The end is exclusive. */
function readRange(header: unknown, size: number): { start: number; end: number } | null {
  const found = typeof header === 'string' ? /^bytes=(\d+)-(\d*)$/.exec(header) : null
  if (!found) return null
  const start = Number(found[1])
  const end = found[2] ? Math.min(Number(found[2]) + 1, size) : size
  return start < end ? { start, end } : null
}
