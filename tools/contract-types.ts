/**
 * The route table as plain TypeScript: what `#http/contract.ts` says with Zod's types, for callers that have no Zod. Made from
 * the JSON Schemas of the table, which are also what the OpenAPI file is made of.
 */
import { z } from 'zod'
import { routes } from '../src/http/contract.ts'
import type { Route } from '../src/http/route.ts'

/** The words of JSON Schema 2020-12 that Zod writes for the route table and that say something of a type. */
interface Schema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly propertyNames?: Schema
  readonly items?: Schema | false
  readonly prefixItems?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
}

/** The text of `contract.d.ts`. */
export function contractTypes(): string {
  const aliases = new Map<string, string>()
  const rows = Object.entries(routes).map(
    ([key, route]) =>
      `  /** ${route.about} */\n  ${JSON.stringify(key)}: {\n${partsOf(route, aliases).join('\n')}\n  };`,
  )
  const nested = [...aliases].map(([text, name]) => `type ${name} = ${text.replaceAll(itself, name)};\n\n`)
  return `${head}${nested.join('')}export interface Api {\n${rows.join('\n')}\n}\n${foot}`
}

function partsOf(route: Route, aliases: Map<string, string>): readonly string[] {
  const { params, query, body, reply } = route
  const bytes = 'ReadableStream<Uint8Array> | Blob | ArrayBufferView'
  const parts = { params, query, body, reply }
  return Object.entries(parts).flatMap(([name, part]) => {
    if (part === undefined) return []
    const isReply = name === 'reply'
    const type = typeof part !== 'string' ? typeOf(part, isReply, aliases) : isReply ? JSON.stringify(part) : bytes
    return [`    ${name}: ${type};`]
  })
}

function typeOf(schema: z.ZodType, isReply: boolean, aliases: Map<string, string>): string {
  const io = isReply ? 'output' : 'input'
  const json = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' }) as Schema
  return written(json, { names: json.$defs ?? {}, inside: [], indent: '    ', aliases })
}

interface Place {
  readonly names: Readonly<Record<string, Schema>>
  /** The named schemas that this one lies in. */
  readonly inside: readonly string[]
  readonly indent: string
  /** Types that hold themselves, by what they are: only a name can be held. */
  readonly aliases: Map<string, string>
}

/** Stands for the type itself in what it is. */
const itself = '$itself'

function written(schema: Schema, place: Place): string {
  if (schema.$ref !== undefined) return named(schema.$ref, place)
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum) return schema.enum.map(literal).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return either(choices.map((choice) => written(choice, place)))
  if (typeof schema.type === 'object') return either(schema.type.map((type) => written({ ...schema, type }, place)))
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'number':
    case 'null':
      return schema.type
    case 'integer':
      return 'number'
    case 'array':
      return arrayOf(schema, place)
    case 'object':
      return objectOf(schema, place)
    default:
      return 'unknown'
  }
}

/** Written out where it is used, since a schema reads the same in requests and in replies only by chance. */
function named(ref: string, place: Place): string {
  const name = ref.replace('#/$defs/', '')
  const schema = place.names[name]
  if (schema === undefined) throw new Error(`package.types: expected ${ref} among the definitions, found none.`)
  if (place.inside.at(-1) === name) return itself
  if (place.inside.includes(name)) throw new Error(`package.types: ${ref} holds itself by way of another.`)
  const text = written(schema, { ...place, inside: [...place.inside, name] })
  if (!text.includes(itself)) return text
  const line = text.replaceAll(/\s+/g, ' ')
  const alias = place.aliases.get(line) ?? `Nested${place.aliases.size + 1}`
  place.aliases.set(line, alias)
  return alias
}

function arrayOf({ items, prefixItems }: Schema, place: Place): string {
  if (prefixItems) return `[${prefixItems.map((item) => written(item, place)).join(', ')}]`
  const item = items ? written(items, place) : 'unknown'
  return / [|&] /.test(item) ? `(${item})[]` : `${item}[]`
}

function objectOf(
  { properties = {}, required = [], additionalProperties, propertyNames }: Schema,
  place: Place,
): string {
  const inner = { ...place, indent: `${place.indent}  ` }
  const lines = Object.entries(properties).map(([key, schema]) => {
    const optional = !required.includes(key)
    const about =
      schema.description === undefined ? '' : `/** ${schema.description.replaceAll('*/', '* /')} */\n${inner.indent}`
    const type = written(schema, inner)
    return `${about}${/^\w+$/.test(key) ? key : JSON.stringify(key)}${optional ? '?' : ''}: ${type}${optional ? ' | undefined' : ''};`
  })
  if (typeof additionalProperties === 'object')
    lines.push(...restOf(additionalProperties, propertyNames, required, inner))
  if (lines.length === 0) return additionalProperties === false ? 'Record<string, never>' : '{ [key: string]: unknown }'
  return `{\n${lines.map((line) => inner.indent + line).join('\n')}\n${place.indent}}`
}

/** Keys that are not named one by one. */
function restOf(
  values: Schema,
  keys: Schema | undefined,
  required: readonly string[],
  place: Place,
): readonly string[] {
  const type = written(values, place)
  if (keys?.enum === undefined) return [`[key: string]: ${type};`]
  return keys.enum.map((key) => {
    const optional = !required.includes(String(key))
    return `${literal(key)}${optional ? '?' : ''}: ${type}${optional ? ' | undefined' : ''};`
  })
}

const literal = (value: unknown) => JSON.stringify(value)

function either(types: readonly string[]): string {
  const distinct = [...new Set(types)]
  // Beside `unknown` nothing else says anything.
  return distinct.includes('unknown') ? 'unknown' : distinct.join(' | ')
}

const head = `/** The route table as plain types. Made by \`npm run build:package\` from src/http/contract.ts. */

`
const foot = `
export type RouteKey = keyof Api;

type Present<K extends RouteKey> = Extract<keyof Api[K], 'params' | 'query' | 'body'>;

/** What a caller gives for a route. */
export type Request<K extends RouteKey> = {
  readonly [F in Present<K>]: Api[K][F];
};

/** What a caller gets. */
export type Reply<K extends RouteKey> = Api[K]['reply'] extends 'stream' | 'events' | 'page' ? Response : Api[K]['reply'];
`
