/** Every JSON Schema that is published: of sessions and edits as they are sent, and of samples as they come out. */
import { editSchema } from '#core/edit-schema.ts'
import { brief, fault } from '#core/faults.ts'
import { sampleSchemas } from '#core/sample-schema.ts'
import { domains } from './domains.ts'
import { jsonSchemaOf, type Schema, sessionJsonSchema } from './field-guide.ts'

export interface PublishedSchema {
  readonly name: string
  readonly kind: 'session' | 'edit' | 'sample'
  readonly about: string
  /** JSON Schema 2020-12. */
  readonly schema: () => Schema
}

/** What a recorder may leave out of an edit; the engine fills it in. */
const editMayLack = { id: true, project: true, at: true, principal: true, before: true, reason: true } as const

export const publishedSchemas: readonly PublishedSchema[] = [
  ...domains.map(
    (domain): PublishedSchema => ({
      name: domain.name,
      kind: 'session',
      about: `a session of ${domain.name}`,
      schema: () => sessionJsonSchema(domain),
    }),
  ),
  {
    name: 'edit',
    kind: 'edit',
    about: 'an edit: what a person changed or said after a session',
    schema: () => jsonSchemaOf(editSchema.partial(editMayLack)),
  },
  ...domains.flatMap(({ editKinds }) =>
    Object.entries(editKinds).map(
      ([name, schema]): PublishedSchema => ({
        name,
        kind: 'edit',
        about: `the "after" of an edit of kind ${name}`,
        schema: () => jsonSchemaOf(schema),
      }),
    ),
  ),
  ...Object.entries(sampleSchemas).map(
    ([type, schema]): PublishedSchema => ({
      name: `sample.${type}`,
      kind: 'sample',
      about: `a sample of type ${type}, one line of an export in jsonl`,
      schema: () => jsonSchemaOf(schema),
    }),
  ),
]

/** @throws schema.unknown */
export function schemaByName(name: string): Schema {
  const found = publishedSchemas.find((published) => published.name === name)
  if (found === undefined)
    throw fault('schema.unknown', {
      expected: publishedSchemas.map((published) => published.name).join(', '),
      found: brief(name),
    })
  const schema = found.schema()
  return { title: found.about, ...schema }
}
