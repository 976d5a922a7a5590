/**
 * Whether a lens that bends the picture explains what does not fit near its border. Between two frames a bent picture breaks
 * the rigid world's rule most at the rim, and so does a crowd that walks there; but only the lens is put right by straightening
 * the picture, here by the division model of one parameter (Fitzgibbon, Simultaneous linear estimation of multiple view
 * geometry and lens distortion, 2001), a few strengths of which are tried.
 */
import type { PictureShape, PointPairs } from '../motion/frame-index.ts'
import type { SolverTrack } from '#track/solution.ts'
import { medianOf, movedPairsOf, rimFrom, wayToCorner } from './rigidity.ts'
import { rigidFit } from './rigid-fit.ts'

/** Pairs of frames: each costs a fit for each strength. */
const mostPairs = 4
/** Shares by which a corner moves in or out, about: from a phone's lens to an action camera's. */
const strengths = [-0.3, -0.12, 0.12, 0.3]

/** @returns share of the misfit near the border that goes away, at most 1; null where too few tracks lie there */
export function explainedByLens(
  tracks: readonly Pick<SolverTrack, 'frames' | 'xy'>[],
  shape: PictureShape,
): number | null {
  const pairs = movedPairsOf(tracks, shape, mostPairs)
  const straight = rimError(pairs, shape, 0)
  if (straight === null || straight === 0) return null
  const bent = strengths.map((strength) => rimError(pairs, shape, strength) ?? straight)
  return 1 - Math.min(...bent) / straight
}

/** Median misfit in the outer part of the picture, widths. */
function rimError(pairs: readonly PointPairs[], shape: PictureShape, strength: number): number | null {
  const errors = pairs.flatMap((pair) => {
    const straightened = strength === 0 ? pair : straighten(pair, shape, strength)
    const found = rigidFit(straightened)?.errors(straightened)
    return found === undefined ? [] : [...found].filter((_, i) => wayToCorner(pair, i, shape) > rimFrom)
  })
  return medianOf(errors)
}

/** As seen through a straight lens; points keep their mean distance from the middle, so that errors can be compared. */
function straighten({ tracks, a, b }: PointPairs, { widthPx, heightPx }: PictureShape, strength: number): PointPairs {
  const corner = Math.hypot(1, heightPx / widthPx) / 2
  const [bentA, bentB] = [unbent(a, corner, strength), unbent(b, corner, strength)]
  const scale = size(a) / size(bentA)
  return { tracks, a: bentA.map((value) => scale * value), b: bentB.map((value) => scale * value) }
}

function unbent(xy: Float64Array, corner: number, strength: number): Float64Array {
  return xy.map((value, i) => {
    const [x, y] = [xy[i & ~1]!, xy[i | 1]!]
    return value / (1 + (strength * (x * x + y * y)) / (corner * corner))
  })
}

const size = (xy: Float64Array) => Math.sqrt(xy.reduce((sum, value) => sum + value * value, 0))
