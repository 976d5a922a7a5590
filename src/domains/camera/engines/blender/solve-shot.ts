/**
 * From tracks to a camera by Blender's solver. Used as it is, it depends much on where it starts and on every bad marker: so
 * it is asked from several pairs of keyframes and focal lengths, then again and again without the observations that do not
 * fit, as a match-mover cleans and solves again. What is hidden from it, what counts as bad, which answer is better and how
 * it is told are the same as for our own solver.
 */
import type { Context } from '#core/context.ts'
import type { SolveFailureCode, SolveOptions, SolveResult, SolverTrack } from '#track/solution.ts'
import type { SolveTask } from '#track/track-clip.ts'
import { evidenceFor } from '#track/solve/evidence.ts'
import { placePoints } from '#track/solve/place-points.ts'
import { planOf, type Plan, unusable } from '#track/solve/plan.ts'
import { type Reconstruction, solvedFrames } from '#track/solve/reconstruction.ts'
import { reject } from '#track/solve/reject.ts'
import { inFirstCamera, report } from '#track/solve/report.ts'
import { misfit, noisePx } from '#track/solve/score.ts'
import { type Shot, tabulate } from '#track/solve/shot.ts'
import { spreadOf } from '#track/solve/spread.ts'
import { askSolve, type Hypothesis } from './ask-solve.ts'
import type { Bridge } from './bridge-process.ts'
import { keyframePairs } from './keyframe-pairs.ts'

const fewestTracks = 8
const pairsTried = 3
/** Noise of a good solve, in pixels of a picture 960 wide: no other start is tried then. */
const goodNoisePx = 0.3
const goodMisfit = 0.3
/** Gates of the rounds, in standard deviations of the noise. */
const gates = [12, 7, 5] as const
/** A moving camera has to explain the tracks so much better than a turning one. */
const clearly = 0.9
/** What bends the picture must carry itself: as in our own solver. */
const leastZ = 2.5
const leastGainTimesZ = 0.05
/** Beyond this noise (960 wide) the answer is none. */
const mostNoisePx = 3

type SolveContext = Pick<Context, 'signal' | 'progress'>

/** A shot, and what is asked of it. */
interface Case {
  readonly bridge: Bridge
  readonly shot: Shot
  readonly plan: Plan
  readonly options: SolveOptions
  readonly signal: AbortSignal
}

/** An answer, and what it was asked with. */
interface Answered {
  readonly solved: Reconstruction
  readonly hypothesis: Hypothesis
}

/**
 * @throws engine.*, and `signal.reason`
 */
export async function solveShot(
  bridge: Bridge,
  { tracks, options }: SolveTask,
  ctx: SolveContext,
): Promise<SolveResult> {
  const wrong = unusable(options)
  if (wrong !== null) return failure('unstable', `The solver needs ${wrong}.`)
  if (options.zoom === 'on') {
    return failure('unstable', 'Blender solves one focal length for a shot; use the embedded engine for a zoom.')
  }
  const shot = tabulate(tracks, options.heldOutShare, options.seed, options)
  const refusal = tooLittle(shot, tracks)
  if (shot === null || refusal !== null) return refusal ?? failure('too-few-tracks', 'There are no tracks.')
  const task: Case = { bridge, shot, plan: planOf(options), options, signal: ctx.signal }
  const first = await firstAnswer(task)
  if (first === null) return noAnswer(options)
  const cleaned = await clean(task, first)
  const settled = await decideLens(task, cleaned)
  return toldOf(task, settled)
}

const failure = (code: SolveFailureCode, why: string): SolveResult => ({ ok: false, code, why })

function tooLittle(shot: Shot | null, tracks: readonly SolverTrack[]): SolveResult | null {
  if (shot === null || tracks.length < fewestTracks) {
    return failure(
      'too-few-tracks',
      `${tracks.length} tracks are too few for a camera; follow at least 20, better 100.`,
    )
  }
  if (shot.frameCount >= 2) return null
  return failure('too-few-frames', 'All tracks lie in one frame, and one frame shows no motion; give more frames.')
}

const noAnswer = ({ motion }: SolveOptions): SolveResult =>
  motion === 'tripod'
    ? failure('no-rigid-motion', 'Blender finds no turning camera that sees these tracks; try a moving camera.')
    : failure('no-parallax', 'Blender finds no camera that sees these tracks; follow more points on what stands still.')

/** The answer that explains most, over kinds of motion, keyframes and focal lengths to start from. */
async function firstAnswer(task: Case): Promise<Answered | null> {
  const { motion } = task.options
  const turning = motion === 'general' ? null : await bestOf(task, tripodStarts(task))
  if (motion === 'tripod') return turning
  const moving = await bestOf(task, generalStarts(task))
  if (turning === null || moving === null) return moving ?? turning
  return scoreOf(task, moving) < clearly * scoreOf(task, turning) ? moving : turning
}

