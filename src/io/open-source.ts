/** Opens whatever holds files, by what it is and not by what it is called. */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Fault, fault } from '#core/faults.ts'
import type { Source } from '#core/io.ts'
import { fileSource } from './file-source.ts'
import { folderSource } from './folder-source.ts'
import { type ArchiveLimits, defaultLimits } from './limits.ts'
import { systemFault } from './system-faults.ts'
import { tarSource } from './tar-source.ts'
import { zipSource } from './zip-source.ts'

export interface OpenOptions {
  /** What to call it in messages; its base name when left out. */
  readonly name?: string
  readonly limits?: Partial<ArchiveLimits>
  /** Where a compressed tar is unpacked until the source is closed; the system's folder for temporary files when left out. */
  readonly tempFolder?: string
  readonly signal?: AbortSignal
}

/**
 * A folder, zip, tar, compressed tar (`.tar.gz`) or single file as a {@link Source}. All names and sizes are checked
 * before it returns; close it when done.
 *
 * @throws file.missing, file.permission, and archive.* naming the member at fault
 */
export async function openSource(path: string, options: OpenOptions = {}): Promise<Source> {
  const name = options.name ?? (basename(path) || basename(resolve(path)))
  const limits = { ...defaultLimits, ...options.limits }
  try {
    const stats = await stat(path)
    if (stats.isDirectory()) return await folderSource(path, name, limits)
    if (!stats.isFile()) {
      throw fault('archive.link', { expected: 'a file or folder', found: 'a device, pipe or socket', where: name })
    }
    switch (await kindOf(path)) {
      case 'zip':
        return await zipSource(path, name, limits)
      case 'tar':
        return await tarSource(path, name, limits)
      case 'gzip':
        return await gunzipped(path, name, limits, options)
      default:
        refuseMisnamed(path, name)
        return await fileSource(path, name.normalize('NFC'))
    }
  } catch (error) {
    throw systemFault(error, name)
  }
}

type Kind = 'zip' | 'tar' | 'gzip' | 'other'

async function kindOf(path: string): Promise<Kind> {
  const file = await open(path)
  try {
    const block = Buffer.alloc(512)
    const { bytesRead } = await file.read(block, 0, 512, 0)
    const magic = block.toString('latin1', 0, 4)
    if (magic === 'PK\u0003\u0004' || magic === 'PK\u0005\u0006') return 'zip'
    if (block[0] === 0x1f && block[1] === 0x8b) return 'gzip'
    return bytesRead === 512 && isTarHeader(block) ? 'tar' : 'other'
  } finally {
    await file.close()
  }
}

/** A header's checksum holds, or the whole block is zero, which is how an empty archive begins. */
function isTarHeader(block: Buffer): boolean {
  let sum = 8 * 32
  for (let i = 0; i < 512; i++) if (i < 148 || i >= 156) sum += block[i] ?? 0
  if (sum === 8 * 32) return block.subarray(148, 156).every((byte) => byte === 0)
  const stated = block.toString('latin1', 148, 156).replace(/[\0 ]+$/, '')
  return /^ *[0-7]+$/.test(stated) && Number.parseInt(stated, 8) === sum
}

function refuseMisnamed(path: string, name: string): void {
  const claimed = /\.(zip|tar|tgz|tar\.gz)$/i.exec(path)?.[1]
  if (claimed === undefined) return
  throw fault('archive.malformed', { expected: `a ${claimed} archive`, found: 'other content', where: name })
}

/** Unpacked to a temporary file first, counting: a compressed tar has no directory and cannot be read by place. */
async function gunzipped(path: string, name: string, limits: ArchiveLimits, options: OpenOptions): Promise<Source> {
  const folder = await mkdtemp(join(options.tempFolder ?? tmpdir(), 'hindsight-unpacked-'))
  const removeFolder = () => rm(folder, { recursive: true, force: true })
  const unpacked = join(folder, 'unpacked')
  try {
    await gunzipTo(unpacked, path, name, limits, options.signal)
    const inner = (await kindOf(unpacked)) === 'tar' ? tarSource(unpacked, name, limits) : lone(unpacked, path, name)
    const source = await inner
    return {
      ...source,
      close: async () => {
        await source.close()
        await removeFolder()
      },
    }
  } catch (error) {
    await removeFolder()
    throw error
  }
}

function lone(unpacked: string, path: string, name: string): Promise<Source> {
  refuseMisnamed(path, name)
  return fileSource(unpacked, name.replace(/\.gz$/i, '').normalize('NFC'))
}

async function gunzipTo(
  target: string,
  path: string,
  where: string,
  limits: ArchiveLimits,
  signal: AbortSignal | undefined,
): Promise<void> {
  const packed = (await stat(path)).size
  let bytes = 0
  const count = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      bytes += chunk.byteLength
      const tooMany = bytes > limits.maxTotalBytes
      if (tooMany || (bytes > limits.ratioFromBytes && bytes > packed * limits.maxRatio)) {
        const most = tooMany ? limits.maxTotalBytes : packed * limits.maxRatio
        throw fault('archive.bomb', { expected: `at most ${most} bytes unpacked`, found: 'more', where })
      }
      yield chunk
    }
  }
  try {
    await pipeline(createReadStream(path), createGunzip(), count, createWriteStream(target), signal ? { signal } : {})
  } catch (cause) {
    if (cause instanceof Fault || signal?.aborted || (cause instanceof Error && 'syscall' in cause)) throw cause
    const found = cause instanceof Error ? cause.message : String(cause)
    throw fault('archive.malformed', { expected: 'a whole gzip file', found, where, cause })
  }
}
