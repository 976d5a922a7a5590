/**
 * One step of many tracks with the same settings: flow from the previous frame to the next (pyramidal Lucas-Kanade,
 * checked by following back), a search by correlation over the search window where the flow failed or the pattern did not
 * agree, and refinement of the pattern's warp in the motion model.
 */
import type { Kernel, Patterns, Pyramid } from '#vision/kernel.ts'
import type { TrackerSettings } from '../tracks.ts'
import type { Follower } from './follower.ts'

/** Where a track is in the next frame, or was last believed to be. */
export interface Outcome {
  readonly found: boolean
  readonly x: number
  readonly y: number
  /** With the pattern, after refinement; NaN where none could be computed. */
  readonly correlation: number
  /** Of the pattern; only where found. */
  readonly warp: Float32Array | null
}

/** A point that comes back farther than this from where it started was not followed. */
const returnPx = 1
/** Refinement may correct the flow by this share of the pattern's side; more means that they see different things. */
const correctionShare = 0.15
const flowLevels = 4
const flowIterations = 20
const flowEpsilonPx = 0.03
const refineIterations = 30
const refineEpsilonPx = 0.005

/** Follows tracks that share settings from one frame to the next; one outcome each. */
export function follow(
  kernel: Kernel,
  from: Pyramid,
  to: Pyramid,
  followers: readonly Follower[],
  settings: TrackerSettings,
): Outcome[] {
  const outcomes: Outcome[] = followers.map(({ x, y, vx, vy }) => lostAt(x + vx, y + vy, Number.NaN))
  const refineFrom = (candidates: readonly Candidate[]) => {
    for (const [i, outcome] of refine(kernel, to, followers, candidates, settings)) outcomes[i] = outcome
  }
  refineFrom(flow(kernel, from, to, followers, settings))
  const missing = outcomes.flatMap(({ found }, i) => (found ? [] : [i]))
  refineFrom(search(kernel, from, to, followers, missing, settings))
  return outcomes
}

const lostAt = (x: number, y: number, correlation: number): Outcome => ({ found: false, x, y, correlation, warp: null })

/** A place where a follower may be. */
interface Candidate {
  readonly index: number
  readonly x: number
  readonly y: number
}

/**
 * How far from the predicted place a track may be found, along x and along y: the pattern must lie inside the search
 * window, as in Blender.
 */
const reachPx = ({ searchSize, patternSize }: TrackerSettings) => (searchSize - patternSize) / 2

function flow(
  kernel: Kernel,
  from: Pyramid,
  to: Pyramid,
  followers: readonly Follower[],
  settings: TrackerSettings,
): Candidate[] {
  const start = Float32Array.from(followers.flatMap(({ x, y }) => [x, y]))
  const guess = Float32Array.from(followers.flatMap(({ x, y, vx, vy }) => [x + vx, y + vy]))
  const options = {
    windowPx: settings.patternSize,
    levels: flowLevels,
    maxIterations: flowIterations,
    epsilonPx: flowEpsilonPx,
  }
  const there = kernel.flow(from, to, start, guess, options)
  const back = kernel.flow(to, from, there.xy, start, { ...options, levels: 2 })
  const reach = reachPx(settings)
  return followers.flatMap((_, index) => {
    const [x, y] = [there.xy[2 * index]!, there.xy[2 * index + 1]!]
    if (there.ok[index] === 0 || back.ok[index] === 0) return []
    if (Math.hypot(back.xy[2 * index]! - start[2 * index]!, back.xy[2 * index + 1]! - start[2 * index + 1]!) > returnPx)
      return []
    if (Math.abs(x - guess[2 * index]!) > reach || Math.abs(y - guess[2 * index + 1]!) > reach) return []
    return [{ index, x, y }]
  })
}

/** Looks for what the tracks looked like in the previous frame, which resembles the next one more than any older pattern. */
function search(
  kernel: Kernel,
  from: Pyramid,
  to: Pyramid,
  followers: readonly Follower[],
  indices: readonly number[],
  settings: TrackerSettings,
): Candidate[] {
  if (indices.length === 0) return []
  const points = Float32Array.from(indices.flatMap((i) => [followers[i]!.x, followers[i]!.y]))
  const centres = Float32Array.from(
    indices.flatMap((i) => [followers[i]!.x + followers[i]!.vx, followers[i]!.y + followers[i]!.vy]),
  )
  const { patterns, inside } = kernel.cutPatterns(from, points, settings.patternSize)
  const which = Int32Array.from(indices, (_, k) => k)
  const { xy, score } = kernel.search(to, patterns, which, centres, settings.searchSize)
  patterns.release()
  return indices.flatMap((index, k) =>
    inside[k] === 1 && score[k]! >= settings.correlation ? [{ index, x: xy[2 * k]!, y: xy[2 * k + 1]! }] : [],
  )
}

/** Refines the warps of candidates' patterns from where they are believed to be. */
function refine(
  kernel: Kernel,
  to: Pyramid,
  followers: readonly Follower[],
  candidates: readonly Candidate[],
  settings: TrackerSettings,
): (readonly [number, Outcome])[] {
  const options = {
    model: settings.motionModel,
    maxIterations: refineIterations,
    epsilonPx: refineEpsilonPx,
    normalize: settings.normalize,
  }
  return [...byBatch(followers, candidates)].flatMap(([patterns, members]) => {
    const which = Int32Array.from(members, ({ index }) => followers[index]!.pattern!.index)
    const warps = new Float32Array(8 * members.length)
    members.forEach(({ index, x, y }, k) => {
      warps.set(followers[index]!.warp, 8 * k)
      warps[8 * k + 2] = x
      warps[8 * k + 5] = y
    })
    const refined = kernel.refine(to, patterns, which, warps, options)
    return members.map(({ index, x, y }, k): [number, Outcome] => {
      const warp = refined.warps.slice(8 * k, 8 * k + 8)
      const correlation = refined.correlation[k]!
      const correction = Math.hypot(warp[2]! - x, warp[5]! - y)
      const found =
        refined.ok[k] === 1 &&
        correlation >= settings.correlation &&
        correction <= correctionShare * settings.patternSize
      return [index, found ? { found, x: warp[2]!, y: warp[5]!, correlation, warp } : lostAt(x, y, correlation)]
    })
  })
}

/** Candidates that have a pattern, by the batch that it is in. */
function byBatch(followers: readonly Follower[], candidates: readonly Candidate[]): Map<Patterns, Candidate[]> {
  const batches = new Map<Patterns, Candidate[]>()
  for (const candidate of candidates) {
    const patterns = followers[candidate.index]!.pattern?.batch.patterns
    if (patterns === undefined) continue
    const members = batches.get(patterns)
    if (members === undefined) batches.set(patterns, [candidate])
    else members.push(candidate)
  }
  return batches
}
