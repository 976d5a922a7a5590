import { fault } from '#core/faults.ts'
import { type WebhookEvent, webhookEvents } from '#core/webhook-store.ts'
import { addWebhook, enableWebhook, removeWebhook, testWebhook, webhookById } from '#engine/webhooks/webhooks.ts'
import { type Command, text, texts, withEngine } from '../command.ts'
import { table } from '../terminal.ts'

const idArg = { name: '<id>', about: 'as "webhooks list" shows it' } as const

export const webhooksAdd: Command = {
  name: 'webhooks add',
  about: 'have an address told of new sessions, new dataset versions and finished jobs',
  args: [{ name: '<url>', about: 'http or https' }],
  flags: [
    { flag: '--event <name>', about: `${webhookEvents.join(', ')}; may be repeated (default all)`, many: true },
    { flag: '--project <name>', about: 'only of this project' },
    { flag: '--internal', about: 'allow an address of this machine or network' },
  ],
  more: `Prints the secret, once: with it the receiver checks the header Hindsight-Signature. The running engine sends, and
tries again for a day; names are looked up once, redirects are not followed.`,
  run: ([url = ''], options, context) =>
    withEngine(
      context,
      async (engine) => {
        const asked = texts(options['event']).map(eventOf)
        const added = await addWebhook(engine, {
          url,
          internal: options['internal'] === true,
          project: text(options['project']),
          events: asked.length === 0 ? webhookEvents : asked,
        })
        context.terminal.result(added, () => [
          `${added.id} tells ${added.url} of ${added.events.join(', ')}`,
          `Secret, shown this once: ${added.secret}`,
        ])
      },
      { create: true },
    ),
}

function eventOf(word: string): WebhookEvent {
  const event = webhookEvents.find((known) => known === word)
  if (event) return event
  throw fault('usage', { expected: webhookEvents.join(', '), found: `"${word}"`, where: '--event' })
}

export const webhooksList: Command = {
  name: 'webhooks list',
  about: 'show who is told of what; with an id, what was told and how it went',
  args: [{ name: '[id]', about: 'whose log' }],
  run: ([id], _options, context) =>
    withEngine(context, async (engine) => {
      const { webhooks } = engine.store
      if (id !== undefined) {
        await webhookById(engine, id)
        const log = await webhooks.log(id, 50)
        return context.terminal.result({ items: log }, () =>
          log.length === 0
            ? 'Nothing was told yet.'
            : table(
                ['at', 'event', 'state', 'attempts', 'status', 'next', 'why'],
                log.map((entry) => [
                  entry.at,
                  entry.event,
                  entry.state,
                  entry.attempts,
                  entry.status,
                  entry.nextAt,
                  entry.said,
                ]),
              ),
        )
      }
      const all = await webhooks.list()
      context.terminal.result({ items: all }, () =>
        all.length === 0
          ? 'Nobody is told anything.'
          : table(
              ['id', 'address', 'events', 'project', 'state'],
              all.map((one) => [
                one.id,
                one.url,
                one.events.join('+'),
                one.project,
                one.disabled === null ? 'works' : `disabled: ${one.disabled.why}`,
              ]),
            ),
      )
    }),
}

export const webhooksTest: Command = {
  name: 'webhooks test',
  about: 'send a test message now, and say how it went',
  args: [idArg],
  more: 'Exit status 1 when it did not get through.',
  run: ([id = ''], _options, context) =>
    withEngine(context, async (engine) => {
      const sent = await testWebhook(engine, id)
      context.terminal.result(sent, () =>
        sent.state === 'sent' ? `It got through: status ${sent.status}` : `It did not get through: ${sent.said}`,
      )
      return sent.state === 'sent' ? 0 : 1
    }),
}

export const webhooksEnable: Command = {
  name: 'webhooks enable',
  about: 'let a webhook work again that was disabled; what waits is tried at once',
  args: [idArg],
  run: ([id = ''], _options, context) =>
    withEngine(context, async (engine) => {
      const webhook = await enableWebhook(engine, id)
      context.terminal.result(webhook, () => `${webhook.url} is told again`)
    }),
}

export const webhooksRemove: Command = {
  name: 'webhooks remove',
  about: 'tell an address no more',
  args: [idArg],
  run: ([id = ''], _options, context) =>
    withEngine(context, async (engine) => {
      const { url } = await webhookById(engine, id)
      await removeWebhook(engine, id)
      context.terminal.result({ removed: id }, () => `${url} is told no more`)
    }),
}
