/**
 * Rotations in time as programs store them: quaternions, or three turns about axes. Neither jumps between the several
 * ways to write the same rotation, so that what lies between two keys is right too.
 */
import { quaternionOf } from '../geometry/so3.ts'

/** Quaternions [w, x, y, z] of rotations (3 x 3, row-major), each the nearer one of two to the one before. */
export function quaternionCurve(rotations: readonly Float64Array[]): readonly Float64Array[] {
  let before: Float64Array = new Float64Array(4)
  return rotations.map((rotation) => {
    const quaternion = quaternionOf(rotation)
    const share = quaternion.reduce((sum, value, i) => sum + value * before[i]!, 0)
    before = share < 0 ? quaternion.map((value) => -value) : quaternion
    return before
  })
}

export type AxisOrder = readonly [i: 0 | 1 | 2, j: 0 | 1 | 2, k: 0 | 1 | 2]

/**
 * Angles in degrees of rotations (3 x 3, row-major), each entry by axis: [about x, about y, about z]. For an order of axes
 * (i, j, k) the rotation is R_i(a) R_j(b) R_k(c): as turns about fixed axes k comes first, about axes that turn along i.
 */
export function eulerCurve(rotations: readonly Float64Array[], order: AxisOrder): readonly Float64Array[] {
  let before: Float64Array | null = null
  return rotations.map((rotation) => {
    before = nearestTriple(anglesOf(rotation, order, before), before)
    const degrees = new Float64Array(3)
    order.forEach((axis, at) => (degrees[axis] = (before![at]! * 180) / Math.PI))
    return degrees
  })
}

/** Radians, in the order of the axes, the middle one within a quarter turn. */
function anglesOf(r: Float64Array, [i, j, k]: AxisOrder, before: Float64Array | null): Float64Array {
  const sign = (j - i + 3) % 3 === 1 ? 1 : -1
  const at = (row: number, column: number) => r[3 * row + column]!
  const b = Math.asin(Math.max(-1, Math.min(1, sign * at(i, k))))
  if (Math.hypot(at(i, i), at(i, j)) > 1e-9) {
    return Float64Array.of(Math.atan2(-sign * at(j, k), at(k, k)), b, Math.atan2(-sign * at(i, j), at(i, i)))
  }
  // Only the sum or difference of the outer turns is known here: the last one stays as it was.
  const c = before?.[2] ?? 0
  const turned = Math.atan2(sign * at(k, j), at(j, j))
  return Float64Array.of(turned - (sign * b > 0 ? c : -c), b, c)
}

function nearestTriple(angles: Float64Array, before: Float64Array | null): Float64Array {
  const [a = 0, b = 0, c = 0] = angles
  if (before === null) return angles
  const triples = [angles, Float64Array.of(a + Math.PI, Math.PI - b, c + Math.PI)].map((triple) =>
    triple.map((angle, at) => angle - 2 * Math.PI * Math.round((angle - before[at]!) / (2 * Math.PI))),
  )
  const [first, other] = triples.map((triple) => triple.reduce((sum, angle, at) => sum + (angle - before[at]!) ** 2, 0))
  return first! <= other! ? triples[0]! : triples[1]!
}
