/**
 * Solves A x = b for a symmetric positive definite A by Cholesky's decomposition. Only the lower half of `matrix` (row-major,
 * n x n) is read; it and `right` are overwritten, and `right` is then x.
 *
 * @returns false when A is not positive definite
 */
export function solveSpd(matrix: Float64Array, right: Float64Array): boolean {
  const n = right.length
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = matrix[i * n + j]!
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!
      if (i === j && !(sum > 0)) return false
      matrix[i * n + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * n + j]!
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) right[i]! -= matrix[i * n + k]! * right[k]!
    right[i]! /= matrix[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) right[i]! -= matrix[k * n + i]! * right[k]!
    right[i]! /= matrix[i * n + i]!
  }
  return true
}
