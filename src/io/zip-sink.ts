/**
 * A zip archive, the same bytes for the same members in the same order.
 *
 * Sizes and checksums stand in the headers before the data, never behind them: readers that stream need them there. (The
 * writer known as yazl keeps the packed data of every member until the end and searches all members for each: 60,000
 * small ones took it 20 s and 400 MB.)
 */
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { crc32, createDeflateRaw, deflateRaw, deflateRawSync } from 'node:zlib'
import { extname } from 'node:path'
import type { Sink } from '#core/io.ts'
import { allChunks, type Content, gather } from './content.ts'
import { PartFile } from './part-file.ts'
import { sinkOf } from './sink-queue.ts'
import type { ArchiveSinkOptions } from './tar-sink.ts'
import { directoryRecord, endRecords, localHeader, type ZipMember } from './zip-records.ts'

const deflate = promisify(deflateRaw)

/** Contents up to this size are packed in memory; of larger ones the header is written twice. */
const maxGatheredBytes = 8 * 1024 * 1024

const packedAlready = new Set(['.jpg', '.jpeg', '.png', '.webp', '.parquet', '.zip', '.gz', '.mp4', '.webm'])

/** @throws store.occupied when the file exists and is not to be replaced, file.permission, store.full */
export async function zipSink(file: string, options: ArchiveSinkOptions = {}): Promise<Sink> {
  const part = await PartFile.create(file, options.replace ?? false)
  const members: ZipMember[] = []
  return sinkOf(file, {
    write: async (name, content) => {
      members.push(await writeMember(part, name, content))
    },
    publish: async () => {
      await appendDirectory(part, members)
      await part.publish()
    },
    discard: () => part.discard(),
  })
}

async function appendDirectory(part: PartFile, members: readonly ZipMember[]): Promise<void> {
  const start = part.position
  for (const member of members) await part.append(directoryRecord(member))
  await part.append(endRecords(members.length, start, part.position - start))
}

async function writeMember(part: PartFile, name: string, content: Content): Promise<ZipMember> {
  const isPacked = packedAlready.has(extname(name).toLowerCase())
  const gathered = await gather(content, maxGatheredBytes)
  if (gathered.rest !== null) return streamMember(part, name, allChunks(gathered), isPacked ? 0 : 8)
  const whole = gathered.head.length === 1 && gathered.head[0] ? gathered.head[0] : Buffer.concat(gathered.head)
  const packed = isPacked ? whole : await pack(whole)
  const deflated = packed.byteLength < whole.byteLength
  const member: ZipMember = {
    name,
    offset: part.position,
    method: deflated ? 8 : 0,
    crc: crc32(whole),
    packedBytes: deflated ? packed.byteLength : whole.byteLength,
    bytes: whole.byteLength,
  }
  await part.append(localHeader(member, false))
  await part.append(deflated ? packed : whole)
  return member
}

// Small ones are done sooner here than handed to another thread.
async function pack(whole: Uint8Array): Promise<Uint8Array> {
  return whole.byteLength <= 64 * 1024 ? deflateRawSync(whole) : deflate(whole)
}

async function streamMember(
  part: PartFile,
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  method: 0 | 8,
): Promise<ZipMember> {
  const offset = part.position
  let [crc, bytes] = [0, 0]
  const counted = async function* () {
    for await (const chunk of chunks) {
      crc = crc32(chunk, crc)
      bytes += chunk.byteLength
      yield chunk
    }
  }
  const append = async (packed: AsyncIterable<Uint8Array>) => {
    for await (const chunk of packed) await part.append(chunk)
  }
  await part.append(localHeader({ name, offset, method, crc: 0, packedBytes: 0, bytes: 0 }, true))
  const start = part.position
  if (method === 8) await pipeline(counted, createDeflateRaw(), append)
  else await append(counted())
  const member = { name, offset, method, crc, packedBytes: part.position - start, bytes }
  await part.patch(localHeader(member, true), offset)
  return member
}
