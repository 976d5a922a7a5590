/** Two attempts at one clip, figure by figure and path by path. Unknown is null. */
import type { Similarity } from '#track/estimate/similarity.ts'
import { identity3 } from '#track/geometry/rigid3.ts'
import { angleBetween, projectToSo3 } from '#track/geometry/so3.ts'
import { multiply3, transpose3 } from '#track/geometry/linear.ts'
import type { AttemptFacts, Solve, SolvedCamera, SolvedShot } from '../track-data.ts'
import { allTransformed } from './orientation.ts'
import { pathPlaces } from './scene-shapes.ts'

export type Verdict = 'better' | 'worse' | 'same'

export interface ComparedFigure {
  readonly name: string
  readonly unit: 'px' | '%' | ''
  readonly first: number | null
  readonly second: number | null
  /** Of the second beside the first; null where either is not known. */
  readonly verdict: Verdict | null
}

/** Smaller differences than this share are called the same: a repeat with another seed differs by as much. */
const sameShare = 0.01

const figures = [
  ['Error (RMS)', 'px', 'lower', ({ errorPx }) => errorPx],
  ['Held-out error', 'px', 'lower', ({ heldOutErrorPx }) => heldOutErrorPx],
  ['Confidence', '%', 'higher', ({ confidence }) => confidence],
  ['Frames solved', '', 'higher', ({ solvedFrames }) => solvedFrames],
  ['Tracks solved', '', 'higher', ({ solvedTracks }) => solvedTracks],
  ['Tracks solved of all', '%', 'higher', ({ solvedTracks, totalTracks }) => shareOf(solvedTracks, totalTracks)],
] as const satisfies readonly (readonly [
  string,
  ComparedFigure['unit'],
  'lower' | 'higher',
  (attempt: AttemptFacts) => number | null,
])[]

const shareOf = (part: number | null, whole: number | null) => (part === null || !whole ? null : part / whole)

export function comparedFigures(first: AttemptFacts, second: AttemptFacts): readonly ComparedFigure[] {
  return figures.map(([name, unit, goal, read]): ComparedFigure => {
    const [a, b] = [read(first), read(second)]
    return { name, unit, first: a, second: b, verdict: verdictOf(a, b, goal) }
  })
}

function verdictOf(a: number | null, b: number | null, goal: 'lower' | 'higher'): Verdict | null {
  if (a === null || b === null) return null
  if (Math.abs(a - b) <= sameShare * Math.max(Math.abs(a), Math.abs(b))) return 'same'
  return b < a === (goal === 'lower') ? 'better' : 'worse'
}

export interface ChangedSetting {
  readonly name: string
  readonly before: unknown
  readonly after: unknown
}

