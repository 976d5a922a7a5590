/**
 * The seam to accounts, sign-ins, tokens and ingest keys, and to the log of who changed what. Secrets never come here: what is
 * kept of a password is its scrypt text, of everything else a SHA-256.
 */
import type { Page } from './query.ts'
import type { Role, Way } from './principal.ts'

/** A sign-in ends when it was not used for this long … */
export const signInIdleMs = 48 * 3_600_000
/** … and after this however much it was used. */
export const signInLongestMs = 14 * 86_400_000

/** Characters of a password. */
export const shortestPassword = 12
export const longestPassword = 1000

export interface Account {
  readonly name: string
  readonly role: Role
  /** null = all projects. */
  readonly project: string | null
  readonly createdAt: string
  /** null = may sign in. */
  readonly disabledAt: string | null
  readonly lastSeenAt: string | null
  /** Sign-ins that are open. */
  readonly signIns: number
}

export interface AccountChange {
  readonly role?: Role
  readonly project?: string | null
  readonly disabled?: boolean
}

export interface SignIn {
  readonly account: string
  readonly createdAtMs: number
  readonly lastSeenAtMs: number
  /** However much it is used. */
  readonly expiresAtMs: number
}

/** An API token, or an ingest key: one that only writes. */
export interface AccessKey {
  readonly id: string
  readonly kind: 'token' | 'ingest'
  readonly name: string
  readonly role: Role
  readonly project: string | null
  /** Of an ingest key: the origins of the pages that may use it; none = programs, no pages. */
  readonly origins: readonly string[]
  readonly createdAt: string
  readonly createdBy: string
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
  readonly revokedAt: string | null
}

export interface AuditEntry {
  readonly at: string
  readonly principal: string
  readonly via: Way
  /** The route, "POST /api/v1/edits", or the command, "hindsight people add". */
  readonly action: string
  readonly project: string | null
  /** The id or name of what it was done to; null for many things, and once it was erased. */
  readonly target: string | null
  /** "done", or the code of the refusal. */
  readonly outcome: string
}

export interface AuditQuery {
  readonly principal?: string
  /** The action, or how it begins. */
  readonly action?: string
  readonly project?: string
  readonly target?: string
  /** true = only what was refused, false = only what was done. */
  readonly refused?: boolean
  /** UTC, inclusive. */
  readonly from?: string
  /** UTC, exclusive. */
  readonly to?: string
}

/** What came of a change to accounts. The store decides, since two requests may each want to remove the last owner but one. */
export type AccountResult = 'done' | 'unknown' | 'taken' | 'first-owner' | 'last-owner'

export interface PeopleStore {
  /** Whether anybody can sign in. */
  hasAccounts(): Promise<boolean>
  /** By name. */
  accounts(nowMs: number): Promise<readonly Account[]>
  account(name: string, nowMs: number): Promise<Account | null>
  /** The scrypt text; null for an account that is not there or disabled. */
  passwordOf(name: string): Promise<string | null>
  /**
   * Makes an account; the first must own all projects (`first-owner`). A name is used once among accounts and keys (`taken`), in
   * whatever case.
   */
  addAccount(
    account: Pick<Account, 'name' | 'role' | 'project' | 'createdAt'>,
    password: string,
  ): Promise<AccountResult>
  /** Ends all sign-ins of one that is disabled. `last-owner`: nobody would be left who owns all projects. */
  changeAccount(name: string, change: AccountChange, nowMs: number): Promise<AccountResult>
  /** Ends all sign-ins of the account but the one named, by its hash. */
  setPassword(name: string, password: string, keep: string | null): Promise<AccountResult>

  /** @param hash SHA-256 of the id in the cookie, as all of the following */
  addSignIn(hash: string, signIn: SignIn): Promise<void>
  /** null when it is not there, ended, or its account is disabled. */
  signIn(hash: string): Promise<(SignIn & Pick<Account, 'role' | 'project'>) | null>
  touchSignIn(hash: string, nowMs: number): Promise<void>
  /** Ends it, or all of an account. @returns how many */
  endSignIns(which: { readonly hash: string } | { readonly account: string }): Promise<number>

  /** false when the name is taken. @param hash SHA-256 of the secret */
  addKey(key: AccessKey, hash: string): Promise<boolean>
  /** Newest first, also those that were revoked. */
  keys(): Promise<readonly AccessKey[]>
  /** Also one that was revoked or has expired: that is for the caller to say. */
  keyByHash(hash: string): Promise<AccessKey | null>
  /** null when there is none of this id; one that was revoked stays as it was. */
  revokeKey(id: string, nowMs: number): Promise<AccessKey | null>
  touchKey(id: string, nowMs: number): Promise<void>
  /** Whether an ingest key that is in force names this origin. */
  isIngestOrigin(origin: string, nowMs: number): Promise<boolean>

  /** Notes that somebody bound to a project sent these bytes, and so has them anyway. */
  noteUpload(project: string, sha256: string, nowMs: number): Promise<void>
  /** Which of these blobs nobody of the project has sent lately, and no session of it refers to. */
  foreignBlobs(project: string, sha256s: readonly string[]): Promise<readonly string[]>

  audit(entries: readonly AuditEntry[]): Promise<void>
  /** Newest first. @throws cursor.invalid */
  auditPage(query: AuditQuery, limit: number, cursor: string | null): Promise<Page<AuditEntry>>
}
