/** How well the mean of a few values is known. */

export interface MeanInterval {
  readonly mean: number
  /** One standard deviation of the mean; null below two values. */
  readonly error: number | null
  /** 95 % interval by Student's t; null below {@link fewest} values. */
  readonly low: number | null
  readonly high: number | null
}

const fewest = 4

/** @returns null without values */
export function meanInterval(values: readonly number[]): MeanInterval | null {
  const n = values.length
  if (n === 0) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  if (n < 2) return { mean, error: null, low: null, high: null }
  const error = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1) / n)
  if (n < fewest) return { mean, error, low: null, high: null }
  const half = studentQuantile(n - 1) * error
  return { mean, error, low: mean - half, high: mean + half }
}

/**
 * The 97.5 % quantile of Student's t: Cornish and Fisher's expansion (Abramowitz and Stegun 26.7.5), within 1 % from three
 * degrees of freedom on.
 */
export function studentQuantile(freedom: number): number {
  const z = 1.959964
  return (
    z +
    (z ** 3 + z) / (4 * freedom) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  )
}
