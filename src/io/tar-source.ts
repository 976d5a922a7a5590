/** Tar archives: one pass finds and checks all members, which are then read by their place in the file. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { extract, type Header } from 'tar-stream'
import { brief, Fault, fault } from '#core/faults.ts'
import type { Source } from '#core/io.ts'
import type { ArchiveLimits } from './limits.ts'
import { checkName, isSystemFile, NameSet } from './names.ts'
import { readBytes, readRange } from './read-range.ts'

interface Member {
  readonly name: string
  readonly offset: number
  readonly bytes: number
}

// What tar-stream finds and takes beside what its types say. The oldest tars have no format name in their headers.
type FoundHeader = Header & { readonly byteOffset?: number }
const parserOptions: object = { allowUnknownFormat: true }

/** @throws archive.* for everything that makes the archive unsafe or unreadable, before any member is read */
export async function tarSource(path: string, name: string, limits: ArchiveLimits): Promise<Source> {
  const members = await readMembers(path, name, limits)
  const files = members.map(({ name, bytes }) => ({ name, bytes })).sort((a, b) => (a.name < b.name ? -1 : 1))
  const byName = new Map(members.map((member) => [member.name, member]))
  const memberOf = (wanted: string) => {
    const member = byName.get(wanted)
    if (member) return member
    throw fault('file.missing', { expected: `a member "${wanted}"`, found: 'none', where: name })
  }
  const file = await open(path)
  return {
    name,
    files: () => Promise.resolve(files),
    read: (wanted) => {
      const { offset, bytes } = memberOf(wanted)
      return readRange(file, offset, offset + bytes)
    },
    range: async (wanted, start, end) => {
      const { offset, bytes } = memberOf(wanted)
      return readBytes(file, offset + start, offset + Math.min(end, bytes))
    },
    close: () => file.close(),
  }
}

async function readMembers(path: string, where: string, limits: ArchiveLimits): Promise<readonly Member[]> {
  const members: Member[] = []
  const names = new NameSet(where)
  const parser = extract(parserOptions)
  let count = 0
  let total = 0
  let end = 0
  const addMember = (header: FoundHeader) => {
    if (++count > limits.maxFiles) {
      throw fault('archive.bomb', { expected: `at most ${limits.maxFiles} members`, found: 'more', where })
    }
    const member = readHeader(header, where, limits)
    total += member.bytes
    end = member.offset + Math.ceil(member.bytes / 512) * 512
    if (total > limits.maxTotalBytes) {
      const expected = `at most ${limits.maxTotalBytes} bytes unpacked`
      throw fault('archive.bomb', { expected, found: `at least ${total}`, where })
    }
    if (header.type === 'directory') {
      if (member.name !== '') names.addFolder(member.name)
      return
    }
    names.addFile(member.name)
    if (!isSystemFile(member.name)) members.push(member)
  }
  parser.on('entry', (header, stream, next) => {
    // The parser hands its own error on to the member it was reading, where nobody else would hear it.
    stream.on('error', () => {})
    try {
      addMember(header)
    } catch (error) {
      next(error instanceof Error ? error : new Error(String(error)))
      return
    }
    stream.on('end', () => next())
    stream.resume()
  })
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), parser)
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    const found = cause instanceof Error ? cause.message : String(cause)
    throw fault('archive.malformed', { expected: 'a whole tar archive', found, where, cause })
  }
  await refuseCut(path, end, where)
  return members
}

function readHeader(header: FoundHeader, where: string, limits: ArchiveLimits): Member {
  const isFolder = header.type === 'directory'
  // Tar writers begin with "./"; it says nothing.
  const trimmed = header.name.replace(/^(?:\.\/+)+/, '')
  const raw = isFolder || trimmed.endsWith('/') ? trimmed.replace(/\/+$/, '') : trimmed
  const isRoot = isFolder && (raw === '' || raw === '.') && !header.name.startsWith('/')
  const name = isRoot ? '' : checkName(raw, where, limits.maxNameBytes)
  const place = `${where}, member ${brief(JSON.stringify(name))}`
  switch (header.type) {
    case 'file':
    case 'contiguous-file':
    case 'directory':
      break
    case 'link':
    case 'symlink':
      throw fault('archive.link', {
        expected: 'files and folders',
        found: `a ${header.type === 'link' ? 'hard' : 'symbolic'} link to ${brief(JSON.stringify(header.linkname ?? ''))}`,
        where: place,
      })
    case 'character-device':
    case 'block-device':
    case 'fifo':
      throw fault('archive.link', { expected: 'files and folders', found: `a ${header.type}`, where: place })
    default:
      throw fault('archive.malformed', {
        expected: 'files and folders',
        found: 'a member of unknown kind',
        where: place,
      })
  }
  if (Object.keys(header.pax ?? {}).some((key) => key.startsWith('GNU.sparse'))) {
    throw fault('archive.malformed', { expected: 'plain files', found: 'a sparse file', where: place })
  }
  return { name, offset: header.byteOffset ?? 0, bytes: isFolder ? 0 : (header.size ?? 0) }
}

// A tar cut off between two members still parses; only the block of zeros at its end tells that it is whole.
async function refuseCut(path: string, end: number, where: string): Promise<void> {
  const file = await open(path)
  try {
    const block = Buffer.alloc(512, 1)
    const { bytesRead } = await file.read(block, 0, 512, end)
    if (bytesRead === 512 && block.every((byte) => byte === 0)) return
    throw fault('archive.malformed', {
      expected: 'a block of zeros at the end of the tar archive',
      found: bytesRead === 0 ? 'nothing: it was cut off' : 'something else',
      where,
    })
  } finally {
    await file.close()
  }
}