function* tripodStarts({ plan, options }: Case): Iterable<Hypothesis> {
  for (const focalPx of plan.focalStartsPx) {
    yield { intrinsics: { ...plan.base, focalPx }, tripod: true, keyframes: null, refine: freed(options) }
  }
}

function* generalStarts({ shot, plan, options }: Case): Iterable<Hypothesis> {
  const pairs = keyframePairs(shot, plan.pxUnit, pairsTried)
  for (const focalPx of plan.focalStartsPx) {
    for (const { frames } of pairs) {
      yield { intrinsics: { ...plan.base, focalPx }, tripod: false, keyframes: frames, refine: freed(options) }
    }
  }
}

const freed = ({ focal, principal }: SolveOptions): Hypothesis['refine'] => [
  ...(focal === 'fixed' ? [] : (['focal_length'] as const)),
  ...(principal === 'refine' ? (['principal_point'] as const) : []),
]

const scoreOf = ({ shot, plan }: Case, { solved }: Answered) => misfit(shot, solved, 0.5 * plan.pxUnit)

async function bestOf(task: Case, hypotheses: Iterable<Hypothesis>): Promise<Answered | null> {
  const { bridge, shot, plan, signal } = task
  const evidence = { kept: new Uint8Array(shot.track.length).fill(1), takesPart: () => true }
  let best: Answered | null = null
  for (const hypothesis of hypotheses) {
    const solved = await askSolve(bridge, shot, evidence, hypothesis, signal)
    if (solved === null) continue
    const answered = { solved, hypothesis }
    if (best === null || scoreOf(task, answered) < scoreOf(task, best)) best = answered
    if (noisePx(shot, best.solved) < goodNoisePx * plan.pxUnit && scoreOf(task, best) < goodMisfit) break
  }
  return best
}

/** Rounds: what lies far from its point is left out, and Blender solves again; a worse answer is not taken. */
async function clean(task: Case, first: Answered): Promise<Answered> {
  const { shot, plan } = task
  let current = first
  for (const gate of gates) {
    const noise = Math.max(0.03 * plan.pxUnit, noisePx(shot, current.solved))
    const gatePx = Math.max(0.5 * plan.pxUnit, gate * noise)
    const rejected = reject(shot, current.solved, gatePx).reconstruction
    const placed = placePoints(shot, rejected, { leastParallaxPx: 3 * plan.pxUnit, gatePx })
    const next = await again(task, placed, current.hypothesis)
    if (next === null || scoreOf(task, next) > scoreOf(task, current) / clearly) break
    current = next
  }
  return current
}

/** The same question without what was rejected, from the focal length that was found. */
async function again(
  { bridge, shot, signal }: Case,
  placed: Reconstruction,
  before: Hypothesis,
): Promise<Answered | null> {
  const hypothesis = { ...before, intrinsics: placed.intrinsics }
  const takesPart = (track: number) => !Number.isNaN(placed.points[3 * track]!)
  const solved = await askSolve(bridge, shot, { kept: placed.kept, takesPart }, hypothesis, signal)
  return solved && { solved, hypothesis }
}

/** With `auto` the lens is freed, and stays so only where the tracks carry it. */
async function decideLens(task: Case, simple: Answered): Promise<Answered> {
  const { shot, plan, options } = task
  if (!plan.lensFree) return simple
  const refine = [...freed(options), 'radial_distortion'] as const
  const rich = await again(task, simple.solved, { ...simple.hypothesis, refine })
  if (rich === null) return simple
  const frames = solvedFrames(simple.solved)
  const { gain, z } = evidenceFor(shot, simple.solved, rich.solved, noisePx(shot, rich.solved), frames)
  return z >= leastZ && gain * z >= leastGainTimesZ ? clean(task, rich) : simple
}

function toldOf({ shot, plan, options }: Case, { solved, hypothesis }: Answered): SolveResult {
  const final = inFirstCamera(solved)
  const noise = noisePx(shot, final)
  if (!(noise <= mostNoisePx * plan.pxUnit)) {
    const found = `Blender's best camera misses the tracks by ${noise.toFixed(0)} px`
    return failure('no-rigid-motion', `${found}: they do not show one rigid scene. Mask what moves on its own.`)
  }
  const isFixed = options.focal === 'fixed'
  const radial = hypothesis.refine.includes('radial_distortion') ? 2 : 0
  const spread = spreadOf(shot, final, { focal: isFixed ? 'fixed' : 'shared', radial, principal: false })
  const notes = isFixed ? ['The focal length was taken as given.'] : []
  return { ok: true, solution: report(shot, final, spread, notes, plan) }
}
