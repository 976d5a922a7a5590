/** Looking through the folders of this machine for clips. */
import type { Dirent } from 'node:fs'
import { access, constants, readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { systemFault } from '#io/system-faults.ts'
import { sequencesAmong } from '#media/sequence/sequence-files.ts'
import type { Engine } from './engine.ts'

export interface FolderListing {
  readonly path: string
  /** null at the top. */
  readonly parent: string | null
  readonly folders: readonly { readonly name: string; readonly path: string }[]
  readonly clips: readonly {
    readonly name: string
    readonly path: string
    readonly kind: 'video' | 'sequence'
    /** Of a video. */
    readonly bytes: number | null
    /** Of a sequence. */
    readonly frames: number | null
  }[]
}

/** Names of files only: what they really are is looked at when they are opened. */
const videoNames = /\.(mp4|m4v|mov|qt|mkv|webm|avi|mxf|mpe?g|m2v|mts|m2ts|wmv|ogv|3gp|flv|y4m)$/i

/**
 * @param path a folder, or a file in it; null for where the newest clip lies, or the person's home
 * @throws file.missing, file.permission
 */
export async function browseFolder(engine: Engine, path: string | null): Promise<FolderListing> {
  const folder = path === null ? await usualFolder(engine) : await folderOf(resolve(path))
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) =>
    Promise.reject(systemFault(error, folder)),
  )
  const visible = entries.filter(({ name }) => !name.startsWith('.'))
  const kinds = await Promise.all(visible.map((entry) => kindOf(folder, entry)))
  const named = (kind: 'folder' | 'file') =>
    visible
      .filter((_, i) => kinds[i] === kind)
      .map(({ name }) => name)
      .sort(byName)
  const files = named('file')
  const videos = await Promise.all(
    files.filter((name) => videoNames.test(name)).map((name) => videoAt(join(folder, name), name)),
  )
  const sequences = sequencesAmong(files).map(({ pattern, firstName, files: frames }) => ({
    name: pattern,
    path: join(folder, firstName),
    kind: 'sequence' as const,
    bytes: null,
    frames,
  }))
  const parent = dirname(folder)
  return {
    path: folder,
    parent: parent === folder ? null : parent,
    folders: named('folder').map((name) => ({ name, path: join(folder, name) })),
    clips: [...videos, ...sequences].sort((a, b) => byName(a.name, b.name)),
  }
}

/** As people count: shot 2 before shot 10. */
const byName = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })

async function usualFolder({ store }: Engine): Promise<string> {
  for (const { path, uploaded } of await store.clips.list()) {
    if (!uploaded) return folderOf(path).catch(() => homedir())
  }
  return homedir()
}

async function folderOf(path: string): Promise<string> {
  const stats = await stat(path).catch((error: unknown) => Promise.reject(systemFault(error, path)))
  return stats.isDirectory() ? path : dirname(path)
}

/** null for what cannot be opened: it would only lead to a refusal. */
async function kindOf(folder: string, entry: Dirent): Promise<'folder' | 'file' | null> {
  const path = join(folder, entry.name)
  const stats = entry.isSymbolicLink() ? await stat(path).catch(() => null) : entry
  if (!stats?.isDirectory()) return stats?.isFile() ? 'file' : null
  return access(path, constants.R_OK | constants.X_OK).then(
    () => 'folder',
    () => null,
  )
}

async function videoAt(path: string, name: string) {
  const bytes = await stat(path).then(
    ({ size }) => size,
    () => null,
  )
  return { name, path, kind: 'video' as const, bytes, frames: null }
}
