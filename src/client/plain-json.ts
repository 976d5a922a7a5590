/** What an application hands over, as JSON: an application records what it has, and must not lose a run to a date in it. */
import type { Json } from '#core/json.ts'

/**
 * Dates become UTC text, what is undefined is left out, and a number that is none becomes null: not known.
 *
 * @throws TypeError for what JSON cannot hold and nothing stands for: functions, symbols, values that hold themselves
 */
export function plainJson(value: unknown, holders: readonly object[] = []): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint')
    return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} cannot be recorded`)
  if (holders.includes(value)) throw new TypeError('a value that holds itself cannot be recorded')
  const inside = [...holders, value]
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : plainJson(item, inside)))
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>, (item) => plainJson(item))
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(entries.map(([key, item]) => [key, plainJson(item, inside)]))
}
