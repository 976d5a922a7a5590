/**
 * The pose of a camera from three points of the world and their rays: up to four answers.
 *
 * After Persson and Nordberg, Lambda Twist: an accurate fast robust perspective three point solver, ECCV 2018. The distances
 * along the rays fulfil three quadratic equations; two combinations without constant terms are cones, a singular cone of
 * their pencil is a pair of planes, and each plane cuts the other cones in two lines. Gauss-Newton steps polish the distances.
 */
import { eliminate } from '../geometry/dense.ts'
import { symmetricEigen } from '../geometry/eigen.ts'
import {
  apply3,
  cofactors3,
  cross,
  det3,
  dot,
  frobenius3,
  multiply3,
  norm,
  transpose3,
  unit,
} from '../geometry/linear.ts'
import { realRoots } from '../geometry/polynomial.ts'
import type { Rigid3 } from '../geometry/rigid3.ts'
import { perpendicularTo } from '../geometry/svd.ts'

/**
 * @param rays x, y of (x, y, 1) in camera coordinates, 2 for each point
 * @param points in world coordinates, 3 each
 * @param sample three of them
 * @returns camFromWorld of every camera that sees the three points so, all in front of it; none where the points are on one
 * line or two rays are the same
 */
export function p3p(rays: Float64Array, points: Float64Array, sample: ArrayLike<number>): Rigid3[] {
  const bearings = [0, 1, 2].map((i) => bearingOf(rays, 2 * sample[i]!))
  const world = [0, 1, 2].map((i) => points.slice(3 * sample[i]!, 3 * sample[i]! + 3))
  const worldFrame = frameOf(world)
  if (worldFrame === null) return []
  const sides = sidePairs.map(([i, j]) => squaredDistance(world[i]!, world[j]!))
  const cosines = sidePairs.map(([i, j]) => dot(bearings[i]!, bearings[j]!))
  return distancesAlong(sides, cosines).flatMap((distances) => {
    const camera = bearings.map((bearing, i) => bearing.map((value) => value * distances[i]!))
    const cameraFrame = frameOf(camera)
    if (cameraFrame === null) return []
    const rotation = multiply3(cameraFrame, transpose3(worldFrame))
    const translation = apply3(rotation, world[0]!).map((value, i) => camera[0]![i]! - value)
    return [{ rotation, translation }]
  })
}

const sidePairs = [
  [0, 1],
  [0, 2],
  [1, 2],
] as const // prettier-ignore

function bearingOf(rays: Float64Array, at: number): Float64Array {
  const length = Math.hypot(rays[at]!, rays[at + 1]!, 1)
  return Float64Array.of(rays[at]! / length, rays[at + 1]! / length, 1 / length)
}

const squaredDistance = (a: Float64Array, b: Float64Array) =>
  (a[0]! - b[0]!) ** 2 + (a[1]! - b[1]!) ** 2 + (a[2]! - b[2]!) ** 2

/** Axes of a triangle as columns: along the first side, within the plane, normal to it. Null for points on one line. */
function frameOf([a, b, c]: readonly Float64Array[]): Float64Array | null {
  const side = b!.map((value, i) => value - a![i]!)
  const other = c!.map((value, i) => value - a![i]!)
  const normal = cross(side, other)
  if (!(norm(normal) > 1e-9 * norm(side) * norm(other))) return null
  const [x, z] = [unit(side), unit(normal)]
  if (x === null || z === null) return null
  const y = cross(z, x)
  return Float64Array.of(x[0]!, y[0]!, z[0]!, x[1]!, y[1]!, z[1]!, x[2]!, y[2]!, z[2]!)
}

/** All positive solutions of l_i^2 + l_j^2 - 2 cos_ij l_i l_j = side_ij^2 for the pairs 01, 02 and 12. */
function distancesAlong(sides: readonly number[], cosines: readonly number[]): Float64Array[] {
  const [a01, a02, a12] = sides as [number, number, number]
  const [c01, c02, c12] = cosines as [number, number, number]
  const first = Float64Array.of(a12, -a12 * c01, 0, -a12 * c01, a12 - a01, a01 * c12, 0, a01 * c12, -a01)
  const second = Float64Array.of(a12, 0, -a12 * c02, 0, -a02, a02 * c12, -a12 * c02, a02 * c12, a12 - a02)
  const planes = planePair(first, second)
  if (planes === null) return []
  // Half the sum of the three equations: positive definite, so that it always gives a scale.
  const total = Float64Array.of(2, -c01, -c02, -c01, 2, -c12, -c02, -c12, 2)
  return planes.normals.flatMap((normal) =>
    linesOnCone(normal, planes.cone).flatMap((line) => {
      const sign = line[0]! + line[1]! + line[2]! < 0 ? -1 : 1
      const scale = sign * Math.sqrt((a01 + a02 + a12) / dot(line, apply3(total, line)))
      const distances = line.map((value) => value * scale)
      return polish(distances, sides, cosines) ? [distances] : []
    }),
  )
}

