/**
 * Names for settings by how they differ from a default: "guidance=10 steps=20". Values are named by the nearest of a few, so
 * that like settings of many sessions are known by one name; what is kept beside a name is what was really used.
 */
import type { JsonObject } from './json.ts'
import { type Candidate, type Configuration, defaultKey, type Learnable } from './learnable.ts'
import type { SettingsSpace } from './settings-space.ts'
import { isLegal } from './settings-space.ts'

/** Values that names are made of, by setting, in the order in which names have them. */
export type NamedValues = Readonly<Record<string, readonly (number | string)[]>>

/** Of settings that differ from the default by less than any name says. */
export const nearDefaultKey = 'near the default'

/** @param used may leave settings out: those say nothing */
export function nameOfSettings(used: Configuration, base: Configuration, values: NamedValues): string {
  if (Object.entries(used).every(([name, value]) => base[name] === value)) return defaultKey
  const parts = Object.entries(values).flatMap(([name, known]) => {
    const [value, usual] = [used[name], base[name]]
    if (value === undefined || usual === undefined) return []
    const nearest = nearestOf(known, value)
    return nearest === nearestOf(known, usual) ? [] : [`${name}=${nearest}`]
  })
  return parts.join(' ') || nearDefaultKey
}

/** @returns null for what is no such name, or the default's */
export function settingsOfName(key: string, base: Configuration, values: NamedValues): Configuration | null {
  const settings: Record<string, number | string> = { ...base }
  for (const part of key.split(' ')) {
    const at = part.indexOf('=')
    const name = part.slice(0, Math.max(0, at))
    const value = Object.hasOwn(values, name) ? values[name]?.find((one) => `${one}` === part.slice(at + 1)) : undefined
    if (value === undefined) return null
    settings[name] = value
  }
  return nameOfSettings(settings, base, values) === key ? settings : null
}

/** @param changes each a way to differ from the base */
export const candidatesOf = (
  base: Configuration,
  changes: readonly Configuration[],
  values: NamedValues,
): readonly Candidate[] =>
  changes.map((change) => {
    const settings = { ...base, ...change }
    return { key: nameOfSettings(settings, base, values), settings }
  })

/** What a domain gives whose settings are the same in every situation. */
export interface NamedSettings {
  readonly about: string
  readonly space: SettingsSpace
  readonly base: Configuration
  /** Each a way to differ from the base. */
  readonly changes: readonly Configuration[]
  readonly values: NamedValues
  levels(context: JsonObject): readonly string[]
}

/** Over contexts as they are recorded. None of them is replayed: the same input asks for other settings another time. */
export const learnableOfNames = ({
  about,
  space,
  base,
  changes,
  values,
  levels,
}: NamedSettings): Learnable<JsonObject, Configuration> => ({
  name: 'learned',
  about,
  levels,
  clip: () => null,
  space: () => space,
  base: () => base,
  candidates: () => candidatesOf(base, changes, values),
  named(key) {
    const settings = settingsOfName(key, base, values)
    return settings === null ? null : { key, settings }
  },
  settings: (configuration) => ({ ...base, ...configuration }),
})

/**
 * Those of a record's settings that are learned.
 *
 * @returns null where it has none of them, `'illegal'` where one is outside of what may be chosen
 */
export function settingsIn(
  recorded: Readonly<Record<string, unknown>>,
  space: SettingsSpace,
): Configuration | null | 'illegal' {
  const found = Object.entries(space).flatMap(([name, dimension]) => {
    const value = recorded[name]
    return value === undefined || value === null ? [] : [{ name, value, legal: isLegal(dimension, value) }]
  })
  if (found.length === 0) return null
  if (found.some(({ legal }) => !legal)) return 'illegal'
  return Object.fromEntries(found.map(({ name, value }) => [name, value as number | string]))
}

function nearestOf(values: readonly (number | string)[], value: number | string): number | string {
  if (typeof value === 'string') return value
  const numbers = values.filter((one): one is number => typeof one === 'number')
  return numbers.reduce(
    (best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best),
    numbers[0] ?? value,
  )
}
