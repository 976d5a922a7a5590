/** One observation linearised: its residual and derivatives by camera, point and what all cameras share. */
import {
  jacobianByIntrinsics,
  type ProjectionJacobian,
  pixelOfRay,
  projectWithJacobian,
  projectionJacobian,
} from '../geometry/projection.ts'
import type { Layout, Sightings } from './adjust-layout.ts'
import { type Loss, lossOf } from './adjust-loss.ts'
import type { State } from './adjust-state.ts'
import type { AdjustOptions, Problem } from './problem.ts'

/**
 * Room for the observations of one point or camera. Everything is multiplied by the root of the observation's weight.
 */
export interface Rows {
  /** 2 each: projected minus observed. */
  readonly residual: Float64Array
  /** 2 x blockSize each. */
  readonly byCamera: Float64Array
  /** 2 x 3 each. */
  readonly byPoint: Float64Array
  /** 2 x shared unknowns each. */
  readonly byShared: Float64Array
  /** Root of the weight of each; 0: counts as far off and pulls nowhere. */
  readonly root: Float64Array
  /** Of the last observation: its point in camera coordinates, and the projection's derivatives. */
  readonly inCamera: Float64Array
  readonly scratch: ProjectionJacobian
}

/** `most`: observations at a time. */
export const rowsOf = ({ blockSize, shared }: Layout, most: number): Rows => ({
  residual: new Float64Array(2 * most),
  byCamera: new Float64Array(2 * blockSize * most),
  byPoint: new Float64Array(6 * most),
  byShared: new Float64Array(2 * shared.length * most),
  root: new Float64Array(most),
  inCamera: new Float64Array(3),
  scratch: projectionJacobian(),
})

export interface Measure {
  readonly loss: Loss
  /**
   * Square of the distance that an observation is charged with at most: nothing is farther off than twice the picture's
   * diagonal. A point behind its camera is charged the same, so that no step gains by pushing it there; both pull
   * nowhere.
   */
  readonly farthest: number
}

export function measureOf({ intrinsics }: Problem, { loss }: AdjustOptions): Measure {
  return { loss: lossOf(loss), farthest: 4 * (intrinsics.widthPx ** 2 + intrinsics.heightPx ** 2) }
}

/** Less of a point's distance along the axis than this share counts as behind: no lens sees so far to the side. */
const LEAST_DEPTH_SHARE = 1e-3

/** Twice the robust cost of all observations of a state. */
export function costOf(state: State, { sightings }: Layout, measure: Measure): number {
  const { start } = sightings
  let sum = 0
  for (let p = 0; p + 1 < start.length; p++) {
    for (let i = start[p]!; i < start[p + 1]!; i++) sum += distanceCost(state, sightings, measure, i, 3 * p)
  }
  return sum
}

/** Twice the robust cost of observation i, of the point at `points[at]`. */
export function distanceCost(
  state: State,
  sightings: Sightings,
  { loss, farthest }: Measure,
  i: number,
  at: number,
): number {
  const squared = squaredDistance(state, sightings.camera[i]!, at, sightings.xy[2 * i]!, sightings.xy[2 * i + 1]!)
  return sightings.weight[i]! * loss.cost(squared < farthest ? squared : farthest)
}

const pixel = new Float64Array(2)

/** Between an observation and its projection, pixels; Infinity behind the camera and beyond the fold of the lens. */
function squaredDistance(state: State, camera: number, at: number, x: number, y: number): number {
  const { rotations, translations, points, cameras } = state
  const r = 9 * camera
  const t = 3 * camera
  const px = points[at]!
  const py = points[at + 1]!
  const pz = points[at + 2]!
  const cx = rotations[r]! * px + rotations[r + 1]! * py + rotations[r + 2]! * pz + translations[t]!
  const cy = rotations[r + 3]! * px + rotations[r + 4]! * py + rotations[r + 5]! * pz + translations[t + 1]!
  const cz = rotations[r + 6]! * px + rotations[r + 7]! * py + rotations[r + 8]! * pz + translations[t + 2]!
  if (!inFront(cx, cy, cz) || !pixelOfRay(cameras[camera]!, cx / cz, cy / cz, pixel)) return Infinity
  return (pixel[0]! - x) ** 2 + (pixel[1]! - y) ** 2
}

const inFront = (x: number, y: number, z: number) => z > 0 && z * z > LEAST_DEPTH_SHARE ** 2 * (x * x + y * y + z * z)

/**
 * The residual of observation i and its derivatives by its point at `points[at]`, as number k of the rows. Returns
 * twice its cost.
 */
