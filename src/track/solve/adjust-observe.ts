/** One observation linearised: its residual and derivatives by camera, point and what all cameras share. */
import { type ProjectionJacobian, pixelOfRay, projectWithJacobian, projectionJacobian } from '../geometry/projection.ts'
import type { Layout } from './adjust-layout.ts'
import type { Loss } from './adjust-loss.ts'
import type { State } from './adjust-state.ts'

/** Room for the observations of one point. Everything is multiplied by the root of the observation's weight. */
export interface Rows {
  /** 2 each: projected minus observed. */
  readonly residual: Float64Array
  /** 2 x blockSize each. */
  readonly byCamera: Float64Array
  /** 2 x 3 each. */
  readonly byPoint: Float64Array
  /** 2 x shared unknowns each. */
  readonly byShared: Float64Array
  readonly scratch: ProjectionJacobian
}

export const rowsOf = ({ blockSize, shared, sightings }: Layout): Rows => ({
  residual: new Float64Array(2 * sightings.most),
  byCamera: new Float64Array(2 * blockSize * sightings.most),
  byPoint: new Float64Array(6 * sightings.most),
  byShared: new Float64Array(2 * shared.length * sightings.most),
  scratch: projectionJacobian(),
})

export interface Measure {
  readonly loss: Loss
  /**
   * Square of the distance that an observation is charged with at most: nothing is farther off than twice the picture's
   * diagonal. A point behind its camera is charged the same, so that no step gains by pushing it there; both pull nowhere.
   */
  readonly farthest: number
}

/** Less of a point's distance along the axis than this share counts as behind: no lens sees so far to the side. */
const LEAST_DEPTH_SHARE = 1e-3

/** Twice the robust cost of all observations of a state. */
export function costOf(state: State, layout: Layout, { loss, farthest }: Measure): number {
  const { start, camera, xy, weight } = layout.sightings
  let sum = 0
  for (let p = 0; p + 1 < start.length; p++) {
    for (let i = start[p]!; i < start[p + 1]!; i++) {
      const squared = squaredDistance(state, camera[i]!, 3 * p, xy[2 * i]!, xy[2 * i + 1]!)
      sum += weight[i]! * loss.cost(squared < farthest ? squared : farthest)
    }
  }
  return sum
}

const pixel = new Float64Array(2)

/** Between an observation and its projection, pixels; Infinity behind the camera and beyond the fold of the lens. */
export function squaredDistance(state: State, camera: number, at: number, x: number, y: number): number {
  const { rotations, translations, points, cameras } = state
  const [r, t] = [9 * camera, 3 * camera]
  const [px, py, pz] = [points[at]!, points[at + 1]!, points[at + 2]!]
  const cx = rotations[r]! * px + rotations[r + 1]! * py + rotations[r + 2]! * pz + translations[t]!
  const cy = rotations[r + 3]! * px + rotations[r + 4]! * py + rotations[r + 5]! * pz + translations[t + 1]!
  const cz = rotations[r + 6]! * px + rotations[r + 7]! * py + rotations[r + 8]! * pz + translations[t + 2]!
  if (!inFront(cx, cy, cz) || !pixelOfRay(cameras[camera]!, cx / cz, cy / cz, pixel)) return Infinity
  return (pixel[0]! - x) ** 2 + (pixel[1]! - y) ** 2
}

const inFront = (x: number, y: number, z: number) => z > 0 && z * z > LEAST_DEPTH_SHARE ** 2 * (x * x + y * y + z * z)

/**
 * Linearises observation i, of the point at `points[at]`, as number k of the rows.
 *
 * @returns twice its robust cost.
 */
