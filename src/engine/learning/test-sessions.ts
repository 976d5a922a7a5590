/** Runs of the built-in engine, made up, for the tests of learning: what a setting brings is said by the test. */
import type { Json, JsonObject } from '#core/json.ts'
import { type Candidate, defaultKey } from '#core/learnable.ts'
import type { AnchoredChoice } from '#learn/choice/anchored.ts'
import { lessonsByName } from './learners.ts'

export const learner = 'camera/embedded'
export const { choosing } = lessonsByName(learner)

/** The n-th id of a series. */
export const idOf = (series: number, n: number): string =>
  `01a1ff00-0000-7${series.toString(16).padStart(3, '0')}-8000-${n.toString(16).padStart(12, '0')}`

/** What is known of a clip before it is tracked; each number is another clip of one kind. */
export const contextOf = (clip: number): JsonObject => ({
  widthPx: 1280,
  heightPx: 720,
  fps: 24,
  motionClass: 'low',
  textureClass: 'high',
  footageType: 'auto',
  frameCount: 120,
  firstFrame: 0,
  clip: { fingerprint: `clip-${clip.toString(16).padStart(32, '0')}`, bitDepth: 8, codec: 'h264' },
  probe: {
    method: 'tracks',
    motionClass: 'low',
    textureClass: 'high',
    meanVelocityUv: 0.004,
    maxVelocityUv: 0.01,
    bestRegions: ['center'],
    fromFrame: 0,
    toFrame: 20,
  },
  engine: { name: 'embedded', version: '0.3.0' },
  attempt: 1,
  retry: 0,
})

export interface Made {
  readonly id: string
  readonly clip: number
  /** A candidate's, or the default's. */
  readonly key?: string
  /** Whether it was solved. */
  readonly solved: boolean
  /** As a learner chose; a rule, when absent. */
  readonly choice?: AnchoredChoice<unknown>
  readonly parts?: JsonObject
}

/** As it would be recorded. */
export function sessionOf({ id, clip, key = defaultKey, solved, choice, parts = {} }: Made): Json {
  const context = contextOf(clip)
  const used = choice?.decision.settings ?? candidateOf(key, context).settings
  return {
    id,
    project: 'made',
    domain: 'camera',
    schemaVersion: 1,
    recordedAt: '2026-11-01T10:00:00.000Z',
    host: { name: 'made-up', version: '1' },
    contributor: null,
    consent: null,
    parent: null,
    context: { ...context, run: id },
    settings: {
      values: { ...used, engine: 'embedded', fromFrame: 0, toFrame: 119, targetTracks: 120 },
      reason: null,
      propensity: choice?.propensity ?? null,
      policy: choice === undefined ? { name: 'defaults', version: '1' } : { ...choice.policy },
      ...(choice === undefined ? {} : { decision: choice.decision as unknown as JsonObject }),
    },
    outcome: {
      status: solved ? 'succeeded' : 'failed',
      error: solved ? null : { code: 'no-pair', message: 'no two frames tell where the camera was' },
      durationMs: 9000,
      solveErrorPx: solved ? 0.2 : null,
      heldOutErrorPx: solved ? 0.25 : null,
      totalTracks: 140,
      solvedFrames: solved ? 120 : 0,
      bundleCount: solved ? 110 : 0,
    },
    telemetry: { survival: { markers: 140, survived: solved ? 120 : 60, rate: solved ? 0.86 : 0.43 } },
    media: [],
    ...parts,
  }
}

/** The first operation of a run's journal. */
export function openingOf(id: string, clip: number): JsonObject {
  const { outcome: _, telemetry: __, ...session } = sessionOf({ id, clip, solved: true }) as JsonObject
  return { ...session, outcome: { status: null } }
}

function candidateOf(key: string, context: JsonObject): Candidate {
  if (key === defaultKey) return { key, settings: choosing.base(context) }
  const found = choosing.candidates(context).find((candidate) => candidate.key === key)
  if (found === undefined) throw new Error(`no candidate ${key}`)
  return found
}
