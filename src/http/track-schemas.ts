/** The values of tracking that go over the wire. Positions are pixels from the top-left corner, frames count from 0. */
import { z } from 'zod'
import { sha256, shortName, uuid } from '#core/session-schema.ts'
import {
  engineNames,
  footageTypes,
  inferredReasons,
  motionModels,
  phases,
  presets,
  scenePrograms,
  type TrackOptions as AskedOptions,
} from '#engine/track-options.ts'

export { scenePrograms }

const frame = z.int().min(0).max(100_000_000)
const position = z.number().min(-100_000).max(200_000)
const path = z.string().min(1).max(4096)

/** `clip-` and 32 hex digits: what a clip is known by, wherever it lies. */
export const fingerprint = z.string().regex(/^clip-[0-9a-f]{32}$/, 'the fingerprint of a clip')

export const clipInfo = z
  .object({
    codec: z.string(),
    container: z.string(),
    widthPx: z.number(),
    heightPx: z.number(),
    frameCount: z.number(),
    frameRate: z.object({ numerator: z.number(), denominator: z.number() }).nullable(),
    variableFrameRate: z.boolean(),
    durationS: z.number().nullable(),
    rotationDeg: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]),
    pixelAspect: z.number(),
    bitDepth: z.number(),
    interlaced: z.boolean(),
    decoder: z.string(),
  })
  .meta({ id: 'ClipInfo' })
export type ClipInfo = z.output<typeof clipInfo>

export const clip = z
  .object({
    fingerprint,
    /** Its file name, as it is called on this machine. */
    name: z.string(),
    /** Whether it still lies where it lay. */
    isThere: z.boolean(),
    info: clipInfo,
    /** How many sessions were recorded of it. */
    sessions: z.number(),
    addedAt: z.string(),
  })
  .meta({ id: 'Clip' })
export type Clip = z.output<typeof clip>

