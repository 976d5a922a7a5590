/** What is in a dataset more than once: the same bytes, pictures that look alike, and labels that were set twice. */
import { type Annotation, iou, type Point, type Shape } from '#core/annotation.ts'
import { visitNearPairs } from './near-pairs.ts'

/** Sets of ids whose hashes are equal; each set sorted, the sets ordered by their first id. */
export function findExactDuplicates(
  items: Iterable<{ readonly id: string; readonly hash: string }>,
): readonly (readonly string[])[] {
  const byHash = new Map<string, string[]>()
  for (const { id, hash } of items) {
    const ids = byHash.get(hash)
    if (ids === undefined) byHash.set(hash, [id])
    else ids.push(id)
  }
  return sortSets([...byHash.values()].filter((ids) => ids.length > 1))
}

export interface NearCluster {
  /** Sorted. */
  readonly ids: readonly string[]
  /** Most bits by which two that were joined directly differ; 0 when all fingerprints are equal. */
  readonly maxDistance: number
}

/**
 * Pictures that look alike, joined into clusters: each member is within `maxDistance` bits of another one of its
 * cluster, though two of them may be further apart. Exact, and independent of the order of `items`.
 *
 * @param items fingerprints of 16 hex digits, as `#vision/perceptual-hash.ts` makes them
 * @param maxDistance bits, 0 to 15; copies of one picture differ in 0 to about 8, unrelated pictures in around 32
 */
export function findNearDuplicates(
  items: Iterable<{ readonly id: string; readonly fingerprint: string }>,
  maxDistance: number,
): readonly NearCluster[] {
  const idsOf = new Map<string, string[]>()
  for (const { id, fingerprint } of items) {
    const ids = idsOf.get(fingerprint)
    if (ids === undefined) idsOf.set(fingerprint, [id])
    else ids.push(id)
  }
  const fingerprints = [...idsOf.keys()]
  const leaders = Uint32Array.from(fingerprints.keys())
  // One number for each fingerprint, not one for each link: a dense cluster has links by the million.
  const widest = new Uint8Array(fingerprints.length)
  visitNearPairs(fingerprints, maxDistance, (a, b, distance) => {
    leaders[leaderOf(leaders, b)] = leaderOf(leaders, a)
    if (distance > (widest[a] ?? 0)) widest[a] = distance
  })
  const clusters = new Map<number, { ids: string[]; maxDistance: number }>()
  for (const [i, fingerprint] of fingerprints.entries()) {
    const leader = leaderOf(leaders, i)
    const cluster = clusters.get(leader) ?? { ids: [], maxDistance: 0 }
    for (const id of idsOf.get(fingerprint) ?? []) cluster.ids.push(id)
    cluster.maxDistance = Math.max(cluster.maxDistance, widest[i] ?? 0)
    clusters.set(leader, cluster)
  }
  const found = [...clusters.values()].filter(({ ids }) => ids.length > 1)
  for (const { ids } of found) ids.sort()
  return found.sort((a, b) => byFirst(a.ids, b.ids))
}

/** Follows a union-find forest to its root, and shortens the way for the next time. */
function leaderOf(leaders: Uint32Array, member: number): number {
  let at = member
  for (;;) {
    const above = leaders[at] ?? at
    if (above === at) return at
    leaders[at] = leaders[above] ?? above
    at = above
  }
}

export interface DuplicateLabel {
  readonly a: Annotation
  readonly b: Annotation
  /** Intersection over union; 1 for points and polygons, which count only when they are equal. */
  readonly iou: number
}

/**
 * Pairs of labels of one picture that say the same of the same place: the same class, and boxes that overlap by `minIou`
 * or more.
 */
export function findDuplicateLabels(annotations: readonly Annotation[], minIou = 0.9): readonly DuplicateLabel[] {
  const found: DuplicateLabel[] = []
  for (const [, alike] of Map.groupBy(annotations, ({ label, shape }) => `${shape.type}:${label}`)) {
    const fromLeft = alike.toSorted((a, b) => leftOf(a) - leftOf(b))
    for (const [i, a] of fromLeft.entries()) {
      for (let j = i + 1; j < fromLeft.length; j++) {
        const b = fromLeft[j]
        // From here on everything begins to the right of where `a` ends.
        if (b === undefined || leftOf(b) > rightOf(a)) break
        const shared = overlap(a, b)
        if (shared >= minIou) found.push({ a, b, iou: shared })
      }
    }
  }
  return found
}

function overlap({ shape: a }: Annotation, { shape: b }: Annotation): number {
  if (a.type === 'box' && b.type === 'box') return iou(a.bbox, b.bbox)
  return pointsOf(a).flat().join() === pointsOf(b).flat().join() ? 1 : 0
}

const leftOf = ({ shape }: Annotation) => Math.min(...pointsOf(shape).map(([x]) => x))
const rightOf = ({ shape }: Annotation) => Math.max(...pointsOf(shape).map(([x]) => x))

function pointsOf(shape: Shape): readonly Point[] {
  if (shape.type === 'point') return [shape.point]
  if (shape.type === 'polygon') return shape.points
  const [x, y, width, height] = shape.bbox
  return [
    [x, y],
    [x + width, y + height],
  ]
}

const sortSets = (sets: readonly string[][]) => sets.map((ids) => ids.sort()).sort(byFirst)

function byFirst([a = '']: readonly string[], [b = '']: readonly string[]): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
