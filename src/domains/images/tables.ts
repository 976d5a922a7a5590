/** Tables of figures over image sessions: what is asked for, with which models, how it went, and when. */
import type { StatGatherer, StatTable } from '#core/domain.ts'
import type { AnySession } from '#core/session.ts'
import { diversity, normaliseInstruction } from './instruction.ts'
import { asImages, type ImagesSession } from './session.ts'

const columns = [
  { name: 'sessions', unit: null },
  { name: 'succeeded', unit: null },
  { name: 'failed', unit: null },
  { name: 'mean latency', unit: 'ms' },
  { name: 'rated', unit: null },
  { name: 'mean rating', unit: null },
  { name: 'kept', unit: 'share' },
] as const

/** The mean of what is known. */
interface Mean {
  sum: number
  count: number
}

interface Row {
  sessions: number
  succeeded: number
  failed: number
  readonly latencyMs: Mean
  readonly rating: Mean
  readonly kept: Mean
}

const note = (mean: Mean, value: number | null | undefined) => {
  if (value === null || value === undefined) return
  mean.sum += value
  mean.count++
}
const meanOf = ({ sum, count }: Mean) => (count === 0 ? null : sum / count)
const empty = (): Row => ({
  sessions: 0,
  succeeded: 0,
  failed: 0,
  latencyMs: { sum: 0, count: 0 },
  rating: { sum: 0, count: 0 },
  kept: { sum: 0, count: 0 },
})

/** One row per value of `groupOf`, the most frequent first. */
function groupedBy(about: string, groupOf: (session: ImagesSession) => string, byName = false): StatTable {
  return { about, columns, start: () => gatherer(groupOf, byName) }
}

function gatherer(groupOf: (session: ImagesSession) => string, byName: boolean): StatGatherer {
  const rows = new Map<string, Row>()
  return {
    add(recorded: AnySession) {
      const session = asImages(recorded)
      const { outcome } = session
      const group = groupOf(session)
      const row = rows.get(group) ?? empty()
      rows.set(group, row)
      row.sessions++
      if (outcome.status === 'succeeded') row.succeeded++
      if (outcome.status === 'failed') row.failed++
      note(row.latencyMs, outcome.latencyMs)
      note(row.rating, outcome.rating)
      note(row.kept, outcome.kept === true ? 1 : outcome.kept === false ? 0 : null)
    },
    rows: () =>
      [...rows]
        .sort(([a, x], [b, y]) => (byName ? 0 : y.sessions - x.sessions) || (a < b ? -1 : 1))
        .map(([group, row]) => ({
          group,
          values: [
            row.sessions,
            row.succeeded,
            row.failed,
            meanOf(row.latencyMs),
            row.rating.count,
            meanOf(row.rating),
            meanOf(row.kept),
          ],
        })),
  }
}

const unknown = '(unknown)'

export const imagesTables: Readonly<Record<string, StatTable>> = {
  instruction: groupedBy('What was asked for, written alike', (session) =>
    normaliseInstruction(session.context.instruction),
  ),
  model: groupedBy('The models that were used', ({ settings: { values } }) =>
    [values.model ?? unknown, values.modelVersion].filter((part) => typeof part === 'string').join(' '),
  ),
  'edit-type': groupedBy('The kinds of edit, as the application names them', (session) => {
    return session.context.editType ?? unknown
  }),
  'image-day': groupedBy('Image sessions by day, UTC', (session) => session.recordedAt.slice(0, 10), true),
  diversity: {
    about: 'How varied the instructions are',
    columns: [
      { name: 'instructions', unit: null },
      { name: 'distinct', unit: null },
      { name: 'entropy', unit: 'bits' },
      { name: 'distinct words', unit: 'share' },
    ],
    start: () => {
      const counts = new Map<string, number>()
      return {
        add(recorded) {
          const text = normaliseInstruction(asImages(recorded).context.instruction)
          counts.set(text, (counts.get(text) ?? 0) + 1)
        },
        rows() {
          if (counts.size === 0) return []
          const { instructions, distinct, entropyBits, typeTokenRatio } = diversity(counts)
          return [{ group: 'all', values: [instructions, distinct, entropyBits, typeTokenRatio] }]
        },
      }
    },
  },
}
