import { z } from 'zod'
import { consentBases, consentScopes } from './consent.ts'

export const consentStatement = z.looseObject({
  basis: z.enum(consentBases),
  scopes: z.array(z.enum(consentScopes)).max(consentScopes.length),
  textSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  givenAt: z.iso.datetime().nullable(),
})
