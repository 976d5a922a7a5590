/** Settings as the learner sees them: named numbers and words within a settings space, with one name for equal ones. */
import { type Dimension, isLegal, nearestLegal, type SettingsSpace } from '#core/settings-space.ts'

export type Configuration = Readonly<Record<string, number | string>>

/** Something that may be chosen, under the name by which evidence is kept. */
export interface Candidate {
  /**
   * The same wherever the setting means the same: evidence of one clip counts for another by it. A domain whose settings
   * grow with the picture names them by what they are at one size.
   */
  readonly key: string
  readonly settings: Configuration
}

/** The name of what is used when nothing is learned, whatever its values are in a situation. */
export const defaultKey = 'default'

/** One text for equal settings, in whatever order their names were written. */
export function configurationKey(settings: Configuration): string {
  const names = Object.keys(settings).toSorted()
  return names.map((name) => `${name}=${settings[name] ?? ''}`).join(' ')
}

/**
 * The legal settings nearest to those given.
 *
 * @returns null where a word is no choice, a number is none, or the space has no such dimension
 */
export function legalConfiguration(space: SettingsSpace, settings: Configuration): Configuration | null {
  const legal: Record<string, number | string> = {}
  for (const [name, value] of Object.entries(settings)) {
    const dimension = Object.hasOwn(space, name) ? space[name] : undefined
    const nearest = dimension === undefined ? null : nearestLegal(dimension, value)
    if (nearest === null) return null
    legal[name] = nearest
  }
  return legal
}

/** The values on which a dimension is searched, from its least to its most. */
export function gridValues(dimension: Dimension): readonly (number | string)[] {
  if (dimension.type === 'choice') return dimension.choices
  const { min, max, step, scale } = dimension
  const span = scale === 'log' ? Math.log(max / min) / Math.log(step) : (max - min) / step
  // A hair more, because 0.4 / 0.05 is a little less than 8.
  const values = Array.from({ length: Math.floor(span + 1e-9) + 1 }, (_, i) => {
    const value = scale === 'log' ? min * step ** i : min + i * step
    return nearestLegal(dimension, Number(value.toPrecision(12)))
  })
  return [...new Set(values.filter((value) => value !== null && isLegal(dimension, value)))] as (number | string)[]
}

/**
 * All settings on the grid of some dimensions, what is left open as in the base.
 *
 * @param most of them; null when the grid has more, for then a list must be chosen by hand
 */
export function gridCandidates(
  space: SettingsSpace,
  dimensions: readonly string[],
  base: Configuration,
  most = 2000,
): readonly Candidate[] | null {
  let all: Configuration[] = [base]
  for (const name of dimensions) {
    const dimension = space[name]
    if (dimension === undefined) continue
    const values = gridValues(dimension)
    if (all.length * values.length > most) return null
    all = all.flatMap((settings) => values.map((value) => ({ ...settings, [name]: value })))
  }
  return all.map((settings) => ({ key: configurationKey(settings), settings }))
}
