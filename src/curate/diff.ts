/**
 * What changed between two versions of a dataset: sample by sample, and within pictures label by label.
 *
 * Both come in the same order, so they are walked side by side and only what differs is remembered.
 */
import { type Annotation, iou, type Shape } from '#core/annotation.ts'
import { type SplitName, splitNames, type VersionItem } from '#core/dataset.ts'
import { parseJson } from '#core/json.ts'
import type { Sample } from '#core/sample.ts'

export interface DiffItem extends Pick<VersionItem, 'sampleId' | 'hash' | 'split'> {
  /** The sample as JSON. */
  readonly body: string
}

export interface VersionDiff {
  /** Samples in each. */
  readonly before: number
  readonly after: number
  readonly added: number
  readonly removed: number
  /** Samples in both whose content differs. */
  readonly changed: number
  /** Samples that went from one part of the split to another. */
  readonly moved: number
  /** Labels of changed pictures, by what became of them. */
  readonly annotations: AnnotationChanges
  /** Classes that only one of the versions knows, sorted. */
  readonly labels: { readonly added: readonly string[]; readonly removed: readonly string[] }
  /** Kinds of shape that only one of the versions has, sorted. */
  readonly shapes: { readonly added: readonly string[]; readonly removed: readonly string[] }
  /** The first of each kind, by sample id. */
  readonly examples: {
    readonly added: readonly string[]
    readonly removed: readonly string[]
    readonly changed: readonly string[]
    readonly moved: readonly string[]
  }
}

export interface AnnotationChanges {
  readonly added: number
  readonly removed: number
  /** Same class, another place: a corner went further than {@link movedBeyondPx}. */
  readonly moved: number
  /** Another class; it may have moved as well. */
  readonly relabelled: number
  /** Same class and place, but confirmed, scored or observed anew. */
  readonly restated: number
}

/** What lies within a pixel of where it was is where it was: other tools round. */
export const movedBeyondPx = 1

const maxExamples = 20

type Items = AsyncIterable<DiffItem> | Iterable<DiffItem>

/**
 * Compares two versions.
 *
 * @param before,after ordered by split (train, val, test), then sample id, as the store gives them
 */
export async function diffVersions(before: Items, after: Items): Promise<VersionDiff> {
  const tally = startTally()
  // What one side has alone so far; it may still turn up on the other side, in another part of the split.
  const gone = new Map<string, string>()
  const come = new Map<string, string>()
  const move = (id: string, equal: boolean) => {
    tally.moved.push(id)
    if (!equal) tally.changed.push(id)
  }
  for await (const [old, now] of sideBySide(before, after)) {
    const equal = old?.hash === now?.hash
    const newSample = now && readSample(now)
    const oldSample = equal ? newSample : old && readSample(old)
    if (oldSample) countSample(oldSample, tally.before)
    if (newSample) countSample(newSample, tally.after)
    if (old && now) {
      if (equal) continue
      tally.changed.push(now.sampleId)
      if (oldSample && newSample) addChanges(tally.annotations, oldSample, newSample)
    } else if (old) {
      const hash = come.get(old.sampleId)
      if (hash === undefined) gone.set(old.sampleId, old.hash)
      else if (come.delete(old.sampleId)) move(old.sampleId, hash === old.hash)
    } else if (now) {
      const hash = gone.get(now.sampleId)
      if (hash === undefined) come.set(now.sampleId, now.hash)
      else if (gone.delete(now.sampleId)) move(now.sampleId, hash === now.hash)
    }
  }
  return report(tally, [...come.keys()], [...gone.keys()])
}

interface Content {
  samples: number
  readonly labels: Set<string>
  readonly shapes: Set<string>
}

function startTally() {
  const content = (): Content => ({ samples: 0, labels: new Set(), shapes: new Set() })
  return {
    before: content(),
    after: content(),
    changed: [] as string[],
    moved: [] as string[],
    annotations: { added: 0, removed: 0, moved: 0, relabelled: 0, restated: 0 },
  }
}

function report(
  tally: ReturnType<typeof startTally>,
  added: readonly string[],
  removed: readonly string[],
): VersionDiff {
  const { before, after, changed, moved, annotations } = tally
  const first = (ids: readonly string[]) => ids.toSorted().slice(0, maxExamples)
  const difference = (a: ReadonlySet<string>, b: ReadonlySet<string>) => ({
    added: [...b].filter((name) => !a.has(name)).sort(),
    removed: [...a].filter((name) => !b.has(name)).sort(),
  })
  return {
    before: before.samples,
    after: after.samples,
    added: added.length,
    removed: removed.length,
    changed: changed.length,
    moved: moved.length,
    annotations,
    labels: difference(before.labels, after.labels),
    shapes: difference(before.shapes, after.shapes),
    examples: { added: first(added), removed: first(removed), changed: first(changed), moved: first(moved) },
  }
}

const readSample = (item: DiffItem) => parseJson(item.body, `sample ${item.sampleId}`) as unknown as Sample

