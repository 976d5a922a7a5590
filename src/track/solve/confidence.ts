/**
 * One number for how likely a solution is right, from what the solve itself shows: a logistic regression on generated shots
 * (`bench/tracking/confidence.ts`, docs/measurements-confidence.md). Right means what a match-mover would keep: cameras for 95 %
 * of the frames, path within 1 % of its length, rotation within 0.5 degrees, focal length within 2 %. Of a turning camera no
 * path is claimed, so none is judged.
 */
import { centreOf } from '../geometry/rigid3.ts'
import { angleBetween } from '../geometry/so3.ts'
import type { Solution, SolvedCamera } from '../solution.ts'
import { type Bridge, LOOSE, LOOSE_SHARE } from './bridges.ts'
import { weights } from './confidence-weights.ts'
import { quantile } from './shot.ts'

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

/** As signs, what `isLoose` says of a bridge. */
const [TORN_GAP, TORN_BRIDGE] = [1 - LOOSE_SHARE, Math.log2(LOOSE)]

/** The bars that standard deviations are seen against. */
const BARS = { focalShare: 0.02, pathShare: 0.01, rotationDeg: 0.5 }
const beyond = (sigma: number, bar: number) => Math.log2(1 + Math.min(100, sigma / bar) ** 2)
const octaves = (value: number, low: number, high: number) =>
  Math.min(high, Math.max(low, Math.log2(Math.max(1e-9, value))))

/** What the regression looks at. */
export function signsOf(solution: Omit<Solution, 'confidence'>, circumstances: Circumstances): Signs {
  const { observations, heldOutErrorPx, errorPx, points, focalSigmaPx, intrinsics, cameras, motion } = solution
  const { pxUnit, seen, focal, bridge, isLensDoubted } = circumstances
  const turns = cameras.flatMap(({ rotationSigmaDeg }) => rotationSigmaDeg ?? [])
  return {
    error: Math.log2(1 + errorPx / pxUnit),
    surprise: octaves((heldOutErrorPx ?? errorPx) / errorPx, -1, 3),
    unused: 1 - observations.used / Math.max(1, seen),
    pointless: solution.unsolved.length / Math.max(1, solution.unsolved.length + points.length),
    focal: focal === 'known' ? 0 : beyond((focalSigmaPx ?? Infinity) / intrinsics.focalPx, BARS.focalShare),
    path: motion === 'tripod' ? 0 : beyond(pathSigma(cameras), BARS.pathShare),
    rotation: turns.length === 0 ? 0 : beyond(turns.reduce((sum, v) => sum + v, 0) / turns.length, BARS.rotationDeg),
    length: octaves(observations.used / Math.max(1, points.length), 0, 5),
    points: octaves(points.length, 2, 8),
    bridge: bridge === null ? 0 : octaves(bridge.points, -1, 5),
    gap: bridge === null ? 0 : 1 - bridge.points / Math.max(1, bridge.usual),
    // A wall that faces the camera goes with more than one lens, and so does a turn by little.
    depth: motion === 'tripod' ? 0 : focal === 'known' ? 3 : octaves(depthRange(solution), 0, 3),
    sweep: motion !== 'tripod' ? 0 : focal === 'known' ? 2 : octaves(sweepDeg(cameras) / 10, -4, 2),
    tripod: motion === 'tripod' ? 1 : 0,
    zoom: solution.zoom ? 1 : 0,
    known: focal === 'known' ? 1 : 0,
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

/** How many times as far as the nearest tenth of the points the farthest tenth is, from the middle camera. */
function depthRange({ cameras, points }: Pick<Solution, 'cameras' | 'points'>): number {
  const { rotation: r, translation: t } = cameras[cameras.length >> 1]!.camFromWorld
  const depths = points.map(({ xyz: [x, y, z] }) => r[6]! * x + r[7]! * y + r[8]! * z + t[2]!).filter((d) => d > 0)
  return depths.length === 0 ? 1 : quantile(depths, 0.9) / quantile(depths, 0.1)
}

/** The largest turn from the first camera. */
function sweepDeg(cameras: readonly SolvedCamera[]): number {
  const first = cameras[0]!.camFromWorld.rotation
  return (Math.max(...cameras.map(({ camFromWorld }) => angleBetween(camFromWorld.rotation, first))) * 180) / Math.PI
}

/** Chance that the solution is right, 0 to 1. */
export function confidenceOf(signs: Signs, isGuess: boolean, solvedShare: number): number {
  const names = Object.keys(weights.of) as (keyof Signs)[]
  const odds = names.reduce((sum, name) => sum + weights.of[name] * signs[name], weights.intercept)
  const chance = 1 / (1 + Math.exp(-odds))
  const isTorn = signs.gap > TORN_GAP && signs.bridge < TORN_BRIDGE
  return Math.min(chance, isGuess ? GUESSED : 1, solvedShare < ENOUGH_CAMERAS ? INCOMPLETE : 1, isTorn ? TORN : 1)
}
