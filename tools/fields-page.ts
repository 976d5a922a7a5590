/** The text of docs/fields.md, made from the schemas and the words of their fields, so that the page cannot say anything else. */
import type { Domain } from '../src/core/domain.ts'
import { domains } from '../src/domains/domains.ts'
import { type FieldRow, fieldGuide } from '../src/domains/field-guide.ts'

export function fieldsPage(): string {
  const guides = domains.map((domain) => ({ domain, rows: fieldGuide(domain) }))
  const [first] = guides
  const inEnvelope = new Set(first?.rows.flatMap(({ path }) => (isOfAll(path, guides) ? [path] : [])))
  const envelope = first?.rows.filter(({ path }) => inEnvelope.has(path)) ?? []
  const parts = guides.map(({ domain, rows }) =>
    section(
      domain,
      rows.filter(({ path }) => !inEnvelope.has(path)),
    ),
  )
  // What domain it is, each says itself; of all it is one of three.
  const whole = envelope.map((row) =>
    row.path === 'domain' ? { ...row, range: domains.map(({ name }) => name).join(', ') } : row,
  )
  return [
    ...head,
    '',
    '## Every session',
    '',
    ...table(whole, (path) => leavesOfAll(path, guides)),
    '',
    ...parts.flat(),
    '',
  ].join('\n')
}

interface Guide {
  readonly domain: Domain
  readonly rows: readonly FieldRow[]
}

const isOfAll = (path: string, guides: readonly Guide[]) =>
  guides.every(({ rows, domain }) => rows.some((row) => row.path === path) && !Object.hasOwn(domain.fields, path))

/** Samples of all kinds: what is not the same for all is said for each. */
function leavesOfAll(path: string, guides: readonly Guide[]): readonly string[] {
  return [...new Set(guides.flatMap(({ rows }) => rows.find((row) => row.path === path)?.leaves ?? []))]
}

function section({ name, about }: Domain, rows: readonly FieldRow[]): readonly string[] {
  const parts = Map.groupBy(rows, ({ path }) => path.split('.')[0] ?? path)
  const tables = [...parts].flatMap(([part, fields]) => [`### ${name}: ${part}`, '', ...table(fields), ''])
  return [`## ${name}`, '', `${about}.`, '', ...tables]
}

function table(rows: readonly FieldRow[], leaves?: (path: string) => readonly string[]): readonly string[] {
  return [
    '| field | what it is | unit | may be | null means | samples |',
    '|---|---|---|---|---|---|',
    ...rows.map((row) => {
      const about = row.formula === null ? row.about : `${row.about}. Computed: ${row.formula}`
      const carried = leaves?.(row.path) ?? row.leaves
      const cells = [
        `\`${row.path}\``,
        about,
        row.unit ?? '',
        row.range,
        row.none ?? 'must be there',
        carried.join(', '),
      ]
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
    }),
  ]
}

const head = [
  '<!-- Made by `npm run docs:fields` from the schemas and `fields.ts` beside them; edit those. -->',
  '',
  '# The fields of a session',
  '',
  'Every field that Hindsight knows, by its path; lists and maps are passed through, so that `telemetry.tracks.jitter` is the',
  'jitter of each track. A field may be left out or null, and both mean the same: what the column says, mostly that it is not',
  'known. Fields beyond these are kept as they came. `GET /api/v1/fields/{domain}` answers with the same rows, and',
  '`GET /api/v1/schemas/{name}` with JSON Schemas that have the words and units in them.',
  '',
  'A number without a unit is a share or a confidence from 0 to 1 where the range says so, else a figure of its own scale.',
  '`share of the picture` is x in widths and y in heights, y up.',
  '',
  '**What leaves.** Nothing leaves the machine unasked. The last column names the kinds of samples (`image`, `pair`, `row`,',
  '`trajectory`) that carry a field or something made of it: only those fields reach a dataset. Whether a sample leaves at all,',
  'the consent ledger decides at each export. A layout is different: `--format hindsight` writes whole sessions with every field,',
  '`autosolve`, `qontinui` and `nexvision` what the source system has a place for.',
]
