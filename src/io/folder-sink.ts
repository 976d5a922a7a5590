/** A folder that appears whole: files are written beside it, and the last step is one rename. */
import { existsSync } from 'node:fs'
import { access, constants, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fault } from '#core/faults.ts'
import type { Sink } from '#core/io.ts'
import { chunksOf, type Content } from './content.ts'
import { partPath } from './part-file.ts'
import { sinkOf } from './sink-queue.ts'
import { systemFault } from './system-faults.ts'

export interface FolderSinkOptions {
  /** Whether files already in the folder may be removed when the new ones are complete; false when left out. */
  readonly replace?: boolean
}

/**
 * Files are not synced one by one, which would take a day for a large dataset: after a power cut soon after
 * {@link Sink.close}, write it again.
 *
 * @throws store.occupied when the folder holds something and is not to be replaced, file.permission, store.full
 */
export async function folderSink(folder: string, options: FolderSinkOptions = {}): Promise<Sink> {
  const target = resolve(folder)
  const replace = options.replace ?? false
  try {
    if (!replace) await refuseOccupied(target)
    const part = await makePart(target)
    const made = new Set<string>()
    return sinkOf(target, {
      write: (name, content) => writeFile(join(part, ...name.split('/')), content, made),
      publish: () => publish(part, target, replace),
      discard: () => rm(part, { recursive: true, force: true }),
    })
  } catch (error) {
    throw systemFault(error, target)
  }
}

async function refuseOccupied(target: string): Promise<void> {
  const found = await readdir(target).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  const others = found.filter((name) => !isPart(name))
  if (others.length === 0) return
  throw fault('store.occupied', { expected: 'an empty folder', found: `${others.length} entries`, where: target })
}

const isPart = (name: string) => /^\.part\.[0-9a-f]{12}\.part$/.test(name)

// A mounted volume cannot be renamed over, nor can anything be put beside it: there the part lies inside, hidden.
async function makePart(target: string): Promise<string> {
  const inside = existsSync(target) && !(await canSwap(target))
  if (!inside) await mkdir(dirname(target), { recursive: true })
  const part = partPath(inside ? join(target, 'part') : target)
  await mkdir(part)
  return part
}

async function canSwap(target: string): Promise<boolean> {
  const parent = dirname(target)
  if ((await stat(parent)).dev !== (await stat(target)).dev) return false
  return access(parent, constants.W_OK).then(
    () => true,
    () => false,
  )
}

/** @param made the folders that exist already */
async function writeFile(path: string, content: Content, made: Set<string>): Promise<void> {
  const folder = dirname(path)
  try {
    if (!made.has(folder)) await mkdir(folder, { recursive: true })
    made.add(folder)
    const file = await open(path, 'wx')
    try {
      for await (const chunk of chunksOf(content)) await file.writeFile(chunk)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw systemFault(error, path)
  }
}

async function publish(part: string, target: string, replace: boolean): Promise<void> {
  try {
    if (!replace) await refuseOccupied(target)
    if (dirname(part) === target) await moveUp(part, target)
    else await swap(part, target)
  } catch (error) {
    await rm(part, { recursive: true, force: true })
    throw systemFault(error, target)
  }
}

async function swap(part: string, target: string): Promise<void> {
  if (!existsSync(target)) {
    await rename(part, target)
    return
  }
  const old = partPath(target)
  await rename(target, old)
  try {
    await rename(part, target)
  } catch (error) {
    await rename(old, target)
    throw error
  }
  await rm(old, { recursive: true, force: true })
}

async function moveUp(part: string, target: string): Promise<void> {
  for (const name of await readdir(target)) {
    if (!isPart(name)) await rm(join(target, name), { recursive: true, force: true })
  }
  for (const name of await readdir(part)) await rename(join(part, name), join(target, name))
  await rmdir(part)
}
