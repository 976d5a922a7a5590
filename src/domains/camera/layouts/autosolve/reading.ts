/** What reading any of AutoSolve's records needs: identity, time, and a way to say what could not be understood. */
import type { Context } from '#core/context.ts'
import { brief, fault } from '#core/faults.ts'
import { uuidFromHash } from '#core/ids.ts'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import type { Intake } from '#core/layout.ts'
import type { Notes } from './codec.ts'

/** What every record of one source is read with. */
export interface Reading {
  readonly intake: Intake
  readonly ctx: Context
  /** The id in contributor_id.txt, for records that name none. */
  readonly contributor: string | null
}

/** The same content gives the same id, in whatever file, archive or order it comes. */
export function idOf(kind: string, reading: Reading, ...content: readonly string[]): string {
  return uuidFromHash(reading.ctx.sha256(['autosolve', kind, reading.intake.project, ...content].join('\n')))
}

export const asObject = (value: Json, what: string, where: string): JsonObject => {
  if (isJsonObject(value)) return value
  throw fault('layout.invalid', { expected: what, found: brief(value), where })
}

/** A value that nobody can understand is read as null, and said. */
export function notesFor(where: string, { ctx }: Reading): Notes {
  return {
    odd: (path, expected, found) =>
      ctx.warn({ code: 'layout.invalid', message: `${path}: expected ${expected}, found ${brief(found, 60)}`, where }),
    lost: () => undefined,
  }
}

export const textOf = (value: Json | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null

export const contributorOf = (raw: JsonObject): string | null => textOf(raw['contributor_id'])

export const linked = (value: Json | undefined, reading: Reading): string | null => {
  const exported = textOf(value)
  return exported ? idOf('exported session', reading, exported) : null
}

export interface ReadTime {
  readonly iso: string
  readonly clock: 'utc' | 'local' | null
  /** What stood in for a missing time, for the record's identity. */
  readonly fallback: string | null
}

const localTime = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/

/** Local wall clock without a zone: its reading is kept as if it were UTC, and `clock` says so. */
export function readTime(value: Json | undefined, where: string, { ctx }: Reading): ReadTime {
  const found = typeof value === 'string' ? localTime.exec(value.trim()) : null
  if (found) {
    const [, day, time, fraction = '', zone] = found
    const ms = Date.parse(`${day}T${time}${fraction.slice(0, 4)}${zone ?? 'Z'}`)
    if (Number.isFinite(ms)) return { iso: new Date(ms).toISOString(), clock: zone ? 'utc' : 'local', fallback: null }
  }
  // The plan's files carry their day in the name; anything else has no time at all.
  const day = /(\d{4}-\d{2}-\d{2})/.exec(where.split('/').at(-1) ?? '')?.[1]
  const dayMs = day ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  const iso = new Date(Number.isFinite(dayMs) ? dayMs : 0).toISOString()
  const message = `timestamp: expected a time, found ${brief(value ?? null, 40)}; ${iso.slice(0, 10)} stands in`
  ctx.warn({ code: 'layout.invalid', message, where })
  return { iso, clock: null, fallback: iso }
}
