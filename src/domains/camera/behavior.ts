/** What a person did to the tracks between one attempt and the next: the `after` of a `camera.behavior` edit. */
import { z } from 'zod'
import {
  count,
  flag,
  frame,
  list,
  maybePair,
  notNegative,
  number,
  record,
  region,
  regional,
  text,
} from './schema-parts.ts'
import type { Pair, Region, Regional, Unknowable } from './terms.ts'

/** Why a track was probably deleted, as far as a recorder can tell. */
export const inferredReasons = ['high-error', 'short-lifespan', 'edge-region', 'jittery', 'user-manual'] as const
export type InferredReason = (typeof inferredReasons)[number]

/** Why something was changed. */
interface Reason {
  reason: InferredReason
  /** In the person's own words, where those are none of the known reasons. */
  reasonText: string
  /** Whether the program guessed the reason; else the person said it. */
  inferred: boolean
}

/** Conventions as in `session.ts`: `Uv` in shares of the image, origin bottom left; absent and null mean not known. */
export type CameraBehavior = Unknowable<{
  /** The name of this record in the source, by which sessions may point to it. */
  recordId: string
  previousRecord: string
  clip: string
  attempt: number
  /** `local`: times come from a wall clock without a zone and stand as if they were UTC. */
  clock: 'utc' | 'local'
  /** Wall clock, pauses included. */
  editingS: number
  /** The time really spent on it, pauses left out. */
  activeS: number
  /** By the name of the setting. */
  settings: Readonly<Record<string, Unknowable<{ before: number; after: number; delta: number }>>>
  /** Settings that are words, by their name. */
  choices: Readonly<Record<string, Unknowable<{ before: string; after: string }>>>
  resolve: Unknowable<{
    attempted: boolean
    errorBeforePx: number
    errorAfterPx: number
    improvementPx: number
    /** Root mean square over positions that took no part in the solve. */
    heldOutBeforePx: number
    heldOutAfterPx: number
    improved: boolean
  }>
  additions: readonly Unknowable<
    {
      track: string
      region: Region
      startFrame: number
      positionUv: Pair
      lifespanFrames: number
      contributedToSolve: boolean
      reprojectionErrorPx: number
    } & Reason
  >[]
  deletions: readonly Unknowable<
    {
      track: string
      region: Region
      markerCount: number
      contributedToSolve: boolean
      reprojectionErrorPx: number
    } & Reason
  >[]
  disabled: readonly Unknowable<{ track: string; region: Region } & Reason>[]
  /** Tracks that were disabled before, and are not any more. */
  enabled: readonly Unknowable<{ track: string; region: Region } & Reason>[]
  refinements: readonly Unknowable<{
    track: string
    frame: number
    fromUv: Pair
    toUv: Pair
    distancePx: number
  }>[]
  /** Markers of a track that stays; frames inclusive. */
  markerDeletions: readonly Unknowable<
    { track: string; region: Region; fromFrame: number; toFrame: number; markerCount: number } & Reason
  >[]
  /** Additions minus deletions. */
  netTrackChange: number
  regionAdditions: Regional<number>
  /** Fields of the source that this schema does not know, as they came. */
  extra: Readonly<Record<string, unknown>>
}>

const most = 100_000

const why = { reason: z.enum(inferredReasons).nullish(), reasonText: z.string().max(300).nullish(), inferred: flag }

export const cameraBehavior = z.looseObject({
  recordId: text,
  previousRecord: text,
  clip: text,
  attempt: count,
  clock: z.enum(['utc', 'local']).nullish(),
  editingS: notNegative,
  activeS: notNegative,
  settings: z.record(z.string().max(64), z.looseObject({ before: number, after: number, delta: number })).nullish(),
  choices: z.record(z.string().max(64), z.looseObject({ before: text, after: text })).nullish(),
  resolve: record({
    attempted: flag,
    errorBeforePx: notNegative,
    errorAfterPx: notNegative,
    improvementPx: number,
    heldOutBeforePx: notNegative,
    heldOutAfterPx: notNegative,
    improved: flag,
  }),
  additions: list(
    z.looseObject({
      track: text,
      region,
      startFrame: frame,
      positionUv: maybePair,
      lifespanFrames: count,
      contributedToSolve: flag,
      reprojectionErrorPx: notNegative,
      ...why,
    }),
    most,
  ),
  deletions: list(
    z.looseObject({
      track: text,
      region,
      markerCount: count,
      contributedToSolve: flag,
      reprojectionErrorPx: notNegative,
      ...why,
    }),
    most,
  ),
  disabled: list(z.looseObject({ track: text, region, ...why }), most),
  enabled: list(z.looseObject({ track: text, region, ...why }), most),
  refinements: list(
    z.looseObject({ track: text, frame, fromUv: maybePair, toUv: maybePair, distancePx: notNegative }),
    most,
  ),
  markerDeletions: list(
    z.looseObject({ track: text, region, fromFrame: frame, toFrame: frame, markerCount: count, ...why }),
    most,
  ),
  netTrackChange: z.int().nullish(),
  regionAdditions: regional(count),
  extra: z.record(z.string(), z.unknown()).nullish(),
})

type Fits<Checked extends Plain, Plain> = Checked
export type SchemaAgreesWithType = Fits<z.output<typeof cameraBehavior>, CameraBehavior>
