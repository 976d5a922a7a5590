/** Accounts, sign-ins, tokens and ingest keys. */
import type {
  AccessKey,
  Account,
  AccountChange,
  AccountResult,
  AuditEntry,
  AuditQuery,
  PeopleStore,
  SignIn,
} from '#core/people-store.ts'
import { signInIdleMs } from '#core/people-store.ts'
import type { Role } from '#core/principal.ts'
import type { Page } from '#core/query.ts'
import { readAudit } from './audit.ts'
import { foldName } from './commit-people.ts'
import { fromHex } from './hashing.ts'
import { type Database, sql } from './sqlite-driver.ts'
import type { Tables } from './tables.ts'
import type { Writer } from './writer.ts'

export interface PeopleParts {
  readonly db: Database
  readonly writer: Writer
  readonly secret: string
}

export class SqlitePeople implements PeopleStore {
  readonly #db: Database
  readonly #writer: Writer
  readonly #secret: string

  constructor({ db, writer, secret }: PeopleParts) {
    this.#db = db
    this.#writer = writer
    this.#secret = secret
  }

  async hasAccounts(): Promise<boolean> {
    return this.#db.prepare('select 1 from account limit 1').get() !== undefined
  }

  async accounts(nowMs: number): Promise<readonly Account[]> {
    const rows = this.#db.all(sql.selectFrom('account').selectAll().orderBy('name'))
    return rows.map((row) => this.#toAccount(row, nowMs))
  }

  async account(name: string, nowMs: number): Promise<Account | null> {
    const row = this.#db.first(sql.selectFrom('account').selectAll().where('folded', '=', foldName(name)))
    return row ? this.#toAccount(row, nowMs) : null
  }

  #toAccount(row: Tables['account'], nowMs: number): Account {
    const open = this.#db
      .prepare('select count(*) as n from sign_in where account = ? and expires_at > ? and seen_at > ?')
      .get(row.name, nowMs, nowMs - signInIdleMs)
    return {
      name: row.name,
      role: row.role as Role,
      project: row.project,
      createdAt: timeOf(row.created_at),
      disabledAt: timeOrNull(row.disabled_at),
      lastSeenAt: timeOrNull(row.seen_at),
      signIns: Number(open?.['n'] ?? 0),
    }
  }

  async passwordOf(name: string): Promise<string | null> {
    const query = sql.selectFrom('account').select('password').where('name', '=', name).where('disabled_at', 'is', null)
    return this.#db.first(query)?.password ?? null
  }

