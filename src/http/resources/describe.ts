import { z } from 'zod'
import { domainByName } from '#domains/domains.ts'
import type { Handlers } from '../handler.ts'

type Keys = 'GET /api/v1/schemas/{domain}' | 'GET /api/v1/openapi.json'

export const describeHandlers: Handlers<Keys> = {
  'GET /api/v1/schemas/{domain}': ({ params }) => {
    const { schema } = domainByName(params.domain)
    return z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' })
  },

  'GET /api/v1/openapi.json': (_, { openapi }) => openapi(),
}
