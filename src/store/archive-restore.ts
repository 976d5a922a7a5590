/** Puts back into the store what an archive file holds. */
import type { ArchiveRestored, DeriveRow } from '#core/archive-store.ts'
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { RunStatus } from '#core/session.ts'
import { readContent, readRecord } from './archive-file.ts'
import { goOn } from './care.ts'
import { maxRowBytes } from './catalog.ts'
import type { ItemToBringBack, SessionToBringBack } from './commit-restored.ts'
import { packFacets } from './derived.ts'
import { toHex } from './hashing.ts'
import type { Database } from './sqlite-driver.ts'
import type { StoreParts } from './store-parts.ts'
import { isErased, tombstoneSalt } from './tombstones.ts'

interface FileSession {
  readonly id: string
  readonly project: string
  readonly domain: SessionToBringBack['domain']
  readonly schema_version: number
  readonly at: number
  readonly status: RunStatus | null
  readonly contributor: string | null
  readonly host: string
  readonly parent: string | null
  readonly hash: Uint8Array
  readonly size: number
}

export interface RestoreParts {
  readonly store: StoreParts
  readonly file: Database
  /** Of the file, for messages. */
  readonly path: string
  readonly derive: DeriveRow
}

/** @param ids null: all, and the datasets with them */
export async function restoreArchive(
  parts: RestoreParts,
  ids: readonly string[] | null,
  ctx: Context,
): Promise<ArchiveRestored> {
  const { file, store } = parts
  const wanted =
    ids ?? (file.prepare('select id from session order by at, id').all() as { id: string }[]).map((r) => r.id)
  const counts = { restored: 0, repeated: 0, forgotten: 0, edits: 0 }
  const salt = tombstoneSalt(store.db)
  for (const [i, id] of wanted.entries()) {
    goOn(ctx.signal)
    const row = file.prepare('select * from session where id = ?').get(id) as unknown as FileSession | undefined
    if (!row)
      throw fault('session.unknown', { expected: 'the id of a session in the archive', found: id, where: parts.path })
    if (isErased(store.db, salt, 'session', id)) counts.forgotten++
    else {
      const { result, edits } = await restoreSession(parts, row)
      if (result === 'created') counts.restored++
      else if (result === 'forgotten') counts.forgotten++
      else counts.repeated++
      counts.edits += edits
    }
    ctx.progress({ done: i + 1, total: wanted.length, unit: 'sessions', note: 'restoring' })
  }
  const versions = ids === null ? await restoreDatasets(parts, salt, ctx) : []
  return { ...counts, versions }
}

async function restoreSession({ store, file, path, derive }: RestoreParts, row: FileSession) {
  const live = store.db.prepare('select 1 from session where id = ? and aside is null').get(row.id)
  if (live) return { result: 'repeated', edits: 0 } as const
  const body = readRecord(file, row.hash, path)
  const hash = toHex(row.hash)
  const media = file.prepare('select sha from media where session = ?').all(row.id) as { sha: Uint8Array }[]
  for (const { sha } of media) await putBlob(store, file, sha, path)
  const long = row.size > maxRowBytes
  if (long) await putBlob(store, file, row.hash, path)
  const { summary, facets, searchText, cover } = derive({ id: row.id, hash, body })
  const edits = file
    .prepare(
      'select id, project, at as atMs, kind, import as importId, hash, body from edit where session = ? order by number',
    )
    .all(row.id) as unknown as SessionToBringBack['edits']
  const session: SessionToBringBack = {
    id: row.id,
    project: row.project,
    domain: row.domain,
    schemaVersion: row.schema_version,
    recordedAtMs: row.at,
    status: row.status,
    contributor: row.contributor,
    host: row.host,
    parent: row.parent,
    hash,
    body: long ? null : body,
    sizeBytes: row.size,
    summary,
    facets: JSON.stringify(packFacets(facets)),
    searchText,
    media: media.map(({ sha }) => toHex(sha)),
    cover,
    edits: edits.map((edit) => ({ ...edit })),
  }
  await store.disk.admit(row.size)
  return store.writer.call('bringBack', { session, nowMs: Date.now() })
}

/** Also where it is: its file may be about to go, and being put makes it fresh. */
async function putBlob(store: StoreParts, file: Database, sha: Uint8Array, path: string): Promise<void> {
  await store.blobs.put(chunks(readContent(file, sha, path)), { expected: toHex(sha) })
}

// biome-ignore lint/suspicious/useAwait: blobs are given as they come from a disk or a wire
async function* chunks(parts: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* parts
}

const itemsAtOnce = 250

async function restoreDatasets(
  { store, file, path }: RestoreParts,
  salt: string,
  ctx: Context,
): Promise<readonly string[]> {
  const restored: string[] = []
  const erased = (session: string) => isErased(store.db, salt, 'session', session)
  for (const { project, name, body } of file.prepare('select project, name, body from dataset').all()) {
    const at = { project: String(project), name: String(name) }
    const versions = file.prepare('select number, version, body from version order by number').all()
    for (const { sha } of file.prepare('select distinct sha from frozen_media').all() as { sha: Uint8Array }[]) {
      await putBlob(store, file, sha, path)
    }
    for (const { number, version, body: text } of versions) {
      const known = store.db
        .prepare('select 1 from version where project = ? and dataset = ? and version = ? and staged_at is null')
        .get(at.project, at.name, String(version))
      if (known) continue
      const id = await store.writer.call('beginVersion', {
        ...at,
        dataset: String(body),
        version: String(version),
        body: String(text),
        nowMs: Date.now(),
      })
      for (let after: readonly [number, string] = [-1, '']; ; ) {
        goOn(ctx.signal)
        const items = itemsAfter(file, Number(number), after, erased)
        const last = items.at(-1)
        if (!last) break
        after = [last.part, last.sample]
        await store.writer.call('bringItems', { version: id, items, nowMs: Date.now() }, items.length)
      }
      await store.writer.call('endVersion', { id, ...at })
      restored.push(`${at.name}@${String(version)}`)
    }
  }
  return restored
}

function itemsAfter(
  file: Database,
  version: number,
  [part, sample]: readonly [number, string],
  erased: (session: string) => boolean,
): readonly ItemToBringBack[] {
  const rows = file
    .prepare(
      `select i.part, i.sample, i.hash, i.grp, i.redacted, f.body from item i left join frozen f on f.hash = i.hash
       where i.version = ? and (i.part, i.sample) > (?, ?) order by i.part, i.sample limit ${itemsAtOnce}`,
    )
    .all(version, part, sample) as unknown as Omit<ItemToBringBack, 'sessions' | 'media' | 'erased'>[]
  const behind = file.prepare('select session from frozen_session where hash = ?')
  const needed = file.prepare('select sha from frozen_media where hash = ?')
  return rows.map((row) => {
    const sessions = (behind.all(row.hash) as { session: string }[]).map(({ session }) => session)
    const media = (needed.all(row.hash) as { sha: Uint8Array }[]).map(({ sha }) => sha)
    return { ...row, sessions, media, erased: sessions.some(erased) }
  })
}
