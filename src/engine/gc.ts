/** Deleting what nobody needs any more: blobs that nothing refers to, downloads nobody fetched, uploads that broke off. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '#core/context.ts'
import type { Engine } from './engine.ts'
import { exportsFolder } from './export.ts'

export interface Collected {
  readonly blobs: number
  /** Downloads and uploads. */
  readonly files: number
  readonly bytes: number
}

/** @param graceMs what is younger is kept */
export async function collectGarbage(
  engine: Engine,
  options: { readonly graceMs: number; readonly dryRun: boolean },
  ctx: Context,
): Promise<Collected> {
  const { blobs, bytes } = await engine.store.gc(options, ctx)
  let files = 0
  let fileBytes = 0
  for (const folder of [exportsFolder(engine.dataDir), join(engine.dataDir, 'uploads')]) {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name)
      const { mtimeMs, size } = await stat(path)
      if (ctx.now() - mtimeMs < options.graceMs) continue
      files++
      fileBytes += size
      if (!options.dryRun) await rm(path, { recursive: true, force: true })
    }
  }
  return { blobs, files, bytes: bytes + fileBytes }
}