export function observe(state: State, layout: Layout, measure: Measure, i: number, at: number, rows: Rows, k: number) {
  const { camera: cameraOf, xy, weight } = layout.sightings
  const { rotations, translations, points, cameras, focals } = state
  const { scratch } = rows
  const camera = cameraOf[i]!
  const [r, t] = [9 * camera, 3 * camera]
  const [px, py, pz] = [points[at]!, points[at + 1]!, points[at + 2]!]
  const x = rotations[r]! * px + rotations[r + 1]! * py + rotations[r + 2]! * pz + translations[t]!
  const y = rotations[r + 3]! * px + rotations[r + 4]! * py + rotations[r + 5]! * pz + translations[t + 1]!
  const z = rotations[r + 6]! * px + rotations[r + 7]! * py + rotations[r + 8]! * pz + translations[t + 2]!
  if (!inFront(x, y, z) || !projectWithJacobian(cameras[camera]!, x, y, z, scratch))
    return ignore(layout, measure, i, rows, k)
  const dx = scratch.pixel[0]! - xy[2 * i]!
  const dy = scratch.pixel[1]! - xy[2 * i + 1]!
  const squared = dx * dx + dy * dy
  if (!(squared <= measure.farthest)) return ignore(layout, measure, i, rows, k)
  const root = Math.sqrt(weight[i]! * measure.loss.slope(squared))
  rows.residual[2 * k] = root * dx
  rows.residual[2 * k + 1] = root * dy
  for (let row = 0; row < 2; row++) {
    const b0 = root * scratch.byPoint[3 * row]!
    const b1 = root * scratch.byPoint[3 * row + 1]!
    const b2 = root * scratch.byPoint[3 * row + 2]!
    const p = 6 * k + 3 * row
    rows.byPoint[p] = b0 * rotations[r]! + b1 * rotations[r + 3]! + b2 * rotations[r + 6]!
    rows.byPoint[p + 1] = b0 * rotations[r + 1]! + b1 * rotations[r + 4]! + b2 * rotations[r + 7]!
    rows.byPoint[p + 2] = b0 * rotations[r + 2]! + b1 * rotations[r + 5]! + b2 * rotations[r + 8]!
    byCamera(layout, camera, x, y, z, b0, b1, b2, root * focals[camera]! * scratch.byIntrinsics[6 * row]!, rows, k, row)
    for (let g = 0; g < layout.shared.length; g++) {
      const column = layout.shared[g]!
      const unit = column === 0 ? focals[camera]! : 1 // of a logarithm
      rows.byShared[(2 * k + row) * layout.shared.length + g] = root * unit * scratch.byIntrinsics[6 * row + column]!
    }
  }
  return weight[i]! * measure.loss.cost(squared)
}

/** With X' = exp(w) X + d in camera coordinates: dX'/dw = -[X]x, dX'/dd = 1. */
function byCamera(
  { poseSize, blockSize, block, held }: Layout,
  camera: number,
  x: number,
  y: number,
  z: number,
  b0: number,
  b1: number,
  b2: number,
  byLogFocal: number,
  { byCamera: out }: Rows,
  k: number,
  row: number,
): void {
  if (block[camera]! < 0) return
  const at = (2 * k + row) * blockSize
  if (poseSize > 0) {
    const moves = held[camera] === 0 ? 1 : 0
    out[at] = moves * (b2 * y - b1 * z)
    out[at + 1] = moves * (b0 * z - b2 * x)
    out[at + 2] = moves * (b1 * x - b0 * y)
    if (poseSize === 6) {
      out[at + 3] = moves * b0
      out[at + 4] = moves * b1
      out[at + 5] = moves * b2
    }
  }
  if (blockSize > poseSize) out[at + poseSize] = byLogFocal
}

function ignore(
  { blockSize, shared, sightings }: Layout,
  { loss, farthest }: Measure,
  i: number,
  rows: Rows,
  k: number,
) {
  rows.residual.fill(0, 2 * k, 2 * k + 2)
  rows.byPoint.fill(0, 6 * k, 6 * k + 6)
  rows.byCamera.fill(0, 2 * k * blockSize, 2 * (k + 1) * blockSize)
  rows.byShared.fill(0, 2 * k * shared.length, 2 * (k + 1) * shared.length)
  return sightings.weight[i]! * loss.cost(farthest)
}
