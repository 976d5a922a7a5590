/**
 * A session is one run of an application: what was known before, what was chosen, what came of it. It is immutable;
 * whatever is learned about it later is an {@link Edit}.
 */
import type { ConsentStatement } from './consent.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'

export const domainNames = ['camera', 'images', 'gui'] as const
export type DomainName = (typeof domainNames)[number]

/** `partial`: it ended, and part of what it was for was reached. */
export const runStatuses = ['succeeded', 'partial', 'failed', 'cancelled'] as const
export type RunStatus = (typeof runStatuses)[number]

/** Bytes that belong to a session; the bytes themselves are a blob. */
export interface MediaRef {
  /** What the bytes are to the session: `input`, `output`, `mask`, `screenshot`, `template`, `frame`, `solve`, `body`. */
  readonly role: string
  readonly sha256: string
  /** What the bytes really are, by content ("image/png"). */
  readonly mediaType: string
  readonly bytes: number
  /** Pixels, as displayed (EXIF orientation applied); null when it is no picture or was not measured. */
  readonly width: number | null
  readonly height: number | null
}

/** What was used, exactly, and why: one value per attempt, never changed afterwards. */
export interface SettingsUsed {
  /** Named as the domain's schema says. */
  readonly values: JsonObject
  /** Why these were chosen; null when the recorder did not say. */
  readonly reason: string | null
  /** The probability with which the policy chose them, (0, 1]; null when it was no random choice that we know of. */
  readonly propensity: number | null
  readonly policy: {
    readonly name: string
    readonly version: string | null
  } | null
  /** What a learner logged of its choice beside it; absent where none chose. */
  readonly decision?: JsonObject | null
}

export interface Outcome {
  /** null when the source does not say. */
  readonly status: RunStatus | null
  readonly error: {
    readonly code: string | null
    readonly message: string
  } | null
  readonly durationMs: number | null
}

/** One run, in any domain. `Context`, `Settings`, `Result` and `Telemetry` are the domain's own types. */
export interface Session<
  Ctx extends object = JsonObject,
  Values extends object = JsonObject,
  Result extends object = object,
  Telemetry extends object = JsonObject,
> {
  /** UUID, version 7 for recorders, made by the client so that a retry is harmless. */
  readonly id: string
  readonly project: string
  readonly domain: DomainName
  readonly schemaVersion: number
  /** When the run began, UTC, ISO 8601 with `Z`. */
  readonly recordedAt: string
  readonly host: { readonly name: string; readonly version: string | null }
  /** A pseudonym, never a name or address; null when the session is nobody's but the owner's. */
  readonly contributor: string | null
  /** What was agreed to when this was recorded; the consent ledger decides what holds today. */
  readonly consent: ConsentStatement | null
  /** The session before it on the same input. */
  readonly parent: string | null
  readonly context: Ctx
  readonly settings: Omit<SettingsUsed, 'values'> & { readonly values: Values }
  readonly outcome: Outcome & Result
  readonly telemetry: Telemetry | null
  readonly media: readonly MediaRef[]
}

/** A session of a domain that the reader does not know. */
export type AnySession = Session<JsonObject, JsonObject, JsonObject, JsonObject>

/** The parts of an envelope that a recorder may leave out, and what leaving out means. */
const envelopeDefaults = {
  project: 'default',
  schemaVersion: 1,
  contributor: null,
  consent: null,
  parent: null,
  telemetry: null,
  media: [],
} as const satisfies Record<string, Json>

/** The same within the parts that a recorder must send. */
const partDefaults = {
  host: { version: null },
  settings: { policy: null, propensity: null, reason: null },
  outcome: { error: null, durationMs: null },
} as const satisfies Record<string, JsonObject>

/** What may be left out, by the part that it is in; '' is the envelope itself. */
export const leftOut: readonly (readonly [part: string, defaults: JsonObject])[] = [
  ['', envelopeDefaults],
  ...Object.entries(partDefaults),
]

/** Fills in what a recorder left out of the envelope, so that one run has one canonical form whoever sends it. */
export function completeSession(sent: JsonObject): JsonObject {
  const completed: Record<string, Json> = { ...envelopeDefaults, ...sent }
  for (const [part, defaults] of Object.entries(partDefaults)) {
    const given = completed[part]
    if (isJsonObject(given)) completed[part] = { ...defaults, ...given }
  }
  return completed
}
