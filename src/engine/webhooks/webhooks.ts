/** Webhooks as their owner handles them: made, shown, tried, taken away. Nothing is ever sent that nobody asked for. */
import { fault } from '#core/faults.ts'
import type { Delivery, Webhook, WebhookEvent } from '#core/webhook-store.ts'
import { type Engine, newId } from '../engine.ts'
import { pinnedAddress, type Resolve, webhookUrl } from './address.ts'
import { startDispatcher } from './dispatcher.ts'
import { newSecret } from './signature.ts'

export interface WebhookRequest {
  readonly url: string
  /** Allows a host of this machine or network. */
  readonly internal: boolean
  readonly project: string | null
  readonly events: readonly WebhookEvent[]
}

/** @returns with the secret, which is never shown again. @throws webhook.address */
export async function addWebhook(
  engine: Engine,
  { url, internal, project, events }: WebhookRequest,
  resolve?: Resolve,
): Promise<Webhook & { readonly secret: string }> {
  const place = webhookUrl(url)
  // Looked at now, so that who mistypes it hears so; what counts is looked at when something is sent.
  await pinnedAddress(place, internal, resolve)
  const secret = newSecret()
  const webhook = { id: newId(), url: place.href, internal, project, events: [...new Set(events)] }
  return { ...(await engine.store.webhooks.add(webhook, secret)), secret }
}

/** @throws webhook.unknown */
export async function webhookById(engine: Engine, id: string): Promise<Webhook> {
  const webhook = await engine.store.webhooks.get(id)
  if (webhook) return webhook
  throw fault('webhook.unknown', { expected: 'the id of a webhook', found: id })
}

/** @throws webhook.unknown */
export async function removeWebhook(engine: Engine, id: string): Promise<void> {
  if (!(await engine.store.webhooks.remove(id))) await webhookById(engine, id)
}

/** Lets one work again that was disabled; what waits is tried at once. @throws webhook.unknown */
export async function enableWebhook(engine: Engine, id: string): Promise<Webhook> {
  await engine.store.webhooks.enable(id)
  return webhookById(engine, id)
}

/**
 * Sends a test message now, and says how it went; a webhook that is disabled is tried as well.
 *
 * @throws webhook.unknown
 */
export async function testWebhook(engine: Engine, id: string): Promise<Delivery> {
  const webhook = await webhookById(engine, id)
  if (webhook.disabled) {
    const { at, why } = webhook.disabled
    throw fault('webhook.disabled', { expected: 'a webhook that works', found: `one disabled at ${at}: ${why}` })
  }
  const delivery = newId()
  await engine.store.webhooks.tell(id, delivery, { about: 'This is a test of the webhook.' })
  const dispatcher = startDispatcher(engine)
  try {
    await dispatcher.run()
  } finally {
    await dispatcher.close()
  }
  for (let i = 0; i < 100; i++) {
    const found = (await engine.store.webhooks.log(id, 500)).find((entry) => entry.id === delivery)
    // Another process may have taken it.
    if (found && found.state !== 'waiting') return found
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  throw fault('webhook.unknown', { expected: 'the webhook to be there until it was tried', found: id })
}
