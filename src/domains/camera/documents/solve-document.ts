/** `solve.json` read back: what `solveJson` wrote, or somebody else in its layout. */
import { z } from 'zod'
import type { Shot } from '#track/scenes/solve-json.ts'
import type { Solution, SolveOptions } from '#track/solution.ts'
import type { ClipInfo } from '#vision/frames.ts'

export interface StoredSolve {
  readonly info: ClipInfo
  readonly frames: { readonly from: number; readonly to: number }
  readonly options: SolveOptions
  readonly shots: readonly Shot[]
}

const frame = z.int().min(0).max(100_000_000)
const maybe = z.number().nullable()
const fraction = z.object({ numerator: z.number(), denominator: z.number() })

const info = z.object({
  codec: z.string(),
  container: z.string(),
  widthPx: z.number().positive(),
  heightPx: z.number().positive(),
  frameCount: z.int().positive(),
  frameRate: fraction.nullable(),
  variableFrameRate: z.boolean(),
  durationS: maybe,
  rotationDeg: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]),
  pixelAspect: z.number().positive(),
  bitDepth: z.number(),
  interlaced: z.boolean(),
  decoder: z.string(),
})

const k = z.number()
const lens = z.discriminatedUnion('model', [
  z.object({ model: z.literal('none') }),
  z.object({ model: z.literal('polynomial'), k1: k, k2: k, k3: k }),
  z.object({ model: z.literal('division'), k1: k, k2: k }),
  z.object({ model: z.literal('nuke'), k1: k, k2: k }),
  z.object({ model: z.literal('brown'), k1: k, k2: k, k3: k, k4: k, p1: k, p2: k }),
])

const options = z.object({
  widthPx: z.number().positive(),
  heightPx: z.number().positive(),
  pixelAspect: z.number().positive(),
  focal: z.enum(['fixed', 'refine', 'unknown']),
  focalPx: maybe,
  motion: z.enum(['auto', 'general', 'tripod']),
  zoom: z.enum(['auto', 'off', 'on']),
  lens: z.union([z.literal('auto'), lens]),
  principal: z.enum(['centre', 'refine']),
  heldOutShare: z.number().min(0).max(1),
  seed: z.int().min(0),
})

const triple = z.tuple([z.number(), z.number(), z.number()])
const place = { fromFrame: frame, toFrame: frame }

const solved = z.object({
  ...place,
  solved: z.literal(true),
  motion: z.enum(['general', 'tripod']),
  zoom: z.boolean(),
  intrinsics: z.object({
    widthPx: z.number(),
    heightPx: z.number(),
    focalPx: z.number().positive(),
    pixelAspect: z.number().positive(),
    principalXPx: z.number(),
    principalYPx: z.number(),
    lens,
  }),
  focalSigmaPx: maybe,
  cameras: z
    .array(
      z.object({
        frame,
        camFromWorld: z.object({ rotation: z.array(z.number()).length(9), translation: z.array(z.number()).length(3) }),
        focalPx: z.number().positive(),
        errorPx: z.number(),
        observations: z.number(),
        positionSigma: maybe,
        rotationSigmaDeg: maybe,
      }),
    )
    .min(1),
  points: z.array(z.object({ track: z.int(), xyz: triple, errorPx: z.number(), droppedFrames: z.array(frame) })),
  unsolved: z.array(
    z.object({
      track: z.int(),
      reason: z.enum(['too-short', 'no-parallax', 'moves-on-its-own', 'high-error', 'behind-camera', 'other-part']),
    }),
  ),
  errorPx: z.number(),
  meanTrackErrorPx: z.number(),
  heldOutErrorPx: maybe,
  observations: z.object({ used: z.number(), dropped: z.number(), heldOut: z.number() }),
  confidence: z.number(),
  notes: z.array(z.string()),
})

const failed = z.object({
  ...place,
  solved: z.literal(false),
  code: z.enum(['too-few-tracks', 'too-few-frames', 'no-parallax', 'no-rigid-motion', 'unstable', 'cancelled']),
  why: z.string(),
})

const document = z.object({
  format: z.literal('hindsight-solve'),
  version: z.literal(1),
  clip: info,
  frames: z.object({ from: frame, to: frame }),
  options,
  shots: z.array(z.discriminatedUnion('solved', [solved, failed])),
})

/** @returns null for anything in another layout */
export function readSolveDocument(value: unknown): StoredSolve | null {
  const { data } = document.safeParse(value)
  if (data === undefined) return null
  return { info: data.clip, frames: data.frames, options: data.options, shots: data.shots.map(shotOf) }
}

function shotOf(shot: z.output<typeof solved> | z.output<typeof failed>): Shot {
  const { fromFrame, toFrame } = shot
  if (!shot.solved) return { fromFrame, toFrame, result: { ok: false, code: shot.code, why: shot.why } }
  const { solved: _, cameras, ...rest } = shot
  const solution: Solution = {
    ...rest,
    cameras: cameras.map(({ camFromWorld: { rotation, translation }, ...camera }) => ({
      ...camera,
      camFromWorld: { rotation: Float64Array.from(rotation), translation: Float64Array.from(translation) },
    })),
  }
  return { fromFrame, toFrame, result: { ok: true, solution } }
}