  addAccount(
    { name, role, project, createdAt }: Pick<Account, 'name' | 'role' | 'project' | 'createdAt'>,
    password: string,
  ): Promise<AccountResult> {
    return this.#writer.call('addAccount', {
      name,
      folded: foldName(name),
      password,
      role,
      project,
      created_at: Date.parse(createdAt),
      disabled_at: null,
      seen_at: null,
    })
  }

  changeAccount(name: string, change: AccountChange, nowMs: number): Promise<AccountResult> {
    return this.#writer.call('changeAccount', { name, change, nowMs })
  }

  setPassword(name: string, password: string, keep: string | null): Promise<AccountResult> {
    return this.#writer.call('setPassword', { name, password, keep: keep === null ? null : fromHex(keep) })
  }

  async addSignIn(hash: string, { account, createdAtMs, lastSeenAtMs, expiresAtMs }: SignIn): Promise<void> {
    const times = { created_at: createdAtMs, seen_at: lastSeenAtMs, expires_at: expiresAtMs }
    await this.#writer.call('addSignIn', { hash: fromHex(hash), account, ...times })
  }

  async signIn(hash: string): Promise<(SignIn & Pick<Account, 'role' | 'project'>) | null> {
    const row = this.#db
      .prepare(
        `select s.account, s.created_at, s.seen_at, s.expires_at, a.role, a.project
         from sign_in s join account a on a.name = s.account where s.hash = ? and a.disabled_at is null`,
      )
      .get(fromHex(hash)) as (Omit<Tables['sign_in'], 'hash'> & Pick<Tables['account'], 'role' | 'project'>) | undefined
    if (!row) return null
    return {
      account: row.account,
      role: row.role as Role,
      project: row.project,
      createdAtMs: row.created_at,
      lastSeenAtMs: row.seen_at,
      expiresAtMs: row.expires_at,
    }
  }

  async touchSignIn(hash: string, nowMs: number): Promise<void> {
    await this.#writer.call('touchSignIn', { hash: fromHex(hash), nowMs })
  }

  endSignIns(which: { readonly hash: string } | { readonly account: string }): Promise<number> {
    return this.#writer.call('endSignIns', 'hash' in which ? { hash: fromHex(which.hash) } : which)
  }

  addKey(key: AccessKey, hash: string): Promise<boolean> {
    return this.#writer.call('addKey', {
      id: key.id,
      kind: key.kind,
      name: key.name,
      folded: foldName(key.name),
      hash: fromHex(hash),
      role: key.role,
      project: key.project,
      origins: JSON.stringify(key.origins),
      created_at: Date.parse(key.createdAt),
      created_by: key.createdBy,
      expires_at: msOrNull(key.expiresAt),
      used_at: msOrNull(key.lastUsedAt),
      revoked_at: msOrNull(key.revokedAt),
    })
  }

  async keys(): Promise<readonly AccessKey[]> {
    const query = sql.selectFrom('access_key').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc')
    return this.#db.all(query).map(toKey)
  }

  async keyByHash(hash: string): Promise<AccessKey | null> {
    const row = this.#db.first(sql.selectFrom('access_key').selectAll().where('hash', '=', fromHex(hash)))
    return row ? toKey(row) : null
  }

  async revokeKey(id: string, nowMs: number): Promise<AccessKey | null> {
    await this.#writer.call('revokeKey', { id, nowMs })
    const row = this.#db.first(sql.selectFrom('access_key').selectAll().where('id', '=', id))
    return row ? toKey(row) : null
  }

  async touchKey(id: string, nowMs: number): Promise<void> {
    await this.#writer.call('touchKey', { id, nowMs })
  }

  async isIngestOrigin(origin: string, nowMs: number): Promise<boolean> {
    const row = this.#db
      .prepare(
        `select 1 from access_key k, json_each(k.origins) o
         where k.revoked_at is null and (k.expires_at is null or k.expires_at > ?) and o.value = ? limit 1`,
      )
      .get(nowMs, origin)
    return row !== undefined
  }

  async noteUpload(project: string, sha256: string, nowMs: number): Promise<void> {
    await this.#writer.call('noteUpload', { project, sha: fromHex(sha256), at: nowMs })
  }

  async foreignBlobs(project: string, sha256s: readonly string[]): Promise<readonly string[]> {
    const sent = this.#db.prepare('select 1 from sent_blob where project = ? and sha = ?')
    const used = this.#db.prepare(
      `select 1 from session_media m join session s on s.seq = m.seq join place p on p.id = s.place
       where m.sha = ? and p.project = ? limit 1`,
    )
    return sha256s.filter((sha256) => {
      const sha = fromHex(sha256)
      return sent.get(project, sha) === undefined && used.get(sha, project) === undefined
    })
  }

  async audit(entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) return
    const rows = entries.map(({ at, ...rest }) => ({ ...rest, at: Date.parse(at) }))
    await this.#writer.call('putAudit', { rows }, rows.length)
  }

  async auditPage(query: AuditQuery, limit: number, cursor: string | null): Promise<Page<AuditEntry>> {
    return readAudit(this.#db, this.#secret, { query, limit, cursor })
  }
}

function toKey(row: Tables['access_key']): AccessKey {
  return {
    id: row.id,
    kind: row.kind as AccessKey['kind'],
    name: row.name,
    role: row.role as Role,
    project: row.project,
    origins: JSON.parse(row.origins) as readonly string[],
    createdAt: timeOf(row.created_at),
    createdBy: row.created_by,
    expiresAt: timeOrNull(row.expires_at),
    lastUsedAt: timeOrNull(row.used_at),
    revokedAt: timeOrNull(row.revoked_at),
  }
}

const timeOf = (ms: number): string => new Date(ms).toISOString()
const timeOrNull = (ms: number | null): string | null => (ms === null ? null : timeOf(ms))
const msOrNull = (time: string | null): number | null => (time === null ? null : Date.parse(time))
