/** Files and folders that are really there when a call returns: written, synced, renamed, and the folder synced. */
import { randomBytes } from 'node:crypto'
import { closeSync, fsync as fsyncByCallback, openSync } from 'node:fs'
import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { asFault } from './sqlite-faults.ts'

const fsync = promisify(fsyncByCallback)

export const folderMode = 0o700
export const fileMode = 0o600

/** Makes the entries of a folder durable. Windows cannot open folders, and its file system journals them itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  // Opening and closing touch no disk, and are over sooner than a thread could be asked to do them.
  const folder = openSync(path, 'r')
  try {
    await fsync(folder)
  } finally {
    closeSync(folder)
  }
}

/** Makes the bytes of a file durable, and gives it its mode. */
export async function syncFile(path: string, mode: number = fileMode): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.chmod(mode)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes a folder with its parents, and syncs the parent of each that was new. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: folderMode })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

export const temporaryName = (): string => `${randomBytes(12).toString('hex')}.part`

/**
 * Writes a small file as a whole: readers see all of it or nothing.
 *
 * @returns false when `exclusive` is asked for and the file is there already
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  options: { readonly exclusive?: boolean } = {},
): Promise<boolean> {
  const part = join(dirname(path), `.${basename(path)}.${temporaryName()}`)
  try {
    const handle = await open(part, 'wx', fileMode)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (options.exclusive) {
      // link() fails when the name is taken, where rename() would replace it.
      const taken = await link(part, path).then(
        () => false,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return true
          throw error
        },
      )
      if (taken) return false
    } else {
      await rename(part, path)
    }
    await syncFolder(dirname(path))
    return true
  } catch (error) {
    throw asFault(error, path)
  } finally {
    await rm(part, { force: true })
  }
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false
      throw error
    },
  )
}
