/** Accounts, sign-ins, tokens and keys. What must hold among them is decided here, where nobody else can come in between. */
import type { AccountChange, AccountResult } from '#core/people-store.ts'
import type { CommitContext } from './commit-context.ts'
import { type Database, sql } from './sqlite-driver.ts'
import type { Tables } from './tables.ts'

/** Names that look the same to people are the same. */
export const foldName = (name: string): string => name.normalize('NFKC').toLowerCase().trim()

const isTaken = (db: Database, folded: string): boolean =>
  db.prepare('select 1 from account where folded = ?').get(folded) !== undefined ||
  db.prepare('select 1 from access_key where folded = ? and revoked_at is null').get(folded) !== undefined

export function addAccount({ db }: CommitContext, row: Tables['account']): AccountResult {
  if (isTaken(db, row.folded)) return 'taken'
  const isFirst = db.prepare('select 1 from account limit 1').get() === undefined
  // From the first account on everybody signs in: one that owns nothing would lock all others out.
  if (isFirst && !(row.role === 'owner' && row.project === null)) return 'first-owner'
  db.run(sql.insertInto('account').values(row))
  return 'done'
}

export interface ChangedAccount {
  readonly name: string
  readonly change: AccountChange
  readonly nowMs: number
}

export function changeAccount({ db }: CommitContext, { name, change, nowMs }: ChangedAccount): AccountResult {
  const before = db.first(sql.selectFrom('account').selectAll().where('name', '=', name))
  if (!before) return 'unknown'
  const { role = before.role, project = before.project, disabled = before.disabled_at !== null } = change
  const disabledAt = disabled ? (before.disabled_at ?? nowMs) : null
  const owns = role === 'owner' && project === null && !disabled
  const others = db
    .prepare(
      `select 1 from account where name <> ? and role = 'owner' and project is null and disabled_at is null limit 1`,
    )
    .get(name)
  if (!owns && others === undefined) return 'last-owner'
  db.run(sql.updateTable('account').set({ role, project, disabled_at: disabledAt }).where('name', '=', name))
  if (disabled) db.run(sql.deleteFrom('sign_in').where('account', '=', name))
  return 'done'
}

export interface NewPassword {
  readonly name: string
  readonly password: string
  /** The sign-in that goes on. */
  readonly keep: Uint8Array | null
}

export function setPassword({ db }: CommitContext, { name, password, keep }: NewPassword): AccountResult {
  if (db.run(sql.updateTable('account').set({ password }).where('name', '=', name)) === 0) return 'unknown'
  endSignInsOf(db, name, keep)
  return 'done'
}

function endSignInsOf(db: Database, account: string, keep: Uint8Array | null): number {
  const ended = sql.deleteFrom('sign_in').where('account', '=', account)
  return db.run(keep === null ? ended : ended.where('hash', '<>', keep))
}

export function addSignIn({ db }: CommitContext, row: Tables['sign_in']): null {
  db.run(sql.deleteFrom('sign_in').where('expires_at', '<=', row.created_at))
  db.run(sql.insertInto('sign_in').values(row))
  db.run(sql.updateTable('account').set({ seen_at: row.seen_at }).where('name', '=', row.account))
  return null
}

export function touchSignIn(
  { db }: CommitContext,
  { hash, nowMs }: { readonly hash: Uint8Array; readonly nowMs: number },
): null {
  db.run(sql.updateTable('sign_in').set({ seen_at: nowMs }).where('hash', '=', hash))
  db.prepare('update account set seen_at = ? where name = (select account from sign_in where hash = ?)').run(
    nowMs,
    hash,
  )
  return null
}

export function endSignIns(
  { db }: CommitContext,
  which: { readonly hash: Uint8Array } | { readonly account: string },
): number {
  return 'hash' in which
    ? db.run(sql.deleteFrom('sign_in').where('hash', '=', which.hash))
    : endSignInsOf(db, which.account, null)
}

export function addKey({ db }: CommitContext, row: Tables['access_key']): boolean {
  if (isTaken(db, row.folded)) return false
  db.run(sql.insertInto('access_key').values(row))
  return true
}

export function revokeKey({ db }: CommitContext, { id, nowMs }: { readonly id: string; readonly nowMs: number }): null {
  db.run(sql.updateTable('access_key').set({ revoked_at: nowMs }).where('id', '=', id).where('revoked_at', 'is', null))
  return null
}

export function touchKey({ db }: CommitContext, { id, nowMs }: { readonly id: string; readonly nowMs: number }): null {
  db.run(sql.updateTable('access_key').set({ used_at: nowMs }).where('id', '=', id))
  return null
}

/** After this a session of the project should refer to it. */
const sentForMs = 30 * 86_400_000

export function noteUpload({ db }: CommitContext, { project, sha, at }: Tables['sent_blob']): null {
  db.run(sql.deleteFrom('sent_blob').where('at', '<', at - sentForMs))
  db.run(
    sql
      .insertInto('sent_blob')
      .values({ project, sha, at })
      .onConflict((on) => on.doUpdateSet({ at })),
  )
  return null
}

export function putAudit(
  { db }: CommitContext,
  { rows }: { readonly rows: readonly Omit<Tables['audit'], 'seq'>[] },
): null {
  for (const row of rows) db.run(sql.insertInto('audit').values(row))
  return null
}
