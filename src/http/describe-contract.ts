/** The routes by which the engine describes what it takes and gives. */
import { z } from 'zod'
import { shortName } from '#core/session-schema.ts'
import type { Route } from './route.ts'
import * as s from './schemas.ts'

const fieldRow = z
  .object({
    path: z.string(),
    about: z.string(),
    unit: z.string().nullable(),
    range: z.string(),
    formula: z.string().nullable(),
    none: z.string().nullable(),
    leaves: z.array(s.sampleType),
  })
  .meta({ id: 'FieldRow' })

export const describeRoutes = {
  'GET /api/v1/schemas': {
    about: 'The JSON Schemas there are: of sessions, edits and samples.',
    role: 'anyone',
    scope: 'open',
    reply: z.object({
      items: z.array(z.object({ name: z.string(), kind: z.enum(['session', 'edit', 'sample']), about: z.string() })),
    }),
  },
  'GET /api/v1/schemas/{name}': {
    about: 'One of them (JSON Schema 2020-12); those of sessions say what each field is, and its unit.',
    role: 'anyone',
    scope: 'open',
    params: z.object({ name: shortName }),
    reply: z.looseObject({}),
  },
  'GET /api/v1/fields/{domain}': {
    about:
      "The field guide: each field of a domain's sessions, what it is, its unit and range, and whether samples carry it.",
    role: 'anyone',
    scope: 'open',
    params: z.object({ domain: s.domain }),
    reply: z.object({ items: z.array(fieldRow) }),
  },
  'GET /api/v1/openapi.json': {
    about: 'This table as OpenAPI 3.1.',
    role: 'anyone',
    scope: 'open',
    reply: z.looseObject({}),
  },
} as const satisfies Record<string, Route>
