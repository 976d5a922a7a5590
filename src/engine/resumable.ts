/** Uploads that may break off and go on: large blobs, and films. The protocol is the door's; here is what they become. */
import { join } from 'node:path'
import { fault } from '#core/faults.ts'
import { isSha256 } from '#core/ids.ts'
import type { JsonObject } from '#core/json.ts'
import type { Principal } from '#core/principal.ts'
import type { Upload, UploadChecksum, UploadKind } from '#core/upload-store.ts'
import { clipsFolder, keepClipFile, maxClipBytes } from './clips.ts'
import { type Engine, newId } from './engine.ts'
import { admitBlob } from './quotas.ts'
import { safeName } from './uploads.ts'

/** The largest blob that is taken in, in pieces. */
export const maxUploadBytes = maxClipBytes

export interface UploadRequest {
  readonly kind: UploadKind
  readonly bytes: number
  readonly sha256: string | null
  readonly name: string | null
  readonly project: string
}

/**
 * Begins an upload. A blob that is here already, unharmed, is one that is finished.
 *
 * @throws request.large, request.invalid, store.full, upload.many, quota.*
 */
export async function beginUpload(engine: Engine, request: UploadRequest, principal: Principal): Promise<Upload> {
  const { uploads } = engine.store
  if (request.bytes > maxUploadBytes) {
    throw fault('request.large', { expected: `at most ${maxUploadBytes} bytes`, found: String(request.bytes) })
  }
  if (request.kind === 'blob' && (request.sha256 === null || !isSha256(request.sha256))) {
    const found = request.sha256 ?? 'none'
    throw fault('request.invalid', { expected: 'the SHA-256 of a blob, 64 hex digits', found, where: 'sha256' })
  }
  if (request.kind === 'clip' && (request.bytes === 0 || request.name === null)) {
    const found = request.bytes === 0 ? 'no bytes' : 'no name'
    throw fault('request.invalid', { expected: 'a name, and the bytes of a film', found })
  }
  const order = { ...request, id: newId(), principal: principal.name }
  if (request.kind === 'blob') {
    const result = { sha256: request.sha256, bytes: request.bytes }
    if ((await mayKnow(engine, request, principal)) && (await isHere(engine, request)))
      return uploads.create(order, result)
    await admitBlob(engine, request.project, request.bytes)
  }
  return finishWhole(engine, await uploads.create(order))
}

/** Whether a blob is here is told to those only who may see all, or whose project has it: others send it like any other. */
async function mayKnow({ store }: Engine, { sha256 }: UploadRequest, { project }: Principal): Promise<boolean> {
  return project === null || (sha256 !== null && (await store.people.foreignBlobs(project, [sha256])).length === 0)
}

/** Whether the very bytes are here; those of a blob that was damaged are wanted again. */
async function isHere({ store }: Engine, { sha256, bytes }: UploadRequest): Promise<boolean> {
  if (sha256 === null || (await store.blobs.stat(sha256))?.bytes !== bytes) return false
  try {
    for await (const _ of store.blobs.open(sha256, { start: 0, end: Math.min(1, bytes) })) continue
  } catch {
    return false
  }
  return store.blobs.touch(sha256)
}

/**
 * How an upload stands. One whose every byte is here is finished now, if it was cut short before.
 *
 * @throws upload.unknown, also for the uploads of others; as {@link addToUpload} at the end of one
 */
export async function uploadById(engine: Engine, id: string, principal: Principal): Promise<Upload> {
  return finishWhole(engine, await ownUpload(engine, id, principal))
}

export interface UploadPiece {
  readonly offset: number
  readonly bytes: AsyncIterable<Uint8Array>
  /** How many there will be; null when the sender did not say. */
  readonly length: number | null
  readonly checksum: UploadChecksum | null
}

/**
 * Adds a piece, and makes a blob or clip of the whole with the last one.
 *
 * @throws upload.*, request.large, store.full; and with the last piece blob.mismatch, media.*: nothing of it is kept then
 */
export async function addToUpload(
  engine: Engine,
  id: string,
  { offset, bytes, length, checksum }: UploadPiece,
  principal: Principal,
): Promise<Upload> {
  const upload = await ownUpload(engine, id, principal)
  if (length !== null && offset + length > upload.bytes) {
    const found = `${length} bytes from ${offset} on`
    throw fault('request.large', { expected: `at most ${upload.bytes} bytes, as was announced`, found })
  }
  const stands = await engine.store.uploads.append(id, offset, bytes, { checksum })
  return finishWhole(engine, { ...upload, offset: stands })
}

/** @throws upload.unknown, upload.busy */
export async function endUpload(engine: Engine, id: string, principal: Principal): Promise<void> {
  await ownUpload(engine, id, principal)
  await engine.store.uploads.delete(id)
}

async function ownUpload({ store }: Engine, id: string, principal: Principal): Promise<Upload> {
  const upload = await store.uploads.get(id)
  const isOwners = principal.role === 'owner' && (principal.project === null || principal.project === upload?.project)
  if (upload && (upload.principal === principal.name || isOwners)) return upload
  throw fault('upload.unknown', { expected: 'the id of an upload of yours', found: id })
}

async function finishWhole(engine: Engine, upload: Upload): Promise<Upload> {
  const { id, kind, project, offset, bytes, result } = upload
  if (result !== null || offset < bytes) return upload
  return engine.store.uploads.finish(id, async (whole): Promise<JsonObject> => {
    if (kind === 'blob') {
      const blob = await whole.keepAsBlob()
      await engine.store.people.noteUpload(project, blob.sha256, Date.now())
      return { ...blob }
    }
    // Named after the upload, so that who is ended in the middle finds it again.
    const folder = join(clipsFolder(engine.dataDir), id)
    const path = join(folder, safeName(upload.name ?? ''))
    await whole.moveTo(path)
    const clip = await keepClipFile(engine, path, { signal: new AbortController().signal })
    return { fingerprint: clip.fingerprint }
  })
}
