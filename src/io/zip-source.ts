/**
 * Zip archives: the directory at the end is read and checked once, members are then read by name.
 *
 * Nothing that a member says about itself is believed: its size is counted and its checksum computed while it is read.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { crc32, inflateRawSync } from 'node:zlib'
import { Entry, fromRandomAccessReaderPromise, getFileNameLowLevel, parseExtraFields, type ZipFile } from 'yauzl'
import { brief, Fault, fault } from '#core/faults.ts'
import type { Source, SourceFile } from '#core/io.ts'
import { BlockReader } from './block-reader.ts'
import type { ArchiveLimits } from './limits.ts'
import { checkName, isSystemFile, NameSet } from './names.ts'
import { readBytes } from './read-range.ts'

/** What is kept of a member: a few numbers, so that a million members fit in memory. */
interface Member {
  readonly name: string
  readonly offset: number
  readonly packedBytes: number
  readonly bytes: number
  readonly method: number
  readonly crc: number
}

/** Members up to this size, packed and unpacked, are read in one piece. */
const smallBytes = 256 * 1024

/** Room for what most writers put between a member's name and its data, so that one read takes it all. */
const usualExtraBytes = 64

/** @throws archive.* for everything that makes the archive unsafe or unreadable, before any member is read */
export async function zipSource(path: string, name: string, limits: ArchiveLimits): Promise<Source> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const zip = await openDirectory(new BlockReader(file), size, name)
    const members = await readDirectory(zip, size, name, limits)
    const files = members
      .map(({ name, bytes }): SourceFile => ({ name, bytes }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const byName = new Map(members.map((member) => [member.name, member]))
    return {
      name,
      files: () => Promise.resolve(files),
      read: (wanted) => readMember({ file, zip, name }, byName.get(wanted), wanted),
      range: (wanted, start, end) => readSlice({ file, zip, name }, byName.get(wanted), wanted, [start, end]),
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function openDirectory(reader: BlockReader, size: number, where: string): Promise<ZipFile> {
  try {
    return await fromRandomAccessReaderPromise(reader, size, { autoClose: false, decodeStrings: false })
  } catch (cause) {
    throw malformed(cause, where)
  }
}

async function readDirectory(zip: ZipFile, size: number, where: string, limits: ArchiveLimits): Promise<Member[]> {
  if (zip.entryCount > limits.maxFiles) throw tooMany(zip.entryCount, where, limits)
  const members: Member[] = []
  const names = new NameSet(where)
  let total = 0
  try {
    for await (const entry of zip.eachEntry()) {
      const member = readEntry(entry, where, limits)
      total += member.bytes
      refuseBomb(total, size, member.name, where, limits)
      if (member.name.endsWith('/')) {
        names.addFolder(member.name.slice(0, -1))
        continue
      }
      names.addFile(member.name)
      if (!isSystemFile(member.name)) members.push(member)
    }
  } catch (cause) {
    throw cause instanceof Fault ? cause : malformed(cause, where)
  }
  refuseOverlaps(members, where)
  return members
}

/** A folder's name keeps its slash at the end. */
function readEntry(entry: Entry, where: string, limits: ArchiveLimits): Member {
  const raw = memberName(entry)
  const isFolder = raw.endsWith('/')
  const name = checkName(isFolder ? raw.slice(0, -1) : raw, where, limits.maxNameBytes)
  const place = `${where}, member ${brief(JSON.stringify(name))}`
  const kind = (entry.externalFileAttributes >>> 16) & 0o170000
  if (kind !== 0 && kind !== 0o100000 && kind !== 0o040000) {
    const found = kind === 0o120000 ? 'a symbolic link' : `a special file (mode ${kind.toString(8)})`
    throw fault('archive.link', { expected: 'files and folders', found, where: place })
  }
  if (entry.isEncrypted()) {
    throw fault('archive.encrypted', {
      expected: 'members without encryption',
      found: 'an encrypted one',
      where: place,
    })
  }
  if (!entry.canDecodeFileData()) {
    const found = `compression method ${entry.compressionMethod}`
    throw fault('archive.malformed', { expected: 'members that are stored or deflated', found, where: place })
  }
  return {
    name: isFolder ? `${name}/` : name,
    offset: entry.relativeOffsetOfLocalHeader,
    packedBytes: entry.compressedSize,
    bytes: entry.uncompressedSize,
    method: entry.compressionMethod,
    crc: entry.crc32,
  }
}

// Many programs write UTF-8 without saying so in the flag; text in code page 437 is almost never valid UTF-8.
function memberName(entry: Entry): string {
  const raw = entry.fileNameRaw
  const flags = isUtf8(raw) ? entry.generalPurposeBitFlag | 0x800 : entry.generalPurposeBitFlag
  return getFileNameLowLevel(flags, raw, parseExtraFields(entry.extraFieldRaw), true)
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

function refuseBomb(total: number, size: number, name: string, where: string, limits: ArchiveLimits): void {
  const place = `${where}, up to member ${brief(JSON.stringify(name))}`
  if (total > limits.maxTotalBytes) {
    const expected = `at most ${limits.maxTotalBytes} bytes unpacked`
    throw fault('archive.bomb', { expected, found: `at least ${total}`, where: place })
  }
  if (total > limits.ratioFromBytes && total > size * limits.maxRatio) {
    const expected = `at most ${limits.maxRatio} bytes unpacked for each byte of the archive`
    throw fault('archive.bomb', { expected, found: `${total} from ${size}`, where: place })
  }
}

// Members that share their bytes make a small file unpack to any size; no honest writer makes them.
function refuseOverlaps(members: readonly Member[], where: string): void {
  const byOffset = members.toSorted((a, b) => a.offset - b.offset)
  let end = 0
  for (const { name, offset, packedBytes } of byOffset) {
    if (offset < end) {
      const found = `${brief(JSON.stringify(name))} inside another member`
      throw fault('archive.bomb', { expected: 'members one after the other', found, where })
    }
    end = offset + 30 + packedBytes
  }
}

interface Archive {
  readonly file: FileHandle
  readonly zip: ZipFile
  readonly name: string
}

async function* readMember(archive: Archive, member: Member | undefined, wanted: string): AsyncGenerator<Uint8Array> {
  if (member === undefined) {
    throw fault('file.missing', { expected: `a member "${wanted}"`, found: 'none', where: archive.name })
  }
  const place = `${archive.name}, member ${brief(JSON.stringify(member.name))}`
  const isSmall = member.packedBytes <= smallBytes && member.bytes <= smallBytes
  let bytes = 0
  let crc = 0
  try {
    for await (const chunk of isSmall ? readSmall(archive.file, member) : readLarge(archive.zip, member)) {
      bytes += chunk.byteLength
      crc = crc32(chunk, crc)
      yield chunk
    }
  } catch (cause) {
    throw cause instanceof Fault ? cause : (tooManyBytes(cause, member, place) ?? malformed(cause, place))
  }
  if (bytes !== member.bytes || crc !== member.crc) {
    const expected = `${member.bytes} bytes with checksum ${member.crc.toString(16)}`
    throw fault('archive.malformed', { expected, found: `${bytes} with ${crc.toString(16)}`, where: place })
  }
}

/** Read at its place when it is stored, as our own writer stores what is packed already; else unpacked up to there. */
async function readSlice(
  archive: Archive,
  member: Member | undefined,
  wanted: string,
  [start, end]: readonly [number, number],
): Promise<Uint8Array> {
  if (member?.method === 0) {
    const { fileDataStart } = await archive.zip.readLocalFileHeaderPromise(asEntry(member), { minimal: true })
    return readBytes(archive.file, fileDataStart + start, fileDataStart + Math.min(end, member.bytes))
  }
  const parts: Uint8Array[] = []
  let position = 0
  for await (const chunk of readMember(archive, member, wanted)) {
    parts.push(chunk.subarray(Math.max(0, start - position), Math.max(0, end - position)))
    position += chunk.byteLength
    if (position >= end) break
  }
  return Buffer.concat(parts)
}

/** In one piece: a stream for each of a hundred thousand small members takes ten times as long. */
async function* readSmall(file: FileHandle, member: Member): AsyncGenerator<Uint8Array> {
  const length = 30 + Buffer.byteLength(member.name) + usualExtraBytes + member.packedBytes
  const block = Buffer.allocUnsafe(length)
  const { bytesRead } = await file.read(block, 0, length, member.offset)
  if (bytesRead < 30 || block.readUInt32LE(0) !== 0x04034b50) throw new Error('no member where the directory says')
  const start = 30 + block.readUInt16LE(26) + block.readUInt16LE(28)
  const packed =
    start + member.packedBytes <= bytesRead
      ? block.subarray(start, start + member.packedBytes)
      : await readAgain(file, member.offset + start, member.packedBytes)
  yield member.method === 8 ? inflateRawSync(packed, { maxOutputLength: Math.max(1, member.bytes) }) : packed
}

async function readAgain(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  if (bytesRead < length) throw new Error('unexpected end of the file')
  return buffer
}

/** The library checks that neither fewer nor more bytes come out than the directory says. */
async function* readLarge(zip: ZipFile, member: Member): AsyncGenerator<Uint8Array> {
  const stream = await zip.openReadStreamPromise(asEntry(member))
  yield* stream as AsyncIterable<Buffer>
}

function tooManyBytes(cause: unknown, member: Member, where: string): Fault | null {
  if (!(cause instanceof Error)) return null
  const isTooMany = cause.message.startsWith('too many bytes')
  if (!isTooMany && !('code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE')) return null
  return fault('archive.bomb', { expected: `the ${member.bytes} bytes announced`, found: 'more', where, cause })
}

function asEntry(member: Member): Entry {
  return Object.assign(new Entry(), {
    relativeOffsetOfLocalHeader: member.offset,
    compressedSize: member.packedBytes,
    uncompressedSize: member.bytes,
    compressionMethod: member.method,
    generalPurposeBitFlag: 0,
  })
}

function malformed(cause: unknown, where: string): Fault {
  const found = cause instanceof Error ? cause.message : String(cause)
  if (found.includes('encryption')) {
    return fault('archive.encrypted', { expected: 'an archive without encryption', found, where, cause })
  }
  return fault('archive.malformed', { expected: 'a whole zip archive', found, where, cause })
}

function tooMany(count: number, where: string, { maxFiles }: ArchiveLimits): Fault {
  return fault('archive.bomb', { expected: `at most ${maxFiles} members`, found: String(count), where })
}
