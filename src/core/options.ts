/** Options of a format or layout, described once: the table drives the command line, the API and the studio's forms alike. */
import { brief, fault } from './faults.ts'
import type { JsonObject } from './json.ts'

export type Option =
  | {
      readonly type: 'boolean'
      readonly about: string
      readonly default: boolean
    }
  | {
      readonly type: 'choice'
      readonly about: string
      readonly choices: readonly string[]
      readonly default: string
    }
  | {
      readonly type: 'text'
      readonly about: string
      readonly default: string | null
    }
  | {
      readonly type: 'number'
      readonly about: string
      readonly unit: string
      readonly min: number
      readonly max: number
      readonly integer: boolean
      readonly default: number
    }

export type OptionTable = Readonly<Record<string, Option>>

type OptionValue<O extends Option> = O extends { type: 'boolean' }
  ? boolean
  : O extends { type: 'number' }
    ? number
    : O extends { type: 'choice' }
      ? string
      : string | null

export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: OptionValue<T[K]>
}

/**
 * Applies defaults and checks every value; text from a command line ("0.5", "true") is read as the option's type.
 *
 * @throws format.option naming option, constraint and value
 */
export function checkOptions<T extends OptionTable>(table: T, given: JsonObject): OptionValues<T> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(table, name)) {
      const known = Object.keys(table).join(', ') || 'none'
      throw fault('format.option', {
        expected: `one of the options ${known}`,
        found: `"${name}"`,
      })
    }
  }
  const entries = Object.entries(table).map(([name, option]) => {
    const value = given[name]
    return [name, value === undefined ? option.default : readOption(name, option, value)]
  })
  return Object.fromEntries(entries) as OptionValues<T>
}

function readOption(name: string, option: Option, value: unknown): boolean | number | string | null {
  const refuse = (expected: string) =>
    fault('format.option', {
      expected,
      found: brief(value),
      where: `option "${name}"`,
    })
  switch (option.type) {
    case 'boolean':
      if (value === true || value === 'true') return true
      if (value === false || value === 'false') return false
      throw refuse('true or false')
    case 'choice':
      if (typeof value === 'string' && option.choices.includes(value)) return value
      throw refuse(`one of ${option.choices.join(', ')}`)
    case 'text':
      if (typeof value === 'string' || value === null) return value
      throw refuse('text')
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      const fits =
        typeof number === 'number' &&
        number >= option.min &&
        number <= option.max &&
        (!option.integer || Number.isInteger(number))
      if (fits) return number
      throw refuse(`${option.integer ? 'an integer' : 'a number'} from ${option.min} to ${option.max} ${option.unit}`)
    }
  }
}
