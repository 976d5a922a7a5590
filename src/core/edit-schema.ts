import { z } from 'zod'
import { shortName, utcTime, uuid } from './session-schema.ts'

export const editSchema = z.looseObject({
  id: uuid,
  session: uuid.nullable(),
  project: shortName,
  at: utcTime,
  principal: shortName,
  kind: z
    .string()
    .max(64)
    .regex(/^[a-z]+(\.[a-z-]+)?$/, "must be a lower-case word, with a domain in front if it is a domain's own"),
  before: z.unknown(),
  after: z.unknown(),
  reason: z.string().max(2000).nullable(),
})
