import { appendConsent } from '#engine/consent.ts'
import { makeContext } from '#engine/engine.ts'
import { forgetData } from '#engine/forget.ts'
import type { Handlers } from '../handler.ts'

type Keys = 'GET /api/v1/consent' | 'POST /api/v1/consent' | 'POST /api/v1/forget' | 'POST /api/v1/forget/preview'

export const consentHandlers: Handlers<Keys> = {
  'GET /api/v1/consent': async ({ query }, { engine }) => ({
    items: await engine.store.consent.entries(query.project),
  }),
  'POST /api/v1/consent': ({ body }, { engine, principal }) => appendConsent(engine, body, principal),
  'POST /api/v1/forget': async ({ body }, { engine, principal }) =>
    forgetData(engine, body, principal.name, makeContext()),
  'POST /api/v1/forget/preview': ({ body }, { engine }) => engine.store.forgetPreview(body),
}
