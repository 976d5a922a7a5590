/**
 * JSON without loss: parsing that keeps big integers, and the canonical form that identity is computed over.
 *
 * Canonical JSON is RFC 8785 (keys in UTF-16 order, ECMAScript numbers, no white space) with one extension: an integer
 * beyond 2^53 is a `bigint` in memory and keeps all its digits in text, where RFC 8785 would round it to a double.
 */
import { fault } from './faults.ts'

export type JsonPrimitive = string | number | bigint | boolean | null
export type Json = JsonPrimitive | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** Nesting beyond this is refused: no recorder needs it, and recursion over it would exhaust the stack. */
export const maxJsonDepth = 200

type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
const parseWithSource = JSON.parse as (text: string, reviver?: SourceReviver) => unknown

/** A run of 16 digits is where a double may start to round; anything shorter takes the fast path. */
const longDigits = /\d{16}/

function keepDigits(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context.source === undefined) return value
  return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value
}

/**
 * Parses JSON text; integers beyond 2^53 become `bigint`.
 *
 * @param where what the text is, for the message ("line 3 of sessions.ndjson")
 * @throws json.malformed with the parser's own position, json.depth for absurd nesting
 */
export function parseJson(text: string, where = 'the JSON text'): Json {
  try {
    return (longDigits.test(text) ? parseWithSource(text, keepDigits) : parseWithSource(text)) as Json
  } catch (cause) {
    if (cause instanceof RangeError) throw tooDeep(where)
    const found = cause instanceof Error ? cause.message : String(cause)
    throw fault('json.malformed', {
      expected: 'well-formed JSON (RFC 8259)',
      found,
      where,
      cause,
    })
  }
}

/**
 * The canonical text of a JSON value: equal values give equal text, whatever order their keys were written in.
 *
 * @throws json.number for NaN and infinities, json.key for `__proto__`, json.unicode for lone surrogates,
 *   json.depth beyond {@link maxJsonDepth}, json.type for values JSON cannot hold
 */
export function canonicalJson(value: unknown, where = 'the value'): string {
  return write(value, where, 0)
}

function write(value: unknown, where: string, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, where)
    case 'number':
      if (!Number.isFinite(value))
        throw fault('json.number', {
          expected: 'a finite number or null',
          found: String(value),
          where,
        })
      return value === 0 ? '0' : String(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'bigint':
      return value.toString()
    case 'object':
      if (value === null) return 'null'
      if (depth >= maxJsonDepth) throw tooDeep(where)
      return Array.isArray(value) ? writeArray(value, where, depth) : writeObject(value, where, depth)
    default:
      throw fault('json.type', {
        expected: 'string, number, boolean, null, array or object',
        found: typeof value,
        where,
      })
  }
}

function writeString(value: string, where: string): string {
  if (!value.isWellFormed()) {
    throw fault('json.unicode', {
      expected: 'well-formed Unicode',
      found: 'a lone surrogate',
      where,
    })
  }
  return JSON.stringify(value)
}

function writeArray(value: readonly unknown[], where: string, depth: number): string {
  let text = '['
  for (let i = 0; i < value.length; i++) {
    if (i > 0) text += ','
    text += write(value[i] === undefined ? null : value[i], where, depth + 1)
  }
  return `${text}]`
}

function writeObject(value: object, where: string, depth: number): string {
  const record = value as Record<string, unknown>
  // The default order of sort() is by UTF-16 code units, which is what RFC 8785 asks for.
  const keys = Object.keys(record).sort()
  let text = ''
  for (const key of keys) {
    const item = record[key]
    if (item === undefined) continue
    if (key === '__proto__')
      throw fault('json.key', {
        expected: 'ordinary property names',
        found: 'the key "__proto__"',
        where,
      })
    text += `${text === '' ? '{' : ','}${writeString(key, where)}:${write(item, where, depth + 1)}`
  }
  return text === '' ? '{}' : `${text}}`
}

function tooDeep(where: string) {
  return fault('json.depth', {
    expected: `at most ${maxJsonDepth} levels of nesting`,
    found: 'more',
    where,
  })
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
