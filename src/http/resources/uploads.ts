/** tus 1.0.0 over the uploads of the engine: headers in, headers out. */
import { brief, fault } from '#core/faults.ts'
import type { Principal } from '#core/principal.ts'
import { type Upload, type UploadChecksum, uploadKinds } from '#core/upload-store.ts'
import type { Engine } from '#engine/engine.ts'
import {
  addToUpload,
  beginUpload,
  endUpload,
  maxUploadBytes,
  uploadById,
  type UploadRequest,
} from '#engine/resumable.ts'
import type { Bytes, Call, Handlers } from '../handler.ts'

type Keys =
  | 'OPTIONS /api/v1/uploads'
  | 'POST /api/v1/uploads'
  | 'HEAD /api/v1/uploads/{id}'
  | 'GET /api/v1/uploads/{id}'
  | 'PATCH /api/v1/uploads/{id}'
  | 'DELETE /api/v1/uploads/{id}'

const version = '1.0.0'
const pieceType = 'application/offset+octet-stream'
const algorithms = ['sha1', 'sha256'] as const

type Headers = Call['headers']

export const uploadHandlers: Handlers<Keys> = {
  'OPTIONS /api/v1/uploads': () =>
    answer(204, {
      'tus-version': version,
      'tus-extension': 'creation,creation-with-upload,termination,expiration,checksum',
      'tus-max-size': String(maxUploadBytes),
      'tus-checksum-algorithm': algorithms.join(','),
    }),

  'POST /api/v1/uploads': async ({ body }, { engine, principal, headers }) => {
    requireVersion(headers)
    const begun = await beginUpload(engine, requestOf(headers, principal), principal)
    const hasBytes = text(headers, 'content-type')?.split(';')[0] === pieceType && begun.offset < begun.bytes
    const stands = hasBytes ? await addPiece(engine, begun, 0, body, headers, principal) : begun
    return answer(201, { ...standing(stands), location: `/api/v1/uploads/${begun.id}` })
  },

  'HEAD /api/v1/uploads/{id}': async ({ params }, { engine, principal, headers }) => {
    requireVersion(headers)
    const upload = await uploadById(engine, params.id, principal)
    return answer(200, { ...standing(upload), 'upload-length': String(upload.bytes), 'cache-control': 'no-store' })
  },

  'GET /api/v1/uploads/{id}': async ({ params }, { engine, principal }) => {
    const { id, kind, bytes, offset, expiresAt, result } = await uploadById(engine, params.id, principal)
    return { id, kind, bytes, offset, expiresAt, result }
  },

  'PATCH /api/v1/uploads/{id}': async ({ params, body }, { engine, principal, headers }) => {
    requireVersion(headers)
    const offset = wholeNumber(headers, 'upload-offset')
    const stands = await addPiece(engine, params, offset, body, headers, principal)
    return answer(204, standing(stands))
  },

  'DELETE /api/v1/uploads/{id}': async ({ params }, { engine, principal, headers }) => {
    requireVersion(headers)
    await endUpload(engine, params.id, principal)
    return answer(204, {})
  },
}

function addPiece(
  engine: Engine,
  { id }: { readonly id: string },
  offset: number,
  bytes: AsyncIterable<Uint8Array>,
  headers: Headers,
  principal: Principal,
): Promise<Upload> {
  const declared = text(headers, 'content-length')
  const length = declared === null ? null : Number(declared)
  return addToUpload(engine, id, { offset, bytes, length, checksum: checksumOf(headers) }, principal)
}

const standing = ({ offset, expiresAt }: Upload) => ({
  'upload-offset': String(offset),
  'upload-expires': new Date(expiresAt).toUTCString(),
})

const answer = (status: number, headers: Readonly<Record<string, string>>): Bytes => ({
  type: 'bytes',
  contentType: 'text/plain',
  status,
  headers: { 'tus-resumable': version, ...headers },
  body: '',
})

/** Of a header that came twice, the first. */
function text(headers: Headers, name: string): string | null {
  const value = headers[name]
  return typeof value === 'string' ? value : (value?.[0] ?? null)
}

/** @throws upload.version */
function requireVersion(headers: Headers): void {
  const found = text(headers, 'tus-resumable')
  if (found !== version)
    throw fault('upload.version', { expected: `Tus-Resumable: ${version}`, found: found ?? 'none' })
}

/** @throws request.invalid */
function wholeNumber(headers: Headers, name: string): number {
  const found = text(headers, name)
  const value = Number(found)
  if (found !== null && /^\d{1,16}$/.test(found) && Number.isSafeInteger(value)) return value
  throw fault('request.invalid', { expected: 'a whole number of bytes', found: found ?? 'none', where: name })
}

/** @throws request.invalid, request.role */
function requestOf(headers: Headers, principal: Principal): UploadRequest {
  const said = metadataOf(text(headers, 'upload-metadata') ?? '')
  const sha256 = said.get('sha256') ?? null
  const name = said.get('name') ?? said.get('filename') ?? null
  const asked = said.get('kind') ?? (sha256 === null ? 'clip' : 'blob')
  const kind = uploadKinds.find((known) => known === asked)
  if (!kind) throw invalid(`kind ${uploadKinds.join(' or ')}`, asked)
  // Films are of this machine, not of a project.
  if (kind === 'clip' && !(principal.role === 'owner' && principal.project === null)) {
    throw fault('request.role', {
      expected: 'an owner of all projects, for clips',
      found: `${principal.name} with ${principal.role}`,
    })
  }
  const project = principal.project ?? said.get('project') ?? 'default'
  return { kind, bytes: wholeNumber(headers, 'upload-length'), sha256, name, project }
}

/** `key base64,key base64` @throws request.invalid */
function metadataOf(header: string): ReadonlyMap<string, string> {
  const pairs = header.split(',').map((pair) => pair.trim())
  return new Map(
    pairs
      .filter((pair) => pair !== '')
      .map((pair): [string, string] => {
        const [key = '', value = '', ...more] = pair.split(' ')
        if (more.length > 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw invalid('pairs of a key and base64', pair)
        return [key, Buffer.from(value, 'base64').toString('utf8').slice(0, 300)]
      }),
  )
}

/** @throws request.invalid */
function checksumOf(headers: Headers): UploadChecksum | null {
  const header = text(headers, 'upload-checksum')
  if (header === null) return null
  const [asked, value = ''] = header.split(' ')
  const algorithm = algorithms.find((known) => known === asked)
  if (!algorithm) throw invalid(`a checksum by ${algorithms.join(' or ')}`, header, 'upload-checksum')
  return { algorithm, digest: Buffer.from(value, 'base64') }
}

const invalid = (expected: string, found: string, where = 'upload-metadata') =>
  fault('request.invalid', { expected, found: brief(found), where })
