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
import { type FirstLook, firstLook, startsFrom } from '#track/solve/first-look.ts'
import type { Freedom } from '#track/solve/freedom.ts'
import { selectKeyframes } from '#track/solve/keyframes.ts'
import { placePoints } from '#track/solve/place-points.ts'
import { planOf, type Plan, unusable } from '#track/solve/plan.ts'
import { type Reconstruction, solvedFrames } from '#track/solve/reconstruction.ts'
import { reject } from '#track/solve/reject.ts'
import { report } from '#track/solve/report.ts'
import { misfit, noisePx } from '#track/solve/score.ts'
import { type Shot, tabulate } from '#track/solve/shot.ts'
import type { SettledFocal } from '#track/solve/settle-focal.ts'
import { spreadOf } from '#track/solve/spread.ts'
import { standsStill } from '#track/solve/stillness.ts'
import { inFirstCamera } from '#track/solve/world-frame.ts'
import { askSolve, type Hypothesis } from './ask-solve.ts'
import type { Bridge } from './bridge-process.ts'
import { type KeyframePair, keyframePairs } from './keyframe-pairs.ts'
import { rigidTracks } from './rigid-tracks.ts'

const fewestTracks = 8
const pairsTried = 3
/** Noise of a good solve, in pixels of a picture 960 wide: no other start is tried then. */
const goodNoisePx = 0.3
const goodMisfit = 0.3
/** Two answers whose focal lengths and misfits differ by less than this share are one. */
const sameShare = 0.01
/**
 * Gates of the rounds, in standard deviations of the noise. Narrow from the start: Blender's adjustment is not robust, so
 * what is wrong pulls with its square until it is left out, and comes back when it turns out to be right.
 */
const gates = [4, 4, 4, 5, 5] as const
/** A round that leaves out, or brings back, a smaller share of the observations is the last. */
const settledShare = 0.004
/** A moving camera has to explain the tracks so much better than a turning one. */
const clearly = 0.9
/** What bends the picture must carry itself: as in our own solver. */
const leastZ = 2.5
const leastGainTimesZ = 0.05
/** From a first answer of more noise than this (960 wide) no cleaning leads to the right one. */
const hopelessNoisePx = 12
/** Beyond this noise (960 wide) the answer is none. */
const mostNoisePx = 1.5
/** A standard deviation of the focal length of more than this share: a guess of a lens is as good. */
const vagueShare = 0.08

type SolveContext = Pick<Context, 'signal' | 'progress'>

