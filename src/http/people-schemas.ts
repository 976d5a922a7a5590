/** The values of people and keys that go over the wire. No reply but the one that makes a secret ever holds it. */
import { z } from 'zod'
import { longestPassword, shortestPassword } from '#core/people-store.ts'
import { roles, ways } from '#core/principal.ts'
import { shortName, utcTime, uuid } from '#core/session-schema.ts'

export const role = z.enum(roles)

/** A name is written into history and shown in lists; it is a pseudonym, and never changes. */
export const personName = z
  .string()
  .min(1)
  .max(100)
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._@+-]*$/u,
    'must begin with a letter or digit, and hold only those, space and . _ @ + -',
  )

export const password = z
  .string()
  .max(longestPassword)
  .meta({ description: `at least ${shortestPassword} characters` })

/** "https://app.example", as a browser writes it in `Origin`. */
export const origin = z
  .string()
  .max(300)
  .regex(
    /^https?:\/\/[a-z0-9.[\]:-]+$/,
    'must be a scheme, a host in lower case and a port where it is not the usual one',
  )

export const me = z
  .object({
    /** null: nobody is signed in. */
    principal: z.object({ name: z.string(), role, project: z.string().nullable(), via: z.enum(ways) }).nullable(),
    /** Whether there are accounts, so that people sign in by name and password. */
    accounts: z.boolean(),
    /** Whether this principal is an account that can change its password. */
    isAccount: z.boolean(),
    /** To be sent as `X-Hindsight-CSRF` with whatever changes something; null where a cookie is not what lets in. */
    csrf: z.string().nullable(),
    /** When the sign-in ends however much it is used; null without one. */
    expiresAt: z.string().nullable(),
  })
  .meta({ id: 'Me' })

export const account = z
  .object({
    name: z.string(),
    role,
    project: z.string().nullable(),
    createdAt: z.string(),
    disabledAt: z.string().nullable(),
    lastSeenAt: z.string().nullable(),
    /** Sign-ins that are open. */
    signIns: z.number(),
  })
  .meta({ id: 'Account' })

export const newAccount = z
  .strictObject({ name: personName, role, project: shortName.nullable().default(null), password })
  .meta({ id: 'NewAccount' })

export const accountChange = z
  .strictObject({
    role: role.optional(),
    project: shortName.nullable().optional(),
    disabled: z.boolean().optional(),
  })
  .meta({ id: 'AccountChange' })

export const accessKey = z
  .object({
    id: uuid,
    kind: z.enum(['token', 'ingest']),
    name: z.string(),
    /** An ingest key always has the role recorder. */
    role,
    project: z.string().nullable(),
    /** Of an ingest key: the origins of the pages that may use it; none = programs, no pages. */
    origins: z.array(z.string()),
    /** Requests that it may make in a minute; null = as many as it likes. */
    perMinute: z.number().nullable(),
    createdAt: z.string(),
    createdBy: z.string(),
    expiresAt: z.string().nullable(),
    lastUsedAt: z.string().nullable(),
    revokedAt: z.string().nullable(),
  })
  .meta({ id: 'AccessKey' })

const expiresAt = utcTime.nullable().default(null)

export const newAccessKey = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('token'),
      name: personName,
      role,
      project: shortName.nullable().default(null),
      expiresAt,
    }),
    z.strictObject({
      kind: z.literal('ingest'),
      name: personName,
      project: shortName,
      origins: z.array(origin).max(50).default([]),
      perMinute: z.int().min(1).max(1_000_000).optional(),
      expiresAt,
    }),
  ])
  .meta({ id: 'NewAccessKey' })

export const madeAccessKey = z
  .object({
    key: accessKey,
    /** Shown now and never again: only its hash is kept. */
    secret: z.string(),
  })
  .meta({ id: 'MadeAccessKey' })

export const auditEntry = z
  .object({
    at: z.string(),
    principal: z.string(),
    via: z.enum(ways),
    /** The route, "POST /api/v1/edits", or the command, "hindsight people add". */
    action: z.string(),
    project: z.string().nullable(),
    /** The id or name of what it was done to. */
    target: z.string().nullable(),
    /** "done", or the code of the refusal. */
    outcome: z.string(),
  })
  .meta({ id: 'AuditEntry' })

export type Me = z.output<typeof me>
export type AccountReply = z.output<typeof account>
export type AccessKeyReply = z.output<typeof accessKey>
export type MadeAccessKey = z.output<typeof madeAccessKey>
export type AuditEntryReply = z.output<typeof auditEntry>
