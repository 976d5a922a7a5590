/** A tar archive, the same bytes for the same members in the same order. */
import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { pack, type Pack } from 'tar-stream'
import type { Sink } from '#core/io.ts'
import { allChunks, type Content, gather } from './content.ts'
import { PartFile, partPath } from './part-file.ts'
import { sinkOf } from './sink-queue.ts'
import { systemFault } from './system-faults.ts'

export interface ArchiveSinkOptions {
  /** Whether a file of this name may be replaced; false when left out. */
  readonly replace?: boolean
}

/** Contents up to this size wait in memory for their size, which tar writes first; larger ones wait in a file. */
const maxGatheredBytes = 8 * 1024 * 1024

const header = { mode: 0o644, mtime: new Date(0), type: 'file' } as const

/** @throws store.occupied when the file exists and is not to be replaced, file.permission, store.full */
export async function tarSink(file: string, options: ArchiveSinkOptions = {}): Promise<Sink> {
  const part = await PartFile.create(file, options.replace ?? false)
  const archive = pack()
  const stored = store(archive, part)
  // A disk that is full is reported by whichever write or close comes next.
  stored.catch(() => {})
  return sinkOf(file, {
    write: (name, content) => writeMember(archive, file, name, content),
    publish: async () => {
      archive.finalize()
      await stored
      await part.publish()
    },
    discard: async () => {
      archive.destroy()
      await stored.catch(() => {})
      await part.discard()
    },
  })
}

async function store(archive: Pack, part: PartFile): Promise<void> {
  for await (const chunk of archive as AsyncIterable<Uint8Array>) await part.append(chunk)
}

async function writeMember(archive: Pack, file: string, name: string, content: Content): Promise<void> {
  const gathered = await gather(content, maxGatheredBytes)
  if (gathered.rest === null) {
    await addMember(archive, name, gathered.headBytes, gathered.head)
    return
  }
  const spool = partPath(resolve(file))
  try {
    const written = createWriteStream(spool, { flags: 'wx' })
    await pipeline(allChunks(gathered), written)
    await addMember(archive, name, written.bytesWritten, createReadStream(spool))
  } catch (error) {
    throw systemFault(error, file)
  } finally {
    await rm(spool, { force: true })
  }
}

async function addMember(
  archive: Pack,
  name: string,
  size: number,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const { promise: added, resolve, reject } = Promise.withResolvers<void>()
  const member = archive.entry({ ...header, name, size }, (error) => (error ? reject(error) : resolve()))
  // Without a listener the error would end the process; the callback reports it.
  member.on('error', () => {})
  for await (const chunk of chunks) {
    if (member.write(chunk)) continue
    const drained = new Promise<void>((ready) => member.once('drain', () => ready()))
    await Promise.race([drained, added])
  }
  member.end(null)
  await added
}
