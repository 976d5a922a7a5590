/** What forgetting would erase, counted by reading alone. The same rules as in `commit-erasure.ts`, which erases. */
import type { DatasetVersion } from '#core/dataset.ts'
import type { ExportNote, ForgetPreview } from '#core/store.ts'
import { archivePath } from './archive-rows.ts'
import { type Forgotten, findSeqs, journalsOf } from './forget.ts'
import { toHex } from './hashing.ts'
import { journalMedia } from './journal-media.ts'
import { type Database, sql } from './sqlite-driver.ts'
import type { StoreParts } from './store-parts.ts'

export async function forgetPreview(parts: StoreParts, what: Forgotten): Promise<ForgetPreview> {
  const { db, journals, paths } = parts
  const open = await journalsOf(parts, what)
  const seqs = findSeqs(db, what)
  const kept = await journalMedia(journals, new Set(open))
  const seen = count(db, seqs, kept)
  const archives = archivesOf(db, seqs).map((path) => archivePath(paths.root, path))
  const backups = db.all(sql.selectFrom('backup').select('name').orderBy('at')).map(({ name }) => name)
  return { ...seen, journals: open.length, archives, backups }
}

function count(db: Database, seqs: readonly number[], inJournals: ReadonlySet<string>) {
  const list = JSON.stringify(seqs)
  const all = <Row>(text: string) => db.prepare(text).all(list) as Row[]
  const media = all<{ sha: Uint8Array; others: number }>(
    `select sha, exists (
       select 1 from session_media as other where other.sha = mine.sha and other.seq not in (select value from json_each(?1))
     ) as others
     from (select distinct sha from session_media where seq in (select value from json_each(?1))) as mine`,
  )
  const shared = media.filter(({ sha, others }) => others === 1 || inJournals.has(toHex(sha))).length
  const [edits] = all<{ n: number }>(
    'select count(*) as n from edit where session in (select value from json_each(?1))',
  )
  const versions = all<{ body: string }>(
    `select body from version where id in (
       select item.version from item join frozen_session on frozen_session.hash = item.hash
       where frozen_session.seq in (select value from json_each(?1)))`,
  ).map(({ body }) => JSON.parse(body) as DatasetVersion)
  const exports = all<{ body: string }>(
    `select body from export_note where id in (
       select export from export_session where seq in (select value from json_each(?1)))`,
  ).map(({ body }) => JSON.parse(body) as ExportNote)
  return {
    sessions: seqs.length,
    edits: edits?.n ?? 0,
    blobs: media.length - shared,
    blobsShared: shared,
    versions: versions.map(({ dataset, version }) => `${dataset}@${version}`).sort(),
    exports,
  }
}

function archivesOf(db: Database, seqs: readonly number[]): readonly string[] {
  const rows = db
    .prepare(
      `select path from archive where id in (
         select archive from archive_session where seq in (select value from json_each(?)))
       order by at, id`,
    )
    .all(JSON.stringify(seqs)) as { path: string }[]
  return rows.map(({ path }) => path)
}