/** The two planes of a singular cone in the pencil, and another cone of the pencil; null where all such are imaginary. */
function planePair(first: Float64Array, second: Float64Array): { normals: Float64Array[]; cone: Float64Array } | null {
  const cofactorsOfFirst = cofactors3(first)
  const cofactorsOfSecond = cofactors3(second)
  let linear = 0
  let quadratic = 0
  for (let i = 0; i < 9; i++) {
    linear += cofactorsOfFirst[i]! * second[i]!
    quadratic += cofactorsOfSecond[i]! * first[i]!
  }
  const roots = new Float64Array(3)
  const count = realRoots(Float64Array.of(det3(first), linear, quadratic, det3(second)), 3, roots)
  let best: { values: Float64Array; vectors: Float64Array; gamma: number } | null = null
  let bestContrast = 0
  for (let i = 0; i < count; i++) {
    const gamma = roots[i]!
    const eigen = symmetricEigen(
      first.map((value, k) => value + gamma * second[k]!),
      3,
    )
    // Real planes need eigenvalues of both signs about the one that is zero; the more alike in size, the better posed.
    const contrast = Math.min(eigen.values[0]!, -eigen.values[2]!) / Math.max(eigen.values[0]!, -eigen.values[2]!)
    if (contrast > bestContrast) {
      best = { ...eigen, gamma }
      bestContrast = contrast
    }
  }
  if (best === null) return null
  const { values, vectors, gamma } = best
  const [p, q] = [Math.sqrt(values[0]!), Math.sqrt(-values[2]!)]
  const normals = [1, -1].map((sign) =>
    Float64Array.from({ length: 3 }, (_, i) => p * vectors[3 * i]! + sign * q * vectors[3 * i + 2]!),
  )
  // Whichever of the two is farther from the singular one.
  return { normals, cone: Math.abs(gamma) * frobenius3(second) < frobenius3(first) ? second : first }
}

/** The directions in the plane through the origin at which xᵀ C x = 0. */
function linesOnCone(normal: Float64Array, cone: Float64Array): Float64Array[] {
  const axis = unit(normal)
  if (axis === null) return []
  const p = perpendicularTo(axis)
  const q = cross(axis, p)
  const onP = apply3(cone, p)
  const a = dot(p, onP)
  const b = dot(q, onP)
  const c = dot(q, apply3(cone, q))
  const discriminant = b * b - a * c
  const scale = b * b + Math.abs(a * c)
  // A double root may fall on the wrong side of zero by rounding.
  if (!(scale > 0) || discriminant < -1e-10 * scale) return []
  const root = Math.sqrt(Math.max(0, discriminant))
  const sum = -(b + (b < 0 ? -root : root))
  return [p.map((value, i) => sum * value + a * q[i]!), p.map((value, i) => c * value + sum * q[i]!)]
}

/** Gauss-Newton steps on the three equations; false where a distance is not positive or they are not fulfilled. */
function polish(l: Float64Array, sides: readonly number[], cosines: readonly number[]): boolean {
  const system = new Float64Array(12)
  for (let round = 0; round < 4; round++) {
    let worst = 0
    system.fill(0)
    sidePairs.forEach(([i, j], k) => {
      const error = l[i]! ** 2 + l[j]! ** 2 - 2 * cosines[k]! * l[i]! * l[j]! - sides[k]!
      system[4 * k + i] = (2 * l[i]! - 2 * cosines[k]! * l[j]!) / sides[k]!
      system[4 * k + j] = (2 * l[j]! - 2 * cosines[k]! * l[i]!) / sides[k]!
      system[4 * k + 3] = error / sides[k]!
      worst = Math.max(worst, Math.abs(error / sides[k]!))
    })
    if (worst < 1e-15) break
    if (!eliminate(system, 3, 4)) break
    for (let i = 0; i < 3; i++) l[i]! -= system[4 * i + 3]!
  }
  return sidePairs.every(([i, j], k) => {
    const error = l[i]! ** 2 + l[j]! ** 2 - 2 * cosines[k]! * l[i]! * l[j]! - sides[k]!
    return l[i]! > 0 && l[j]! > 0 && Math.abs(error) < 1e-6 * sides[k]!
  })
}
