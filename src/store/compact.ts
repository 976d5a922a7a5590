/**
 * Packs blobs that become smaller by it. Only bytes that unpack to the very same bytes take the place of others: pictures are not
 * encoded anew, since sessions name the bytes, and other bytes are another picture to whoever checks.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { constants, createZstdCompress, zstdCompressSync } from 'node:zlib'
import type { Context } from '#core/context.ts'
import type { Compacted } from '#core/store.ts'
import { goOn } from './care.ts'
import { blobPath } from './data-dir.ts'
import { fileMode, temporaryName } from './durable-files.ts'
import { chunksOf, packedHead, packedSize, unpacked } from './packed-blob.ts'
import { asFault } from './sqlite-faults.ts'
import type { StoreParts } from './store-parts.ts'

/** A disk gives room in pieces of so much, so smaller files gain nothing. */
const pageBytes = 4096
/** What a packed blob may have of its bytes, at most: reading it takes longer, which must be worth it. */
const mostShare = 0.9
/** Looked at before the whole is packed. */
const probeBytes = 256 * 1024
const level = 9

export async function compactBlobs(
  parts: StoreParts,
  { dryRun }: { readonly dryRun: boolean },
  ctx: Context,
): Promise<Compacted> {
  const sums = { blobs: 0, packed: 0, already: 0, changedMeanwhile: 0, bytesBefore: 0, bytesAfter: 0 }
  for await (const { sha256, bytes } of parts.blobs.list()) {
    goOn(ctx.signal)
    sums.blobs++
    ctx.progress({ done: sums.blobs, total: null, unit: 'blobs', note: dryRun ? 'looking' : 'packing' })
    if (bytes <= pageBytes) continue
    const after = await packOne(parts, sha256, dryRun)
    if (after === 'packed already') sums.already++
    else if (after === 'changed meanwhile') sums.changedMeanwhile++
    else if (after !== null) {
      sums.packed++
      sums.bytesBefore += bytes
      sums.bytesAfter += after
    }
  }
  return sums
}

type Packed = number | 'packed already' | 'changed meanwhile' | null

/** @returns bytes of the packed file; null when it would not be worth it, or the blob is damaged, which is for verify to say */
async function packOne({ paths, writer, disk }: StoreParts, sha256: string, dryRun: boolean): Promise<Packed> {
  const path = blobPath(paths.blobs, sha256)
  const file = await open(path, 'r').catch(() => null)
  if (!file) return null
  const part = join(paths.tmp, temporaryName())
  try {
    if ((await packedSize(file, sha256)) !== null) return 'packed already'
    const { ino, size, mtimeMs } = await file.stat()
    if (!(await isWorthIt(file, size))) return null
    if (!dryRun) await disk.admit(size)
    const packedBytes = await pack(file, size, sha256, dryRun ? null : part)
    if (packedBytes === null || packedBytes > size * mostShare) return null
    if (dryRun) return packedBytes
    if (!(await unpacksTo(part, sha256))) return null
    const swapped = await writer.call('swapBlob', { sha256, part, ino, size, mtimeMs })
    return swapped ? packedBytes : 'changed meanwhile'
  } catch (error) {
    throw asFault(error, path)
  } finally {
    await file.close()
    await rm(part, { force: true })
  }
}

async function isWorthIt(file: FileHandle, size: number): Promise<boolean> {
  const probe = Buffer.alloc(Math.min(probeBytes, size))
  await file.read(probe, 0, probe.length, 0)
  return zstdCompressSync(probe).byteLength <= probe.length * mostShare
}

/** @param part null: only count. @returns bytes of the packed file; null when the blob is damaged */
async function pack(file: FileHandle, size: number, sha256: string, part: string | null): Promise<number | null> {
  const hash = createHash('sha256')
  const hashed = async function* () {
    for await (const chunk of chunksOf(file, 0, Number.MAX_SAFE_INTEGER)) {
      hash.update(chunk)
      yield chunk
    }
  }
  const packing = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: level } })
  const source = Readable.from(hashed())
  source.on('error', (error) => packing.destroy(error))
  source.pipe(packing)
  const out = part === null ? null : await open(part, 'wx', fileMode)
  try {
    let bytes = 0
    const write = async (chunk: Uint8Array) => {
      bytes += chunk.byteLength
      await out?.writeFile(chunk)
    }
    await write(packedHead(size))
    for await (const chunk of packing as AsyncIterable<Uint8Array>) await write(chunk)
    await out?.sync()
    return hash.digest('hex') === sha256 ? bytes : null
  } finally {
    await out?.close()
  }
}

/** Read back from the disk, before anything takes the place of anything. */
async function unpacksTo(part: string, sha256: string): Promise<boolean> {
  const file = await open(part, 'r')
  try {
    const size = await packedSize(file, sha256)
    if (size === null) return false
    const hash = createHash('sha256')
    for await (const chunk of unpacked(file, size)) hash.update(chunk)
    return hash.digest('hex') === sha256
  } finally {
    await file.close()
  }
}
