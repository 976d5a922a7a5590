/**
 * Points that are seen for so long that eliminating them would tie all cameras of a long shot to one another. They stay in the
 * equations, behind the cameras, whose own part keeps its narrow band: a bordered band matrix, whose factor costs about as
 * much as the shot is long. Which unknowns are eliminated first changes nothing but the work (George and Liu 1981,
 * chapter 1); for points and cameras see Triggs et al., Bundle Adjustment: A Modern Synthesis, 2000, section 6.
 */
import { firstBlocks } from './adjust-envelope.ts'
import type { Layout } from './adjust-layout.ts'
import type { Rows } from './adjust-observe.ts'
import { LEAST_DIAGONAL } from './adjust-points.ts'
import type { CameraSums, Priors } from './adjust-priors.ts'

export interface Lasting {
  /** First column of each point that stays, -1: eliminated. */
  readonly column: Int32Array
  /** Columns in all: cameras, what they share, points that stay. */
  readonly size: number
}

/** From its first block to its last, for each point; -1 where no block sees it. */
function spansOf({ block, sightings: { start, camera } }: Layout): Int32Array {
  return Int32Array.from({ length: start.length - 1 }, (_, p) => {
    let [lowest, highest] = [Infinity, -1]
    for (let i = start[p]!; i < start[p + 1]!; i++) {
      const each = block[camera[i]!]!
      if (each < 0) continue
      lowest = Math.min(lowest, each)
      highest = Math.max(highest, each)
    }
    return highest < 0 ? -1 : highest - lowest
  })
}

/** All points that span more than so many blocks stay. */
export function lastingBeyond(layout: Layout, span: number): Lasting {
  let size = layout.size
  const column = spansOf(layout).map((each) => {
    if (each <= span) return -1
    size += 3
    return size - 3
  })
  return { column, size }
}

/** Fewer cameras are factored at once faster than this choice is made. */
const FEWEST_BLOCKS = 80
/** Keeping points has to save this share of the work. */
const CLEARLY = 0.7

export interface LastingChoice {
  readonly lasting: Lasting
  /** Multiplications of forming and factoring the reduced equations, about. */
  readonly work: number
}

/** The choice that is least work: none of the points, or those beyond some span. */
export function chooseLasting(layout: Layout, priors: Priors): LastingChoice {
  const none = lastingBeyond(layout, Infinity)
  let best = { lasting: none, work: workOf(layout, priors, none) }
  if (layout.blocks < FEWEST_BLOCKS || !layout.pointsFree) return best
  const plain = best.work
  for (let span = 8; span < layout.blocks; span = Math.ceil(1.4 * span)) {
    const lasting = lastingBeyond(layout, span)
    const work = workOf(layout, priors, lasting)
    if (work < Math.min(CLEARLY * plain, best.work)) best = { lasting, work }
  }
  return best
}

/** Of the band, of its border, and of taking the other points out. */
function workOf(layout: Layout, priors: Priors, { column, size }: Lasting): number {
  const { blockSize, blocks, sightings } = layout
  let work = 0
  for (let p = 0; p + 1 < sightings.start.length; p++) {
    if (column[p]! < 0) work += 1.5 * (blockSize * (sightings.start[p + 1]! - sightings.start[p]!)) ** 2
  }
  const border = size - blocks * blockSize
  firstBlocks(layout, priors, column).forEach((first, i) => {
    const width = i - first + 1
    work += blockSize ** 3 * (width ** 2 / 2) + border * blockSize ** 2 * width
  })
  return work + (border ** 2 / 2) * blockSize * blocks
}

/** Puts point p, whose observations stand in `rows`, into the equations, at `column`; `along`: see `factorPoint`. */
export function addLastingPoint(
  { matrix: { values, offset }, gradient, diagonal }: CameraSums,
  rows: Rows,
  layout: Layout,
  p: number,
  column: number,
  along: Float64Array | null,
): void {
  const { block, blockSize, blocks, shared, sightings } = layout
  const { byPoint, byCamera, byShared, residual } = rows
  const [from, to] = [sightings.start[p]!, sightings.start[p + 1]!]
  for (let axis = 0; axis < 3; axis++) {
    const row = column + axis
    const at = offset[row]!
    for (let r = 0; r < 2 * (to - from); r++) {
      const x = byPoint[3 * r + axis]!
      const here = block[sightings.camera[from + (r >> 1)]!]!
      if (here >= 0) addScaled(values, at + here * blockSize, x, byCamera, r * blockSize, blockSize)
      addScaled(values, at + blocks * blockSize, x, byShared, r * shared.length, shared.length)
      addScaled(values, at + column, x, byPoint, 3 * r, axis + 1)
      gradient[row]! -= x * residual[r]!
    }
    diagonal[row] = values[at + row]!
  }
  const sum = diagonal[column]! + diagonal[column + 1]! + diagonal[column + 2]!
  for (let axis = 0; axis < 3; axis++) {
    const row = column + axis
    diagonal[row] = Math.max(diagonal[row]!, LEAST_DIAGONAL * sum)
    for (let b = 0; b <= axis && along !== null; b++) {
      values[offset[row]! + column + b]! += sum * along[3 * p + axis]! * along[3 * p + b]!
    }
  }
}

function addScaled(to: Float64Array, at: number, by: number, from: Float64Array, begin: number, length: number): void {
  for (let j = 0; j < length; j++) to[at + j]! += by * from[begin + j]!
}
