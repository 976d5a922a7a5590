/** Small dense systems of equations, solved in place: row-major, double precision, no allocation. */

/**
 * Solves A x = b for a symmetric positive definite A (n x n, of which only the lower triangle is read) by Cholesky
 * factorisation. Then the lower triangle of `a` holds the factor and `b` the solution.
 *
 * @returns false when A is not positive definite to working precision; `a` and `b` are then spoilt.
 */
export function solveCholesky(a: Float64Array, b: Float64Array, n: number): boolean {
  if (!factorCholesky(a, n)) return false
  substituteCholesky(a, b, n)
  return true
}

/** A = L Lᵀ; L takes the place of the lower triangle. False when A is not positive definite to working precision. */
export function factorCholesky(a: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) {
    const diagonal = a[j * n + j]!
    let pivot = diagonal
    for (let k = 0; k < j; k++) pivot -= a[j * n + k]! ** 2
    // What is left of the diagonal after cancellation is noise below this share.
    if (!(pivot > 1e-15 * diagonal && pivot < Infinity)) return false
    const root = Math.sqrt(pivot)
    a[j * n + j] = root
    for (let i = j + 1; i < n; i++) {
      let sum = a[i * n + j]!
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!
      a[i * n + j] = sum / root
    }
  }
  return true
}

/** Solves L Lᵀ x = b with the factor of `factorCholesky`; `b` becomes the solution. */
export function substituteCholesky(factor: Float64Array, b: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!
    for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * b[k]!
    b[i] = sum / factor[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!
    for (let k = i + 1; k < n; k++) sum -= factor[k * n + i]! * b[k]!
    b[i] = sum / factor[i * n + i]!
  }
}

/**
 * Gauss-Jordan elimination with partial pivoting of a matrix of `rows` x `columns` (columns >= rows): the left square
 * becomes the identity, the right part its inverse times what stood there.
 *
 * @returns false when the left square is singular to working precision; `a` is then spoilt.
 */
export function eliminate(a: Float64Array, rows: number, columns: number): boolean {
  for (let j = 0; j < rows; j++) {
    let best = j
    for (let i = j + 1; i < rows; i++) {
      if (Math.abs(a[i * columns + j]!) > Math.abs(a[best * columns + j]!)) best = i
    }
    const pivot = a[best * columns + j]!
    if (!(Math.abs(pivot) > 1e-14)) return false
    for (let k = j; k < columns; k++) {
      const value = a[best * columns + k]! / pivot
      a[best * columns + k] = a[j * columns + k]!
      a[j * columns + k] = value
    }
    for (let i = 0; i < rows; i++) {
      const factor = a[i * columns + j]!
      if (i === j || factor === 0) continue
      for (let k = j; k < columns; k++) a[i * columns + k]! -= factor * a[j * columns + k]!
    }
  }
  return true
}
