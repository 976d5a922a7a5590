/** The consent ledger: lines in a chain, so that a missing or changed one shows. */
import { type ConsentEntry, type ConsentSubject, withdrawal } from '#core/consent.ts'
import type { CommitContext } from './commit-context.ts'
import { sha256Bytes } from './hashing.ts'
import { sql } from './sqlite-driver.ts'

export const chainStart: Uint8Array = new Uint8Array(32)

export const chainLink = (previous: Uint8Array, body: string): Uint8Array =>
  sha256Bytes(Buffer.concat([previous, Buffer.from(body)]))

export function appendConsent({ db }: CommitContext, entry: ConsentEntry): null {
  const body = JSON.stringify(entry)
  const known = db.first(sql.selectFrom('consent').select('body').where('id', '=', entry.id))
  // Sending a line twice is harmless, as with sessions.
  if (known?.body === body) return null
  const last = db.first(sql.selectFrom('consent').select('chain').orderBy('seq', 'desc').limit(1))
  const chain = chainLink(last?.chain ?? chainStart, body)
  db.run(sql.insertInto('consent').values({ id: entry.id, project: entry.project, body, chain }))
  return null
}

/** Whether the ledger says today that a run may not be kept. */
export function isWithdrawn(
  { db }: Pick<CommitContext, 'db'>,
  project: string,
  subject: Pick<ConsentSubject, 'id' | 'contributor'>,
): boolean {
  if (db.prepare('select 1 from consent where project = ? limit 1').get(project) === undefined) return false
  const by = `select seq, body from consent where project = ?1 and json_extract(body, '$.contributor')`
  const session = `json_extract(body, '$.session')`
  const lines = db
    .prepare(
      `${by} is null and ${session} is null union all ${by} = ?2 and ${session} is null
       union all ${by} is null and ${session} = ?3 union all ${by} = ?2 and ${session} = ?3 order by seq`,
    )
    .all(project, subject.contributor, subject.id) as { body: string }[]
  const entries = lines.map(({ body }) => JSON.parse(body) as ConsentEntry)
  return withdrawal(subject, entries, 'collect') !== null
}
