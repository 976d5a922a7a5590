/** The routes of webhooks. The owner's alone: they make this machine send. */
import { z } from 'zod'
import { webhookEvents } from '#core/webhook-store.ts'
import type { Route } from './route.ts'
import * as s from './schemas.ts'

const event = z.enum(webhookEvents)

export const webhook = z
  .object({
    id: s.id.shape.id,
    url: z.string(),
    internal: z.boolean(),
    project: z.string().nullable(),
    events: z.array(event),
    createdAt: z.string(),
    disabled: z.object({ at: z.string(), why: z.string() }).nullable(),
  })
  .meta({ id: 'Webhook' })

export const delivery = z
  .object({
    id: z.string(),
    webhook: z.string(),
    event: z.enum([...webhookEvents, 'test']),
    at: z.string(),
    state: z.enum(['waiting', 'sent', 'failed']),
    attempts: z.number(),
    nextAt: z.string().nullable(),
    endedAt: z.string().nullable(),
    status: z.number().nullable(),
    said: z.string().nullable(),
  })
  .meta({ id: 'WebhookDelivery' })

export const webhookRoutes = {
  'GET /api/v1/webhooks': {
    about: 'Who is told of what. Secrets are not shown.',
    role: 'owner',
    scope: 'store',
    reply: z.object({ items: z.array(webhook) }),
  },
  'POST /api/v1/webhooks': {
    about:
      'Have an address told of new sessions, new versions and finished jobs. The secret is shown here and never again.',
    role: 'owner',
    scope: 'store',
    body: z.strictObject({
      url: z.string().max(2000),
      internal: z.boolean().default(false),
      project: z.string().max(200).nullable().default(null),
      events: z
        .array(event)
        .min(1)
        .default([...webhookEvents]),
    }),
    reply: webhook.extend({ secret: z.string() }).meta({ id: 'NewWebhook' }),
    status: 201,
  },
  'DELETE /api/v1/webhooks/{id}': {
    about: 'Tell an address no more; its log goes with it.',
    role: 'owner',
    scope: 'store',
    params: s.id,
    reply: z.object({ deleted: z.literal(true) }),
  },
  'POST /api/v1/webhooks/{id}/test': {
    about: 'Send a test message now, and say how it went.',
    role: 'owner',
    scope: 'store',
    params: s.id,
    reply: delivery,
  },
  'POST /api/v1/webhooks/{id}/enable': {
    about: 'Let a webhook work again that was disabled.',
    role: 'owner',
    scope: 'store',
    params: s.id,
    reply: webhook,
  },
  'GET /api/v1/webhooks/{id}/deliveries': {
    about: 'What was told, newest first, and how it went.',
    role: 'owner',
    scope: 'store',
    params: s.id,
    query: z.object({ limit: s.limit(500, 50) }),
    reply: z.object({ items: z.array(delivery) }),
  },
} as const satisfies Record<string, Route>
