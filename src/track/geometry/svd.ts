/**
 * Singular values and null spaces of small matrices, row-major, in double precision.
 *
 * One-sided Jacobi rotations (Hestenes 1958; Demmel and Veselić 1992) keep even the small singular vectors accurate, which
 * eigenvectors of AᵀA do not: squaring the matrix would leave half the digits of a noise-free fit.
 */
import { cross, det3, dot } from './linear.ts'

const maxSweeps = 60

export interface Svd3 {
  /** Left singular vectors as columns; a rotation. */
  readonly u: Float64Array
  /** s[0] >= s[1] >= |s[2]|; the last has the sign of the determinant, so that u and v can be rotations. */
  readonly s: Float64Array
  /** Right singular vectors as columns; a rotation. */
  readonly v: Float64Array
}

/** m = u diag(s) vᵀ of a 3 x 3 matrix. */
export function svd3(m: Float64Array): Svd3 {
  // Squares of very small or large entries would be lost.
  const scale = m.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1
  const work = m.map((value) => value / scale)
  const v = new Float64Array(9)
  const sign = Math.sign(det3(work))
  const sizes = orthogonalise(work, 3, 3, v)
  const u = new Float64Array(9)
  const first = column(work, 0)
  scaleTo(first, sizes[0]!)
  if (sizes[0] === 0) first.set([1, 0, 0])
  let second: Float64Array = column(work, 1)
  // A matrix of rank 1 leaves the second direction open.
  if (sizes[1]! > 1e-15 * sizes[0]!) scaleTo(second, sizes[1]!)
  else second = perpendicularTo(first)
  const third = cross(first, second)
  if (det3(v) < 0) for (let i = 2; i < 9; i += 3) v[i] = -v[i]!
  for (let i = 0; i < 3; i++) {
    u[3 * i] = first[i]!
    u[3 * i + 1] = second[i]!
    u[3 * i + 2] = third[i]!
  }
  return { u, s: Float64Array.of(scale * sizes[0]!, scale * sizes[1]!, scale * sign * sizes[2]!), v }
}

const column = (m: Float64Array, j: number) => Float64Array.of(m[j]!, m[3 + j]!, m[6 + j]!)

function scaleTo(v: Float64Array, length: number): void {
  for (let i = 0; i < 3; i++) v[i] = v[i]! / length
}

/** Some unit vector at a right angle to a unit vector. */
export function perpendicularTo(v: Float64Array): Float64Array {
  const axis = new Float64Array(3)
  // The axis farthest from v.
  axis[Math.abs(v[0]!) < 0.6 ? 0 : 1] = 1
  const out = cross(v, axis)
  scaleTo(out, Math.sqrt(dot(out, out)))
  return out
}

/**
 * Rotates the columns of `a` (rows x n) until they are at right angles, sorted by length: `a` becomes U diag(s) and `v`
 * (n x n) the product of the rotations, so that a_before = U diag(s) Vᵀ.
 *
 * @returns the singular values, descending.
 */
export function orthogonalise(a: Float64Array, rows: number, n: number, v: Float64Array): Float64Array {
  v.fill(0)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  for (let sweep = 0, turned = true; turned && sweep < maxSweeps; sweep++) {
    turned = false
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) turned = rotatePair(a, rows, n, v, p, q) || turned
    }
  }
  const sizes = new Float64Array(n)
  for (let j = 0; j < n; j++) {
    let sum = 0
    for (let i = 0; i < rows; i++) sum += a[i * n + j]! ** 2
    sizes[j] = Math.sqrt(sum)
  }
  return sizes
}

/** Makes columns p and q orthogonal and the longer of them the first; false when they were so already. */
function rotatePair(a: Float64Array, rows: number, n: number, v: Float64Array, p: number, q: number): boolean {
  let pp = 0
  let qq = 0
  let pq = 0
  for (let at = p, to = q; at < rows * n; at += n, to += n) {
    pp += a[at]! * a[at]!
    qq += a[to]! * a[to]!
    pq += a[at]! * a[to]!
  }
  const straight = Math.abs(pq) <= 1e-16 * Math.sqrt(pp * qq)
  if (straight && pp >= qq) return false
  let cosine = 0
  let sine = 1
  if (!straight) {
    const zeta = (qq - pp) / (2 * pq)
    const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta))
    cosine = 1 / Math.sqrt(1 + t * t)
    sine = cosine * t
    // A quarter turn more puts the longer column first.
    if (pp - t * pq < qq + t * pq) [cosine, sine] = [-sine, cosine]
  }
  turn(a, rows, n, p, q, cosine, sine)
  turn(v, n, n, p, q, cosine, sine)
  return !straight
}

