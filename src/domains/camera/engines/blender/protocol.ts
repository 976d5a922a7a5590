/**
 * What is said through the pipe to Blender, in Blender's own terms: frames from 1, positions 0 to 1 from the lower-left
 * corner. The answers are checked, since the other side is a program that a user may have changed.
 */
import { z } from 'zod'

const pair = z.tuple([z.number(), z.number()])
export type Pair = z.infer<typeof pair>

const triple = z.tuple([z.number(), z.number(), z.number()])

export const helloAnswer = z.object({
  version: triple,
  text: z.string(),
  /** Built with libmv, which Blender tracks with. */
  tracking: z.boolean(),
})
export type Hello = z.infer<typeof helloAnswer>

const failedSolve = z.object({ why: z.string() })
const goodSolve = z.object({
  why: z.null(),
  focal_share: z.number(),
  principal: pair,
  lens: z.record(z.string(), z.number()),
  /** Row-major 4 x 4, camera looking along -Z, y up. */
  cameras: z.array(z.object({ frame: z.int(), cam_to_world: z.array(z.number()).length(16) })),
  /** Of each track that was sent, null where it got none. */
  points: z.array(triple.nullable()),
})
export type SolveAnswer = z.infer<typeof goodSolve>

export const answers = {
  open: z.object({ frames: z.int(), width: z.int(), height: z.int() }),
  detect: z.array(pair),
  add: z.null(),
  step: z.array(pair.nullable()),
  remove: z.null(),
  solve: z.union([goodSolve, failedSolve]),
}

export interface Questions {
  readonly open: { readonly path: string }
  /** `distance` in pixels. Nothing is left out at the border: that is seen to on this side. */
  readonly detect: { readonly frame: number; readonly threshold: number; readonly distance: number }
  readonly add: {
    readonly frame: number
    readonly tracks: Readonly<Record<string, Pair>>
    /** Half sides, as shares of width and height. */
    readonly pattern: Pair
    readonly search: Pair
    readonly settings: Readonly<Record<string, string | number | boolean>>
  }
  readonly step: { readonly frame: number; readonly to: number; readonly ids: readonly string[] }
  readonly remove: { readonly ids: readonly string[] }
  readonly solve: SolveQuestion
}

export interface SolveQuestion {
  /** Frame, x, y of each marker, frames ascending. */
  readonly tracks: readonly (readonly (readonly [number, number, number])[])[]
  /** Focal length over the width of the picture. */
  readonly focal_share: number
  readonly pixel_aspect: number
  /** Pixels, lower-left corner. */
  readonly principal: Pair
  /** `distortion_model` and its coefficients, under Blender's names. */
  readonly lens: Readonly<Record<string, string | number>>
  readonly tripod: boolean
  /** null: Blender looks for them itself, which takes many times as long. */
  readonly keyframes: Pair | null
  readonly refine: readonly ('focal_length' | 'principal_point' | 'radial_distortion')[]
}

export type Question = keyof Questions
export type Answer<Q extends Question> = z.infer<(typeof answers)[Q]>

/** A line of the bridge: an answer, or why there is none. */
export const envelope = z.union([
  z.object({ id: z.int(), value: z.unknown(), error: z.undefined().optional() }),
  z.object({ id: z.int(), error: z.string() }),
])

/** Answers begin with it; everything else on the line of communication is noise. */
export const mark = '@hindsight '
