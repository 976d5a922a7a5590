/** What an archive would hold: counted in the catalog, without reading a record. */
import { setImmediate as turn } from 'node:timers/promises'
import type { ArchivePlan, ArchiveWhat } from '#core/archive-store.ts'
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import { seqsOf } from './archive-write.ts'
import { goOn } from './care.ts'
import { toHex } from './hashing.ts'
import type { Database } from './sqlite-driver.ts'
import type { StoreParts } from './store-parts.ts'

export async function planArchive(
  { db, blobs }: Pick<StoreParts, 'db' | 'blobs'>,
  what: ArchiveWhat,
  ctx: Context,
): Promise<ArchivePlan> {
  if ('dataset' in what) return planDataset(db, what)
  const seqs = new Set(await seqsOf(db, what))
  const edits = db.prepare('select count(*) as n, coalesce(sum(length(body)), 0) as bytes from edit where session = ?')
  const media = db.prepare('select sha from session_media where seq = ?')
  const users = db.prepare('select seq from session_media where sha = ?')
  const size = db.prepare('select size from session where seq = ?')
  const found = new Map<string, boolean>()
  const sums = { sessions: 0, edits: 0, bytes: 0 }
  for (const seq of seqs) {
    sums.sessions++
    sums.bytes += Number(size.get(seq)?.['size'] ?? 0)
    const row = edits.get(seq)
    sums.edits += Number(row?.['n'])
    sums.bytes += Number(row?.['bytes'])
    for (const { sha } of media.all(seq) as { sha: Uint8Array }[]) {
      const hex = toHex(sha)
      if (found.has(hex)) continue
      const shared = (users.all(sha) as { seq: number }[]).some((user) => !seqs.has(user.seq))
      found.set(hex, shared || isFrozen(db, seq, hex))
      sums.bytes += (await blobs.stat(hex))?.bytes ?? 0
    }
    if (sums.sessions % 500 === 0) {
      goOn(ctx.signal)
      await turn()
    }
  }
  const mediaKept = [...found.values()].filter(Boolean).length
  return { ...sums, bytes: sums.bytes, media: found.size, mediaKept, versions: [] }
}

function isFrozen(db: Database, seq: number, sha256: string): boolean {
  return (
    db
      .prepare(
        'select 1 from frozen_session s join frozen f on f.hash = s.hash where s.seq = ? and instr(f.body, ?) > 0 limit 1',
      )
      .get(seq, sha256) !== undefined
  )
}

function planDataset(
  db: Database,
  { dataset, project }: { readonly dataset: string; readonly project: string },
): ArchivePlan {
  if (!db.prepare('select 1 from dataset where project = ? and name = ?').get(project, dataset)) {
    throw fault('dataset.unknown', { expected: 'a dataset of the project', found: dataset })
  }
  const from = `version v join item i on i.version = v.id left join frozen f on f.hash = i.hash
    where v.project = ? and v.dataset = ? and v.staged_at is null`
  const row = db.prepare(`select coalesce(sum(length(f.body)), 0) as bytes from ${from}`).get(project, dataset)
  const versions = db
    .prepare('select version from version where project = ? and dataset = ? and staged_at is null order by id')
    .all(project, dataset)
  return {
    sessions: 0,
    edits: 0,
    media: 0,
    bytes: Number(row?.['bytes']),
    mediaKept: 0,
    versions: versions.map(({ version }) => `${dataset}@${String(version)}`),
  }
}
