/** `--person`: people write with their address or name; what is stored has only their pseudonym. */
import { fault } from '#core/faults.ts'
import { type Engine, pseudonym } from '#engine/engine.ts'
import { type Options, text } from './command.ts'

export const personFlag = {
  flag: '--person <name>',
  about: 'the contributor by address or name, as applications sent it',
} as const

/** The pseudonym that `--contributor` or `--person` names; null when neither is given. @throws usage for both */
export function contributorOf(engine: Engine, options: Options): string | null {
  const [contributor, person] = [text(options['contributor']), text(options['person'])]
  if (contributor !== null && person !== null)
    throw fault('usage', { expected: 'either --contributor or --person', found: 'both' })
  return person === null ? contributor : pseudonym(engine, 'contributor', person)
}
