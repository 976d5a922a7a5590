/** The consent ledger: lines in a chain, so that a missing or changed one shows. */
import type { ConsentEntry } from '#core/consent.ts'
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
