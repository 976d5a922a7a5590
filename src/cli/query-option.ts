/** `--where`, as commands share it: the same words that stand in a studio URL. */
import type { SessionQuery } from '#core/query.ts'
import { parseQuery } from '#core/query-text.ts'
import { type Options, text } from './command.ts'

export const whereFlag = {
  flag: '--where <query>',
  about:
    'which sessions, as in the studio\'s address: "domain=gui&status=failed&facet=app:shop&from=2026-01-01T00:00:00Z"',
} as const

export const projectFlag = { flag: '--project <name>', about: 'which project' } as const

/** @throws query.invalid */
export function queryOf(options: Options): SessionQuery {
  const project = text(options['project'])
  return { ...parseQuery(text(options['where']) ?? ''), ...(project === null ? {} : { project }) }
}
