/** Reading of kept models: a file may be of another version, cut off, or edited, and then says where and how. */

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly where: string; readonly expected: string; readonly found: string }

class Mismatch extends Error {
  readonly where: string
  readonly expected: string
  readonly found: string
  constructor(where: string, expected: string, found: string) {
    super(`${where}: expected ${expected}, found ${found}`)
    this.where = where
    this.expected = expected
    this.found = found
  }
}

/** Runs a reader made of the functions below; what does not fit becomes a result instead of an exception. */
export function reading<T>(read: () => T): Read<T> {
  try {
    return { ok: true, value: read() }
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error
    return { ok: false, where: error.where, expected: error.expected, found: error.found }
  }
}

export function refuse(where: string, expected: string, value: unknown): never {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value)
  throw new Mismatch(where, expected, text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

/** The value of a part that was read by itself; what is wrong with it is told as within the whole. */
export function partOf<T>(read: Read<T>, where: string): T {
  if (read.ok) return read.value
  throw new Mismatch(`${where}: ${read.where}`, read.expected, read.found)
}

export type Fields = Readonly<Record<string, unknown>>

export function anObject(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(where, 'an object', value)
  return value as Fields
}

export function aNumber(value: unknown, where: string, min = -Infinity, max = Infinity): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max) return value
  const range = min === -Infinity ? 'a finite number' : `a number from ${min}${max === Infinity ? '' : ` to ${max}`}`
  return refuse(where, range, value)
}

export function aText(value: unknown, where: string): string {
  return typeof value === 'string' && value !== '' ? value : refuse(where, 'a text', value)
}

export function aBoolean(value: unknown, where: string): boolean {
  return typeof value === 'boolean' ? value : refuse(where, 'true or false', value)
}

export function aSeed(value: unknown, where: string): number | string {
  return typeof value === 'string' ? value : aNumber(value, where)
}

export function oneOf<const Word extends string | number>(value: unknown, words: readonly Word[], where: string): Word {
  const found = words.find((word) => word === value)
  return found ?? refuse(where, words.map((word) => JSON.stringify(word)).join(' or '), value)
}

export function listOf<T>(value: unknown, where: string, read: (item: unknown, where: string) => T): T[] {
  if (!Array.isArray(value)) return refuse(where, 'a list', value)
  return (value as readonly unknown[]).map((item, index) => read(item, `${where}[${index}]`))
}

export function orNull<T>(value: unknown, where: string, read: (value: unknown, where: string) => T): T | null {
  return value === null ? null : read(value, where)
}

/** A range of two rising numbers. */
export function aRange(value: unknown, where: string): readonly [number, number] {
  const [low, high, ...more] = listOf(value, where, (item, at) => aNumber(item, at))
  if (low === undefined || high === undefined || more.length > 0 || low > high) {
    return refuse(where, 'two rising numbers', value)
  }
  return [low, high]
}
