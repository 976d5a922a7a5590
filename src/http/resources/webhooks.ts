import { addWebhook, enableWebhook, removeWebhook, testWebhook, webhookById } from '#engine/webhooks/webhooks.ts'
import type { Handlers } from '../handler.ts'

type Keys =
  | 'GET /api/v1/webhooks'
  | 'POST /api/v1/webhooks'
  | 'DELETE /api/v1/webhooks/{id}'
  | 'POST /api/v1/webhooks/{id}/test'
  | 'POST /api/v1/webhooks/{id}/enable'
  | 'GET /api/v1/webhooks/{id}/deliveries'

export const webhookHandlers: Handlers<Keys> = {
  'GET /api/v1/webhooks': async (_, { engine }) => ({ items: await engine.store.webhooks.list() }),

  'POST /api/v1/webhooks': ({ body }, { engine }) => addWebhook(engine, body),

  'DELETE /api/v1/webhooks/{id}': async ({ params }, { engine }) => {
    await removeWebhook(engine, params.id)
    return { deleted: true }
  },

  'POST /api/v1/webhooks/{id}/test': ({ params }, { engine }) => testWebhook(engine, params.id),

  'POST /api/v1/webhooks/{id}/enable': ({ params }, { engine }) => enableWebhook(engine, params.id),

  'GET /api/v1/webhooks/{id}/deliveries': async ({ params, query }, { engine }) => {
    await webhookById(engine, params.id)
    return { items: await engine.store.webhooks.log(params.id, query.limit) }
  },
}
