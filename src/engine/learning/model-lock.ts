/** Changes of the list of models, one after the other, also of several processes on one data directory. */
import { mkdir, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Context } from '#core/context.ts'
import type { ModelRegistry } from '#learn/models/registry.ts'
import { readModels, writeModels } from './model-files.ts'

/** A change takes milliseconds: whoever holds the lock for so long is gone. */
const staleMs = 10_000
const pauseMs = 20

/**
 * Reads the list, changes it and writes it, while nobody else does.
 *
 * @throws what the change throws; then nothing was written
 */
export async function changeModels<T>(
  dataDir: string,
  ctx: Pick<Context, 'warn'>,
  change: (registry: ModelRegistry) => Promise<{ readonly registry: ModelRegistry; readonly value: T }>,
): Promise<T> {
  const folder = join(dataDir, 'models')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const lock = join(folder, 'registry.lock')
  await take(lock)
  try {
    const { registry, value } = await change(await readModels(dataDir, ctx))
    await writeModels(dataDir, registry)
    return value
  } finally {
    await rm(lock, { force: true })
  }
}

async function take(lock: string): Promise<void> {
  for (;;) {
    const handle = await open(lock, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return null
      throw error
    })
    if (handle !== null) return await handle.close()
    const held = await stat(lock).catch(() => null)
    if (held !== null && Date.now() - held.mtimeMs > staleMs) await rm(lock, { force: true })
    await delay(pauseMs)
  }
}
