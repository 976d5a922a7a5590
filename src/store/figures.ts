/** Figures of the store for a watcher: few labels, and no more work than a look at some indexes. */
import { domainNames } from '#core/session.ts'
import { type Figure, gauge, gaugesBy } from '#core/figures.ts'
import { fileBytes } from './connection.ts'
import type { StoreParts } from './store-parts.ts'

export async function storeFigures({ db, writer, disk, paths, journals }: StoreParts): Promise<readonly Figure[]> {
  const rows = (text: string) => db.prepare(text).all()
  const number = (text: string) => Number(db.prepare(text).get()?.['n'] ?? 0)
  const sessions = new Map(
    rows('select p.domain, sum(t.sessions) as n from tally t join place p on p.id = t.place group by 1').map((row) => [
      String(row['domain']),
      Number(row['n']),
    ]),
  )
  const jobs = rows('select kind, state, count(*) as n from job group by kind, state').map(
    (row) => [{ kind: String(row['kind']), state: String(row['state']) }, Number(row['n'])] as const,
  )
  const { freeBytes, reserveBytes } = await disk.space()
  return [
    gaugesBy(
      'sessions',
      'Sessions, without those that are set aside.',
      domainNames.map((domain) => [{ domain }, sessions.get(domain) ?? 0]),
    ),
    gauge('edits', 'What people changed or said.', number('select count(*) as n from edit')),
    gauge('session_media', 'References of sessions to blobs.', number('select count(*) as n from session_media')),
    gauge('quarantined', 'Damaged records that were set aside.', number('select count(*) as n from quarantine')),
    gauge('journals_open', 'Sessions that are being written.', (await journals.list()).length),
    gaugesBy('jobs', 'Jobs by kind and state.', jobs),
    gauge('catalog_bytes', 'Size of the catalog.', fileBytes(paths.catalog)),
    gauge('wal_bytes', 'What is not yet moved into the catalog.', fileBytes(`${paths.catalog}-wal`)),
    gauge('disk_free_bytes', 'Free space where the data are.', freeBytes),
    gauge('disk_reserve_bytes', 'Free space below which new data are refused.', reserveBytes),
    ...writer.figures(),
  ]
}
