/**
 * One step of many tracks with the same settings: flow from the previous frame to the next (pyramidal Lucas-Kanade,
 * checked by following back), refinement of the pattern's warp in the motion model, and a search by correlation over the
 * search window where the flow failed or the pattern did not agree.
 */
import type { Kernel, Pyramid } from '#vision/kernel.ts'
import type { TrackerSettings } from '../tracks.ts'
import type { Follower, PatternBatch } from './follower.ts'
import { refineSteadily } from './refine-pattern.ts'

/** Where a track is in the next frame, or was last believed to be. */
export interface Outcome {
  readonly found: boolean
  readonly x: number
  readonly y: number
  /** With the pattern, after refinement; NaN where none could be computed. */
  readonly correlation: number
  /** Of the pattern; null where not found. */
  readonly warp: Float32Array | null
}

/** A point that comes back farther than this from where it started was not followed. */
const returnPx = 1
/** A keyframe's pattern that agrees so well needs no other proof. */
const sure = 0.9
/** Refinement may correct the flow by this share of the pattern's side; more means that they see different things. */
const correctionShare = 0.15
/** Side of the flow's window over the pattern's: it need not be exact, refinement follows. */
const flowShare = 0.6
const flowLevels = 4
const returnLevels = 2
const flowIterations = 10
const flowEpsilonPx = 0.1

/** Follows tracks that share settings from one frame to the next; one outcome each. */
export function follow(
  kernel: Kernel,
  from: Pyramid,
  to: Pyramid,
  followers: readonly Follower[],
  settings: TrackerSettings,
): Outcome[] {
  const outcomes = followers.map(({ x, y, vx, vy }) => lostAt(x + vx, y + vy, Number.NaN))
  const settle = (candidates: readonly Candidate[]) => {
    for (const members of byBatch(candidates).values()) {
      refine(kernel, to, members, settings).forEach((outcome, k) => {
        outcomes[members[k]!.index] = outcome
      })
    }
  }
  const all = followers.map((follower, index): Candidate => ({ follower, index, x: follower.x, y: follower.y }))
  const flowed = flow(kernel, from, to, all, settings)
  // Where two frames are compared and nothing else, the way back is the only proof.
  if (settings.patternMatch === 'previous-frame') settle(returning(kernel, from, to, flowed, settings))
  else {
    settle(flowed)
    const doubtful = flowed.filter(({ index }) => outcomes[index]!.found && outcomes[index]!.correlation < sure)
    const returned = new Set(returning(kernel, from, to, doubtful, settings))
    for (const candidate of doubtful) {
      const { x, y, correlation } = outcomes[candidate.index]!
      if (!returned.has(candidate)) outcomes[candidate.index] = lostAt(x, y, correlation)
    }
  }
  const missing = all.filter(({ index }) => !outcomes[index]!.found && fitsInPicture(outcomes[index]!, to, settings))
  settle(search(kernel, from, to, missing, settings))
  return outcomes
}

const lostAt = (x: number, y: number, correlation: number): Outcome => ({ found: false, x, y, correlation, warp: null })

/** Whether all of a pattern at a place lies in the picture, which is what following and searching need. */
export function fitsInPicture(
  { x, y }: Outcome,
  { widthPx, heightPx }: Pyramid,
  { patternSize }: TrackerSettings,
): boolean {
  const reach = patternSize / 2
  return x >= reach && y >= reach && x <= widthPx - reach && y <= heightPx - reach
}

/** A follower, its place in the step's list, and where it may be. */
interface Candidate {
  readonly follower: Follower
  readonly index: number
  readonly x: number
  readonly y: number
}

const positions = (candidates: readonly Candidate[]) => Float32Array.from(candidates.flatMap(({ x, y }) => [x, y]))

/** Where followers are expected if they go on as they did. */
const predictions = (candidates: readonly Candidate[]) =>
  Float32Array.from(candidates.flatMap(({ follower: { x, y, vx, vy } }) => [x + vx, y + vy]))

