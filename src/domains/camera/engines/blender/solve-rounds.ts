/**
 * Rounds with Blender's solver: which of several answers is best, and the same question again without the observations that
 * do not fit, as a match-mover cleans and solves again.
 */
import type { SolveOptions } from '#track/solution.ts'
import type { FirstLook } from '#track/solve/first-look.ts'
import { placePoints } from '#track/solve/place-points.ts'
import type { Plan } from '#track/solve/plan.ts'
import type { Reconstruction } from '#track/solve/reconstruction.ts'
import { reject } from '#track/solve/reject.ts'
import { misfit, noisePx } from '#track/solve/score.ts'
import type { Shot } from '#track/solve/shot.ts'
import { askSolve, type Hypothesis } from './ask-solve.ts'
import type { Bridge } from './bridge-process.ts'

/** Noise of a good solve, in pixels of a picture 960 wide: no other start is tried then. */
const goodNoisePx = 0.3
export const goodMisfit = 0.3
/** Two answers whose focal lengths and misfits differ by less than this share are one. */
const sameShare = 0.01
/**
 * Gates of the rounds, in standard deviations of the noise. Narrow from the start: Blender's adjustment is not robust, so
 * what is wrong pulls with its square until it is left out, and comes back when it turns out to be right.
 */
const gates = [4, 4, 4, 5, 5] as const
/** A round that leaves out, or brings back, a smaller share of the observations is the last. */
const settledShare = 0.004
/** A round that explains so much less has lost its way. */
const muchWorse = 1.1
/** From a first answer of more noise than this (960 wide) no cleaning leads to the right one. */
const hopelessNoisePx = 6
/** So far off, in standard deviations of the noise, a track is no longer seen by the cameras. */
const scoredGate = 12

/** A shot, and what is asked of it. */
export interface Case {
  readonly bridge: Bridge
  readonly shot: Shot
  readonly plan: Plan
  readonly look: FirstLook
  /** Per track. */
  readonly rigid: readonly boolean[]
  readonly options: SolveOptions
  readonly signal: AbortSignal
}

/** An answer, and what it was asked with. */
export interface Answered {
  readonly solved: Reconstruction
  readonly hypothesis: Hypothesis
}

/**
 * How badly the cameras explain the tracks, 0 to 1. Every track is placed anew by them: so it neither helps to leave tracks
 * out, nor to give those of a turning camera some depth, as Blender does, which explains their noise.
 */
export function scoreOf(task: Case, solved: Reconstruction): number {
  const { shot, plan } = task
  const gatePx = gateOf(task, solved, scoredGate)
  const placed = placePoints(shot, solved, { leastParallaxPx: 3 * plan.pxUnit, gatePx, again: true })
  return misfit(shot, placed, 0.5 * plan.pxUnit)
}

/** A few bad markers bend Blender's first answers, so kinds of motion are compared after cleaning. */
export async function cleanest(task: Case, hypotheses: readonly Hypothesis[]): Promise<Answered | null> {
  const first = await bestOf(task, hypotheses)
  // What is this far off has another reason than bad markers.
  const isHopeless = first !== null && noisePx(task.shot, first.solved) > hopelessNoisePx * task.plan.pxUnit
  return first === null || isHopeless ? first : clean(task, first)
}

/** The best of the first answers; no more is asked when one is good, or two from different keyframes agree. */
async function bestOf(task: Case, hypotheses: readonly Hypothesis[]): Promise<Answered | null> {
  const { bridge, shot, plan, rigid, signal } = task
  const evidence = { kept: new Uint8Array(shot.track.length).fill(1), takesPart: (track: number) => rigid[track]! }
  let best: Answered | null = null
  for (const hypothesis of hypotheses) {
    const solved = await askSolve(bridge, shot, evidence, hypothesis, signal)
    if (solved === null) continue
    const before: Answered | null = best
    const answered = { solved, hypothesis }
    if (before === null || scoreOf(task, solved) < scoreOf(task, before.solved)) best = answered
    const isGood = noisePx(shot, solved) < goodNoisePx * plan.pxUnit && scoreOf(task, solved) < goodMisfit
    if (isGood || (before !== null && agree(task, before, answered))) break
  }
  return best
}

function agree(task: Case, a: Answered, b: Answered): boolean {
  const focals = a.solved.intrinsics.focalPx / b.solved.intrinsics.focalPx
  const scores = scoreOf(task, a.solved) / scoreOf(task, b.solved)
  return a.hypothesis.keyframes !== b.hypothesis.keyframes && [focals, scores].every((x) => Math.abs(x - 1) < sameShare)
}

/** Rounds: what lies far from its point is left out, and Blender solves again; a worse answer is not taken. */
export async function clean(task: Case, first: Answered): Promise<Answered> {
  const { shot, plan } = task
  let current = first
  for (const gate of gates) {
    const gatePx = gateOf(task, current.solved, gate)
    const rejected = reject(shot, current.solved, gatePx).reconstruction
    const placed = placePoints(shot, rejected, { leastParallaxPx: 3 * plan.pxUnit, gatePx })
    if (differing(shot, current.solved, placed) < settledShare * shot.track.length) break
    const next = await again(task, placed, current.hypothesis)
    if (next === null || scoreOf(task, next.solved) > muchWorse * scoreOf(task, current.solved)) break
    current = next
  }
  return current
}

/** How many observations take part in one and not in the other. */
function differing(shot: Shot, a: Reconstruction, b: Reconstruction): number {
  const pulls = ({ kept, points }: Reconstruction, i: number) =>
    kept[i] === 1 && !Number.isNaN(points[3 * shot.track[i]!]!)
  return shot.track.reduce((count, _, i) => count + (pulls(a, i) === pulls(b, i) ? 0 : 1), 0)
}

/** The same question without what was rejected, from the focal length that was found. */
export async function again(
  { bridge, shot, signal }: Case,
  placed: Reconstruction,
  before: Hypothesis,
): Promise<Answered | null> {
  const hypothesis = { ...before, intrinsics: placed.intrinsics }
  const takesPart = (track: number) => !Number.isNaN(placed.points[3 * track]!)
  const solved = await askSolve(bridge, shot, { kept: placed.kept, takesPart }, hypothesis, signal)
  return solved && { solved, hypothesis }
}

/** Least distance in pixels at which an observation is left out. */
export const gateOf = ({ shot, plan }: Case, solved: Reconstruction, gate: number): number =>
  Math.max(0.5 * plan.pxUnit, gate * Math.max(0.03 * plan.pxUnit, noisePx(shot, solved)))
