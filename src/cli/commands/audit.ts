import { fault } from '#core/faults.ts'
import type { AuditQuery } from '#core/people-store.ts'
import { type Command, type Options, text, withEngine } from '../command.ts'
import { table } from '../terminal.ts'

const fields = ['principal', 'action', 'project', 'target'] as const

export const audit: Command = {
  name: 'audit',
  about: 'show who changed what and who signed in, newest first, also what was refused',
  flags: [
    { flag: '--principal <name>', about: 'only by this account, token or key' },
    { flag: '--action <route>', about: 'only this route or command, or what begins like it: "POST /api/v1/edits"' },
    { flag: '--project <name>', about: 'only in this project' },
    { flag: '--target <id>', about: 'only to this session, account, key …' },
    { flag: '--refused', about: 'only what was refused' },
    { flag: '--from <time>', about: 'UTC' },
    { flag: '--to <time>', about: 'UTC' },
    { flag: '--limit <n>', about: 'at most so many lines', default: '50' },
  ],
  run: (_args, options, context) =>
    withEngine(context, async (engine) => {
      const { items } = await engine.store.people.auditPage(queryOf(options), limitOf(options), null)
      context.terminal.result({ items }, () =>
        items.length === 0
          ? 'There is nothing in the log.'
          : table(
              ['at', 'principal', 'via', 'action', 'project', 'target', 'outcome'],
              items.map((one) => [one.at, one.principal, one.via, one.action, one.project, one.target, one.outcome]),
            ),
      )
    }),
}

/** @throws usage */
function queryOf(options: Options): AuditQuery {
  const asked = fields.flatMap((name) => {
    const value = text(options[name])
    return value === null ? [] : [[name, value] as const]
  })
  const times = (['from', 'to'] as const).flatMap((name) => {
    const value = text(options[name])
    if (value === null) return []
    const ms = Date.parse(value)
    if (!Number.isFinite(ms)) throw fault('usage', { expected: 'a time in UTC', found: value, where: `--${name}` })
    return [[name, new Date(ms).toISOString()] as const]
  })
  return { ...Object.fromEntries([...asked, ...times]), ...(options['refused'] === true ? { refused: true } : {}) }
}

/** @throws usage */
function limitOf(options: Options): number {
  const given = text(options['limit']) ?? '50'
  if (/^[1-9]\d{0,4}$/.test(given)) return Number(given)
  throw fault('usage', { expected: 'a whole number from 1', found: given, where: '--limit' })
}
