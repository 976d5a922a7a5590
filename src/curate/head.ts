/** What a format must know of the whole before the first sample comes, gathered in one pass. */
import { splitNames, type SplitName } from '#core/dataset.ts'
import type { ExportHead, ExportItem } from '#core/format.ts'
import type { Json } from '#core/json.ts'

export interface HeadFacts {
  /** "screens@1.0.0", or a query in words. */
  readonly title: string
  /** UTC; a fixed time, so that exporting a version again gives the same bytes. */
  readonly at: string
  /** Labels of earlier versions in their order: they keep their class numbers, and new ones come after them. */
  readonly knownLabels?: readonly string[]
}

type AttributeType = ExportHead['attributes'][number]['type']

/** Reads all items once; remembers labels and attribute keys, never the items. */
export async function gatherHead(
  items: AsyncIterable<ExportItem> | Iterable<ExportItem>,
  { title, at, knownLabels = [] }: HeadFacts,
): Promise<ExportHead> {
  const labels = new Set<string>()
  const splits = new Set<SplitName>()
  const kinds = new Map<string, number>()
  for await (const { sample, split } of items) {
    if (split !== null) splits.add(split)
    if (sample.type === 'image') for (const { label } of sample.annotations) labels.add(label)
    for (const [key, value] of Object.entries(sample.attributes)) kinds.set(key, (kinds.get(key) ?? 0) | kindOf(value))
  }
  for (const label of knownLabels) labels.delete(label)
  const keys = [...kinds.keys()].sort()
  return {
    title,
    at,
    labels: [...new Set(knownLabels), ...[...labels].sort()],
    splits: splitNames.filter((split) => splits.has(split)),
    attributes: keys.map((key) => ({ key, type: typeOf(kinds.get(key) ?? 0) })),
  }
}

/** One bit for each kind of value, so that all that occurred under a key is one number. */
const kind = { integer: 1, long: 2, number: 4, boolean: 8, string: 16, nested: 32 } as const

function kindOf(value: Json): number {
  if (value === null) return 0
  if (typeof value === 'number') return Number.isSafeInteger(value) ? kind.integer : kind.number
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? kind.long : kind.nested
  if (typeof value === 'boolean') return kind.boolean
  return typeof value === 'string' ? kind.string : kind.nested
}

/** The narrowest type that holds every value without loss; `json` (each value as JSON text) where no other does. */
function typeOf(kinds: number): AttributeType {
  const within = (...allowed: readonly number[]) => (kinds & ~allowed.reduce((a, b) => a | b)) === 0
  // A key that is null everywhere: text is what every format can leave empty.
  if (within(kind.string)) return 'string'
  if (within(kind.integer, kind.long)) return 'integer'
  if (within(kind.integer, kind.number)) return 'number'
  return within(kind.boolean) ? 'boolean' : 'json'
}