/** Settings that differ, those that only one of the two has included. */
export function changedSettings(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly ChangedSetting[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return names
    .map((name) => ({ name, before: before[name] ?? null, after: after[name] ?? null }))
    .filter((setting) => JSON.stringify(setting.before) !== JSON.stringify(setting.after))
}

export interface ComparedPath {
  /** The second attempt's cameras in the first one's world, 3 numbers each; for a camera that only turns, where it looks. */
  readonly path: Float64Array
  /** Root mean square distance of the two paths, as a share of the first one's length; null where it has none to speak of. */
  readonly apartShare: number | null
  /** Mean angle between the cameras of a frame, degrees. */
  readonly turnedDeg: number
  /** The second focal length over the first. */
  readonly focalRatio: number
  readonly frames: number
}

/**
 * Lays the second path over the first by a similarity, as each solve has axes and a scale of its own: the turn is the mean turn
 * between the cameras of a frame, since the places of a straight path would leave the turn about it open; scale and shift are
 * those that bring the places nearest (least squares). Null where the two share fewer than three frames, or a path is one place.
 */
export function comparedPath(first: SolvedShot, second: SolvedShot): ComparedPath | null {
  if (first.motion !== second.motion) return null
  const pairs = second.cameras.flatMap((b): Pair[] => {
    const a = first.cameras.find(({ frame }) => frame === b.frame)
    return a ? [{ a, b }] : []
  })
  if (pairs.length < 3) return null
  const world = { scale: 1, ...identity3() }
  const [pathA, pathB] = [pathPlaces(first, world), pathPlaces(second, world)]
  const place = (path: Float64Array, index: number) => path.subarray(3 * index, 3 * index + 3)
  const onlyA = Float64Array.from(pairs.flatMap(({ a }) => [...place(pathA, first.cameras.indexOf(a))]))
  const onlyB = Float64Array.from(pairs.flatMap(({ b }) => [...place(pathB, second.cameras.indexOf(b))]))
  const rotation = turnOf(pairs)
  const aFromB = first.motion === 'tripod' ? { ...world, rotation } : scaledAndShifted(rotation, onlyA, onlyB)
  if (!aFromB) return null
  const turned = pairs.map(({ a, b }) =>
    angleBetween(multiply3(a.camFromWorld.rotation, rotation), b.camFromWorld.rotation),
  )
  const length = lengthOf(onlyA)
  return {
    path: allTransformed(aFromB, pathB),
    apartShare: length > 0 ? rmsOf(onlyA, allTransformed(aFromB, onlyB)) / length : null,
    turnedDeg: ((turned.reduce((sum, angle) => sum + angle, 0) / turned.length) * 180) / Math.PI,
    focalRatio: second.intrinsics.focalPx / first.intrinsics.focalPx,
    frames: pairs.length,
  }
}

/** The cameras of one frame. */
interface Pair {
  readonly a: SolvedCamera
  readonly b: SolvedCamera
}

/** The mean turn from the second world to the first. */
function turnOf(pairs: readonly Pair[]): Float64Array {
  const sum = new Float64Array(9)
  for (const { a, b } of pairs) {
    const one = multiply3(transpose3(a.camFromWorld.rotation), b.camFromWorld.rotation)
    for (let i = 0; i < 9; i++) sum[i] = (sum[i] as number) + (one[i] as number)
  }
  return projectToSo3(sum)
}

/** Of a turn that is known: the scale and shift that bring `b` nearest to `a`. */
function scaledAndShifted(rotation: Float64Array, a: Float64Array, b: Float64Array): Similarity | null {
  const turned = allTransformed({ scale: 1, rotation, translation: new Float64Array(3) }, b)
  const [meanA, meanB] = [meanOf(a), meanOf(turned)]
  let [together, own] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    const fromMean = (turned[i] as number) - (meanB[i % 3] as number)
    together += ((a[i] as number) - (meanA[i % 3] as number)) * fromMean
    own += fromMean * fromMean
  }
  const scale = together / own
  if (!(scale > 0 && scale < Number.POSITIVE_INFINITY)) return null
  return { scale, rotation, translation: meanA.map((value, i) => value - scale * (meanB[i] as number)) }
}

function meanOf(points: Float64Array): Float64Array {
  const mean = new Float64Array(3)
  for (let i = 0; i < points.length; i++) {
    mean[i % 3] = (mean[i % 3] as number) + (3 * (points[i] as number)) / points.length
  }
  return mean
}

function lengthOf(path: Float64Array): number {
  let length = 0
  for (let i = 3; i < path.length; i += 3) {
    length += Math.hypot(path[i]! - path[i - 3]!, path[i + 1]! - path[i - 2]!, path[i + 2]! - path[i - 1]!)
  }
  return length
}

function rmsOf(a: Float64Array, b: Float64Array): number {
  const squares = a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0)
  return Math.sqrt(squares / (a.length / 3))
}

/** The shot of another solve that shares most frames with one. */
export function sameShot(shot: SolvedShot, other: Solve): SolvedShot | null {
  const shared = (one: SolvedShot) => Math.min(shot.toFrame, one.toFrame) - Math.max(shot.fromFrame, one.fromFrame) + 1
  const solved = other.shots.filter((one): one is SolvedShot => one.solved && shared(one) > 0)
  return solved.toSorted((a, b) => shared(b) - shared(a))[0] ?? null
}
