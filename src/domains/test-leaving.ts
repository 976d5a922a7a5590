/**
 * Which fields of a session a sample carries, found by trying: a field is changed, or put where there is none, and what comes out
 * differs or does not. Holds the lists that domains state ({@link Domain.leaves}) against what they do.
 */
import type { Domain } from '#core/domain.ts'
import { canonicalJson } from '#core/json.ts'
import type { SampleType } from '#core/sample.ts'
import type { AnySession } from '#core/session.ts'
import { fieldGuide, type FieldRow } from './field-guide.ts'

type Value = unknown
/** A field, and the names of the parts that it lies in and that are no lists. */
type Tried = Pick<FieldRow, 'path' | 'range'> & { readonly parts: ReadonlySet<string> }
type Part = Record<string, Value>

/** @param sessions in which all parts occur that samples are made of */
export function leavesOf(domain: Domain, sessions: readonly AnySession[]): Domain['leaves'] {
  const leaves: Partial<Record<SampleType, string[]>> = {}
  const whole = sessions.map((session) => ({ session, samples: samplesByType(domain, session) }))
  const guide = fieldGuide(domain)
  const plain = new Set(guide.flatMap(({ path, range }) => (range === 'part' ? [path] : [])))
  const partsOf = (path: string) => {
    const names = path.split('.')
    return new Set(names.filter((_, i) => plain.has(names.slice(0, i + 1).join('.'))))
  }
  // Of a part the fields within it are told.
  const rows = guide.filter(({ range }) => range !== 'part' && !range.startsWith('list of parts'))
  for (const row of rows) {
    const types = new Set<SampleType>()
    for (const { session, samples } of whole) {
      const changed = changedAt(session as unknown as Part, { ...row, parts: partsOf(row.path) })
      if (changed === null) continue
      const now = samplesByType(domain, changed as unknown as AnySession, samples)
      for (const type of new Set([...samples.keys(), ...now.keys()]))
        if (samples.get(type) !== now.get(type)) types.add(type)
    }
    for (const type of types) (leaves[type] ??= []).push(row.path)
  }
  return leaves
}

type SamplesByType = ReadonlyMap<SampleType, string>

/** @param before tells which kinds there are, where a value that no schema lets through stops all: then it was read */
function samplesByType(domain: Domain, session: AnySession, before?: SamplesByType): SamplesByType {
  try {
    const samples = Map.groupBy(domain.samples(session, []), ({ type }) => type)
    return new Map([...samples].map(([type, list]) => [type, canonicalJson(list)]))
  } catch (error) {
    if (before === undefined || !(error instanceof TypeError)) throw error
    return new Map([...before].map(([type, text]) => [type, type === 'image' ? '' : text]))
  }
}

/** The session with another value at a path; in lists, of each item. null where there is no place for one. */
function changedAt(session: Part, row: Tried): Part | null {
  const state = { changed: false }
  const result = changed(session, row.path.split('.'), row, state)
  return state.changed ? (result as Part) : null
}

function changed(value: Value, [name, ...rest]: readonly string[], row: Tried, state: { changed: boolean }): Value {
  if (name === undefined) {
    state.changed = true
    return otherThan(value, row)
  }
  if (Array.isArray(value)) return value.map((item: Value) => changed(item, [name, ...rest], row, state))
  if (typeof value !== 'object' || value === null) return value
  const part = value as Part
  // A map by region or frame has no such key: all its values are meant.
  const isMap =
    !(name in part) && Object.values(part).some((item) => typeof item === 'object' && item !== null && name in item)
  if (isMap)
    return Object.fromEntries(
      Object.entries(part).map(([key, item]) => [key, changed(item, [name, ...rest], row, state)]),
    )
  const inside = part[name] ?? (rest.length > 0 && row.parts.has(name) ? {} : null)
  return { ...part, [name]: changed(inside, rest, row, state) }
}

function otherThan(value: Value, row: Tried): Value {
  const { range } = row
  // Of some lists only the length counts, of others what is in them.
  if (Array.isArray(value)) return [...value, ...value].map((item: Value) => otherThan(item, row))
  if (range.startsWith('list')) return ['x', 'y']
  if (typeof value === 'number') return value + 7
  if (value === null && /^(?:number|whole)/.test(range)) return 7
  if (typeof value === 'boolean' || range === 'yes, no') return value !== true
  if (range === 'time') return '2001-02-03T04:05:06.000Z'
  if (range === 'SHA-256') return 'ab'.repeat(32)
  const words = range.split(', ').filter((word) => word !== value)
  if (typeof value === 'string' || value === null)
    return words.length > 1 || range.includes(', ') ? (words[0] ?? 'x') : `${value ?? ''}x`
  if (typeof value === 'bigint') return value + 1n
  return { ...(value as object), other: 1 }
}
