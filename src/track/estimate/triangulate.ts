/**
 * A point of the world from the rays of two or more cameras: the point nearest to all rays, then Gauss-Newton steps on the
 * reprojection errors (Hartley and Zisserman, Multiple View Geometry, 12), which is the optimum under equal noise.
 */
import { solveCholesky } from '../geometry/dense.ts'
import { applyTransposed3, cross, dot, norm } from '../geometry/linear.ts'
import { centreOf, type Rigid3 } from '../geometry/rigid3.ts'

export interface Triangulated {
  readonly pointInWorld: Float64Array
  /** The widest angle between two of the rays, nearly: at least half of it, and all of it where the cameras are on a path. */
  readonly parallaxRad: number
  /** Root mean square of the reprojection errors, in units of the focal length. */
  readonly rms: number
}

/** Below this angle between its rays a point's depth is all rounding. */
const leastParallaxRad = 1e-7
const maxSteps = 10

/**
 * @param cameras camFromWorld of each camera that sees the point
 * @param rays what they see: x, y of (x, y, 1) in camera coordinates, 2 for each camera
 * @param minParallaxRad less parallax than this gives null
 * @returns null with fewer than two cameras, too little parallax, or a point behind any of the cameras
 */
export function triangulate(
  cameras: readonly Rigid3[],
  rays: Float64Array,
  minParallaxRad = leastParallaxRad,
): Triangulated | null {
  if (cameras.length < 2) return null
  const directions = cameras.map(({ rotation }, i) => {
    const direction = applyTransposed3(rotation, Float64Array.of(rays[2 * i]!, rays[2 * i + 1]!, 1))
    const length = norm(direction)
    return direction.map((value) => value / length)
  })
  const parallaxRad = widestAngle(directions)
  // Written so that NaN gives null too.
  if (!(parallaxRad >= Math.max(minParallaxRad, leastParallaxRad))) return null
  const point = nearestToRays(cameras, directions)
  if (point === null || !isInFront(cameras, point)) return null
  const cost = refine(cameras, rays, point)
  if (!isInFront(cameras, point)) return null
  return { pointInWorld: point, parallaxRad, rms: Math.sqrt(cost / (2 * cameras.length)) }
}

/** The angle between the ray farthest from the first and the ray farthest from that one. */
function widestAngle(directions: readonly Float64Array[]): number {
  const farthestFrom = (origin: Float64Array) => {
    let best = directions[0]!
    for (const direction of directions) if (dot(direction, origin) < dot(best, origin)) best = direction
    return best
  }
  const one = farthestFrom(directions[0]!)
  return angleBetweenRays(one, farthestFrom(one))
}

/** Of vectors of any length; exact for small angles too. */
export const angleBetweenRays = (a: Float64Array, b: Float64Array) => Math.atan2(norm(cross(a, b)), dot(a, b))

/** Sum of (1 - d dᵀ)(X - c) = 0 over unit directions d and centres c. */
function nearestToRays(cameras: readonly Rigid3[], directions: readonly Float64Array[]): Float64Array | null {
  const normal = new Float64Array(9)
  const origin = centreOf(cameras[0]!)
  const sum = new Float64Array(3)
  cameras.forEach((camera, i) => {
    const d = directions[i]!
    const c = centreOf(camera)
    // Measured from the first camera: a path far from the origin of the world costs no digits.
    for (let j = 0; j < 3; j++) c[j]! -= origin[j]!
    const along = dot(d, c)
    for (let j = 0; j < 3; j++) {
      sum[j]! += c[j]! - d[j]! * along
      for (let k = 0; k <= j; k++) normal[3 * j + k]! += (j === k ? 1 : 0) - d[j]! * d[k]!
    }
  })
  if (!solveCholesky(normal, sum, 3)) return null
  for (let j = 0; j < 3; j++) sum[j]! += origin[j]!
  return sum
}

const depthIn = ({ rotation: r, translation: t }: Rigid3, p: Float64Array) =>
  r[6]! * p[0]! + r[7]! * p[1]! + r[8]! * p[2]! + t[2]!

const isInFront = (cameras: readonly Rigid3[], point: Float64Array) =>
  cameras.every((camera) => depthIn(camera, point) > 0)

const normal = new Float64Array(9)
const step = new Float64Array(3)
const trial = new Float64Array(3)

/** Moves `point` to the least sum of squared errors, which is returned. */
function refine(cameras: readonly Rigid3[], rays: Float64Array, point: Float64Array): number {
  let cost = equations(cameras, rays, point)
  for (let steps = 0, share = 1; steps < maxSteps; steps++) {
    if (!solveCholesky(normal, step, 3)) break
    for (let i = 0; i < 3; i++) trial[i] = point[i]! + share * step[i]!
    const size = norm(step)
    const next = isInFront(cameras, trial) ? equations(cameras, rays, trial) : Infinity
    if (next <= cost) {
      point.set(trial)
      const gained = cost - next
      cost = next
      if (gained <= 1e-9 * cost || size <= 1e-14 * norm(point)) break
      share = 1
    } else {
      if (size <= 1e-12 * norm(point)) break
      share /= 4
      equations(cameras, rays, point)
    }
  }
  return cost
}

/** The normal equations of a Gauss-Newton step at `point`, and the sum of squared errors there. */
function equations(cameras: readonly Rigid3[], rays: Float64Array, point: Float64Array): number {
  normal.fill(0)
  step.fill(0)
  let cost = 0
  for (let i = 0; i < cameras.length; i++) {
    const { rotation: r, translation: t } = cameras[i]!
    const z = depthIn(cameras[i]!, point)
    for (let axis = 0; axis < 2; axis++) {
      const row = 3 * axis
      const u = (r[row]! * point[0]! + r[row + 1]! * point[1]! + r[row + 2]! * point[2]! + t[axis]!) / z
      const error = u - rays[2 * i + axis]!
      const a = (r[row]! - u * r[6]!) / z
      const b = (r[row + 1]! - u * r[7]!) / z
      const c = (r[row + 2]! - u * r[8]!) / z
      cost += error * error
      step[0]! -= a * error
      step[1]! -= b * error
      step[2]! -= c * error
      normal[0]! += a * a
      normal[3]! += b * a
      normal[4]! += b * b
      normal[6]! += c * a
      normal[7]! += c * b
      normal[8]! += c * c
    }
  }
  return cost
}
