/** Erases sessions everywhere in the store, and says where copies may be that it cannot reach. */
import { randomUUID } from 'node:crypto'
import type { Context } from '#core/context.ts'
import type { ForgetReceipt } from '#core/store.ts'
import { reachArchives } from './archive-erase.ts'
import { dropEarlierCatalogs } from './earlier-catalog.ts'
import { sweptTables } from './commit-sweep.ts'
import { eraseFiles } from './erasure-files.ts'
import { tellBackups } from './erasures.ts'
import { journalMedia } from './journal-media.ts'
import { Mentions } from './mentions.ts'
import { type Database, sql } from './sqlite-driver.ts'
import type { StoreParts } from './store-parts.ts'
import type { Writer } from './writer.ts'

const sessionsAtOnce = 100
/** How long to wait for readers to let go of the WAL. */
const truncateTries = 200
const truncateWaitMs = 50

export type Forgotten = { readonly sessions: readonly string[] } | { readonly contributor: string }

export async function forgetSessions(
  parts: StoreParts,
  what: Forgotten,
  principal: string,
  ctx: Context,
): Promise<ForgetReceipt> {
  const { db, writer } = parts
  const receipt = randomUUID()
  await closeOut(parts, what)
  const ids = 'sessions' in what ? what.sessions : []
  const contributor = 'contributor' in what ? what.contributor : null
  await writer.call('buryIds', { receipt, ids, contributor }, Math.max(1, ids.length))
  const seqs = findSeqs(db, what)
  let sessions = 0
  let edits = 0
  const versions = new Set<string>()
  const exports = new Map<string, ForgetReceipt['exports'][number]>()
  for (let i = 0; i < seqs.length; i += sessionsAtOnce) {
    ctx.progress({ done: i, total: seqs.length, unit: 'sessions', note: null })
    const some = seqs.slice(i, i + sessionsAtOnce)
    const erased = await writer.call('eraseSessions', { receipt, seqs: some }, some.length)
    sessions += erased.sessions
    edits += erased.edits
    for (const name of erased.versions) versions.add(name)
    for (const note of erased.exports) exports.set(note.id, note)
  }
  const { deleted, shared, archives } = await scrub(parts)
  const backups = db.all(sql.selectFrom('backup').select('name').orderBy('at')).map(({ name }) => name)
  const mentions = new Mentions(db)
  const result: ForgetReceipt = {
    id: receipt,
    at: new Date(ctx.now()).toISOString(),
    principal,
    sessions,
    edits,
    blobs: deleted,
    blobsShared: shared,
    versions: [...versions].sort(),
    exports: [...exports.values()].map((note) => ({ ...note, what: mentions.without(note.what) })),
    backups,
    archives,
  }
  const unreachable = await tellBackups(parts, receipt, result.at)
  const row = { id: receipt, at: ctx.now(), body: JSON.stringify(result) }
  await writer.call('putReceipt', { receipt: row, unreachable })
  return result
}

/** Rows of the sessions that are meant, whatever state they are in. */
export function findSeqs(db: Database, what: Forgotten): readonly number[] {
  if ('contributor' in what) {
    // Those in the index, and those that an import replaced.
    const rows = db
      .prepare(
        `select facet.seq from fact cross join facet on facet.fact = fact.id
           where fact.key = '#contributor' and fact.numeric = 0 and fact.text = ?1
         union select seq from session where aside is not null and contributor = ?1`,
      )
      .all(what.contributor) as { seq: number }[]
    return rows.map(({ seq }) => seq)
  }
  const find = db.prepare('select seq from session where id = ?')
  return [...new Set(what.sessions)].flatMap((id) => (find.all(id) as { seq: number }[]).map(({ seq }) => seq))
}

/** Journals of these sessions: what is still being written is erased too. */
async function closeOut(parts: StoreParts, what: Forgotten): Promise<void> {
  for (const session of await journalsOf(parts, what)) await parts.journals.remove(session)
}

/** The open journals of the sessions that are meant. */
export async function journalsOf({ journals }: StoreParts, what: Forgotten): Promise<readonly string[]> {
  const open: string[] = []
  for (const { session } of await journals.list()) {
    const isMeant =
      'sessions' in what ? what.sessions.includes(session) : await isBy(journals, session, what.contributor)
    if (isMeant) open.push(session)
  }
  return open
}

async function isBy(journals: StoreParts['journals'], session: string, contributor: string): Promise<boolean> {
  const [first] = await journals.read(session).catch(() => [])
  return first?.op === 'open' && first.session['contributor'] === contributor
}

/**
 * What the transactions leave to do: archives, the blobs, and the bytes in the WAL. Also run when a store is
 * opened in which an erasure was cut short.
 */
export async function scrub(
  parts: Pick<StoreParts, 'db' | 'paths' | 'writer' | 'journals'>,
): Promise<{ deleted: number; shared: number; archives: ForgetReceipt['archives'] }> {
  const { writer, journals, paths } = parts
  await dropEarlierCatalogs(paths.root)
  const archives = await reachArchives(parts)
  const { gone, deleted, shared } = await writer.call('dropDoomed', { keep: [...(await journalMedia(journals))] })
  for (const table of sweptTables) await writer.call('sweepTable', { table })
  await eraseFiles(parts, new Set(gone))
  await emptyWal(writer)
  await writer.call('erasureScrubbed', null)
  return { deleted, shared, archives }
}

/** Whether an erasure was cut short. */
export const needsScrub = (db: Database): boolean =>
  db.prepare(`select 1 from setting where key = 'doomed'`).get() !== undefined

async function emptyWal(writer: Writer): Promise<void> {
  for (let i = 0; i < truncateTries; i++) {
    if (await writer.call('truncateWal', null)) return
    await new Promise((resolve) => setTimeout(resolve, truncateWaitMs))
  }
}
