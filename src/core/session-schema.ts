/** The Zod schema of the envelope. Unknown keys pass and are kept: they may come from a newer client. */
import { z } from 'zod'
import { consentStatement } from './consent-schema.ts'
import { domainNames, runStatuses } from './session.ts'

/** Names that people and programs choose; no control characters, since they end up in file names and terminals. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
export const shortName = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\u0000-\u001f\u007f]+$/, 'must not hold control characters')

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits')
/** UTC only: a local time without a zone cannot be ordered. */
export const utcTime = z.iso.datetime({ offset: false })
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'must be a lower-case UUID')

export const mediaRef = z.looseObject({
  role: shortName.max(64),
  sha256,
  mediaType: z
    .string()
    .max(100)
    .regex(/^[\w.+-]+\/[\w.+-]+$/),
  bytes: z.int().min(0),
  width: z.int().min(1).nullable(),
  height: z.int().min(1).nullable(),
})

const json = z.record(z.string(), z.unknown())

/** How many media one session may name; beyond it a run should be recorded as several sessions. */
export const maxMedia = 20_000

/** The envelope with its inner parts given by a domain. */
export function sessionSchema<
  C extends z.ZodType,
  V extends z.ZodType,
  O extends z.ZodRawShape,
  T extends z.ZodType,
>(parts: { readonly context: C; readonly values: V; readonly outcome: O; readonly telemetry: T }) {
  return z.looseObject({
    id: uuid,
    project: shortName,
    domain: z.enum(domainNames),
    schemaVersion: z.int().min(1),
    recordedAt: utcTime,
    host: z.looseObject({
      name: shortName,
      version: z.string().max(100).nullable(),
    }),
    contributor: shortName.nullable(),
    consent: consentStatement.nullable(),
    parent: uuid.nullable(),
    context: parts.context,
    settings: z.looseObject({
      values: parts.values,
      reason: z.string().max(2000).nullable(),
      propensity: z.number().gt(0).max(1).nullable(),
      policy: z
        .looseObject({
          name: shortName,
          version: z.string().max(100).nullable(),
        })
        .nullable(),
    }),
    outcome: z.looseObject({
      status: z.enum(runStatuses).nullable(),
      error: z
        .looseObject({
          code: z.string().max(200).nullable(),
          message: z.string().max(10_000),
        })
        .nullable(),
      durationMs: z.number().min(0).nullable(),
      ...parts.outcome,
    }),
    telemetry: parts.telemetry,
    media: z.array(mediaRef).max(maxMedia),
  })
}

/** The envelope alone, for readers that know no domain. */
export const anySession = sessionSchema({
  context: json,
  values: json,
  outcome: {},
  telemetry: json.nullable(),
})