export const folderListing = z
  .object({
    path: z.string(),
    parent: z.string().nullable(),
    folders: z.array(z.object({ name: z.string(), path: z.string() })),
    clips: z.array(
      z.object({
        name: z.string(),
        path: z.string(),
        kind: z.enum(['video', 'sequence']),
        bytes: z.number().nullable(),
        frames: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'FolderListing' })
export type FolderListing = z.output<typeof folderListing>

export const clipPath = z.strictObject({ path })

const share = z.number().min(0).max(1)
const windowPx = z.int().min(3).max(1001)

/** Each of the tracker's settings may be chosen; null leaves it to the program. */
const chosenSettings = z.strictObject({
  patternSize: windowPx.nullable().default(null),
  searchSize: windowPx.nullable().default(null),
  correlation: share.nullable().default(null),
  threshold: share.nullable().default(null),
  motionModel: z.enum(motionModels).nullable().default(null),
  tracks: z.int().min(1).max(100_000).nullable().default(null),
})

const lens = z.union([
  z.enum(['auto', 'none']),
  z.strictObject({ model: z.string().max(20), coefficients: z.array(z.number()).min(1).max(6) }),
])

const focal = z.strictObject({ value: z.number().positive(), unit: z.enum(['px', 'mm']) })

export const trackOptions = z
  .strictObject({
    project: shortName.default('default'),
    engine: z.enum(engineNames).default('embedded'),
    preset: z.enum(presets).default('balanced'),
    footage: z.enum(footageTypes).default('auto'),
    robust: z.boolean().default(false),
    tripod: z.boolean().default(false),
    zoom: z.enum(['auto', 'on', 'off']).default('auto'),
    lens: lens.default('auto'),
    focal: z
      .union([focal, z.literal('metadata')])
      .nullable()
      .default(null),
    focalIsExact: z.boolean().default(false),
    sensorWidthMm: z.number().positive().max(1000).nullable().default(null),
    smoothing: share.default(0),
    policy: z.string().max(64).nullable().default(null),
    retries: z.int().min(0).max(10).nullable().default(null),
    settings: chosenSettings.default({
      patternSize: null,
      searchSize: null,
      correlation: null,
      threshold: null,
      motionModel: null,
      tracks: null,
    }),
    masks: z
      .array(
        z.strictObject({
          points: z
            .array(z.tuple([position, position]))
            .min(3)
            .max(1000),
          exclude: z.boolean(),
        }),
      )
      .max(100)
      .default([]),
    frames: z.strictObject({ from: frame, to: frame }).nullable().default(null),
    tracks: sha256
      .nullable()
      .default(null)
      .meta({ description: 'a blob: tracks.json or tracks.csv of this clip; they are kept and followed on' }),
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .default(0),
  })
  .meta({ id: 'TrackOptions' })
/** As a caller gives them: everything may be left out. */
export type TrackOptions = z.input<typeof trackOptions>
type Fits<Checked extends Plain, Plain> = Checked
export type OptionsAgree = Fits<z.output<typeof trackOptions>, AskedOptions>

/** How a tracking job stands, as `GET /api/v1/jobs/{id}/live` tells it. */
export const live = z
  .object({
    phase: z.enum(phases),
    /** 0 is the first try. */
    retry: z.number(),
    /** The frame that was looked at last; null outside tracking. */
    frame: z.number().nullable(),
    done: z.number(),
    total: z.number().nullable(),
    note: z.string().nullable(),
    /** Started so far, in this attempt. */
    tracks: z.number(),
    alive: z.number(),
    /** `[id, x, y]` of the tracks that are alive in `frame`. */
    points: z.array(z.tuple([z.number(), z.number(), z.number()])),
    /** How many tracks ended so far, by reason. */
    ended: z.record(z.string(), z.number()),
    /** Those that are used for new tracks. */
    settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullable(),
    /** Why these settings, in a sentence. */
    reason: z.string().nullable(),
    warning: z.string().nullable(),
  })
  .meta({ id: 'Live' })
export type Live = z.output<typeof live>

const why = {
  /** One of the reasons that a recorder can infer, or a person's own word. */
  reason: z.string().max(300).nullable().default(null),
  /** Whether the program guessed the reason rather than the person saying it. */
  inferred: z.boolean().default(false),
}
const track = z.int().min(0)

export const trackChange = z
  .discriminatedUnion('op', [
    z.strictObject({ op: z.literal('delete'), track, ...why }),
    z.strictObject({ op: z.literal('disable'), track, ...why }),
    z.strictObject({ op: z.literal('enable'), track, ...why }),
    z.strictObject({ op: z.literal('move'), track, frame, x: position, y: position, ...why }),
    z.strictObject({ op: z.literal('delete-markers'), track, from: frame, to: frame, ...why }),
    z.strictObject({ op: z.literal('add'), frame, x: position, y: position, ...why }),
  ])
  .meta({ id: 'TrackChange' })
export type TrackChange = z.input<typeof trackChange>
export type InferredReason = (typeof inferredReasons)[number]

export const resetPlan = z
  .object({
    sessions: z.number(),
    edits: z.number(),
    /** Clips that are known here and have sessions in no other project: where they lie is forgotten. */
    clips: z.number(),
    /** Those of them that were sent here: their files are deleted. */
    uploads: z.number(),
  })
  .meta({ id: 'ResetPlan' })
export type ResetPlan = z.output<typeof resetPlan>

export const resetRequest = z.strictObject({
  project: shortName,
  confirm: z.string().meta({ description: 'the name of the project once more, as a person typed it' }),
})

export const solveAgainRequest = z
  .strictObject({
    changes: z.array(trackChange).max(100_000).default([]),
    /** Of the solve; what is absent stays as it was. */
    settings: z
      .strictObject({
        focal: focal.nullable().optional(),
        focalIsExact: z.boolean().optional(),
        sensorWidthMm: z.number().positive().max(1000).optional(),
        tripod: z.boolean().optional(),
        zoom: z.enum(['auto', 'on', 'off']).optional(),
        lens: lens.optional(),
        seed: z
          .int()
          .min(0)
          .max(2 ** 32 - 1)
          .optional(),
      })
      .default({}),
    /** Time that the person really worked on it, milliseconds. */
    activeMs: z.number().min(0).max(1e10),
    /** Time from the first change to now, pauses included, milliseconds. */
    wallMs: z.number().min(0).max(1e11),
  })
  .meta({ id: 'SolveAgain' })
export type SolveAgain = z.input<typeof solveAgainRequest>

const errors = z.object({
  /** null where nothing was solved. */
  errorPx: z.number().nullable(),
  heldOutErrorPx: z.number().nullable(),
})

/** The result of a job of the kind `solve-again`. */
export const solveAgainResult = z
  .object({
    /** The new session; null when recording is switched off, or what was changed was not recorded. */
    session: uuid.nullable(),
    before: errors,
    after: errors,
    better: z.boolean(),
    kept: z.enum(['new', 'old']),
    /** In a sentence, why. */
    why: z.string(),
  })
  .meta({ id: 'SolveAgainResult' })
export type SolveAgainResult = z.output<typeof solveAgainResult>

/** The result of a job of the kind `track`. */
export const trackResult = z
  .object({
    /** As `hindsight track --json` prints it. */
    report: z.looseObject({}),
    /** One for each attempt, oldest first; empty when recording is switched off. */
    sessions: z.array(uuid),
    best: uuid.nullable(),
    /** Whether tracks and solve are read from the best session, or from the job. */
    results: z.enum(['recorded', 'kept']),
  })
  .meta({ id: 'TrackResult' })
export type TrackResult = z.output<typeof trackResult>

export const preferences = z
  .strictObject({
    /** Record what is tracked. */
    recordSessions: z.boolean(),
    /** Record what is changed by hand, to learn from it. */
    recordEdits: z.boolean(),
    /** Learn from sessions, and use what was learned. */
    learnFromSessions: z.boolean(),
    /** Count what people did to a result as part of what came of it. */
    learnFromEdits: z.boolean(),
    /** Count what others recorded, within its cap. */
    learnFromImports: z.boolean(),
  })
  .meta({ id: 'Preferences' })
export type Preferences = z.output<typeof preferences>

/** Those that are given are changed. */
export const preferencesChange = preferences.partial().meta({ id: 'PreferencesChange' })

export const trackSummary = z
  .object({ captured: z.string(), learned: z.string(), applied: z.string() })
  .meta({ id: 'TrackSummary' })
export type TrackSummary = z.output<typeof trackSummary>
