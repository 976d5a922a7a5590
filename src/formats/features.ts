/**
 * The columns of a table, described once: the schema of a Parquet file, the `huggingface` key in it, the features of a
 * dataset card and the text of a JSON line all come from this.
 */
import { canonicalJson } from '#core/json.ts'

export type Feature =
  /** `json`: any value; where a file has no such type it stands there as JSON text. */
  | { readonly type: 'string' | 'int64' | 'float64' | 'bool' | 'image' | 'json' }
  /** A number from 0, with the names that it stands for. */
  | { readonly type: 'class'; readonly names: readonly string[] }
  | { readonly type: 'list'; readonly of: Feature }
  | { readonly type: 'struct'; readonly fields: readonly Field[] }

export interface Field {
  readonly name: string
  readonly feature: Feature
}

export const text: Feature = { type: 'string' }
export const integer: Feature = { type: 'int64' }
export const real: Feature = { type: 'float64' }
export const flag: Feature = { type: 'bool' }
export const image: Feature = { type: 'image' }
export const anyJson: Feature = { type: 'json' }
export const listOf = (of: Feature): Feature => ({ type: 'list', of })
export const structOf = (fields: Readonly<Record<string, Feature>>): Feature => ({
  type: 'struct',
  fields: fieldsOf(fields),
})
export const fieldsOf = (fields: Readonly<Record<string, Feature>>): Field[] =>
  Object.entries(fields).map(([name, feature]) => ({ name, feature }))

/** What `datasets` calls the features, as in its own files. */
export function featureJson(feature: Feature): unknown {
  switch (feature.type) {
    case 'image':
      return { _type: 'Image' }
    case 'json':
      return { dtype: 'string', _type: 'Value' }
    case 'class':
      return { names: feature.names, _type: 'ClassLabel' }
    case 'list':
      return { feature: featureJson(feature.of), _type: 'List' }
    case 'struct':
      return Object.fromEntries(feature.fields.map(({ name, feature: inner }) => [name, featureJson(inner)]))
    default:
      return { dtype: feature.type, _type: 'Value' }
  }
}

/** The same for the head of a dataset card. JSON is YAML, and in it no name is mistaken for a number or a "no". */
export function featureCard(fields: readonly Field[]): unknown {
  return fields.map(({ name, feature }) => ({ name, ...cardOf(feature) }))
}

function cardOf(feature: Feature): object {
  switch (feature.type) {
    case 'list': {
      const inner = cardOf(feature.of)
      return { list: 'dtype' in inner ? inner.dtype : 'struct' in inner ? inner.struct : inner }
    }
    case 'struct':
      return { struct: featureCard(feature.fields) }
    case 'class':
      return {
        dtype: { class_label: { names: Object.fromEntries(feature.names.map((name, i) => [String(i), name])) } },
      }
    default:
      return { dtype: feature.type }
  }
}

/**
 * JSON text with the types of the features: a number of type float64 always has a point, so that a column of whole
 * numbers is not taken for another type than the same column elsewhere. Absent stays absent.
 */
export function jsonText(value: unknown, feature: Feature): string {
  if (value === null || value === undefined) return 'null'
  switch (feature.type) {
    case 'float64':
      return withPoint(canonicalJson(value))
    case 'list':
      return `[${(value as readonly unknown[]).map((item) => jsonText(item, feature.of)).join(',')}]`
    case 'struct':
      return structText(value as Readonly<Record<string, unknown>>, feature.fields)
    default:
      return canonicalJson(value)
  }
}

/** `1` is `1.0`; what has a point or an exponent is one already. */
const withPoint = (digits: string) => (/^-?\d+$/.test(digits) ? `${digits}.0` : digits)

/** Fields in their order, then what else the value has: nothing that is there is left out. */
export function structText(value: Readonly<Record<string, unknown>>, fields: readonly Field[]): string {
  const known = new Set(fields.map(({ name }) => name))
  const others = Object.keys(value).filter((name) => !known.has(name))
  const all = [...fields, ...others.sort().map((name): Field => ({ name, feature: anyJson }))]
  const present = all.filter(({ name }) => Object.hasOwn(value, name) && value[name] !== undefined)
  const parts = present.map(({ name, feature }) => `${JSON.stringify(name)}:${jsonText(value[name], feature)}`)
  return `{${parts.join(',')}}`
}
