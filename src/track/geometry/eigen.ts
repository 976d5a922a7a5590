/** Eigenvalues of small symmetric matrices by cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, 8.5). */

export interface SymmetricEigen {
  /** Descending. */
  readonly values: Float64Array
  /** Column j belongs to value j; orthonormal. Row-major n x n. */
  readonly vectors: Float64Array
}

const maxSweeps = 50

/** Eigenvalues and eigenvectors of a symmetric matrix (n x n, row-major). */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  const a = matrix.slice()
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  for (let sweep = 0; sweep < maxSweeps && offDiagonal(a, n) > 1e-17 * diagonal(a, n); sweep++) {
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) annihilate(a, v, n, p, q)
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j]! - a[i * n + i]!)
  return {
    values: Float64Array.from(order, (i) => a[i * n + i]!),
    vectors: Float64Array.from({ length: n * n }, (_, at) => v[Math.floor(at / n) * n + order[at % n]!]!),
  }
}

function offDiagonal(a: Float64Array, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) sum += Math.abs(a[i * n + j]!)
  return sum
}

function diagonal(a: Float64Array, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) sum += Math.abs(a[i * n + i]!)
  return sum
}

function annihilate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!
  if (apq === 0) return
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let k = 0; k < n; k++) {
    const x = a[k * n + p]!
    const y = a[k * n + q]!
    a[k * n + p] = c * x - s * y
    a[k * n + q] = s * x + c * y
    const vx = v[k * n + p]!
    const vy = v[k * n + q]!
    v[k * n + p] = c * vx - s * vy
    v[k * n + q] = s * vx + c * vy
  }
  for (let k = 0; k < n; k++) {
    const x = a[p * n + k]!
    const y = a[q * n + k]!
    a[p * n + k] = c * x - s * y
    a[q * n + k] = s * x + c * y
  }
}
