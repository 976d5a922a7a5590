/**
 * What is free in an adjustment, where it stands in the equations, and the observations sorted for eliminating points.
 */
import { centreOf } from '../geometry/rigid3.ts'
import type { AdjustOptions, Observations, Problem } from './problem.ts'

/**
 * Unknowns in order: a block for each camera that has any (turn about its lens 3, translation 3, log focal length 1, as
 * far as free), then what all cameras share (log focal length, k1, k2, k3, principal point). Points are eliminated
 * before.
 */
export interface Layout {
  /** 6, or 3 where cameras only turn, or 0. */
  readonly poseSize: 0 | 3 | 6
  /** Pose, and 1 more for a focal length of its own. */
  readonly blockSize: number
  /** Which block a camera has, -1: none. */
  readonly block: Int32Array
  readonly blocks: number
  /** 1: the camera's pose stays as it is, though its focal length may change. */
  readonly held: Uint8Array
  /** Columns of `projectWithJacobian`'s `byIntrinsics` that are shared unknowns. */
  readonly shared: readonly number[]
  readonly size: number
  readonly pointsFree: boolean
  readonly sightings: Sightings
  /**
   * A camera at a distance from the only one that is held, and its free direction in which it may not move: it keeps
   * the scale.
   */
  readonly scaleCamera: number | null
}

/** Observations that count, sorted by point and then by block; those of point p are `start[p]` to `start[p + 1]`. */
export interface Sightings {
  readonly start: Int32Array
  readonly camera: Int32Array
  readonly xy: Float64Array
  readonly weight: Float64Array
  readonly count: number
  /** Of one point. */
  readonly most: number
}

const focalColumn = 0
const firstRadialColumn = 1
const principalColumns = [4, 5]

/** Reads problem and options; `order` is that of the cameras' blocks, first to last (see `sparse-order.ts`). */
export function layoutOf(problem: Problem, options: AdjustOptions, order: Int32Array): Layout {
  const cameraCount = problem.cameras.length
  const poseSize = options.cameras === 'free' ? 6 : options.cameras === 'rotation-only' ? 3 : 0
  const pointsFree = options.points === 'free'
  const held = new Uint8Array(cameraCount)
  for (const camera of options.fixedCameras) held[camera] = 1
  // Free points leave the frame of reference open.
  if (pointsFree && poseSize > 0 && options.fixedCameras.length === 0 && cameraCount > 0) held[0] = 1
  const ownFocal = options.focal === 'per-camera' ? 1 : 0
  const block = new Int32Array(cameraCount).fill(-1)
  let blocks = 0
  for (const camera of order) if (ownFocal === 1 || (poseSize > 0 && held[camera] === 0)) block[camera] = blocks++
  const shared = sharedColumns(problem, options)
  const blockSize = poseSize + ownFocal
  return {
    poseSize,
    blockSize,
    block,
    blocks,
    held,
    shared,
    size: blocks * blockSize + shared.length,
    pointsFree,
    sightings: sightingsOf(problem, order, pointsFree ? 2 : 1),
    scaleCamera: poseSize === 6 && pointsFree ? farthestFromOnlyHeld(problem, held) : null,
  }
}

/** A lens that is not a polynomial keeps its coefficients. */
function sharedColumns({ intrinsics }: Problem, options: AdjustOptions): number[] {
  const { model } = intrinsics.lens
  const radial = model === 'none' || model === 'polynomial' ? options.radial : 0
  return [
    ...(options.focal === 'shared' ? [focalColumn] : []),
    ...Array.from({ length: radial }, (_, i) => firstRadialColumn + i),
    ...(options.principal ? principalColumns : []),
  ]
}

/**
 * Sorts by two stable counting sorts. Left out are positions and points that are not finite, repeated observations of a
 * point by a camera, and points with fewer than `fewest`.
 */
function sightingsOf({ observations, points, cameras }: Problem, order: Int32Array, fewest: number): Sightings {
  const { camera, point, xy, weight } = observations
  const rank = new Int32Array(cameras.length)
  order.forEach((each, i) => {
    rank[each] = i
  })
  const pointCount = points.length / 3
  const usable = (i: number) =>
    Number.isFinite(xy[2 * i]! + xy[2 * i + 1]!) &&
    (weight === null || weight[i]! > 0) &&
    Number.isFinite(points[3 * point[i]!]! + points[3 * point[i]! + 1]! + points[3 * point[i]! + 2]!)
  const all = Int32Array.from(camera.keys()).filter(usable)
  const byRank = countingSort(all, cameras.length, (i) => rank[camera[i]!]!)
  const byPoint = countingSort(byRank, pointCount, (i) => point[i]!)
  const kept: number[] = []
  const start = new Int32Array(pointCount + 1)
  let most = 0
  for (let p = 0, from = 0; p < pointCount; p++) {
    const before = kept.length
    for (; from < byPoint.length && point[byPoint[from]!] === p; from++) {
      const repeated = kept.length > before && camera[kept.at(-1)!] === camera[byPoint[from]!]
      if (!repeated) kept.push(byPoint[from]!)
    }
    if (kept.length - before < fewest) kept.length = before
    most = Math.max(most, kept.length - before)
    start[p + 1] = kept.length
  }
  return { start, ...columns(observations, kept), count: kept.length, most }
}

function columns({ camera, xy, weight }: Observations, kept: readonly number[]) {
  return {
    camera: Int32Array.from(kept, (i) => camera[i]!),
    xy: Float64Array.from({ length: 2 * kept.length }, (_, at) => xy[2 * kept[at >> 1]! + (at & 1)]!),
    weight: Float64Array.from(kept, (i) => weight?.[i] ?? 1),
  }
}

function countingSort(items: Int32Array, keys: number, key: (item: number) => number): Int32Array {
  const next = new Int32Array(keys + 1)
  for (const item of items) next[key(item) + 1]!++
  for (let k = 0; k < keys; k++) next[k + 1]! += next[k]!
  const sorted = new Int32Array(items.length)
  for (const item of items) sorted[next[key(item)]!++] = item
  return sorted
}

/** null when two or more are held, which fixes the scale, or all stand in one place. */
function farthestFromOnlyHeld({ cameras }: Problem, held: Uint8Array): number | null {
  const only = held.indexOf(1)
  if (only < 0 || held.indexOf(1, only + 1) >= 0) return null
  const from = centreOf(cameras[only]!)
  let farthest: number | null = null
  let most = 0
  cameras.forEach((camera, i) => {
    const centre = centreOf(camera)
    const distance = Math.hypot(centre[0]! - from[0]!, centre[1]! - from[1]!, centre[2]! - from[2]!)
    if (distance > most) {
      most = distance
      farthest = i
    }
  })
  return farthest
}
