import { type ConsentScope, consentScopes } from '#core/consent.ts'
import { fault } from '#core/faults.ts'
import { localOwner } from '#core/principal.ts'
import { appendConsent } from '#engine/consent.ts'
import { type Command, type CommandContext, type Options, text, texts, withEngine } from '../command.ts'
import { contributorOf, personFlag } from '../person-option.ts'
import { table } from '../terminal.ts'

const flags = [
  { flag: '--project <name>', about: 'which project', default: 'default' },
  { flag: '--contributor <pseudonym>', about: 'only for this contributor' },
  personFlag,
  { flag: '--session <id>', about: 'only for this session' },
  { flag: '--scope <scope>', about: `${consentScopes.join(', ')}; may be repeated`, many: true },
  { flag: '--text <words>', about: 'the words that were agreed to, or the reason' },
] as const

export const consentDeclare: Command = {
  name: 'consent declare',
  about: 'declare on what basis data may be used: for a project, a contributor or a session',
  flags,
  more: 'Without --scope: collect and train.',
  run: (_args, options, context) => append('granted', options, context),
}

export const consentWithdraw: Command = {
  name: 'consent withdraw',
  about: 'withdraw what was granted; exports from now on leave the data out',
  flags,
  more: 'Without --scope: collect, train and share.',
  run: (_args, options, context) => append('withdrawn', options, context),
}

function append(decision: 'granted' | 'withdrawn', options: Options, context: CommandContext) {
  return withEngine(
    context,
    async (engine) => {
      const asked = texts(options['scope'])
      const usual: readonly ConsentScope[] = decision === 'granted' ? ['collect', 'train'] : consentScopes
      const scopes = asked.length === 0 ? usual : asked.map(scopeOf)
      const entry = await appendConsent(
        engine,
        {
          project: text(options['project']) ?? 'default',
          contributor: contributorOf(engine, options),
          session: text(options['session']),
          decision,
          scopes,
          text: text(options['text']),
        },
        localOwner,
      )
      context.terminal.result(entry, () => `${decision}: ${scopes.join(', ')} for ${subject(entry)}`)
    },
    { create: decision === 'granted' },
  )
}

function scopeOf(word: string): ConsentScope {
  const scope = consentScopes.find((known) => known === word)
  if (scope) return scope
  throw fault('usage', { expected: consentScopes.join(', '), found: `"${word}"`, where: '--scope' })
}

const subject = (entry: { project: string; contributor: string | null; session: string | null }) =>
  entry.session ?? entry.contributor ?? `project ${entry.project}`

export const consentList: Command = {
  name: 'consent list',
  about: 'show the consent ledger of a project',
  flags: [flags[0]],
  run: (_args, options, context) =>
    withEngine(context, async (engine) => {
      const entries = await engine.store.consent.entries(text(options['project']) ?? 'default')
      context.terminal.result({ items: entries }, () =>
        entries.length === 0
          ? 'The ledger is empty.'
          : table(
              ['at', 'decision', 'scopes', 'for', 'by'],
              entries.map((entry) => [
                entry.at,
                entry.decision,
                entry.scopes.join('+'),
                subject(entry),
                entry.principal,
              ]),
            ),
      )
    }),
}