function turn(m: Float64Array, rows: number, n: number, p: number, q: number, cosine: number, sine: number): void {
  for (let at = p, to = q; at < rows * n; at += n, to += n) {
    const x = m[at]!
    const y = m[to]!
    m[at] = cosine * x - sine * y
    m[to] = sine * x + cosine * y
  }
}

export interface LeastVector {
  /** Unit x that makes |A x| smallest. */
  readonly vector: Float64Array
  /** Singular values of A, descending: the last is |A x|, and the one before it says how well x is determined. */
  readonly sizes: Float64Array
}

/** The unit vector that A (rows x n, rows >= n - 1) maps nearest to zero. `a` is overwritten. */
export function leastVector(a: Float64Array, rows: number, n: number): LeastVector {
  const square = new Float64Array(n * n)
  if (rows > n) triangulariseRows(a, rows, n)
  const kept = Math.min(rows, n)
  square.set(a.subarray(0, kept * n))
  if (rows > n) for (let i = 1; i < n; i++) square.fill(0, i * n, i * n + i)
  const v = new Float64Array(n * n)
  const sizes = orthogonalise(square, n, n, v)
  return { vector: Float64Array.from({ length: n }, (_, i) => v[i * n + n - 1]!), sizes }
}

/** Householder QR: the upper triangle of `a` becomes R. What lies below it is spoilt. */
function triangulariseRows(a: Float64Array, rows: number, n: number): void {
  for (let j = 0; j < n; j++) {
    let square = 0
    for (let i = j; i < rows; i++) square += a[i * n + j]! ** 2
    if (square === 0) continue
    const head = a[j * n + j]!
    const alpha = head > 0 ? -Math.sqrt(square) : Math.sqrt(square)
    const pivot = head - alpha
    a[j * n + j] = pivot
    const beta = -alpha * pivot // half the square of the reflector's length
    for (let k = j + 1; k < n; k++) {
      let sum = 0
      for (let i = j; i < rows; i++) sum += a[i * n + j]! * a[i * n + k]!
      const factor = sum / beta
      for (let i = j; i < rows; i++) a[i * n + k]! -= factor * a[i * n + j]!
    }
    a[j * n + j] = alpha
  }
}

/**
 * An orthonormal basis of the null space of A (rows x n, rows < n), as n - rows rows of length n in `out`.
 * Householder QR of Aᵀ; `a` is overwritten.
 *
 * @returns false when the rows of A are dependent to working precision, so that the null space is larger.
 */
export function nullSpace(a: Float64Array, rows: number, n: number, out: Float64Array): boolean {
  const betas = new Float64Array(rows)
  let largest = 0
  for (let j = 0; j < rows; j++) {
    const row = j * n
    let square = 0
    for (let i = j; i < n; i++) square += a[row + i]! ** 2
    const size = Math.sqrt(square)
    largest = Math.max(largest, size)
    if (!(size > 1e-13 * largest)) return false
    const alpha = a[row + j]! > 0 ? -size : size
    a[row + j]! -= alpha
    betas[j] = -alpha * a[row + j]!
    for (let k = j + 1; k < rows; k++) reflect(a, row, a, k * n, j, n, betas[j]!)
  }
  out.fill(0)
  for (let k = rows; k < n; k++) {
    const row = (k - rows) * n
    out[row + k] = 1
    for (let j = rows - 1; j >= 0; j--) reflect(a, j * n, out, row, j, n, betas[j]!)
  }
  return true
}

/** Reflects the row of `m` at `row` in the plane whose normal is the row of `a` at `normal`, from element j on. */
function reflect(a: Float64Array, normal: number, m: Float64Array, row: number, j: number, n: number, beta: number) {
  let sum = 0
  for (let i = j; i < n; i++) sum += a[normal + i]! * m[row + i]!
  const factor = sum / beta
  for (let i = j; i < n; i++) m[row + i]! -= factor * a[normal + i]!
}
