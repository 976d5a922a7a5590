/** The pose of one camera from points that are known in the world, many of which may be wrong. */
import { solveCholesky } from '../geometry/dense.ts'
import { multiply3 } from '../geometry/linear.ts'
import type { Rigid3 } from '../geometry/rigid3.ts'
import { expSo3 } from '../geometry/so3.ts'
import { p3p } from './p3p.ts'
import { msac, type RobustFit, type RobustOptions } from './robust.ts'

/**
 * @param rays what the camera sees: x, y of (x, y, 1), 2 for each point
 * @param pointsInWorld 3 each
 * @param options `threshold` in units of the focal length: pixels / focalPx
 * @returns camFromWorld as `model`; null where no pose fits more than three points
 */
export const robustPose = (
  rays: Float64Array,
  pointsInWorld: Float64Array,
  options: RobustOptions,
): RobustFit<Rigid3> | null =>
  msac<Rigid3>(
    {
      dataCount: rays.length / 2,
      sampleSize: 3,
      residualFreedom: 2,
      solve: (sample) => p3p(rays, pointsInWorld, sample),
      residuals: (camFromWorld, squared) => reprojectionSquared(camFromWorld, rays, pointsInWorld, squared),
      refine: (camFromWorld, data) => refinePose(camFromWorld, rays, pointsInWorld, data),
    },
    options,
  )

/** Squared reprojection errors, in squares of the focal length; Infinity behind the camera. */
export function reprojectionSquared(
  { rotation: r, translation: t }: Rigid3,
  rays: Float64Array,
  pointsInWorld: Float64Array,
  out: Float64Array,
): void {
  for (let i = 0; i < out.length; i++) {
    const x = pointsInWorld[3 * i]!
    const y = pointsInWorld[3 * i + 1]!
    const z = pointsInWorld[3 * i + 2]!
    const depth = r[6]! * x + r[7]! * y + r[8]! * z + t[2]!
    const u = (r[0]! * x + r[1]! * y + r[2]! * z + t[0]!) / depth - rays[2 * i]!
    const v = (r[3]! * x + r[4]! * y + r[5]! * z + t[1]!) / depth - rays[2 * i + 1]!
    out[i] = depth > 0 ? u * u + v * v : Infinity
  }
}

const maxSteps = 12
const normal = new Float64Array(36)
const damped = new Float64Array(36)
const gradient = new Float64Array(6)
const step = new Float64Array(6)

/**
 * Levenberg-Marquardt on the reprojection errors of a subset of the points, from a pose near by.
 *
 * @returns null with fewer than three points, or where one of them is behind the camera at the start
 */
export function refinePose(
  start: Rigid3,
  rays: Float64Array,
  pointsInWorld: Float64Array,
  subset: Int32Array,
): Rigid3 | null {
  if (subset.length < 3) return null
  let pose = start
  let cost = equations(pose, rays, pointsInWorld, subset)
  if (!Number.isFinite(cost)) return null
  for (let steps = 0, damping = 1e-6; steps < maxSteps && damping < 1e3; steps++) {
    damped.set(normal)
    step.set(gradient)
    for (let i = 0; i < 6; i++) damped[7 * i]! += damping * (normal[7 * i]! + 1e-12)
    const next = solveCholesky(damped, step, 6) ? moved(pose, step) : null
    const nextCost = next === null ? Infinity : costOf(next, rays, pointsInWorld, subset)
    if (next === null || !(nextCost < cost)) {
      damping = Math.max(1e-3, damping * 100)
      continue
    }
    const gained = cost - nextCost
    pose = next
    cost = nextCost
    if (gained < 1e-9 * cost) break
    damping /= 10
    equations(pose, rays, pointsInWorld, subset)
  }
  return pose
}

/** x_cam = exp(w) R x_world + t + dt: the rotation turns about the camera, so that both parts keep their size. */
const moved = ({ rotation, translation }: Rigid3, by: Float64Array): Rigid3 => ({
  rotation: multiply3(expSo3(by[0]!, by[1]!, by[2]!), rotation),
  translation: translation.map((value, i) => value + by[3 + i]!),
})

function costOf({ rotation: r, translation: t }: Rigid3, rays: Float64Array, points: Float64Array, subset: Int32Array) {
  let cost = 0
  for (const i of subset) {
    const x = points[3 * i]!
    const y = points[3 * i + 1]!
    const z = points[3 * i + 2]!
    const depth = r[6]! * x + r[7]! * y + r[8]! * z + t[2]!
    if (!(depth > 0)) return Infinity
    cost += ((r[0]! * x + r[1]! * y + r[2]! * z + t[0]!) / depth - rays[2 * i]!) ** 2
    cost += ((r[3]! * x + r[4]! * y + r[5]! * z + t[1]!) / depth - rays[2 * i + 1]!) ** 2
  }
  return cost
}

const jacobian = new Float64Array(6)

function equations(
  { rotation: r, translation: t }: Rigid3,
  rays: Float64Array,
  points: Float64Array,
  subset: Int32Array,
) {
  normal.fill(0)
  gradient.fill(0)
  let cost = 0
  for (const i of subset) {
    const px = points[3 * i]!
    const py = points[3 * i + 1]!
    const pz = points[3 * i + 2]!
    const rx = r[0]! * px + r[1]! * py + r[2]! * pz
    const ry = r[3]! * px + r[4]! * py + r[5]! * pz
    const rz = r[6]! * px + r[7]! * py + r[8]! * pz
    const z = rz + t[2]!
    if (!(z > 0)) return Infinity
    const u = (rx + t[0]!) / z
    const v = (ry + t[1]!) / z
    // d u = (dX - u dZ) / z with dX = w x (R p) + dt.
    setRow((-u * ry) / z, (rz + u * rx) / z, -ry / z, 1 / z, 0, -u / z)
    cost += addRow(u - rays[2 * i]!)
    setRow((-rz - v * ry) / z, (v * rx) / z, rx / z, 0, 1 / z, -v / z)
    cost += addRow(v - rays[2 * i + 1]!)
  }
  return cost
}

function setRow(a: number, b: number, c: number, d: number, e: number, f: number): void {
  jacobian[0] = a
  jacobian[1] = b
  jacobian[2] = c
  jacobian[3] = d
  jacobian[4] = e
  jacobian[5] = f
}

function addRow(error: number): number {
  for (let i = 0; i < 6; i++) {
    gradient[i]! -= jacobian[i]! * error
    for (let j = 0; j <= i; j++) normal[6 * i + j]! += jacobian[i]! * jacobian[j]!
  }
  return error * error
}
