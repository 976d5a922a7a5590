/** API tokens, and ingest keys that only write. Their secrets begin with `hst_` and `hsi_`, so that scanners for leaked ones find them. */
import { randomBytes } from 'node:crypto'
import { fault } from '#core/faults.ts'
import type { AccessKey } from '#core/people-store.ts'
import type { Role } from '#core/principal.ts'
import { type Engine, newId, sha256, utcNow } from '../engine.ts'
import { readLimits, setRate } from '../quotas.ts'

const prefixes = { token: 'hst_', ingest: 'hsi_' } as const

/** What many visitors of a page may write together in a minute, unless told. */
const usualPerMinute = 6000

export type NewKey =
  | {
      readonly kind: 'token'
      readonly name: string
      readonly role: Role
      /** null = all projects. */
      readonly project: string | null
      readonly expiresAt: string | null
    }
  | {
      readonly kind: 'ingest'
      readonly name: string
      readonly project: string
      /** None = programs, no pages. */
      readonly origins: readonly string[]
      readonly perMinute?: number | undefined
      readonly expiresAt: string | null
    }

/** A key with how much it may write. */
export interface ListedKey extends AccessKey {
  /** Requests, and sessions that come in one of them; null = as many as it likes. */
  readonly perMinute: number | null
}

export interface MadeKey {
  readonly key: ListedKey
  /** Shown once: only its hash is kept. */
  readonly secret: string
}

/** @throws people.taken */
export async function makeKey(engine: Engine, asked: NewKey, createdBy: string): Promise<MadeKey> {
  const secret = `${prefixes[asked.kind]}${randomBytes(32).toString('base64url')}`
  const isIngest = asked.kind === 'ingest'
  const key: AccessKey = {
    id: newId(),
    kind: asked.kind,
    name: asked.name,
    role: isIngest ? 'recorder' : asked.role,
    project: asked.project,
    origins: isIngest ? [...new Set(asked.origins)] : [],
    createdAt: utcNow(),
    createdBy,
    expiresAt: asked.expiresAt,
    lastUsedAt: null,
    revokedAt: null,
  }
  if (!(await engine.store.people.addKey(key, sha256(secret))))
    throw fault('people.taken', { expected: 'a name that no account, token or key has', found: key.name })
  const perMinute = isIngest ? (asked.perMinute ?? usualPerMinute) : null
  // Also where there is none: one of the same name may have had another.
  await setRate(engine, key.name, perMinute)
  return { key: { ...key, perMinute }, secret }
}

export async function listKeys(engine: Engine): Promise<readonly ListedKey[]> {
  const { rates } = await readLimits(engine)
  const keys = await engine.store.people.keys()
  return keys.map((key) => ({ ...key, perMinute: rates[key.name] ?? null }))
}

/** @throws key.unknown */
export async function revokeKey(engine: Engine, id: string): Promise<ListedKey> {
  const key = await engine.store.people.revokeKey(id, Date.now())
  if (!key) throw fault('key.unknown', { expected: 'the id of a token or key', found: id })
  return { ...key, perMinute: (await readLimits(engine)).rates[key.name] ?? null }
}

/** How often it is noted that one was used. */
const usedEveryMs = 5 * 60_000

export const looksLikeKey = (secret: string): boolean =>
  Object.values(prefixes).some((start) => secret.startsWith(start))

/** null when nobody has this secret, or it is over with. */
export async function keyInForce(engine: Engine, secret: string, nowMs: number): Promise<AccessKey | null> {
  if (!looksLikeKey(secret)) return null
  // Found by its hash: the time that takes tells nothing of a secret of 256 random bits.
  const key = await engine.store.people.keyByHash(sha256(secret))
  if (!key || key.revokedAt !== null || (key.expiresAt !== null && Date.parse(key.expiresAt) <= nowMs)) return null
  const isDue = key.lastUsedAt === null || nowMs - Date.parse(key.lastUsedAt) > usedEveryMs
  if (isDue) void engine.store.people.touchKey(key.id, nowMs).catch(() => {})
  return key
}
