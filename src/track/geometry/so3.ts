/**
 * Rotations in space as 3 x 3 matrices (row-major, orthonormal, determinant 1), rotation vectors (axis times angle in
 * radians) and unit quaternions [w, x, y, z].
 *
 * Formulas: Murray, Li and Sastry, A Mathematical Introduction to Robotic Manipulation, 1994, chapter 2; Solà, Deray and
 * Atchuthan, A micro Lie theory for state estimation in robotics, 2018.
 */
import { multiply3, multiplyTransposed3, transpose3 } from './linear.ts'
import { svd3 } from './svd.ts'

/** The rotation by |w| radians about w. Left-multiplied onto a rotation it is the update of an adjustment. */
export function expSo3(x: number, y: number, z: number, out = new Float64Array(9)): Float64Array {
  const angle2 = x * x + y * y + z * z
  const angle = Math.sqrt(angle2)
  // Below this angle the first two terms of the series are exact to the last bit, and the quotients are not.
  const small = angle < 1e-4
  const a = small ? 1 - angle2 / 6 : Math.sin(angle) / angle
  const b = small ? 0.5 - angle2 / 24 : 2 * (Math.sin(angle / 2) / angle) ** 2
  out[0] = 1 - b * (y * y + z * z)
  out[1] = b * x * y - a * z
  out[2] = b * x * z + a * y
  out[3] = b * x * y + a * z
  out[4] = 1 - b * (x * x + z * z)
  out[5] = b * y * z - a * x
  out[6] = b * x * z - a * y
  out[7] = b * y * z + a * x
  out[8] = 1 - b * (x * x + y * y)
  return out
}

/** The rotation vector, of length 0 to pi. Exact near 0 and near pi, where the matrix's trace and its skew part fail. */
export function logSo3(rotation: Float64Array, out = new Float64Array(3)): Float64Array {
  const [w, x, y, z] = quaternionOf(rotation)
  const sine = Math.sqrt(x! * x! + y! * y! + z! * z!)
  // 2 atan2(sine, w) / sine tends to 2 / w.
  const factor = sine < 1e-9 ? 2 / w! : (2 * Math.atan2(sine, w!)) / sine
  out[0] = factor * x!
  out[1] = factor * y!
  out[2] = factor * z!
  return out
}

/** The angle of a rotation, 0 to pi. */
export function angleOf(rotation: Float64Array): number {
  const [w, x, y, z] = quaternionOf(rotation)
  return 2 * Math.atan2(Math.hypot(x!, y!, z!), w!)
}

/** The angle between two rotations, 0 to pi. */
export const angleBetween = (a: Float64Array, b: Float64Array) => angleOf(multiplyTransposed3(a, b))

/** [w, x, y, z] of length 1 with w >= 0. Divides by the largest component (Shepperd 1978). */
export function quaternionOf(m: Float64Array): Float64Array {
  const [xx, yy, zz] = [m[0]!, m[4]!, m[8]!]
  const q = new Float64Array(4)
  const fourSquares = [1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz]
  const largest = fourSquares.indexOf(Math.max(...fourSquares))
  const skew = [m[7]! - m[5]!, m[2]! - m[6]!, m[3]! - m[1]!]
  const symmetric = [m[3]! + m[1]!, m[2]! + m[6]!, m[7]! + m[5]!]
  if (largest <= 0) q.set([fourSquares[0]!, skew[0]!, skew[1]!, skew[2]!])
  else if (largest === 1) q.set([skew[0]!, fourSquares[1]!, symmetric[0]!, symmetric[1]!])
  else if (largest === 2) q.set([skew[1]!, symmetric[0]!, fourSquares[2]!, symmetric[2]!])
  else q.set([skew[2]!, symmetric[1]!, symmetric[2]!, fourSquares[3]!])
  const scale = (q[0]! < 0 ? -1 : 1) / Math.hypot(...q)
  return q.map((value) => value * scale)
}

/** The rotation of a quaternion [w, x, y, z] of any length but 0. */
export function rotationOf(quaternion: Float64Array, out = new Float64Array(9)): Float64Array {
  const w = quaternion[0]!
  const x = quaternion[1]!
  const y = quaternion[2]!
  const z = quaternion[3]!
  const s = 2 / (w * w + x * x + y * y + z * z)
  out[0] = 1 - s * (y * y + z * z)
  out[1] = s * (x * y - w * z)
  out[2] = s * (x * z + w * y)
  out[3] = s * (x * y + w * z)
  out[4] = 1 - s * (x * x + z * z)
  out[5] = s * (y * z - w * x)
  out[6] = s * (x * z - w * y)
  out[7] = s * (y * z + w * x)
  out[8] = 1 - s * (x * x + y * y)
  return out
}

/** The rotation at `share` (0 to 1) of the shortest way from `a` to `b`, at constant angular speed. */
export function slerp(a: Float64Array, b: Float64Array, share: number): Float64Array {
  const step = logSo3(multiplyTransposed3(a, b))
  return multiply3(a, expSo3(step[0]! * share, step[1]! * share, step[2]! * share))
}

/** The rotation nearest to a matrix in the Frobenius norm (Kabsch 1976, Umeyama 1991). */
export function projectToSo3(m: Float64Array): Float64Array {
  const { u, v } = svd3(m)
  return multiply3(u, transpose3(v))
}
