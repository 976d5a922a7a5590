/** A consistent copy of everything while others write. */
import { copyFile, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { randomBytes } from 'node:crypto'
import type { Context } from '#core/context.ts'
import { Fault } from '#core/faults.ts'
import type { BackupInfo } from '#core/store.ts'
import { backupVersion, blobListFile, describeFile, type Manifest, manifestFile } from './backup-manifest.ts'
import { FileBlobs } from './blobs.ts'
import { goOn, runCare } from './care.ts'
import { fileBytes, openReader } from './connection.ts'
import { makeFolder, syncFile, syncFolder, writeWhole } from './durable-files.ts'
import { tellOverdue } from './erasures.ts'
import { fromHex, toHex } from './hashing.ts'
import { Database } from './sqlite-driver.ts'
import { OtherDisks, readReserve } from './reserve.ts'
import { asFault } from './sqlite-faults.ts'
import type { StoreParts } from './store-parts.ts'

export async function backUp(parts: StoreParts, target: string, ctx: Context): Promise<BackupInfo> {
  const { writer } = parts
  const at = new Date(ctx.now())
  const name = `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z-${randomBytes(3).toString('hex')}`
  const folder = join(resolve(target), name)
  await writer.call('registerBackup', { name, path: folder, at: at.getTime() })
  try {
    await makeFolder(join(dirname(folder), 'blobs'))
    await makeFolder(join(dirname(folder), 'tmp'))
    await makeFolder(join(folder, 'journals'))
    await new OtherDisks(() => readReserve(parts.db)).of(folder).admitFile(fileBytes(parts.paths.catalog))
    const info = await fill(parts, { name, folder, at: at.toISOString() }, ctx)
    await writer.call('finishBackup', { name, body: JSON.stringify(info) })
    await writer.call('putSetting', { key: 'lastBackup', value: JSON.stringify(info) })
    await tellOverdue(parts)
    return info
  } catch (error) {
    // Where it could not be made there is nothing to remove, and why it could not is what should be told.
    await rm(folder, { recursive: true, force: true }).catch(() => {})
    await writer.call('abandonBackup', { name })
    throw asFault(error, folder)
  }
}

interface NewBackup {
  readonly name: string
  readonly folder: string
  readonly at: string
}

async function fill(parts: StoreParts, { name, folder, at }: NewBackup, ctx: Context): Promise<BackupInfo> {
  const catalog = join(folder, 'catalog.db')
  await runCare('snapshotCatalog', parts.paths.root, { target: catalog }, ctx)
  const sessions = countSessions(catalog)
  const copied = await copyBlobs(parts, catalog, dirname(folder), ctx)
  await writeWhole(join(folder, blobListFile), copied.list)
  await copySynced(parts.paths.secret, join(folder, 'secret'))
  const journals = await copyJournals(parts, folder)
  const files = []
  for (const file of ['catalog.db', blobListFile, 'secret', ...journals]) files.push(await describeFile(folder, file))
  const bytes = copied.bytes + files.reduce((sum, file) => sum + file.bytes, 0)
  const manifest: Manifest = {
    format: 'hindsight-backup',
    version: backupVersion,
    name,
    at,
    sessions,
    blobs: copied.blobs,
    bytes,
    files,
  }
  await writeWhole(join(folder, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`)
  await syncFolder(dirname(folder))
  return { name, path: folder, at, sessions, blobs: copied.blobs, bytes }
}

function countSessions(catalog: string): number {
  const db = new Database(catalog, { readOnly: true })
  try {
    return Number(db.prepare('select count(*) as n from session').get()?.['n'])
  } finally {
    db.close()
  }
}

/** Copies what the snapshot refers to and the target lacks. */
async function copyBlobs(
  { db, paths, disk }: StoreParts,
  catalog: string,
  target: string,
  ctx: Context,
): Promise<{ readonly list: string; readonly blobs: number; readonly bytes: number }> {
  const snapshot = openReader(catalog)
  const from = new FileBlobs(paths, disk)
  const to = new FileBlobs(
    { blobs: join(target, 'blobs'), tmp: join(target, 'tmp') },
    // Its disk keeps a reserve as well, whichever it is.
    new OtherDisks(() => readReserve(db)).of(target),
  )
  const lines: string[] = []
  let bytes = 0
  try {
    const total = Number(snapshot.prepare('select count(distinct sha) as n from session_media').get()?.['n'])
    const next = snapshot.prepare('select min(sha) as sha from session_media where sha > ?')
    let sha: unknown = next.get(new Uint8Array(0))?.['sha']
    for (; sha instanceof Uint8Array; sha = next.get(sha)?.['sha']) {
      goOn(ctx.signal)
      const sha256 = toHex(sha)
      const info = await from.stat(sha256)
      // Erased since the snapshot, and so erased again when it is restored; or lost, which is for verify to say.
      if (!info && !stillUsed(db, sha256)) continue
      const there = await to.stat(sha256)
      if (!there || there.bytes !== info?.bytes) {
        const copied = await to
          .put(from.open(sha256), { expected: sha256 })
          .catch((error: unknown) => skipErased(db, sha256, error))
        if (!copied) continue
      }
      lines.push(`${sha256} ${info?.bytes ?? 0}\n`)
      bytes += info?.bytes ?? 0
      ctx.progress({ done: lines.length, total, unit: 'blobs', note: null })
    }
    await copyMissing(from, to, lines)
  } finally {
    snapshot.close()
  }
  return { list: lines.join(''), blobs: lines.length, bytes }
}

/** Old backups may be deleted at the same time, with blobs that only they needed when that began. */
async function copyMissing(from: FileBlobs, to: FileBlobs, lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    const sha256 = line.slice(0, 64)
    if (!(await to.stat(sha256))) await to.put(from.open(sha256), { expected: sha256 })
  }
}

function skipErased(db: StoreParts['db'], sha256: string, error: unknown): null {
  if (error instanceof Fault && error.code === 'blob.unknown' && !stillUsed(db, sha256)) return null
  throw error
}

const stillUsed = (db: StoreParts['db'], sha256: string): boolean =>
  db.prepare('select 1 from session_media where sha = ? limit 1').get(fromHex(sha256)) !== undefined

async function copyJournals({ paths }: StoreParts, folder: string): Promise<readonly string[]> {
  const names: string[] = []
  for (const name of (await readdir(paths.journals)).filter((file) => file.endsWith('.journal')).sort()) {
    // One that is closed meanwhile is in the catalog, or will be in the next backup's.
    const bytes = await readFile(join(paths.journals, name)).catch(() => null)
    if (!bytes) continue
    await writeWhole(join(folder, 'journals', name), bytes)
    names.push(`journals/${name}`)
  }
  return names
}

async function copySynced(from: string, to: string): Promise<void> {
  await copyFile(from, to)
  await syncFile(to)
}
