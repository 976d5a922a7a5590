/** Rows that the camera's models are trained on: plain values, made of sessions and edits. */

export interface Example {
  /** In the order of the names of its kind; null: not known. */
  readonly values: readonly (number | null)[]
  readonly target: number
  /** Rows of one clip are never parted between training and test. */
  readonly clip: string
}

/** The mean of what is known; null where nothing is. */
export function meanKnown(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value): value is number => typeof value === 'number')
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

/** null where the whole is nothing, or either is not known. */
export const shareOf = (part: number | null | undefined, whole: number | null | undefined): number | null =>
  typeof part === 'number' && typeof whole === 'number' && whole > 0 ? part / whole : null
