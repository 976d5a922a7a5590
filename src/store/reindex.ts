/** Throws away what was derived from sessions, and derives it again. */
import type { Context } from '#core/context.ts'
import type { SessionRow, StoredSession } from '#core/store.ts'
import { cancelled } from './care.ts'
import { lastSeq, readSessionBySeq } from './catalog-read.ts'
import type { DerivedRows } from './commit-care.ts'
import { packFacets } from './derived.ts'
import { finishIndexing } from './finish-index.ts'
import type { StoreParts } from './store-parts.ts'

const rowsAtOnce = 100

export type Derive = (session: StoredSession) => Pick<SessionRow, 'summary' | 'facets' | 'searchText' | 'cover'>

/** Where a reindex stands; sessions after `last` came while it ran and are indexed already. */
interface Position {
  readonly after: number
  readonly last: number
}

/**
 * Goes on where one that broke off had stopped. Until the end, lists show only what is indexed already.
 *
 * @throws job.cancelled, record.corrupt
 */
export async function reindexStore({ db, writer, blobs }: StoreParts, derive: Derive, ctx: Context) {
  const saved = db.prepare(`select value from setting where key = 'reindex'`).get() as { value: string } | undefined
  let position: Position = saved ? (JSON.parse(saved.value) as Position) : { after: 0, last: lastSeq(db) }
  if (!saved) {
    await writer.call('putSetting', { key: 'reindex', value: JSON.stringify(position) })
    await writer.call('clearIndex', null)
  }
  const next = db.prepare(
    `select seq from session where seq > ? and seq <= ? and (aside is null or aside not in ('damaged', 'archived')) order by seq limit ${rowsAtOnce}`,
  )
  let sessions = 0
  for (;;) {
    if (ctx.signal.aborted) throw cancelled()
    const seqs = (next.all(position.after, position.last) as { seq: number }[]).map(({ seq }) => seq)
    const lastOne = seqs.at(-1)
    if (lastOne === undefined) break
    const rows: DerivedRows['rows'][number][] = []
    for (const seq of seqs) {
      const session = await readSessionBySeq(db, blobs, seq)
      if (!session) continue // erased meanwhile
      const { summary, facets, searchText, cover } = derive(session)
      rows.push({ seq, summary, facets: packFacets(facets), searchText, cover })
    }
    position = { after: lastOne, last: position.last }
    await writer.call('deriveBatch', { rows, position: JSON.stringify(position) }, rows.length)
    sessions += rows.length
    ctx.progress({ done: position.after, total: position.last, unit: 'sessions', note: null })
  }
  await finishIndexing(writer)
  return { sessions }
}
