/**
 * From tracks to a camera by Blender's solver. Used as it is, it depends much on where it starts and on every bad marker: so
 * it is asked from several pairs of keyframes and focal lengths, and cleaned after. What is hidden from it, what counts as
 * bad, which answer is better and how it is told are the same as for our own solver.
 */
import type { Context } from '#core/context.ts'
import type { SolveFailureCode, SolveOptions, SolveResult, SolverTrack } from '#track/solution.ts'
import { firstLook, startsFrom } from '#track/solve/first-look.ts'
import { selectKeyframes } from '#track/solve/keyframes.ts'
import { planOf, unusable } from '#track/solve/plan.ts'
import { report } from '#track/solve/report.ts'
import { noisePx } from '#track/solve/score.ts'
import { type Shot, tabulate } from '#track/solve/shot.ts'
import type { SolveTask } from '#track/track-clip.ts'
import type { Hypothesis } from './ask-solve.ts'
import type { Bridge } from './bridge-process.ts'
import { type KeyframePair, keyframePairs } from './keyframe-pairs.ts'
import { rigidTracks } from './rigid-tracks.ts'
import { decideLens, settleFocal, zooms } from './settle-inside.ts'
import { type Answered, type Case, cleanest, goodMisfit, scoreOf } from './solve-rounds.ts'

const fewestTracks = 8
const pairsTried = 3
/** A moving camera has to explain the tracks so much better than a turning one. */
const clearly = 0.9
/** Beyond this noise (960 wide) the answer is none. */
const mostNoisePx = 1.5

type SolveContext = Pick<Context, 'signal' | 'progress'>

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
  if (options.zoom === 'on') return zoomed
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
  const bent = await decideLens(task, found)
  return (await zooms(task, bent, keyframes, ctx)) ? zoomed : toldOf(task, bent)
}

const failure = (code: SolveFailureCode, why: string): SolveResult => ({ ok: false, code, why })

const zoomed = failure(
  'unstable',
  'Blender solves one focal length for a shot, and this one zooms: use the embedded engine, or say that there is no zoom.',
)

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
  return scoreOf(task, moving.solved) < clearly * scoreOf(task, turning.solved) ? moving : turning
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

async function toldOf(task: Case, found: Answered): Promise<SolveResult> {
  const { shot, plan } = task
  const final = await settleFocal(task, found)
  const noise = noisePx(shot, final.reconstruction)
  if (noise <= mostNoisePx * plan.pxUnit) return { ok: true, solution: report(shot, final, plan, null) }
  const off = `Blender's best camera misses the tracks by ${noise.toFixed(0)} px`
  return failure('no-rigid-motion', `${off}: they do not show one rigid scene. Mask what moves on its own.`)
}
