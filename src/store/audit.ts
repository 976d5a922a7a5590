/** Reading the log of who changed what, newest first. */
import type { Selectable } from 'kysely'
import type { AuditEntry, AuditQuery } from '#core/people-store.ts'
import type { Way } from '#core/principal.ts'
import type { Page } from '#core/query.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { type Database, sql } from './sqlite-driver.ts'
import type { Tables } from './tables.ts'

export interface AuditRequest {
  readonly query: AuditQuery
  readonly limit: number
  readonly cursor: string | null
}

/** @throws cursor.invalid */
export function readAudit(db: Database, secret: string, { query, limit, cursor }: AuditRequest): Page<AuditEntry> {
  const { principal, action, project, target, refused, from, to } = query
  let found = sql
    .selectFrom('audit')
    .selectAll()
    .orderBy('seq', 'desc')
    .limit(limit + 1)
  if (cursor !== null) found = found.where('seq', '<', readCursor(secret, sealed(query), cursor).seq)
  if (principal !== undefined) found = found.where('principal', '=', principal)
  // Between two bounds, since a pattern would have to be escaped.
  if (action !== undefined) found = found.where('action', '>=', action).where('action', '<', `${action}\u{10ffff}`)
  if (project !== undefined) found = found.where('project', '=', project)
  if (target !== undefined) found = found.where('target', '=', target)
  if (refused !== undefined) found = found.where('outcome', refused ? '<>' : '=', 'done')
  if (from !== undefined) found = found.where('at', '>=', Date.parse(from))
  if (to !== undefined) found = found.where('at', '<', Date.parse(to))
  const rows = db.all(found)
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    items: rows.slice(0, limit).map(toEntry),
    next: last ? writeCursor(secret, sealed(query), last) : null,
  }
}

/** A cursor belongs to one question; this one is never mistaken for one to sessions. */
const sealed = (query: AuditQuery) => ({ ...query, list: 'audit' })

const toEntry = ({
  at,
  principal,
  via,
  action,
  project,
  target,
  outcome,
}: Selectable<Tables['audit']>): AuditEntry => ({
  at: new Date(at).toISOString(),
  principal,
  via: via as Way,
  action,
  project,
  target,
  outcome,
})
