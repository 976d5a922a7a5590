/** The route table as OpenAPI 3.1: what Fastify knows of it, and what it cannot know of replies and bodies that are no JSON. */
import fastifySwagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { Route } from './route.ts'
import { problem } from './schemas.ts'

type Transform = typeof jsonSchemaTransform
type Document = Parameters<Transform>[0]

/** Must run before the first route is added. */
export function describeApi(app: FastifyInstance, version: string): void {
  void app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Hindsight', version, description: 'Records sessions, and turns them into datasets.' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    transform: describeRoute,
    transformObject: jsonSchemaTransformObject,
  })
}

/** Bytes have no schema that could check a request or an answer, so Fastify is given none: they are described here alone. */
function describeRoute(document: Document): ReturnType<Transform> {
  const { route } = document.route.config ?? {}
  if (!route || !document.schema) return jsonSchemaTransform(document)
  const schema = { ...document.schema, response: document.schema.response ?? { default: problem } } as FastifySchema
  const described = jsonSchemaTransform({ ...document, schema })
  const changed = described.schema as Record<string, unknown>
  if (route.body === 'stream') changed['body'] = { content: contentOf(route.accepts ?? ['*/*']) }
  // Given out to the letter, so that no schema may rewrite it; it was checked when it came in.
  if (route.verbatim) changed['response'] = { ...answers(changed), 200: answerOf(['application/json'], {}) }
  else if (typeof route.reply === 'string') changed['response'] = { ...answers(changed), ...streamAnswers(route) }
  return described
}

const answers = (schema: Record<string, unknown>): object => schema['response'] as object

function streamAnswers({ reply, gives, statuses = [200] }: Route): object {
  const types = gives ?? [reply === 'events' ? 'text/event-stream' : '*/*']
  const empty = { description: 'Nothing but headers.', type: 'null' }
  return Object.fromEntries(statuses.map((status) => [status, status === 204 ? empty : answerOf(types)]))
}

const answerOf = (types: readonly string[], schema?: object) => ({
  description: 'As it is stored.',
  content: contentOf(types, schema),
})

/** A form is a record of parts; anything else is bytes. */
function contentOf(types: readonly string[], schema?: object): object {
  const usual = (type: string) => (type === 'multipart/form-data' ? { type: 'object' } : bytes)
  return Object.fromEntries(types.map((type) => [type, { schema: schema ?? usual(type) }]))
}

const bytes = { type: 'string', format: 'binary' }
