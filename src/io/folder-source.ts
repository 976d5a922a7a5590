/** Folders on disk: listed once, read by name; a link may point to a file inside the folder, never out of it. */
import { constants } from 'node:fs'
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { brief, fault } from '#core/faults.ts'
import type { Source, SourceFile } from '#core/io.ts'
import type { ArchiveLimits } from './limits.ts'
import { checkName, isSystemFile, NameSet } from './names.ts'
import { readBytes, readRange } from './read-range.ts'
import { systemFault } from './system-faults.ts'

/** So many sizes are asked for at once. */
const atOnce = 64

/** @throws archive.path, archive.link, archive.duplicate, archive.bomb (more files than the limit) */
export async function folderSource(path: string, name: string, limits: ArchiveLimits): Promise<Source> {
  const root = await realpath(path)
  const names = new NameSet(name, { caseSensitive: true })
  /** Names on disk that are not NFC, by the NFC name they go under here. */
  const onDisk = new Map<string, string>()
  const files: SourceFile[] = []
  const links = new Set<string>()
  for await (const { raw, isLink } of walk(root, '', name)) {
    const good = checkName(raw, name, limits.maxNameBytes)
    names.addFile(good)
    if (isSystemFile(good)) continue
    if (files.length >= limits.maxFiles) {
      throw fault('archive.bomb', { expected: `at most ${limits.maxFiles} files`, found: 'more', where: name })
    }
    if (good !== raw) onDisk.set(good, raw)
    if (isLink) links.add(good)
    files.push({ name: good, bytes: 0 })
  }
  files.sort((a, b) => (a.name < b.name ? -1 : 1))
  const pathOf = (file: string) => join(root, ...(onDisk.get(file) ?? file).split('/'))
  const sized = await withSizes(files, pathOf)
  const known = new Map(sized.map((file) => [file.name, file.bytes]))
  const mustBeKnown = (wanted: string) => {
    if (known.has(wanted)) return
    throw fault('file.missing', { expected: `a file "${wanted}"`, found: 'none', where: name })
  }
  const openFile = async (wanted: string) => {
    mustBeKnown(wanted)
    const path = links.has(wanted) ? await insideTarget(root, pathOf(wanted), name) : pathOf(wanted)
    return openPlain(path, name)
  }
  return {
    name,
    files: () => Promise.resolve(sized),
    read: (wanted) => {
      mustBeKnown(wanted)
      return readAll(() => openFile(wanted), known.get(wanted) ?? 0)
    },
    range: async (wanted, start, end) => {
      const file = await openFile(wanted)
      try {
        return await readBytes(file, start, end)
      } finally {
        await file.close()
      }
    },
    close: () => Promise.resolve(),
  }
}

async function* walk(
  root: string,
  folder: string,
  where: string,
): AsyncGenerator<{ readonly raw: string; readonly isLink: boolean }> {
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`
    const place = `${where}, ${brief(JSON.stringify(name))}`
    if (entry.isDirectory()) yield* walk(root, name, where)
    else if (entry.isFile()) yield { raw: name, isLink: false }
    else if (entry.isSymbolicLink()) yield { raw: await checkLink(root, name, place), isLink: true }
    else throw fault('archive.link', { expected: 'files and folders', found: 'a device, pipe or socket', where: place })
  }
}

async function checkLink(root: string, name: string, where: string): Promise<string> {
  const target = await realpath(join(root, name)).catch(() => null)
  if (target === null) {
    throw fault('archive.link', { expected: 'files and folders', found: 'a link to nothing', where })
  }
  if (!target.startsWith(root + sep)) {
    throw fault('archive.link', { expected: 'links that stay inside the folder', found: 'one that leaves it', where })
  }
  // A folder reached twice would give every file in it two names, and a loop of links would never end.
  if (!(await stat(target)).isFile()) {
    throw fault('archive.link', { expected: 'links to files', found: 'a link to a folder', where })
  }
  return name
}

async function withSizes(files: readonly SourceFile[], pathOf: (name: string) => string): Promise<SourceFile[]> {
  const sized: SourceFile[] = []
  for (let start = 0; start < files.length; start += atOnce) {
    const some = files.slice(start, start + atOnce)
    sized.push(...(await Promise.all(some.map(async ({ name }) => ({ name, bytes: (await stat(pathOf(name))).size })))))
  }
  return sized
}

async function* readAll(openFile: () => Promise<FileHandle>, bytes: number): AsyncGenerator<Uint8Array> {
  const file = await openFile()
  try {
    yield* readRange(file, 0, Number.POSITIVE_INFINITY, bytes)
  } finally {
    await file.close()
  }
}

/** Where a link leads, asked again: it may have changed since the folder was listed. */
async function insideTarget(root: string, path: string, where: string): Promise<string> {
  const target = await realpath(path)
  if (target.startsWith(root + sep)) return target
  throw fault('archive.link', { expected: 'a file inside the folder', found: 'a link out of it', where })
}

/** Refuses a link that took the place of a file since the folder was listed. */
async function openPlain(path: string, where: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ELOOP')) throw systemFault(cause, where)
    throw fault('archive.link', { expected: 'a file', found: 'a link that was none before', where, cause })
  }
}
