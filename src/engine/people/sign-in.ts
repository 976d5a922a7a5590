/** Signing in by name and password, and the sign-ins that come of it. */
import { randomBytes } from 'node:crypto'
import { fault } from '#core/faults.ts'
import { type SignIn, signInIdleMs, signInLongestMs } from '#core/people-store.ts'
import type { Role } from '#core/principal.ts'
import { type Engine, sha256 } from '../engine.ts'
import { checkPassword } from './passwords.ts'
import type { SlowDown } from './slow-down.ts'

export interface SignedIn {
  /** What the browser keeps: only its hash is kept here. */
  readonly id: string
  readonly hash: string
  readonly account: string
  readonly expiresAtMs: number
}

/** @param address from where; attempts are counted by it, and by the name */
export interface Attempt {
  readonly name: string
  readonly password: string
  readonly address: string
}

/** @throws people.sign-in, the same for a wrong name and a wrong password; people.slow after many */
export async function signIn(engine: Engine, slowDown: SlowDown, attempt: Attempt): Promise<SignedIn> {
  const { name, password, address } = attempt
  const { people } = engine.store
  const counted = [`name ${name.toLowerCase().slice(0, 200)}`, `address ${address}`]
  // Counted before it is known, so that many at once are no way around it.
  slowDown.admit(counted, Date.now())
  const account = await people.account(name, Date.now())
  const isRight = await checkPassword(password, account ? await people.passwordOf(account.name) : null)
  if (!account || !isRight) {
    slowDown.failed(counted, Date.now())
    throw fault('people.sign-in', { expected: 'the name and password of an account', found: 'others' })
  }
  slowDown.clear(counted)
  const nowMs = Date.now()
  const id = randomBytes(32).toString('base64url')
  const hash = sha256(id)
  const expiresAtMs = nowMs + signInLongestMs
  await people.addSignIn(hash, { account: account.name, createdAtMs: nowMs, lastSeenAtMs: nowMs, expiresAtMs })
  return { id, hash, account: account.name, expiresAtMs }
}

export interface OpenSignIn extends SignIn {
  readonly hash: string
  readonly role: Role
  readonly project: string | null
}

/** How often it is noted that somebody was seen. */
const seenEveryMs = 5 * 60_000

/** null when the id is none, or its time is over. */
export async function openSignIn(engine: Engine, id: string, nowMs: number): Promise<OpenSignIn | null> {
  const hash = sha256(id)
  const found = await engine.store.people.signIn(hash)
  if (!found || nowMs >= found.expiresAtMs || nowMs - found.lastSeenAtMs >= signInIdleMs) return null
  // Nobody waits for it, and where it fails the sign-in only ends sooner.
  if (nowMs - found.lastSeenAtMs > seenEveryMs) void engine.store.people.touchSignIn(hash, nowMs).catch(() => {})
  return { ...found, hash }
}
