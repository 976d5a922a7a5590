/** From what is asked to what is tried: the inside of the camera as given, and the focal lengths to start from. */
import { cameraOf } from '../geometry/projection.ts'
import type { Intrinsics } from '../geometry/intrinsics.ts'
import type { SolveOptions } from '../solution.ts'
import type { Freedom } from './freedom.ts'

export interface Plan {
  /** Size, centre and lens as given; the focal length is the middle start. */
  readonly base: Intrinsics
  /** Focal lengths to start from, most likely first. */
  readonly focalStartsPx: readonly number[]
  /** The shortest and the longest that is believed in. */
  readonly focalRangePx: readonly [number, number]
  readonly freedom: Freedom
  /** Radial coefficients may be freed by evidence. */
  readonly lensFree: boolean
  /** What counts as one pixel of a picture 960 wide: tolerances grow with the picture. */
  readonly pxUnit: number
  readonly diagonalPx: number
}

/** Around a focal length that may be wrong by half; adjustment walks the rest. */
const AROUND = [1, 0.72, 1.4]
/** Of the longer side: from wide (80 degrees) to tele (24 degrees), usual lenses first. */
const USUAL = [1.1, 0.75, 1.6, 2.4]
/** A focal length that was given is not off by more than this factor, as a start, or as known. */
const FARTHEST = { refine: 2.5, fixed: 1.6 }
/** Of the longer side: the shortest and the longest lens that is believed in unasked (120 and 10 degrees). */
const [SHORTEST, LONGEST] = [0.3, 6]

export function planOf(options: SolveOptions): Plan {
  const { widthPx, heightPx, pixelAspect, focal, focalPx, lens } = options
  const longSidePx = Math.max(widthPx, heightPx)
  const given = focal === 'unknown' ? null : focalPx
  const starts =
    given === null
      ? USUAL.map((share) => share * longSidePx)
      : focal === 'fixed'
        ? [given]
        : AROUND.map((share) => share * given)
  const farthest = focal === 'fixed' ? FARTHEST.fixed : FARTHEST.refine
  return {
    base: {
      widthPx,
      heightPx,
      focalPx: starts[0]!,
      pixelAspect,
      principalXPx: widthPx / 2,
      principalYPx: heightPx / 2,
      lens: lens === 'auto' ? { model: 'none' } : lens,
    },
    focalStartsPx: starts,
    focalRangePx: given === null ? [SHORTEST * longSidePx, LONGEST * longSidePx] : [given / farthest, given * farthest],
    freedom: { focal: focal === 'fixed' ? 'fixed' : 'shared', radial: 0, principal: false },
    lensFree: lens === 'auto',
    pxUnit: longSidePx / 960,
    diagonalPx: Math.hypot(widthPx, heightPx),
  }
}

/** The nearest focal length that is believed in. */
export const credibleFocal = ({ focalRangePx: [shortest, longest] }: Plan, focalPx: number): number =>
  Math.min(longest, Math.max(shortest, focalPx))

/** What is wrong with the options themselves, in a few words; null when they can be used. */
export function unusable(options: SolveOptions): string | null {
  const { widthPx, heightPx, pixelAspect, focal, focalPx, heldOutShare, lens } = options
  if (!(widthPx >= 1 && heightPx >= 1 && widthPx < 1e6 && heightPx < 1e6)) return 'a picture size of at least one pixel'
  if (!(pixelAspect > 0.01 && pixelAspect < 100)) return 'a pixel aspect near 1'
  if (focal !== 'unknown' && !(focalPx !== null && focalPx > 0 && Number.isFinite(focalPx))) {
    return 'a focal length above 0, or focal "unknown"'
  }
  if (!(heldOutShare >= 0 && heldOutShare < 1)) return 'a share of held-out observations from 0 to below 1'
  if (lens !== 'auto') {
    const { model: _, ...coefficients } = lens
    if (!Object.values(coefficients).every(Number.isFinite)) return 'finite lens coefficients'
    const { idealRadius } = cameraOf(planOf({ ...options, lens }).base).lens
    if (!(idealRadius > 0.05)) return 'a lens that does not fold the picture'
  }
  return null
}
