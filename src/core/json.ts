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

type SourceReviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown
const parseWithSource = JSON.parse as (text: string, reviver?: SourceReviver) => unknown

/** A run of 16 digits is where an integer may start to round; shorter ones, and those of a fraction, take the fast path. */
const longDigits = /(?:^|[^\d.])\d{16}/

/** Where an engine does not give the source text (Node before 21), a number stays the double it was read as. */
function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context?.source === undefined) return value
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
    throw fault('json.malformed', { expected: 'well-formed JSON (RFC 8259)', found, where, cause })
  }
}

/**
 * The canonical text of a JSON value: equal values give equal text, whatever order their keys were written in.
 *
 * Works in two steps: {@link orderValue} checks the value and puts the keys in order, then the engine's own
 * `JSON.stringify`, which already writes numbers and strings as RFC 8785 asks, makes the text. That is twice as fast as
 * joining it piece by piece, and the text comes out flat, which hashing needs.
 *
 * @throws json.number for NaN and infinities, json.key for `__proto__`, json.unicode for lone surrogates,
 *   json.depth beyond {@link maxJsonDepth}, json.type for values JSON cannot hold (a Date, a Map, undefined)
 */
export function canonicalJson(value: unknown, where = 'the value'): string {
  const state: Ordering = { where, needsText: false, last: [] }
  const ordered = orderValue(value, 0, state)
  return state.needsText ? writeInOrder(ordered) : JSON.stringify(ordered)
}

interface Ordering {
  readonly where: string
  /** Set by what `JSON.stringify` cannot write: a bigint, or keys like "10", which JavaScript always lists by number. */
  needsText: boolean
  /** The order found last at each depth: the objects of a list mostly have the same keys, and need no second sort. */
  readonly last: KeyOrder[]
}

interface KeyOrder {
  /** The keys as they were met. */
  readonly met: readonly string[]
  readonly sorted: readonly string[]
  readonly same: boolean
}

/** Gives a value whose keys are in canonical order: the very same one where they are already, else a copy. */
function orderValue(value: unknown, depth: number, state: Ordering): unknown {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw loneSurrogate(state.where)
      return value
    case 'number':
      if (!Number.isFinite(value)) throw notFinite(value, state.where)
      return value
    case 'boolean':
      return value
    case 'bigint':
      state.needsText = true
      return value
    case 'object':
      if (value === null) return null
      if (depth >= maxJsonDepth) throw tooDeep(state.where)
      return Array.isArray(value) ? orderList(value, depth, state) : orderObject(value, depth, state)
    default:
      throw notJson(typeof value, state.where)
  }
}

function orderList(list: readonly unknown[], depth: number, state: Ordering): readonly unknown[] {
  let copy: unknown[] | null = null
  for (let i = 0; i < list.length; i++) {
    const item = list[i]
    if (item === undefined) continue // written as null
    const ordered = orderValue(item, depth + 1, state)
    if (ordered !== item) {
      copy ??= [...list]
      copy[i] = ordered
    }
  }
  return copy ?? list
}

function orderObject(value: object, depth: number, state: Ordering): object {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw notJson(nameOf(value), state.where)
  const record = value as Readonly<Record<string, unknown>>
  const { sorted, same } = keyOrder(Object.keys(record), depth, state)
  let copy: Record<string, unknown> | null = same ? null : {}
  for (const key of sorted) {
    const item = record[key]
    if (item === undefined) continue // left out of the text
    const ordered = orderValue(item, depth + 1, state)
    if (!same || ordered !== item) {
      copy ??= { ...record }
      copy[key] = ordered
    }
  }
  return copy ?? value
}

function keyOrder(met: readonly string[], depth: number, state: Ordering): KeyOrder {
  const last = state.last[depth]
  if (last !== undefined && equalLists(last.met, met)) return last
  let same = true
  for (const [i, key] of met.entries()) {
    if (key === '__proto__') throw protoKey(state.where)
    if (!key.isWellFormed()) throw loneSurrogate(state.where)
    if (i > 0 && (met[i - 1] ?? '') > key) same = false
  }
  // Both > and the default order of a sort go by UTF-16 code units, which is what RFC 8785 asks for.
  const order = { met, sorted: same ? met : met.toSorted(), same }
  if (!same && isIndex(met[0] ?? '')) state.needsText = true
  state.last[depth] = order
  return order
}

/** Whether JavaScript lists this key before all others, by number. Such keys come first, so one look at the first is enough. */
const isIndex = (key: string) => /^(0|[1-9]\d{0,9})$/.test(key)

function equalLists(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Writes a checked value piece by piece, whatever its keys and numbers. */
function writeInOrder(value: unknown): string {
  if (Array.isArray(value)) return `[${Array.from(value, (item: unknown) => writeInOrder(item ?? null)).join(',')}]`
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  // Keys differ, so the order never depends on the values.
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${writeInOrder(item)}`).join(',')}}`
}

const nameOf = (value: object) => `a ${value.constructor?.name ?? 'class instance'}`

const notFinite = (value: number, where: string) =>
  fault('json.number', { expected: 'a finite number or null', found: String(value), where })

const loneSurrogate = (where: string) =>
  fault('json.unicode', { expected: 'well-formed Unicode', found: 'a lone surrogate', where })

const protoKey = (where: string) =>
  fault('json.key', { expected: 'ordinary property names', found: 'the key "__proto__"', where })

const notJson = (found: string, where: string) =>
  fault('json.type', { expected: 'string, number, boolean, null, array or plain object', found, where })

const tooDeep = (where: string) =>
  fault('json.depth', { expected: `at most ${maxJsonDepth} levels of nesting`, found: 'more', where })

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
