/** Taking out of the store what is in a whole archive file, and tidying what a crash left of one. */
import { rm, stat } from 'node:fs/promises'
import type { Context } from '#core/context.ts'
import { contentOf } from './archive-check.ts'
import { openArchive } from './archive-file.ts'
import { type ArchiveBody, archivePath } from './archive-rows.ts'
import { exists } from './durable-files.ts'
import { journalMedia } from './journal-media.ts'
import type { Database } from './sqlite-driver.ts'
import type { StoreParts } from './store-parts.ts'

const movedAtOnce = 100
/** A file that nobody wrote to for so long was given up. */
const givenUpMs = 3_600_000

/** Takes what is in a whole file out of the store, in bunches; goes on where one that broke off had stopped. */
export async function finishMoving(
  parts: StoreParts,
  id: string,
  ctx: Pick<Context, 'progress'>,
): Promise<{ readonly left: number; readonly freedBytes: number }> {
  const { db, writer, blobs, journals } = parts
  const body = String(db.prepare('select body from archive where id = ?').get(id)?.['body'])
  const { olderThanMs, sessions } = JSON.parse(body) as ArchiveBody
  let left = 0
  let done = 0
  let freedBytes = 0
  for (;;) {
    const batch = await writer.call('moveBatch', { archive: id, limit: movedAtOnce }, movedAtOnce)
    left += batch.left
    done += batch.moved + batch.left
    ctx.progress({ done, total: sessions, unit: 'sessions', note: 'moving' })
    const named = await journalMedia(journals)
    const sizes = new Map<string, number>()
    for (const sha256 of batch.freed) {
      if (!named.has(sha256)) sizes.set(sha256, (await blobs.stat(sha256))?.bytes ?? 0)
    }
    // What a crash leaves here is found by gc.
    const gone = await writer.call('collectBlobs', { sha256s: [...sizes.keys()], olderThanMs }, Math.max(1, sizes.size))
    for (const sha256 of gone) freedBytes += sizes.get(sha256) ?? 0
    if (batch.moved + batch.left === 0) break
  }
  await writer.call('finishArchive', { id })
  return { left, freedBytes }
}

interface UnfinishedRow {
  readonly id: string
  readonly path: string
  readonly at: number
  readonly state: 'writing' | 'moving'
}

/** What a crash left: a whole file whose sessions are on their way out, or half a file. */
export async function tidyArchives(parts: StoreParts): Promise<void> {
  const rows = parts.db
    .prepare(`select id, path, at, state from archive where state <> 'whole'`)
    .all() as unknown as UnfinishedRow[]
  for (const { id, path: kept, at, state } of rows) {
    const path = archivePath(parts.paths.root, kept)
    if (state === 'moving') {
      if (await exists(path)) await finishMoving(parts, id, { progress: () => {} })
      continue
    }
    const part = `${path}.part`
    const touched = await stat(part).then(
      ({ mtimeMs }) => mtimeMs,
      () => at,
    )
    if (Date.now() - touched < givenUpMs) continue // somebody may be writing it
    await rm(part, { force: true })
    if (await isOwn(parts.db, id, path)) await rm(path)
    await parts.writer.call('abandonArchive', { id })
  }
}

/** Whether nothing in the store relies on the file yet. */
export async function isOwn(db: Database, id: string, path: string): Promise<boolean> {
  const state = db.prepare('select state from archive where id = ?').get(id)?.['state']
  if (state !== 'writing' || !(await exists(path))) return false
  try {
    const file = openArchive(path)
    try {
      return contentOf(file).id === id
    } finally {
      file.close()
    }
  } catch {
    return false // somebody else's file, which is none of ours to remove
  }
}