function countSample(sample: Sample, content: Content): void {
  content.samples += 1
  if (sample.type !== 'image') return
  for (const { label, shape } of sample.annotations) {
    content.labels.add(label)
    content.shapes.add(shape.type)
  }
}

function addChanges(totals: { -readonly [K in keyof AnnotationChanges]: number }, before: Sample, after: Sample): void {
  if (before.type !== 'image' || after.type !== 'image') return
  const changes = diffAnnotations(before.annotations, after.annotations)
  totals.added += changes.added
  totals.removed += changes.removed
  totals.moved += changes.moved
  totals.relabelled += changes.relabelled
  totals.restated += changes.restated
}

/** A label without its counterpart by id is taken for the one it overlaps most, if by at least this much. */
const sameBoxIou = 0.5

/** What became of the labels of one picture. Labels are told by their id, and those left over by where they are. */
export function diffAnnotations(before: readonly Annotation[], after: readonly Annotation[]): AnnotationChanges {
  const changes = { added: 0, removed: 0, moved: 0, relabelled: 0, restated: 0 }
  const left = new Map(before.map((annotation) => [annotation.id, annotation]))
  const unmet: Annotation[] = []
  const compare = (was: Annotation, now: Annotation) => {
    left.delete(was.id)
    const change = changeOf(was, now)
    if (change !== null) changes[change] += 1
  }
  for (const now of after) {
    const was = left.get(now.id)
    if (was === undefined) unmet.push(now)
    else compare(was, now)
  }
  for (const now of unmet) {
    const was = mostOverlapping(now, left.values())
    if (was === null) changes.added += 1
    else compare(was, now)
  }
  return { ...changes, removed: left.size }
}

function changeOf(was: Annotation, now: Annotation): 'relabelled' | 'moved' | 'restated' | null {
  if (was.label !== now.label) return 'relabelled'
  if (hasMoved(was.shape, now.shape)) return 'moved'
  return restatement(was) === restatement(now) ? null : 'restated'
}

function mostOverlapping({ shape }: Annotation, candidates: Iterable<Annotation>): Annotation | null {
  let best: { readonly annotation: Annotation; readonly shared: number } | null = null
  for (const annotation of candidates) {
    if (shape.type !== 'box' || annotation.shape.type !== 'box') continue
    const shared = iou(shape.bbox, annotation.shape.bbox)
    if (shared >= sameBoxIou && shared > (best?.shared ?? 0)) best = { annotation, shared }
  }
  return best?.annotation ?? null
}

function hasMoved(a: Shape, b: Shape): boolean {
  const [from, to] = [cornersOf(a), cornersOf(b)]
  if (a.type !== b.type || from.length !== to.length) return true
  return from.some((place, i) => Math.abs(place - (to[i] ?? Infinity)) > movedBeyondPx)
}

/** x and y of every corner in turn; of a box the first and the last. */
function cornersOf(shape: Shape): readonly number[] {
  if (shape.type === 'point') return shape.point
  if (shape.type === 'polygon') return shape.points.flat()
  const [x, y, width, height] = shape.bbox
  return [x, y, x + width, y + height]
}

const restatement = ({ confidence, source, verified, provenance }: Annotation) =>
  JSON.stringify([confidence, source, verified, provenance.observations])

/** Joins two streams by split and sample id: what both have together, what one has alone with null for the other. */
async function* sideBySide(before: Items, after: Items): AsyncIterable<readonly [DiffItem | null, DiffItem | null]> {
  const [left, right] = [inOrder(before), inOrder(after)]
  try {
    let [old, now] = [await take(left), await take(right)]
    while (old !== null || now !== null) {
      const order = old === null ? 1 : now === null ? -1 : compareItems(old, now)
      yield [order <= 0 ? old : null, order >= 0 ? now : null]
      if (order <= 0) old = await take(left)
      if (order >= 0) now = await take(right)
    }
  } finally {
    await Promise.all([left.return(undefined), right.return(undefined)])
  }
}

async function take(items: AsyncGenerator<DiffItem>): Promise<DiffItem | null> {
  const next = await items.next()
  return next.done === true ? null : next.value
}

/** Passes items on, and refuses an order in which the streams would miss each other. */
async function* inOrder(items: Items): AsyncGenerator<DiffItem> {
  let last: DiffItem | null = null
  for await (const item of items) {
    if (last !== null && compareItems(last, item) >= 0) {
      throw new RangeError(`expected items in order, found ${item.sampleId} after ${last.sampleId}`)
    }
    last = item
    yield item
  }
}

const rankOf = (split: SplitName) => splitNames.indexOf(split)

function compareItems(a: DiffItem, b: DiffItem): number {
  if (a.split !== b.split) return rankOf(a.split) - rankOf(b.split)
  if (a.sampleId === b.sampleId) return 0
  return a.sampleId < b.sampleId ? -1 : 1
}
