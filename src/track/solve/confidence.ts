/**
 * One number for how likely a solution is right, from what the solve itself shows: a logistic regression on generated shots
 * (`bench/tracking/confidence.ts`, docs/measurements-confidence.md). Right means what a match-mover would keep: cameras for 95 %
 * of the frames, path within 1 % of its length, rotation within 0.5 degrees, focal length within 2 %. Of a turning camera no
 * path is claimed, so none is judged.
 */
import { centreOf } from '../geometry/rigid3.ts'
import { angleBetween } from '../geometry/so3.ts'
import type { Solution, SolvedCamera } from '../solution.ts'
import { type Bridge, isTorn } from './bridges.ts'
import { weights } from './confidence-weights.ts'
import { isFacedWall, type Relief } from './relief.ts'

export interface Circumstances {
  /** What counts as one pixel of a picture 960 wide. */
  readonly pxUnit: number
  /** Observations that the solver was given, used or not. */
  readonly seen: number
  /** Given as known, found from the tracks, or neither. */
  readonly focal: 'known' | 'found' | 'guessed'
  /** The moment that the fewest points bridge; null of a shot too short to have one. */
  readonly bridge: Bridge | null
  /** The tracks ask for another lens or focal length than the one that was to be held. */
  readonly isLensDoubted: boolean
  /** Standard deviation of what fits. */
  readonly noisePx: number
  /** null where the camera turns, or has too few points. */
  readonly relief: Relief | null
  /** Of a turning camera, see `left-parallax.ts`. */
  readonly leftParallax: number | null
}

/** What speaks for and against a solution; each is linear in the log odds. */
export type Signs = Readonly<Record<keyof typeof weights.of, number>>

/** No more than this of a shot that tells nothing of its lens. */
const GUESSED = 0.1
/** Without cameras for so many of the frames a solution is not right, however good it is where it stands. */
const ENOUGH_CAMERAS = 0.95
const INCOMPLETE = 0.4
/** Nor is one of two scenes, each with a camera of its own. */
const TORN = 0.4

/** Before a wall that faces the camera, see `relief.ts`. */
const AMBIGUOUS = 0.4

/** The bars that standard deviations are seen against. */
const BARS = { focalShare: 0.02, pathShare: 0.01, rotationDeg: 0.5 }
/** Of a standard deviation that is not there to be feared, and of one that says that nothing is known. */
const [SURE, VAGUE] = [-4, 3]
const octaves = (value: number, low: number, high: number) =>
  Math.min(high, Math.max(low, Math.log2(Math.max(1e-9, value))))
const against = (bar: number, sigma: number) => octaves(sigma / bar, SURE, VAGUE)

/** What the regression looks at. */
export function signsOf(solution: Omit<Solution, 'confidence'>, circumstances: Circumstances): Signs {
  const { observations, heldOutErrorPx, errorPx, points, focalSigmaPx, intrinsics, cameras, motion } = solution
  const { pxUnit, seen, focal, bridge, isLensDoubted, noisePx, relief, leftParallax } = circumstances
  const turns = cameras.flatMap(({ rotationSigmaDeg }) => rotationSigmaDeg ?? [])
  const isKnown = focal === 'known'
  const isTripod = motion === 'tripod'
  return {
    error: Math.log2(1 + errorPx / pxUnit),
    surprise: octaves((heldOutErrorPx ?? errorPx) / errorPx, -1, 3),
    unused: 1 - observations.used / Math.max(1, seen),
    pointless: solution.unsolved.length / Math.max(1, solution.unsolved.length + points.length),
    focal: isKnown ? SURE : against(BARS.focalShare, (focalSigmaPx ?? Infinity) / intrinsics.focalPx),
    path: isTripod ? SURE : against(BARS.pathShare, pathSigma(cameras)),
    rotation:
      turns.length === 0 ? SURE : against(BARS.rotationDeg, turns.reduce((sum, v) => sum + v, 0) / turns.length),
    length: octaves(observations.used / Math.max(1, points.length), 0, 5),
    points: octaves(points.length, 2, 8),
    frames: octaves(cameras.length, 1, 6),
    bridge: bridge === null ? 0 : octaves(bridge.points, -1, 5),
    torn: bridge !== null && isTorn(bridge) ? 1 : 0,
    // A wall that faces the camera goes with more than one lens, and so does a turn by little.
    depth: isTripod ? 0 : isKnown ? 3 : octaves(relief?.depthRange ?? 1, 0, 3),
    wall: !isKnown && relief !== null && isFacedWall(relief, noisePx) ? 1 : 0,
    relief: isTripod ? 0 : octaves((relief?.offPlanePx ?? 0) / noisePx, 0, 8),
    shift: isTripod ? 0 : octaves((relief?.shiftPx ?? 0) / noisePx, 0, 8),
    sweep: !isTripod ? 0 : isKnown ? 2 : octaves(sweepDeg(cameras) / 10, -4, 2),
    parallax: octaves(leftParallax ?? 1, 0, 5),
    tripod: isTripod ? 1 : 0,
    zoom: solution.zoom ? 1 : 0,
    zoomedTurn: solution.zoom && isTripod ? 1 : 0,
    bent: intrinsics.lens.model === 'none' ? 0 : 1,
    known: isKnown ? 1 : 0,
    knownTurn: isKnown && isTripod ? 1 : 0,
    doubted: isLensDoubted ? 1 : 0,
  }
}

/** Root mean square uncertainty of the positions over the length of the path; Infinity where it is not known. */
function pathSigma(cameras: readonly SolvedCamera[]): number {
  let [squares, length, count] = [0, 0, 0]
  let last: Float64Array | null = null
  for (const { camFromWorld, positionSigma } of cameras) {
    const centre = centreOf(camFromWorld)
    if (last !== null) length += Math.hypot(centre[0]! - last[0]!, centre[1]! - last[1]!, centre[2]! - last[2]!)
    last = centre
    if (positionSigma === null) continue
    squares += positionSigma ** 2
    count++
  }
  return count === 0 || length === 0 ? Infinity : Math.sqrt(squares / count) / length
}

/** The largest turn from the first camera. */
function sweepDeg(cameras: readonly SolvedCamera[]): number {
  const first = cameras[0]!.camFromWorld.rotation
  return (Math.max(...cameras.map(({ camFromWorld }) => angleBetween(camFromWorld.rotation, first))) * 180) / Math.PI
}

/**
 * Chance that a normal error stays within so many of its standard deviations, to 0.001: the error function by a hyperbolic
 * tangent (Page, Approximations to the cumulative normal function, 1977).
 */
const within = (sigmas: number) => Math.tanh(Math.sqrt(2 / Math.PI) * (sigmas + 0.044715 * sigmas ** 3))

/** Errors of the focal length are spread by so much more than their standard deviations say, on the problems of the fit. */
const SCATTER = 1.3

/** Chance that the solution is right, 0 to 1: never more than that the focal length is within its bar. */
export function confidenceOf(signs: Signs, isGuess: boolean, solvedShare: number): number {
  const names = Object.keys(weights.of) as (keyof Signs)[]
  const odds = names.reduce((sum, name) => sum + weights.of[name] * signs[name], weights.intercept)
  return Math.min(
    1 / (1 + Math.exp(-odds)),
    within(2 ** -signs.focal / SCATTER),
    isGuess ? GUESSED : 1,
    solvedShare < ENOUGH_CAMERAS ? INCOMPLETE : 1,
    signs.torn === 1 ? TORN : 1,
    signs.wall === 1 ? AMBIGUOUS : 1,
  )
}
