/**
 * What is kept of a session beside what it taught: enough to say what was learned, what it was worth and what it was like,
 * without reading the session again. Written with the lesson (`aboutOf`), read for the status page (`readAbout`).
 */
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import type { Configuration, Experience, Features } from '#core/learnable.ts'
import type { AnySession, RunStatus } from '#core/session.ts'
import type { Believed } from './signed-decision.ts'

export interface LessonAbout {
  /** UTC. */
  readonly recordedAt: string
  readonly status: RunStatus | null
  /** "own", "person", "import/NAME", "shipped": as evidence is kept by. */
  readonly source: string
  readonly levels: readonly string[]
  readonly clip: string | null
  readonly key: string
  readonly settings: Configuration
  readonly features: Features
  /** 0 worst to 1 best. */
  readonly value: number
  readonly parts: Readonly<Record<string, number>>
  /** What the domain shows over time beside the value: survival, held-out error … */
  readonly figures: Readonly<Record<string, number | null>>
  readonly firstTry: boolean
  readonly kept: boolean
  readonly raced: boolean
  readonly policy: string | null
  readonly propensity: number | null
  readonly decision: JsonObject | null
  /** It came with a choice that this store did not make, which does not count. Absent: no. */
  readonly isUnsigned?: boolean
}

/**
 * @param source as in {@link LessonAbout.source}
 * @param trust what of its choice is believed
 * @param raced candidates were tried on a part of the clip first
 */
export function aboutOf(
  session: AnySession,
  experience: Experience,
  source: string,
  { propensity, isUnsigned }: Pick<Believed, 'propensity' | 'isUnsigned'>,
  raced: boolean,
): JsonObject {
  const { levels, clip, used, features, value, parts, figures, firstTry, kept, decision } = experience
  const about: LessonAbout = {
    recordedAt: session.recordedAt,
    status: session.outcome.status,
    source,
    levels,
    clip,
    key: used.key,
    settings: used.settings,
    features,
    value,
    parts,
    figures: figures ?? {},
    firstTry,
    kept,
    raced,
    policy: session.settings.policy?.name ?? null,
    propensity,
    decision,
    ...(isUnsigned ? { isUnsigned } : {}),
  }
  return about as unknown as JsonObject
}

/** @returns null for what was not written by {@link aboutOf}: it is counted, and not shown */
export function readAbout(json: Json): LessonAbout | null {
  if (!isJsonObject(json)) return null
  const { recordedAt, key, value, levels, source } = json
  const isOurs =
    typeof recordedAt === 'string' &&
    typeof key === 'string' &&
    typeof value === 'number' &&
    typeof source === 'string' &&
    Array.isArray(levels)
  return isOurs ? (json as unknown as LessonAbout) : null
}
