/**
 * The field guide: each field of a domain's sessions with what people are told of it, and what its schema allows. The published
 * JSON Schema has the same words.
 */
import { z } from 'zod'
import type { Domain } from '#core/domain.ts'
import { type FieldWord, type FieldWords, unitOf } from '#core/fields.ts'
import type { SampleType } from '#core/sample.ts'
import { leftOut } from '#core/session.ts'
import { sessionFields } from '#core/session-fields.ts'

export interface FieldRow {
  /** Lists and maps passed through: `telemetry.tracks.jitter`. */
  readonly path: string
  readonly about: string
  readonly unit: string | null
  /** What it may be: "0 to 1", "low, medium, high", "list" … */
  readonly range: string
  readonly formula: string | null
  /** What null or absence says; null where it must be there. */
  readonly none: string | null
  /** Kinds of samples that carry it, or something made of it. */
  readonly leaves: readonly SampleType[]
}

/** A part of JSON Schema 2020-12, as far as Zod writes it. */
export interface Schema {
  type?: string | readonly string[]
  description?: string
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  items?: Schema | boolean
  prefixItems?: Schema[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  enum?: readonly unknown[]
  const?: unknown
  default?: unknown
  pattern?: string
  format?: string
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  maxItems?: number
  maxLength?: number
  unit?: string
  formula?: string
  [word: string]: unknown
}

/**
 * The JSON Schema (2020-12) of a domain's sessions as recorders send them: what they may leave out is not required. Annotated
 * with `unit` and `formula`. Checks that JSON Schema has no word for stay with the engine.
 */
export function sessionJsonSchema(domain: Domain): Schema {
  const schema = jsonSchemaOf(domain.schema)
  // The schema of the envelope is that of all domains.
  schema.properties!['domain'] = { const: domain.name }
  for (const [part, defaults] of leftOut) {
    const place = part === '' ? schema : schema.properties![part]!
    place.required = (place.required ?? []).filter((name) => !Object.hasOwn(defaults, name))
    for (const [name, value] of Object.entries(defaults))
      if (place.properties?.[name]) place.properties[name].default = value
  }
  const words = wordsOf(domain)
  for (const { path, schema: place } of fieldsOf(schema, '')) annotate(place, words[path], path)
  return { ...schema, title: `A ${domain.name} session`, description: domain.about }
}

/** Of anything that has no field guide. */
export const jsonSchemaOf = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' }) as Schema

/** Each field once, in the order of the schema. A field without words has an empty `about`; a test sees to it that none has. */
export function fieldGuide(domain: Domain): readonly FieldRow[] {
  const words = wordsOf(domain)
  const rows = new Map<string, FieldRow>()
  for (const { path, schema, required } of fieldsOf(sessionJsonSchema(domain), '')) {
    if (rows.has(path)) continue
    const { about, unit, formula = null, none } = wordOf(words[path])
    const leaves = (Object.keys(domain.leaves) as SampleType[]).filter((type) => domain.leaves[type]?.includes(path))
    const mayLack = !required || choicesOf(schema).some(({ type }) => type === 'null')
    const row = { path, about, unit: unit ?? unitOf(path), range: rangeOf(schema), formula, leaves }
    rows.set(path, { ...row, none: mayLack ? (none ?? 'not known') : null })
  }
  return [...rows.values()]
}

export const wordsOf = (domain: Domain): FieldWords => ({ ...sessionFields, ...domain.fields })

const wordOf = (word: string | FieldWord | undefined): FieldWord =>
  typeof word === 'string' ? { about: word } : (word ?? { about: '' })

function annotate(schema: Schema, given: string | FieldWord | undefined, path: string): void {
  const { about, unit = unitOf(path), formula, none } = wordOf(given)
  schema.description = none === undefined ? about : `${about}. null: ${none}`
  if (unit !== null) schema.unit = unit
  if (formula !== undefined) schema.formula = formula
}

interface Field {
  readonly path: string
  readonly schema: Schema
  readonly required: boolean
}

function* fieldsOf(schema: Schema, path: string): Generator<Field> {
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    const below = path === '' ? name : `${path}.${name}`
    yield { path: below, schema: part, required: schema.required?.includes(name) ?? false }
    yield* fieldsOf(part, below)
  }
  for (const part of [schema.items, schema.additionalProperties])
    if (typeof part === 'object') yield* fieldsOf(part, path)
  for (const part of schema.anyOf ?? schema.oneOf ?? []) yield* fieldsOf(part, path)
}

const choicesOf = (schema: Schema): readonly Schema[] => (schema.anyOf ?? schema.oneOf ?? [schema]).flatMap(typesOf)
const typesOf = (schema: Schema): readonly Schema[] =>
  typeof schema.type === 'object' ? schema.type.map((type) => ({ ...schema, type })) : [schema]

function rangeOf(schema: Schema): string {
  const said = choicesOf(schema)
    .filter(({ type }) => type !== 'null')
    .map(rangeOfOne)
  return [...new Set(said)].join(' or ')
}

function rangeOfOne(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const).replaceAll('"', '')
  if (schema.enum) return schema.enum.map(String).join(', ')
  switch (schema.type) {
    case 'integer':
      return `whole${limits(schema)}`
    case 'number':
      return `number${limits(schema)}`
    case 'boolean':
      return 'yes, no'
    case 'string':
      return textRange(schema)
    case 'array':
      return schema.prefixItems ? `${schema.prefixItems.length} numbers` : listRange(schema)
    case 'object':
      return schema.properties ? 'part' : 'by name'
    default:
      return 'anything'
  }
}

/** Whole numbers that a double holds exactly are no limit that anybody meets. */
const isLimit = (value: number | undefined): value is number => value !== undefined && Math.abs(value) < 2 ** 53 - 1

function limits({ minimum, maximum, exclusiveMinimum }: Schema): string {
  const from = isLimit(minimum) ? `from ${minimum}` : isLimit(exclusiveMinimum) ? `above ${exclusiveMinimum}` : ''
  const to = isLimit(maximum) ? `to ${maximum}` : ''
  const both = [from, to].filter((part) => part !== '').join(' ')
  return both === '' ? '' : `, ${both}`
}

function textRange({ pattern, format, maxLength }: Schema): string {
  if (format === 'date-time') return 'time'
  if (pattern?.includes('[0-9a-f]{64}')) return 'SHA-256'
  if (pattern?.includes('[0-9a-f]{8}-')) return 'UUID'
  return maxLength === undefined ? 'text' : `text, to ${maxLength} characters`
}

function listRange({ items, maxItems }: Schema): string {
  const of = typeof items === 'object' ? rangeOf(items) : 'anything'
  const what = of === 'part' ? 'list of parts' : `list of: ${of}`
  return isLimit(maxItems) ? `${what}; to ${maxItems}` : what
}
