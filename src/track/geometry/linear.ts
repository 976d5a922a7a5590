/**
 * Vectors of 3 and matrices of 3 x 3, row-major, in double precision. Every function that gives an array takes one to
 * write to as its last argument, so that inner loops allocate nothing; it may be one of the inputs only where that is said.
 */

export const dot = (a: Float64Array, b: Float64Array) => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!

export const norm = (a: Float64Array) => Math.sqrt(dot(a, a))

/** `out` may be an input. */
export function cross(a: Float64Array, b: Float64Array, out = new Float64Array(3)): Float64Array {
  const x = a[1]! * b[2]! - a[2]! * b[1]!
  const y = a[2]! * b[0]! - a[0]! * b[2]!
  out[2] = a[0]! * b[1]! - a[1]! * b[0]!
  out[0] = x
  out[1] = y
  return out
}

/** The vector of length 1 in the same direction; null of the zero vector and of what is not finite. `out` may be `a`. */
export function unit(a: Float64Array, out = new Float64Array(3)): Float64Array | null {
  const length = norm(a)
  if (!(length > 0 && length < Infinity)) return null
  for (let i = 0; i < 3; i++) out[i] = a[i]! / length
  return out
}

/** The matrix of the cross product: skew(t) v = t x v. */
export const skew = (t: Float64Array) => Float64Array.of(0, -t[2]!, t[1]!, t[2]!, 0, -t[0]!, -t[1]!, t[0]!, 0)

/** a b; `out` must be neither. */
export function multiply3(a: Float64Array, b: Float64Array, out = new Float64Array(9)): Float64Array {
  for (let i = 0; i < 9; i += 3) {
    const x = a[i]!
    const y = a[i + 1]!
    const z = a[i + 2]!
    out[i] = x * b[0]! + y * b[3]! + z * b[6]!
    out[i + 1] = x * b[1]! + y * b[4]! + z * b[7]!
    out[i + 2] = x * b[2]! + y * b[5]! + z * b[8]!
  }
  return out
}

/** aᵀ b; `out` must be neither. */
export function multiplyTransposed3(a: Float64Array, b: Float64Array, out = new Float64Array(9)): Float64Array {
  for (let i = 0; i < 3; i++) {
    const x = a[i]!
    const y = a[i + 3]!
    const z = a[i + 6]!
    out[3 * i] = x * b[0]! + y * b[3]! + z * b[6]!
    out[3 * i + 1] = x * b[1]! + y * b[4]! + z * b[7]!
    out[3 * i + 2] = x * b[2]! + y * b[5]! + z * b[8]!
  }
  return out
}

export const transpose3 = (a: Float64Array) =>
  Float64Array.of(a[0]!, a[3]!, a[6]!, a[1]!, a[4]!, a[7]!, a[2]!, a[5]!, a[8]!)

/** m v; `out` may be `v`. */
export function apply3(m: Float64Array, v: Float64Array, out = new Float64Array(3)): Float64Array {
  const x = v[0]!
  const y = v[1]!
  const z = v[2]!
  out[0] = m[0]! * x + m[1]! * y + m[2]! * z
  out[1] = m[3]! * x + m[4]! * y + m[5]! * z
  out[2] = m[6]! * x + m[7]! * y + m[8]! * z
  return out
}

/** mᵀ v; `out` may be `v`. */
export function applyTransposed3(m: Float64Array, v: Float64Array, out = new Float64Array(3)): Float64Array {
  const x = v[0]!
  const y = v[1]!
  const z = v[2]!
  out[0] = m[0]! * x + m[3]! * y + m[6]! * z
  out[1] = m[1]! * x + m[4]! * y + m[7]! * z
  out[2] = m[2]! * x + m[5]! * y + m[8]! * z
  return out
}

/** The matrix of cofactors: its transpose is det(m) times the inverse of m. */
export function cofactors3(m: Float64Array, out = new Float64Array(9)): Float64Array {
  out[0] = m[4]! * m[8]! - m[5]! * m[7]!
  out[1] = m[5]! * m[6]! - m[3]! * m[8]!
  out[2] = m[3]! * m[7]! - m[4]! * m[6]!
  out[3] = m[2]! * m[7]! - m[1]! * m[8]!
  out[4] = m[0]! * m[8]! - m[2]! * m[6]!
  out[5] = m[1]! * m[6]! - m[0]! * m[7]!
  out[6] = m[1]! * m[5]! - m[2]! * m[4]!
  out[7] = m[2]! * m[3]! - m[0]! * m[5]!
  out[8] = m[0]! * m[4]! - m[1]! * m[3]!
  return out
}

export const det3 = (m: Float64Array) =>
  m[0]! * (m[4]! * m[8]! - m[5]! * m[7]!) -
  m[1]! * (m[3]! * m[8]! - m[5]! * m[6]!) +
  m[2]! * (m[3]! * m[7]! - m[4]! * m[6]!)

export function frobenius3(m: Float64Array): number {
  let sum = 0
  for (let i = 0; i < 9; i++) sum += m[i]! * m[i]!
  return Math.sqrt(sum)
}
