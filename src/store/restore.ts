/** Makes a data directory from a backup, with everything that was erased since left out. */
import { randomBytes } from 'node:crypto'
import { copyFile, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { BackupInfo } from '#core/store.ts'
import { blobListFile, invalid, type Manifest, readManifest } from './backup-manifest.ts'
import { FileBlobs } from './blobs.ts'
import { goOn } from './care.ts'
import { prepareDataDir } from './data-dir.ts'
import { exists, makeFolder, syncFolder, writeWhole } from './durable-files.ts'
import { readErasures } from './erasures.ts'
import { applyErasures } from './reapply.ts'
import { asFault } from './sqlite-faults.ts'

const unguarded = { admit: () => Promise.resolve() }

/**
 * @param from the folder of one backup, the one with the manifest
 * @param dataDir a folder that is not there, or empty
 * @throws backup.invalid, store.occupied
 */
export async function restore(from: string, dataDir: string, ctx: Context): Promise<BackupInfo> {
  const source = resolve(from)
  const target = resolve(dataDir)
  await refuseOccupied(target)
  const manifest = await readManifest(source)
  const part = join(dirname(target), `${basename(target)}.restoring-${randomBytes(4).toString('hex')}`)
  try {
    await makeFolder(dirname(target))
    const paths = await prepareDataDir(part, true)
    await rm(paths.secret, { force: true })
    await writeWhole(paths.secret, await readFile(join(source, 'secret')))
    await copyFile(join(source, 'catalog.db'), paths.catalog)
    await copyBlobs(source, paths, manifest, ctx)
    for (const { name } of manifest.files.filter((file) => file.name.startsWith('journals/'))) {
      await writeWhole(join(paths.journals, basename(name)), await readFile(join(source, name)))
    }
    await applyErasures(part, await readErasures(dirname(source)), ctx)
    await refuseOccupied(target)
    if (await exists(target)) await rmdir(target)
    await rename(part, target)
    await syncFolder(dirname(target))
  } catch (error) {
    await rm(part, { recursive: true, force: true })
    throw asFault(error, target)
  }
  const { name, at, sessions, blobs, bytes } = manifest
  return { name, path: source, at, sessions, blobs, bytes }
}

async function refuseOccupied(target: string): Promise<void> {
  if (!(await exists(target))) return
  const [found] = await readdir(target)
  if (found !== undefined) throw fault('store.occupied', { expected: 'an empty or new folder', found, where: target })
}

/** Every blob is hashed on its way. */
async function copyBlobs(
  source: string,
  paths: { readonly blobs: string; readonly tmp: string },
  manifest: Manifest,
  ctx: Context,
): Promise<void> {
  const shared = join(dirname(source), 'blobs')
  const from = new FileBlobs({ blobs: shared, tmp: shared }, unguarded)
  const to = new FileBlobs(paths, unguarded)
  let done = 0
  for (const line of (await readFile(join(source, blobListFile), 'utf8')).split('\n').filter((text) => text !== '')) {
    goOn(ctx.signal)
    const [sha256 = ''] = line.split(' ')
    try {
      await to.put(from.open(sha256), { expected: sha256 })
    } catch (cause) {
      throw isOfSource(cause) ? invalid(`blob ${sha256}`, cause.found, shared) : cause
    }
    ctx.progress({ done: ++done, total: manifest.blobs, unit: 'blobs', note: null })
  }
}

const isOfSource = (error: unknown): error is { readonly found: string } =>
  error instanceof Error && 'code' in error && (error.code === 'blob.unknown' || error.code === 'blob.corrupt')