/** The candidates that the flow carries along, and no farther than the search window reaches. */
function flow(
  kernel: Kernel,
  from: Pyramid,
  to: Pyramid,
  candidates: readonly Candidate[],
  settings: TrackerSettings,
): Candidate[] {
  if (candidates.length === 0) return []
  const start = positions(candidates)
  const guess = predictions(candidates)
  const there = kernel.flow(from, to, start, guess, flowOptions(settings.patternSize, flowLevels))
  return candidates.flatMap((candidate, i) => {
    const [x, y] = [there.xy[2 * i]!, there.xy[2 * i + 1]!]
    return there.ok[i] === 1 && isInReach(candidate.follower, x, y, settings) ? [{ ...candidate, x, y }] : []
  })
}

/** As in Blender all of the pattern stays in the search window, which lies around the predicted place. */
function isInReach({ x, y, vx, vy }: Follower, atX: number, atY: number, settings: TrackerSettings): boolean {
  const reach = (settings.searchSize - settings.patternSize) / 2
  return Math.abs(atX - x - vx) <= reach && Math.abs(atY - y - vy) <= reach
}

const flowOptions = (patternSize: number, levels: number) => ({
  windowPx: 2 * Math.floor((flowShare * patternSize) / 2) + 1,
  levels,
  maxIterations: flowIterations,
  epsilonPx: flowEpsilonPx,
})

/** The candidates that the flow from where they are now carries back to where they came from. */
function returning(
  kernel: Kernel,
  from: Pyramid,
  to: Pyramid,
  candidates: readonly Candidate[],
  { patternSize }: TrackerSettings,
): Candidate[] {
  if (candidates.length === 0) return []
  const origins = Float32Array.from(candidates.flatMap(({ follower: { x, y } }) => [x, y]))
  const { xy, ok } = kernel.flow(to, from, positions(candidates), origins, flowOptions(patternSize, returnLevels))
  return candidates.filter(
    (_, i) => ok[i] === 1 && Math.hypot(xy[2 * i]! - origins[2 * i]!, xy[2 * i + 1]! - origins[2 * i + 1]!) <= returnPx,
  )
}

/** Looks for what tracks looked like in the previous frame, which resembles the next one more than an older pattern does. */
function search(
  kernel: Kernel,
  from: Pyramid,
  to: Pyramid,
  candidates: readonly Candidate[],
  { patternSize, searchSize, correlation }: TrackerSettings,
): Candidate[] {
  if (candidates.length === 0) return []
  const { patterns, inside } = kernel.cutPatterns(from, positions(candidates), patternSize)
  const which = Int32Array.from(candidates, (_, i) => i)
  const { xy, score } = kernel.search(to, patterns, which, predictions(candidates), searchSize)
  patterns.release()
  return candidates.flatMap((candidate, i) =>
    inside[i] === 1 && score[i]! >= correlation ? [{ ...candidate, x: xy[2 * i]!, y: xy[2 * i + 1]! }] : [],
  )
}

/** Refines the warps of candidates whose patterns are in one batch, from where they may be. */
function refine(kernel: Kernel, to: Pyramid, candidates: readonly Candidate[], settings: TrackerSettings): Outcome[] {
  const warps = new Float32Array(8 * candidates.length)
  candidates.forEach(({ follower, x, y }, k) => {
    warps.set(follower.warp, 8 * k)
    warps[8 * k + 2] = x
    warps[8 * k + 5] = y
  })
  const followers = candidates.map(({ follower }) => follower)
  const refined = refineSteadily(kernel, to, followers, warps, settings)
  return candidates.map(({ follower, x, y }, k) => {
    const warp = refined.warps.slice(8 * k, 8 * k + 8)
    const correlation = refined.correlation[k]!
    const found =
      refined.ok[k] === 1 &&
      correlation >= settings.correlation &&
      isInReach(follower, warp[2]!, warp[5]!, settings) &&
      Math.hypot(warp[2]! - x, warp[5]! - y) <= correctionShare * settings.patternSize
    return found ? { found, x: warp[2]!, y: warp[5]!, correlation, warp } : lostAt(x, y, correlation)
  })
}

/** Candidates that have a pattern, by the batch that it is in. */
const byBatch = (candidates: readonly Candidate[]): Map<PatternBatch, Candidate[]> =>
  Map.groupBy(
    candidates.filter(({ follower }) => follower.pattern !== null),
    ({ follower }) => follower.pattern!.batch,
  )
