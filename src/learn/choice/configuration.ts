/** Equal settings under one name, legal ones, and those on a grid. */
import type { Candidate, Configuration } from '#core/learnable.ts'
import { type Dimension, isLegal, nearestLegal, type SettingsSpace } from '#core/settings-space.ts'

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
