/** A folder that appears whole: files are written beside it, and the last step is one rename. */
import { existsSync, writeFile as writeFileByCallback } from 'node:fs'
import { access, constants, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { fault } from '#core/faults.ts'
import type { Sink } from '#core/io.ts'
import { allChunks, type Content, gather } from './content.ts'
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
    const writer = new FileWriter()
    return sinkOf(target, {
      write: (name, content) => writer.write(join(part, ...name.split('/')), content),
      publish: async () => {
        await writer.finish()
        await publish(part, target, replace)
      },
      discard: async () => {
        await writer.finish().catch(() => {})
        await rm(part, { recursive: true, force: true })
      },
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

/** Contents up to this size are written in the background. */
const smallBytes = 256 * 1024
/** So many at once: a hundred thousand small files take most of their time waiting for the disk. */
const atOnce = 16

/** Writes files; an error in the background is reported by the next write, or at the end. */
class FileWriter {
  /** The folders that exist already. */
  readonly #made = new Set<string>()
  readonly #running = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | null = null

  async write(path: string, content: Content): Promise<void> {
    const gathered = await gather(content, smallBytes)
    if (this.#failure) throw this.#failure.error
    await this.#makeFolder(dirname(path))
    if (gathered.rest !== null) {
      await writeLarge(path, allChunks(gathered))
      return
    }
    const running: Promise<void> = writeSmall(path, gathered.head)
      .catch((error: unknown) => {
        this.#failure ??= { error: systemFault(error, path) }
      })
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
    if (this.#running.size >= atOnce) await Promise.race(this.#running)
  }

  async finish(): Promise<void> {
    await Promise.all(this.#running)
    if (this.#failure) throw this.#failure.error
  }

  async #makeFolder(folder: string): Promise<void> {
    if (this.#made.has(folder)) return
    await mkdir(folder, { recursive: true }).catch((error: unknown) => Promise.reject(systemFault(error, folder)))
    this.#made.add(folder)
  }
}

// The callback form makes no object for the open file, which is half the cost of a small one.
const writeWhole = promisify(writeFileByCallback)

async function writeSmall(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  await writeWhole(path, chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks), { flag: 'wx' })
}

async function writeLarge(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    const file = await open(path, 'wx')
    try {
      for await (const chunk of chunks) await file.writeFile(chunk)
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
