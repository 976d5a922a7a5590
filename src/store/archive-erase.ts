/** Erasing in archive files what was erased in the store: by tombstones, so that it can be done at any time after. */
import type { DatasetVersion } from '#core/dataset.ts'
import { contentOf } from './archive-check.ts'
import { archiveDigest, notAnArchive, openArchive, readManifest, writeManifest } from './archive-file.ts'
import { exists } from './durable-files.ts'
import { type ArchiveBody, archivePath, hashFile, named } from './archive-rows.ts'
import { toHex } from './hashing.ts'
import type { Database } from './sqlite-driver.ts'
import type { StoreParts } from './store-parts.ts'
import { isErased, tombstone, tombstoneSalt } from './tombstones.ts'

export interface Reached {
  /** Paths of the files in which nothing is left. */
  readonly rewritten: readonly string[]
  /** Paths where there was no file, or one that could not be changed: told as soon as it is back. */
  readonly absent: readonly string[]
}

/** Erases in every archive that holds something which was erased since, if its file can be had. */
export async function reachArchives({
  db,
  writer,
  paths,
}: Pick<StoreParts, 'db' | 'writer' | 'paths'>): Promise<Reached> {
  const due = db
    .prepare(
      `select a.id, a.path, a.body from archive a where a.id in (select archive from archive_due) order by a.at, a.id`,
    )
    .all() as { id: string; path: string; body: string }[]
  const rewritten: string[] = []
  const absent: string[] = []
  const salt = tombstoneSalt(db)
  for (const { id, path: kept, body } of due) {
    const path = archivePath(paths.root, kept)
    const erased = (session: string) => isErased(db, salt, 'session', session)
    // First of all: media that gc has not come to yet must not outlive the file's word of them.
    await writer.call('doomMore', { sha256s: (await exists(path)) ? contentOfErased(path, id, erased) : [] })
    if (!(await exists(path)) || !tryErase(path, id, erased, salt)) {
      absent.push(path)
      continue
    }
    const now = await describe(path, JSON.parse(body) as ArchiveBody)
    await writer.call('archiveReached', { id, ...now })
    rewritten.push(path)
  }
  return { rewritten, absent }
}

/** What the catalog says of a file, as it is now. */
export async function describe(
  path: string,
  before: ArchiveBody,
): Promise<{ readonly sha256: string; readonly body: string }> {
  const file = openArchive(path)
  try {
    const { sessions, edits, media, versions } = contentOf(file)
    const pages = Number(file.prepare('pragma page_count').get()?.['page_count'])
    const pageBytes = Number(file.prepare('pragma page_size').get()?.['page_size'])
    const body: ArchiveBody = { ...before, sessions, edits, media, versions, bytes: pages * pageBytes }
    return { sha256: await hashFile(path), body: JSON.stringify(body) }
  } finally {
    file.close()
  }
}

/** Hashes of what the file holds of erased sessions. */
function contentOfErased(path: string, id: string, erased: (session: string) => boolean): readonly string[] {
  try {
    const file = openArchive(path)
    try {
      if (readManifest(file, 'id') !== id) return []
      const rows = file
        .prepare(
          `select session, sha from media union select id, hash from session
           union select s.session, m.sha from frozen_session s join frozen_media m on m.hash = s.hash`,
        )
        .all() as { session: string; sha: Uint8Array }[]
      return [...new Set(rows.filter(({ session }) => erased(session)).map(({ sha }) => toHex(sha)))]
    } finally {
      file.close()
    }
  } catch (error) {
    if (error !== notAnArchive(error, path) || isFault(error)) return []
    throw error
  }
}

/** What was erased goes from a file that is at hand, wherever it came from. false when it could not be changed. */
export function eraseHere(db: Database, path: string): boolean {
  const salt = tombstoneSalt(db)
  return tryErase(path, null, (session) => isErased(db, salt, 'session', session), salt)
}

/** false for a file that is another archive, damaged, or cannot be changed. */
function tryErase(path: string, id: string | null, erased: (session: string) => boolean, salt: string): boolean {
  try {
    const file = openArchive(path, { change: true })
    try {
      if (id !== null && readManifest(file, 'id') !== id) return false
      eraseFromFile(file, erased, salt)
      return true
    } finally {
      file.close()
    }
  } catch (error) {
    if (error !== notAnArchive(error, path) || isFault(error)) return false
    throw error
  }
}

const isFault = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^(archive|store|file)\./.test(String(error.code))

/** In one transaction; SQLite overwrites what it deletes. */
export function eraseFromFile(file: Database, erased: (session: string) => boolean, salt: string): void {
  const ids = file.prepare('select id from session union select session from frozen_session').all()
  if (!ids.some(({ id }) => erased(String(id)))) return
  file.exec('begin immediate')
  try {
    for (const { id } of file.prepare('select id from session').all() as { id: string }[]) {
      if (!erased(id)) continue
      for (const table of ['media', 'edit', 'consent']) file.prepare(`delete from ${table} where session = ?`).run(id)
      file.prepare('delete from session where id = ?').run(id)
    }
    const behind = file.prepare('select distinct session from frozen_session').all() as { session: string }[]
    for (const { session } of behind) if (erased(session)) redact(file, session, salt)
    file.exec(`delete from consent where contributor is not null and contributor not in (select contributor from session where contributor is not null);
      delete from content where sha not in (${named} union select hash from session)`)
    writeManifest(file, { digest: archiveDigest(file) })
    file.exec('commit')
  } catch (error) {
    if (file.raw.isTransaction) file.exec('rollback')
    throw error
  }
}

/** Samples of the session lose their body, and their items become tombstones, as in the store. */
function redact(file: Database, session: string, salt: string): void {
  const frozen = file.prepare('select hash from frozen_session where session = ?').all(session) as {
    hash: Uint8Array
  }[]
  const touched = new Set<number>()
  for (const { hash } of frozen) {
    const items = file.prepare('select version, part, sample from item where hash = ?').all(hash)
    for (const { version = null, part = null, sample = null } of items) {
      const stone = tombstone(salt, 'item', `${String(version)} ${String(sample)}`)
      file
        .prepare(
          `update item set sample = ?, hash = ?, grp = '', redacted = 1 where version = ? and part = ? and sample = ?`,
        )
        .run(toHex(stone), stone, version, part, sample)
      touched.add(Number(version))
    }
    for (const table of ['frozen_media', 'frozen_session', 'frozen']) {
      file.prepare(`delete from ${table} where hash = ?`).run(hash)
    }
  }
  for (const version of touched) markRedacted(file, version)
}

/** With the labels that are left; one that only an erased sample had may be the words of a person. */
function markRedacted(file: Database, number: number): void {
  const text = String(file.prepare('select body from version where number = ?').get(number)?.['body'])
  const version = JSON.parse(text) as DatasetVersion
  const used = file.prepare(
    `select 1 from item i join frozen f on f.hash = i.hash
     where i.version = ? and i.redacted = 0 and instr(f.body, ?) > 0 limit 1`,
  )
  const labels = version.labels.filter((label) => used.get(number, JSON.stringify(label)) !== undefined)
  const body = JSON.stringify({ ...version, labels, redacted: true })
  file.prepare('update version set body = ? where number = ?').run(body, number)
}
