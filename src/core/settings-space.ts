/** Which settings are legal: ranges, steps, odd sizes, words. Whoever makes or changes a setting passes it through here. */
export type Dimension =
  | {
      readonly type: 'number'
      readonly min: number
      readonly max: number
      /** Of the grid on which it is searched; with `scale` "log" the factor from one value to the next. */
      readonly step: number
      readonly scale: 'linear' | 'log'
      /** Whole and odd: sides of windows that have a middle. */
      readonly odd: boolean
      readonly unit: string
    }
  | { readonly type: 'choice'; readonly choices: readonly string[] }

export type SettingsSpace = Readonly<Record<string, Dimension>>

/**
 * The legal value nearest to the one given; not on the grid, which is for searching only.
 *
 * @returns null for a word that is no choice, and for what is not a number
 */
export function nearestLegal(dimension: Dimension, value: unknown): number | string | null {
  if (dimension.type === 'choice') {
    return typeof value === 'string' && dimension.choices.includes(value) ? value : null
  }
  if (typeof value !== 'number' || Number.isNaN(value)) return null
  const { min, max, odd } = dimension
  const within = Math.min(max, Math.max(min, value))
  if (!odd) return within
  const nearest = 2 * Math.floor(within / 2) + 1
  return nearest > max ? nearest - 2 : nearest
}

export const isLegal = (dimension: Dimension, value: unknown): boolean =>
  value !== null && nearestLegal(dimension, value) === value
