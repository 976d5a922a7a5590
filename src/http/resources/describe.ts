import { domainByName } from '#domains/domains.ts'
import { fieldGuide } from '#domains/field-guide.ts'
import { publishedSchemas, schemaByName } from '#domains/schemas.ts'
import type { describeRoutes } from '../describe-contract.ts'
import type { Handlers } from '../handler.ts'

export const describeHandlers: Handlers<keyof typeof describeRoutes> = {
  'GET /api/v1/schemas': () => ({ items: publishedSchemas.map(({ name, kind, about }) => ({ name, kind, about })) }),

  'GET /api/v1/schemas/{name}': ({ params }) => schemaByName(params.name),

  'GET /api/v1/fields/{domain}': ({ params }) => ({ items: fieldGuide(domainByName(params.domain)) }),

  'GET /api/v1/openapi.json': (_, { openapi }) => openapi(),
}