/** A shot, and what is asked of it. */
interface Case {
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
  const plan = planOf(options)
  const keyframes = selectKeyframes(shot, plan.diagonalPx, fewestTracks)
  if (keyframes.length < 2) {
    return failure('too-few-tracks', `Hardly any frame has ${fewestTracks} tracks; follow more points, longer.`)
  }
  const look = firstLook(shot, plan, keyframes)
  const focalStartsPx = startsFrom(plan, look)
  const rigid = rigidTracks(shot, keyframes, plan.pxUnit)
  const task: Case = { bridge, shot, plan: { ...plan, focalStartsPx }, look, rigid, options, signal: ctx.signal }
  const found = await bestMotion(task)
  if (found === null) return noAnswer(options)
  return toldOf(task, await decideLens(task, found))
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

/** The answer that explains most, over kinds of motion, keyframes and focal lengths to start from; cleaned. */
async function bestMotion(task: Case): Promise<Answered | null> {
  const { motion } = task.options
  const isTurnTried = motion === 'tripod' || (motion === 'auto' && task.look.motion !== 'moves')
  const turning = isTurnTried ? await cleanest(task, tripodStarts(task)) : null
  if (motion === 'tripod') return turning
  if (task.look.motion === 'turns' && turning !== null && scoreOf(task, turning.solved) < goodMisfit) return turning
  const moving = await cleanest(task, generalStarts(task))
  if (turning === null || moving === null) return moving ?? turning
  return weighed(task, moving) < clearly * weighed(task, turning) ? moving : turning
}

/** Blender gives every track of a turning camera some depth, and so explains its noise: points without parallax do not count. */
function weighed(task: Case, { solved }: Answered): number {
  const { shot, plan } = task
  const gatePx = Math.max(0.5 * plan.pxUnit, gates[0] * noisePx(shot, solved))
  return scoreOf(task, placePoints(shot, solved, { leastParallaxPx: 3 * plan.pxUnit, gatePx, again: true }))
}

/** Blender's solver for tripods comes to the same answer from any focal length. */
const tripodStarts = ({ plan, options }: Case): readonly Hypothesis[] => [
  {
    intrinsics: { ...plan.base, focalPx: plan.focalStartsPx[0]! },
    tripod: true,
    keyframes: null,
    refine: freed(options),
  },
]

/** All pairs of keyframes from the likeliest focal length, then the best pair from the others. */
function generalStarts({ shot, plan, options }: Case): readonly Hypothesis[] {
  const pairs = keyframePairs(shot, plan.pxUnit, pairsTried)
  const [likely, ...others] = plan.focalStartsPx
  const start = (focalPx: number, { frames }: KeyframePair): Hypothesis => ({
    intrinsics: { ...plan.base, focalPx },
    tripod: false,
    keyframes: frames,
    refine: freed(options),
  })
  return [
    ...pairs.map((pair) => start(likely!, pair)),
    ...pairs.slice(0, 1).flatMap((best) => others.map((focalPx) => start(focalPx, best))),
  ]
}

const freed = ({ focal, principal }: SolveOptions): Hypothesis['refine'] => [
  ...(focal === 'fixed' ? [] : (['focal_length'] as const)),
  ...(principal === 'refine' ? (['principal_point'] as const) : []),
]

const scoreOf = ({ shot, plan }: Case, solved: Reconstruction) => misfit(shot, solved, 0.5 * plan.pxUnit)

/** A few bad markers bend Blender's first answers, so kinds of motion are compared after cleaning. */
async function cleanest(task: Case, hypotheses: readonly Hypothesis[]): Promise<Answered | null> {
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
async function clean(task: Case, first: Answered): Promise<Answered> {
  const { shot, plan } = task
  let current = first
  for (const gate of gates) {
    const noise = Math.max(0.03 * plan.pxUnit, noisePx(shot, current.solved))
    const gatePx = Math.max(0.5 * plan.pxUnit, gate * noise)
    const rejected = reject(shot, current.solved, gatePx).reconstruction
    const placed = placePoints(shot, rejected, { leastParallaxPx: 3 * plan.pxUnit, gatePx })
    if (differing(shot, current.solved, placed) < settledShare * shot.track.length) break
    const next = await again(task, placed, current.hypothesis)
    if (next === null || scoreOf(task, next.solved) > scoreOf(task, current.solved) / clearly) break
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

/** What the tracks hardly show is better taken as given: a camera that slides sideways sees nearly the same with any lens. */
async function settleFocal(task: Case, found: Answered): Promise<SettledFocal> {
  const { shot, options } = task
  const told = settled(task, found)
  if (options.focal === 'fixed') return { ...told, notes: ['The focal length was taken as given.'] }
  const isStill = standsStill(shot, found.solved)
  const sigma = told.spread.focalSigmaPx ?? Infinity
  if (!isStill && sigma < vagueShare * found.solved.intrinsics.focalPx) return told
  const why = isStill ? 'The camera does not move, which shows nothing of' : 'The motion hardly shows'
  const given = options.focal === 'unknown' ? null : options.focalPx
  const held = given === null ? null : await holdFocal(task, found, given)
  const what = held === null ? 'give it if you know it, the path depends on it.' : 'the given one was kept.'
  return { ...settled(task, held ?? found), isGuess: isStill, notes: [`${why} the focal length; ${what}`] }
}

/** In the world of the first camera, with nothing to be said. */
function settled(task: Case, answered: Answered): SettledFocal {
  const reconstruction = inFirstCamera(answered.solved)
  const spread = spreadOf(task.shot, reconstruction, freedomOf(task, answered))
  return { reconstruction, spread, notes: [], isGuess: false }
}

/** The same question with a focal length that is not to be found. */
async function holdFocal(task: Case, { solved, hypothesis }: Answered, focalPx: number): Promise<Answered | null> {
  const refine = hypothesis.refine.filter((what) => what !== 'focal_length')
  const start = { ...solved, intrinsics: { ...solved.intrinsics, focalPx } }
  const held = await again(task, start, { ...hypothesis, refine })
  return held && clean(task, held)
}

const freedomOf = ({ options }: Case, { hypothesis: { refine } }: Answered): Freedom => ({
  focal: refine.includes('focal_length') ? 'shared' : 'fixed',
  radial: refine.includes('radial_distortion') ? 2 : 0,
  principal: options.principal === 'refine',
})

async function toldOf(task: Case, found: Answered): Promise<SolveResult> {
  const { shot, plan } = task
  const final = await settleFocal(task, found)
  const noise = noisePx(shot, final.reconstruction)
  if (noise <= mostNoisePx * plan.pxUnit) return { ok: true, solution: report(shot, final, plan) }
  const off = `Blender's best camera misses the tracks by ${noise.toFixed(0)} px`
  return failure('no-rigid-motion', `${off}: they do not show one rigid scene. Mask what moves on its own.`)
}
