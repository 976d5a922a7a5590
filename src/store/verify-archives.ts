/** The step of verify that looks at archive files. */
import { archivePath, hashFile } from './archive-rows.ts'
import { archivedMark } from './commit-sessions.ts'
import { exists } from './durable-files.ts'
import { openArchive } from './archive-file.ts'
import { toHex } from './hashing.ts'
import { type Envelope, envelopeColumns } from './verify-envelope.ts'
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
      else checkRows({ db, find }, path, relying)
    } else if (relying.length > 0 || holdsDatasets(db, id)) {
      const fix = 'put the file back, or bring it in from a copy with "hindsight archive restore FILE"'
      find('archive.gone', { expected: `archive ${id}`, found: 'no file', fix, where: path }, relying)
    }
  }
  return checked
}

const holdsDatasets = (db: StepContext['db'], id: string): boolean =>
  db.prepare('select 1 from archived_dataset where archive = ?').get(id) !== undefined

type Row = Envelope & { readonly hash: Uint8Array }

/** What the store says of a session whose record is in a file must be what the file says of it. */
function checkRows({ db, find }: Pick<StepContext, 'db' | 'find'>, path: string, ids: readonly string[]): void {
  const file = openArchive(path)
  try {
    const here = db.prepare(
      `select s.hash, ${envelopeColumns} from session s join place p on p.id = s.place where s.id = ?`,
    )
    const there = file.prepare(
      `select hash, project, domain, schema_version as schemaVersion, at, status, contributor, host, parent, size from session where id = ?`,
    )
    for (const id of ids) {
      const [row, kept] = [here.get(id), there.get(id)] as unknown as [Row | undefined, Row | undefined]
      // A dataset's file names sessions whose records lie in another one.
      if (!kept) continue
      const [expected, found] = [textOf(kept), row ? textOf(row) : 'none']
      if (found !== expected) find('record.corrupt', { expected, found, where: `session ${id}` }, [id])
    }
  } finally {
    file.close()
  }
}

const textOf = (row: Row): string => JSON.stringify({ ...row, hash: toHex(row.hash) })
