/**
 * Two-way descriptions of records: which of our fields is which of theirs, and what an unmeasured one looks like there.
 * One table serves reading and writing, so the two cannot drift apart.
 */
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import { type Region, regions } from '../../terms.ts'

/** What reading and writing report on the way; `path` names a field of the record, without indices. */
export interface Notes {
  /** A value of the source that cannot be understood; it is read as null. */
  odd(path: string, expected: string, found: Json): void
  /** A known value that the layout has no place for. */
  lost(path: string): void
}

export interface Field {
  read(value: Json | undefined, path: string, notes: Notes): Json
  /** undefined: the key is left out. */
  write(value: Json | undefined, path: string, notes: Notes): Json | undefined
}

const asIs = (value: Json | undefined): Json => value ?? null

/** A field whose values look the same on both sides. */
function plain(expected: string, fits: (value: Json) => Json | undefined): Field {
  return {
    read(value, path, notes) {
      if (value === undefined || value === null) return null
      const fitting = fits(value)
      if (fitting !== undefined) return fitting
      notes.odd(path, expected, value)
      return null
    },
    write: asIs,
  }
}

const toNumber = (value: Json): number | undefined => {
  const number = typeof value === 'bigint' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

export const number = plain('a finite number', toNumber)
export const integer = plain('a whole number', (value) => {
  const read = toNumber(value)
  return read !== undefined && Number.isSafeInteger(read) ? read : undefined
})
export const flag = plain('true or false', (value) => (typeof value === 'boolean' ? value : undefined))
export const text = plain('text', (value) => (typeof value === 'string' ? value.slice(0, 200) : undefined))

/** Text of which the empty one means that there is none. */
export const textOrEmpty: Field = {
  read: (value, path, notes) => text.read(value === '' ? null : value, path, notes),
  write: (value) => value ?? '',
}

export const pair = plain('two numbers', (value) => {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [x, y] = value.map(toNumber)
  return x === undefined || y === undefined ? undefined : [x, y]
})

/** Words that are written differently on both sides; `others` are read, never written. */
export function word(theirs: Readonly<Record<string, string>>, others: Readonly<Record<string, string>> = {}): Field {
  const ours = Object.fromEntries(Object.entries(theirs).map(([our, their]) => [their, our]))
  return {
    ...plain(`one of ${Object.keys(ours).join(', ')}`, (value) => {
      if (typeof value !== 'string') return undefined
      return ours[value] ?? others[value]
    }),
    write: (value) => (typeof value === 'string' ? (theirs[value] ?? null) : null),
  }
}

export const same = (words: readonly string[]): Record<string, string> => Object.fromEntries(words.map((w) => [w, w]))
export const region = word(same(regions))

/** A list; with an element that cannot be read, it keeps its length and null stands there, if `holes` says so. */
export function list(item: Field, holes: 'drop' | 'null' | 'refuse' = 'refuse'): Field {
  return {
    read(value, path, notes) {
      if (value === undefined || value === null) return null
      if (!Array.isArray(value)) {
        notes.odd(path, 'a list', value as Json)
        return null
      }
      const items = value.map((element: Json) => item.read(element, path, notes))
      if (holes === 'null' || !items.includes(null)) return items
      if (holes === 'drop') return items.filter((element) => element !== null)
      notes.odd(path, 'a list without holes', value as Json)
      return null
    },
    write(value, path, notes) {
      if (!Array.isArray(value)) return null
      return value.map((element: Json) => item.write(element, path, notes) ?? null)
    },
  }
}

/** An object of like values; keys may be renamed. */
export function map(item: Field, rename: (key: string) => string = (key) => key, back = rename): Field {
  return {
    read(value, path, notes) {
      if (value === undefined || value === null) return null
      if (!isJsonObject(value)) {
        notes.odd(path, 'an object', value)
        return null
      }
      return Object.fromEntries(Object.entries(value).map(([key, v]) => [rename(key), item.read(v, path, notes)]))
    },
    write(value, path, notes) {
      if (!isJsonObject(value)) return null
      return Object.fromEntries(
        Object.entries(value).map(([key, v]) => [back(key), item.write(v, path, notes) ?? null]),
      )
    },
  }
}

/** One value per region; a key that is no region is reported and left out. */
export function regional(item: Field): Field {
  const all = map(item)
  return {
    read(value, path, notes) {
      const read = all.read(value, path, notes)
      if (!isJsonObject(read)) return read
      for (const key of Object.keys(read)) {
        if (!regions.includes(key as Region)) notes.odd(path, 'regions of the image', key)
      }
      return Object.fromEntries(Object.entries(read).filter(([key]) => regions.includes(key as Region)))
    },
    write: all.write,
  }
}

/** A field that the layout always fills: `unmeasured` stands for null there, and is read as null. */
export function unless(unmeasured: Json, field: Field): Field {
  const text = canonicalJson(unmeasured)
  return {
    read: (value, path, notes) =>
      value === undefined || isSame(value, unmeasured, text) ? null : field.read(value, path, notes),
    write: (value, path, notes) =>
      value === undefined || value === null ? unmeasured : field.write(value, path, notes),
  }
}

function isSame(value: Json, expected: Json, expectedText: string): boolean {
  if (typeof value !== 'object' || value === null) return value === expected
  const size = Array.isArray(value) ? value.length : Object.keys(value).length
  if (size > 200) return false
  return canonicalJson(value) === expectedText
}

/** A field that the real files lack: read when it is there, and written only when it is known. */
export function optional(field: Field): Field {
  return {
    read: field.read,
    write: (value, path, notes) =>
      value === undefined || value === null ? undefined : field.write(value, path, notes),
  }
}

export interface Hooks {
  /** Settles what one field cannot know of another. */
  afterRead?(ours: Record<string, Json>, theirs: JsonObject): void
  afterWrite?(theirs: Record<string, Json>, ours: JsonObject): void
  /** Our fields that `afterWrite` takes care of. */
  readonly alsoWritten?: readonly string[]
}

/**
 * A record, given as [their key, our path, field]; a path may lead into a nested object ("trajectory.frames"). What the
 * table does not name is kept under its own name when read, and reported as lost when written.
 */
export type FieldTable = readonly (readonly [theirs: string, ours: string, field: Field])[]

export function record(table: FieldTable, hooks: Hooks = {}): Field {
  const known = new Set(table.map(([theirs]) => theirs))
  const paths = new Set([...table.map(([, ours]) => ours), ...(hooks.alsoWritten ?? [])])
  return {
    read(value, path, notes) {
      if (value === undefined || value === null) return null
      if (!isJsonObject(value)) {
        notes.odd(path, 'an object', value)
        return null
      }
      const ours: Record<string, Json> = {}
      for (const [theirs, name, field] of table) {
        if (value[theirs] !== undefined) put(ours, name, field.read(value[theirs], join(path, name), notes))
      }
      for (const [key, unknown] of Object.entries(value)) {
        if (!known.has(key) && !Object.hasOwn(ours, key)) ours[key] = unknown
      }
      hooks.afterRead?.(ours, value)
      return ours
    },
    write(value, path, notes) {
      if (!isJsonObject(value)) return null
      const theirs: Record<string, Json> = {}
      for (const [key, name, field] of table) {
        const written = field.write(take(value, name), join(path, name), notes)
        if (written !== undefined) theirs[key] = written
      }
      reportLost(value, '', paths, (name) => notes.lost(join(path, name)))
      hooks.afterWrite?.(theirs, value)
      return theirs
    },
  }
}

function reportLost(value: JsonObject, prefix: string, paths: ReadonlySet<string>, lost: (name: string) => void): void {
  for (const [key, item] of Object.entries(value)) {
    const name = join(prefix, key)
    if (item === null || paths.has(name)) continue
    const leadsOn = isJsonObject(item) && [...paths].some((path) => path.startsWith(`${name}.`))
    if (leadsOn) reportLost(item, name, paths, lost)
    else lost(name)
  }
}

const join = (path: string, key: string) => (path === '' ? key : `${path}.${key}`)

/** Sets a value at a path; what their record does not say is absent, what it says to be unknown is null. */
function put(target: Record<string, Json>, path: string, value: Json): void {
  const dot = path.indexOf('.')
  if (dot < 0) {
    target[path] = value
    return
  }
  const head = path.slice(0, dot)
  const inner = { ...(isJsonObject(target[head]) ? target[head] : {}) }
  put(inner, path.slice(dot + 1), value)
  target[head] = inner
}

function take(source: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = source
  for (const key of path.split('.')) value = isJsonObject(value) ? value[key] : undefined
  return value
}
