/** Letting go of old backups. Blobs in a target are shared, also with backups of other stores: what any of them lists stays. */
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { BackupsToKeep, PrunedBackups } from '#core/care-store.ts'
import type { Context } from '#core/context.ts'
import type { BackupInfo } from '#core/store.ts'
import { blobListFile, manifestFile } from './backup-manifest.ts'
import { FileBlobs } from './blobs.ts'
import { goOn } from './care.ts'
import { exists, syncFolder } from './durable-files.ts'
import { sql } from './sqlite-driver.ts'
import { asFault } from './sqlite-faults.ts'
import type { StoreParts } from './store-parts.ts'

const dayMs = 86_400_000
/** What backups and blobs that are being deleted are called, so that one that was cut short is known as such. */
const doomed = '.deleted-'

export async function listBackups({ db }: Pick<StoreParts, 'db'>): Promise<readonly BackupInfo[]> {
  const rows = db.all(sql.selectFrom('backup').select('body').where('body', 'is not', null).orderBy('at', 'desc'))
  const known = rows.map(({ body }) => JSON.parse(body ?? '') as BackupInfo)
  const there = await Promise.all(known.map(({ path }) => exists(join(path, manifestFile)).catch(() => false)))
  return known.filter((_, i) => there[i])
}

/**
 * Names to keep: the newest, and the newest of each of the last days and weeks (from Monday, UTC) that have a backup.
 *
 * @param backups newest first
 */
export function backupsToKeep(
  backups: readonly Pick<BackupInfo, 'name' | 'at'>[],
  { newest, daily, weekly }: BackupsToKeep,
): ReadonlySet<string> {
  const kept = new Set(backups.slice(0, Math.max(1, newest)).map(({ name }) => name))
  const eachOf = (count: number, periodOf: (day: number) => number) => {
    const periods = new Map<number, string>()
    for (const { name, at } of backups) {
      const period = periodOf(Math.floor(Date.parse(at) / dayMs))
      if (!periods.has(period)) periods.set(period, name)
    }
    for (const name of [...periods.values()].slice(0, count)) kept.add(name)
  }
  eachOf(daily, (day) => day)
  // Day 0 was a Thursday.
  eachOf(weekly, (day) => Math.floor((day + 3) / 7))
  return kept
}

export async function pruneBackups(
  { db, writer }: StoreParts,
  target: string,
  keep: BackupsToKeep,
  ctx: Context,
): Promise<PrunedBackups> {
  const folder = resolve(target)
  const here = (await listBackups({ db })).filter(({ path }) => dirname(path) === folder)
  const kept = backupsToKeep(here, keep)
  const deleted: string[] = []
  try {
    for (const name of await leftOf(folder)) {
      await rm(join(folder, `${doomed}${name}`), { recursive: true, force: true })
      await writer.call('dropBackup', { name })
    }
    for (const { name, path } of here.filter((backup) => !kept.has(backup.name))) {
      goOn(ctx.signal)
      await deleteBackup(path)
      await writer.call('dropBackup', { name })
      deleted.push(name)
    }
    for (const { name, path } of unfinished(db, folder, ctx.now() - dayMs)) {
      await deleteBackup(path)
      await writer.call('dropBackup', { name })
    }
    const swept = await sweepBlobs(folder, ctx)
    return { deleted, kept: kept.size, ...swept }
  } catch (error) {
    throw asFault(error, folder)
  }
}

/** Renamed first: half of a backup must not look like one. Its row goes after it, so that an erasure knows of it till then. */
async function deleteBackup(path: string): Promise<void> {
  if (!(await exists(path))) return
  const folder = dirname(path)
  const aside = join(folder, `${doomed}${basename(path)}`)
  await rename(path, aside)
  await syncFolder(folder)
  await rm(aside, { recursive: true, force: true })
}

/** Names of those that were being deleted when the power went. */
async function leftOf(folder: string): Promise<readonly string[]> {
  if (!(await exists(folder))) return []
  const names = (await readdir(folder)).filter((name) => name.startsWith(doomed))
  return names.map((name) => name.slice(doomed.length))
}

/** Those whose process was gone before they were done. */
const unfinished = (db: StoreParts['db'], folder: string, beforeMs: number) =>
  db
    .all(sql.selectFrom('backup').select(['name', 'path']).where('body', 'is', null).where('at', '<', beforeMs))
    .filter(({ path }) => dirname(path) === folder)

/**
 * Deletes blobs that no backup in the folder lists, unless one is being made there now: it may count on any of them. A backup
 * that is begun meanwhile looks at its end whether all its blobs are there.
 */
async function sweepBlobs(folder: string, ctx: Context): Promise<{ readonly blobs: number; readonly bytes: number }> {
  const nothing = { blobs: 0, bytes: 0 }
  if (!(await exists(join(folder, 'blobs')))) return nothing
  const before = await backupFolders(folder)
  const used = await listedBlobs(folder, before, ctx.now())
  if (!used) return nothing
  const blobs = new FileBlobs(
    { blobs: join(folder, 'blobs'), tmp: join(folder, 'tmp') },
    { admit: () => Promise.resolve() },
  )
  let count = 0
  let freed = 0
  for await (const { sha256, bytes } of blobs.list()) {
    goOn(ctx.signal)
    if (used.has(blobNumber(sha256))) continue
    if ((await backupFolders(folder)).length !== before.length) break
    await blobs.delete(sha256)
    count++
    freed += bytes
    if (count % 100 === 0)
      ctx.progress({ done: count, total: null, unit: 'blobs', note: 'deleting what no backup needs' })
  }
  return { blobs: count, bytes: freed }
}

/** 52 bits of a hash: enough to tell blobs apart, and two that are alike would only be kept. */
const blobNumber = (sha256: string): number => Number.parseInt(sha256.slice(0, 13), 16)

async function backupFolders(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const own = new Set(['blobs', 'tmp'])
  const names = entries.filter((entry) => entry.isDirectory() && !own.has(entry.name)).map(({ name }) => name)
  return names.filter((name) => !name.startsWith(doomed)).sort()
}

/** null where a backup may be being made: it has no manifest, and is younger than a day. */
async function listedBlobs(
  folder: string,
  names: readonly string[],
  nowMs: number,
): Promise<ReadonlySet<number> | null> {
  const used = new Set<number>()
  for (const name of names) {
    const path = join(folder, name)
    if (!(await exists(join(path, manifestFile)))) {
      if (nowMs - (await stat(path)).mtimeMs < dayMs) return null
      continue
    }
    for (const line of (await readFile(join(path, blobListFile), 'utf8')).split('\n')) {
      if (line !== '') used.add(blobNumber(line))
    }
  }
  return used
}
