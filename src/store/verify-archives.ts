/** The step of verify that looks at archive files. */
import { archivePath, hashFile } from './archive-rows.ts'
import { archivedMark } from './commit-sessions.ts'
import { exists } from './durable-files.ts'
import { maxSessions, type StepContext } from './verify-findings.ts'

interface ArchiveRow {
  readonly id: string
  readonly path: string
  readonly sha256: string
}

/** Every file must be, to the last bit, what was written last; a missing one is a fault when the store relies on it. */
export async function checkArchives({ db, paths, find, progress }: StepContext): Promise<number> {
  const rows = db.prepare(`select id, path, sha256 from archive where state <> 'writing' order by at`).all()
  let checked = 0
  for (const { id, path: kept, sha256 } of rows as unknown as ArchiveRow[]) {
    const path = archivePath(paths.root, kept)
    const relying = db
      .prepare(
        `select s.id from archive_session x join session s on s.seq = x.seq
         where x.archive = ? and s.aside = '${archivedMark}' order by s.seq limit ${maxSessions}`,
      )
      .all(id)
      .map((row) => String(row['id']))
    progress(++checked, 'archives')
    if (await exists(path)) {
      const found = await hashFile(path)
      if (found !== sha256) find('archive.invalid', { expected: `sha256 ${sha256}`, found, where: path }, relying)
    } else if (relying.length > 0 || holdsDatasets(db, id)) {
      const fix = 'put the file back, or bring it in from a copy with "hindsight archive restore FILE"'
      find('archive.gone', { expected: `archive ${id}`, found: 'no file', fix, where: path }, relying)
    }
  }
  return checked
}

const holdsDatasets = (db: StepContext['db'], id: string): boolean =>
  db.prepare('select 1 from archived_dataset where archive = ?').get(id) !== undefined