export function observePoint(
  state: State,
  layout: Layout,
  measure: Measure,
  i: number,
  at: number,
  rows: Rows,
  k: number,
) {
  const { camera: cameraOf, xy, weight } = layout.sightings
  const { rotations, translations, points, cameras } = state
  const { scratch, inCamera } = rows
  const r = 9 * cameraOf[i]!
  const t = 3 * cameraOf[i]!
  const px = points[at]!
  const py = points[at + 1]!
  const pz = points[at + 2]!
  const x = rotations[r]! * px + rotations[r + 1]! * py + rotations[r + 2]! * pz + translations[t]!
  const y = rotations[r + 3]! * px + rotations[r + 4]! * py + rotations[r + 5]! * pz + translations[t + 1]!
  const z = rotations[r + 6]! * px + rotations[r + 7]! * py + rotations[r + 8]! * pz + translations[t + 2]!
  inCamera[0] = x
  inCamera[1] = y
  inCamera[2] = z
  const seen = inFront(x, y, z) && projectWithJacobian(cameras[cameraOf[i]!]!, x, y, z, scratch)
  const dx = seen ? scratch.pixel[0]! - xy[2 * i]! : NaN
  const dy = seen ? scratch.pixel[1]! - xy[2 * i + 1]! : NaN
  const squared = dx * dx + dy * dy
  const counts = squared <= measure.farthest
  const root = counts ? Math.sqrt(weight[i]! * measure.loss.slope(squared)) : 0
  rows.root[k] = root
  rows.residual[2 * k] = counts ? root * dx : 0
  rows.residual[2 * k + 1] = counts ? root * dy : 0
  for (let row = 0; row < 2; row++) {
    const b0 = counts ? root * scratch.byPoint[3 * row]! : 0
    const b1 = counts ? root * scratch.byPoint[3 * row + 1]! : 0
    const b2 = counts ? root * scratch.byPoint[3 * row + 2]! : 0
    const p = 6 * k + 3 * row
    rows.byPoint[p] = b0 * rotations[r]! + b1 * rotations[r + 3]! + b2 * rotations[r + 6]!
    rows.byPoint[p + 1] = b0 * rotations[r + 1]! + b1 * rotations[r + 4]! + b2 * rotations[r + 7]!
    rows.byPoint[p + 2] = b0 * rotations[r + 2]! + b1 * rotations[r + 5]! + b2 * rotations[r + 8]!
  }
  return weight[i]! * measure.loss.cost(counts ? squared : measure.farthest)
}

/** Like `observePoint`, with the derivatives by camera and by what is shared. */
export function observe(state: State, layout: Layout, measure: Measure, i: number, at: number, rows: Rows, k: number) {
  const { shared, sightings } = layout
  const cost = observePoint(state, layout, measure, i, at, rows, k)
  const root = rows.root[k]!
  const camera = sightings.camera[i]!
  const focal = state.focals[camera]!
  if (root !== 0) jacobianByIntrinsics(state.cameras[camera]!, rows.scratch)
  for (let row = 0; row < 2; row++) {
    // Where nothing counts the derivatives of the scratch are stale.
    byCamera(layout, camera, rows, k, row, focal)
    for (let g = 0; g < shared.length; g++) {
      const column = shared[g]!
      const unit = column === 0 ? focal : 1 // the unknown is a logarithm
      rows.byShared[(2 * k + row) * shared.length + g] =
        root === 0 ? 0 : root * unit * rows.scratch.byIntrinsics[6 * row + column]!
    }
  }
  return cost
}

/** With X' = exp(w) X + d in camera coordinates: dX'/dw = -[X]x, dX'/dd = 1. */
function byCamera(
  { poseSize, blockSize, block, held }: Layout,
  camera: number,
  rows: Rows,
  k: number,
  row: number,
  focal: number,
) {
  if (block[camera]! < 0) return
  const { byCamera: out, scratch, inCamera } = rows
  const at = (2 * k + row) * blockSize
  const root = rows.root[k]!
  if (root === 0) {
    out.fill(0, at, at + blockSize)
    return
  }
  const moves = held[camera] === 0 ? root : 0
  const b0 = moves * scratch.byPoint[3 * row]!
  const b1 = moves * scratch.byPoint[3 * row + 1]!
  const b2 = moves * scratch.byPoint[3 * row + 2]!
  if (poseSize > 0) {
    out[at] = b2 * inCamera[1]! - b1 * inCamera[2]!
    out[at + 1] = b0 * inCamera[2]! - b2 * inCamera[0]!
    out[at + 2] = b1 * inCamera[0]! - b0 * inCamera[1]!
  }
  if (poseSize === 6) {
    out[at + 3] = b0
    out[at + 4] = b1
    out[at + 5] = b2
  }
  if (blockSize > poseSize) out[at + poseSize] = root * focal * scratch.byIntrinsics[6 * row]!
}
