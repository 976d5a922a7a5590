/** Who may call what, made from the route table: what test/authorisation.test.ts holds a real server to, and docs/authorisation.md. */
import { type Route, type RouteKey, routes } from '../src/http/contract.ts'
import type { Scope } from '../src/http/route.ts'

/** Who asks. All but nobody are of all projects, or bound to the one that is asked about, or to another. */
export const kinds = ['nobody', 'viewer', 'reviewer', 'recorder', 'owner', 'ingest'] as const
export type Kind = (typeof kinds)[number]
export type Bound = 'all' | 'own' | 'other'

/** What comes of it: it is done, or refused with this status. */
export type Answer = 'yes' | 401 | 403 | 404

const table = Object.entries(routes) as [RouteKey, Route][]

const mayByRole: Readonly<Record<Exclude<Kind, 'nobody' | 'ingest'>, readonly Route['role'][]>> = {
  viewer: ['viewer', 'signed-in'],
  reviewer: ['viewer', 'reviewer', 'signed-in'],
  recorder: ['recorder', 'signed-in'],
  owner: ['viewer', 'reviewer', 'recorder', 'owner', 'signed-in'],
}

/** What one that is bound to another project is told, by how the project of a request is found. */
const elsewhere: Readonly<Record<Scope, Answer>> = {
  open: 'yes',
  store: 403,
  query: 403,
  body: 403,
  session: 404,
  job: 404,
  import: 404,
  blob: 404,
  'body.session': 404,
  opened: 403,
  journal: 404,
  // The lines are refused one by one.
  lines: 'yes',
  erased: 404,
  legacy: 403,
  // It sees its own, whatever is there.
  filtered: 'yes',
}

export function expectedAnswer({ role, scope, ingest }: Route, kind: Kind, bound: Bound): Answer {
  if (role === 'anyone') return 'yes'
  if (kind === 'nobody') return 401
  if (
    kind === 'ingest' ? ingest !== true : !(mayByRole[kind].includes(role) || (ingest === true && kind === 'recorder'))
  )
    return 403
  if (bound === 'all') return 'yes'
  return bound === 'own' ? (scope === 'store' ? 403 : 'yes') : elsewhere[scope]
}

const scopeWords: Readonly<Record<Scope, string>> = {
  open: 'of none',
  store: 'of all',
  query: '`project` of the query',
  body: '`project` of the body',
  session: "the session's",
  job: "the job's",
  import: "the import's",
  blob: 'a session of it has the blob',
  'body.session': 'that of the session in the body',
  opened: 'that of the session in the body',
  journal: "the journal's",
  lines: 'that of each line',
  erased: 'that of each session',
  legacy: 'that of the old doors',
  filtered: "the principal's own",
}

const head = [
  '<!-- Made by `npm run docs:authorisation` from the route table (src/http/contract.ts); edit that. -->',
  '',
  '# Who may call what',
  '',
  'Every route of the API, and what it answers to whom; `test/authorisation.test.ts` asks a real server all of it. ✓ = it is',
  'done, a number = it is refused with this status. The columns of roles are about principals of all projects. What a principal',
  'that is bound to a project is told depends on whose the object is: of its own project it may do what its role may, unless the',
  'route is about all of them; the last two columns say what it is told about its own project and about another, where its role',
  'would do. What belongs to another project answers 404, like what is not there.',
  '',
  '| route | project | nobody | viewer | reviewer | recorder | owner | ingest key | own | other |',
  '|---|---|---|---|---|---|---|---|---|---|',
]

export function authorisationPage(): string {
  const rows = table.map(([key, route]) => {
    const cells = [
      expectedAnswer(route, 'nobody', 'all'),
      ...(['viewer', 'reviewer', 'recorder', 'owner'] as const).map((kind) => expectedAnswer(route, kind, 'all')),
      expectedAnswer(route, 'ingest', 'own'),
      expectedAnswer(route, 'owner', 'own'),
      expectedAnswer(route, 'owner', 'other'),
    ]
    return `| \`${key}\` | ${scopeWords[route.scope]} | ${cells.map((cell) => (cell === 'yes' ? '✓' : cell)).join(' | ')} |`
  })
  return `${[...head, ...rows].join('\n')}\n`
}
