import { fault } from '#core/faults.ts'
import type { Role } from '#core/principal.ts'
import { roles } from '#core/principal.ts'
import { listKeys, makeKey, type NewKey, revokeKey } from '#engine/people/keys.ts'
import { type Command, type Options, text, texts, withEngine } from '../command.ts'
import { table } from '../terminal.ts'
import { act, nameOf, roleOf } from './people.ts'

export const keysAdd: Command = {
  name: 'keys add',
  about: 'make an API token for a program, or with --ingest a key that only records and may stand in a web page',
  args: [{ name: '<name>', about: 'what history and lists will call it' }],
  flags: [
    { flag: '--role <role>', about: `of a token: ${roles.join(', ')}` },
    { flag: '--ingest', about: 'make an ingest key' },
    { flag: '--project <name>', about: 'sees and writes only this project; an ingest key must have one' },
    {
      flag: '--origin <origin>',
      about: 'of an ingest key: pages of this origin may use it, as https://app.example',
      many: true,
    },
    { flag: '--per-minute <n>', about: 'of an ingest key: what it may write in a minute (default 6000)' },
    { flag: '--expires <time>', about: 'UTC, as 2027-01-31T00:00:00Z (default: never)' },
  ],
  more: 'The secret is printed once and kept nowhere: only its hash is.',
  run: ([name = ''], options, context) =>
    act(
      context,
      { action: 'hindsight keys add', target: name, create: true },
      (engine) => makeKey(engine, keyOf(nameOf(name), options), 'owner'),
      ({ key, secret }) => `${key.kind === 'ingest' ? 'Ingest key' : 'Token'} ${key.id}, shown this once:\n${secret}`,
    ),
}

/** @throws usage */
function keyOf(name: string, options: Options): NewKey {
  const project = text(options['project'])
  const expiresAt = timeOf(text(options['expires']))
  if (options['ingest'] !== true) {
    if (texts(options['origin']).length > 0)
      throw fault('usage', { expected: '--origin with --ingest', found: 'a token, which is for no page' })
    return { kind: 'token', name, role: roleOf(text(options['role']) ?? ''), project, expiresAt }
  }
  if (project === null) throw fault('usage', { expected: '--project for an ingest key', found: 'none' })
  const role: Role | null = text(options['role']) === null ? null : roleOf(text(options['role']) ?? '')
  if (role !== null && role !== 'recorder')
    throw fault('usage', { expected: 'no --role: an ingest key only records', found: role })
  return { kind: 'ingest', name, project, origins: originsOf(options), perMinute: rateOf(options), expiresAt }
}

function originsOf(options: Options): readonly string[] {
  return texts(options['origin']).map((given) => {
    const url = URL.canParse(given) ? new URL(given) : null
    // What a browser sends has no path, and no port where it is the usual one.
    if (url && /^https?:$/.test(url.protocol) && (given === url.origin || given === `${url.origin}/`)) return url.origin
    throw fault('usage', { expected: 'an origin, as https://app.example', found: given, where: '--origin' })
  })
}

function rateOf(options: Options): number | undefined {
  const given = text(options['perMinute'])
  if (given === null) return undefined
  if (/^[1-9]\d{0,6}$/.test(given)) return Number(given)
  throw fault('usage', { expected: 'a whole number from 1', found: given, where: '--per-minute' })
}

function timeOf(given: string | null): string | null {
  if (given === null) return null
  const ms = Date.parse(given)
  if (given.endsWith('Z') && Number.isFinite(ms)) return new Date(ms).toISOString()
  throw fault('usage', { expected: 'a time in UTC, as 2027-01-31T00:00:00Z', found: given, where: '--expires' })
}

export const keysList: Command = {
  name: 'keys list',
  about: 'list tokens and ingest keys, newest first',
  run: (_args, _options, context) =>
    withEngine(context, async (engine) => {
      const items = await listKeys(engine)
      context.terminal.result({ items }, () =>
        items.length === 0
          ? 'There are no tokens and no keys.'
          : table(
              ['id', 'kind', 'name', 'role', 'project', 'origins', 'last used', 'expires', 'revoked'],
              items.map((key) => [
                key.id,
                key.kind,
                key.name,
                key.role,
                key.project ?? 'all',
                key.origins.join(' ') || null,
                key.lastUsedAt,
                key.expiresAt,
                key.revokedAt,
              ]),
            ),
      )
    }),
}

export const keysRevoke: Command = {
  name: 'keys revoke',
  about: 'let a token or key in no more, at once',
  args: [{ name: '<id>', about: 'as "keys list" shows it' }],
  run: ([id = ''], _options, context) =>
    act(
      context,
      { action: 'hindsight keys revoke', target: id },
      (engine) => revokeKey(engine, id),
      (key) => `${key.name} lets nobody in any more.`,
    ),
}
