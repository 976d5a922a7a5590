/**
 * From tracks to a camera, one shot at a time. The stages are the files of this folder, in this order: tabulate and hide,
 * keyframes, a turning camera, a moving camera, which of the two, zoom, all frames, lens, rounds of rejection, report.
 */
import type { Context } from '#core/context.ts'
import type { SolveFailureCode, SolveOptions, SolveResult, SolverTrack } from '../solution.ts'
import { polish, resectAll } from './finish.ts'
import { firstLook, startsFrom } from './first-look.ts'
import type { Setting } from './general.ts'
import type { Freedom } from './freedom.ts'
import { grow } from './grow.ts'
import { selectKeyframes } from './keyframes.ts'
import { contradiction, decideLens, decidePrincipal } from './lens-evidence.ts'
import { planOf, unusable } from './plan.ts'
import { solvedFrames, type Reconstruction } from './reconstruction.ts'
import { report } from './report.ts'
import { noisePx } from './score.ts'
import { settleFocal } from './settle-focal.ts'
import { observationsIn, tabulate, type Shot } from './shot.ts'
import { pointless, scoreOf, turnOrMove } from './turn-or-move.ts'
import { asksForZoom, zoomShapeOf } from './zoom.ts'
import { zoomBeforeWall, zoomedTurn } from './zoomed-turn.ts'

type SolveContext = Pick<Context, 'signal' | 'progress'>

/** Fewer tracks in a frame determine no pose, even if all were right. */
const FEWEST_TRACKS = 8

/**
 * Solves the camera of one shot; the caller splits clips at cuts.
 *
 * @param tracks positions in pixels, any order; what is not finite is ignored
 * @returns the solution, or a plain sentence why there is none. The same input and seed give the same output to the last bit.
 */
export async function solveCamera(
  tracks: readonly SolverTrack[],
  options: SolveOptions,
  ctx: SolveContext,
): Promise<SolveResult> {
  const wrong = unusable(options)
  if (wrong !== null) return failure('unstable', `The solver needs ${wrong}.`)
  const shot = tabulate(tracks, options.heldOutShare, options.seed, options)
  if (shot === null) return failure('too-few-tracks', 'There are no tracks; follow at least 20 points.')
  const plan = planOf(options)
  const keyframes = selectKeyframes(shot, plan.diagonalPx, FEWEST_TRACKS)
  const refusal = tooLittle(shot, keyframes)
  if (refusal !== null) return refusal
  const look = firstLook(shot, plan, keyframes)
  const setting: Setting = { ...plan, focalStartsPx: startsFrom(plan, look), keyframes, look, zoomShape: null }
  const found = await solveKeyframes(shot, setting, options, ctx)
  if (ctx.signal.aborted) return failure('cancelled', 'The solve was cancelled.')
  if (found === null) return noMotion(options)
  return finish(shot, found, setting, options, ctx)
}

/** The stages that take time, for those who wait. */
const STAGES = ['a turning camera', 'a moving camera', 'a zoom', 'all frames', 'lens and noise'] as const
const begin = (ctx: SolveContext, stage: (typeof STAGES)[number]) =>
  ctx.progress({ done: STAGES.indexOf(stage), total: STAGES.length, unit: 'stages', note: `solving: ${stage}` })

const failure = (code: SolveFailureCode, why: string): SolveResult => ({ ok: false, code, why })

function tooLittle(shot: Shot, keyframes: readonly number[]): SolveResult | null {
  if (shot.trackIds.length < FEWEST_TRACKS) {
    const why = `${shot.trackIds.length} tracks are too few for a camera; follow at least 20, better 100.`
    return failure('too-few-tracks', why)
  }
  if (shot.frameCount < 2)
    return failure(
      'too-few-frames',
      'All tracks lie in one frame, and one frame shows no motion; give more frames, through which points can be followed.',
    )
  if (keyframes.length < 2) {
    return failure('too-few-tracks', `Hardly any frame has ${FEWEST_TRACKS} tracks; follow more points, longer.`)
  }
  if (!keyframes.some((frame) => partsSeen(shot, frame) >= FEWEST_PARTS)) {
    return failure('too-few-tracks', 'The tracks lie together in one spot; follow points all over the picture.')
  }
  return null
}

/** Parts of the picture, of 60, that hold a track. */
const FEWEST_PARTS = 3
const partsSeen = (shot: Shot, frame: number) =>
  Math.round(observationsIn(shot, frame).reduce((sum, i) => sum + shot.areaWeight[i]!, 0))

const noMotion = ({ motion }: SolveOptions): SolveResult =>
  motion === 'tripod'
    ? failure('no-rigid-motion', 'The tracks do not move as a turning camera would see them; try a moving camera.')
    : failure(
        'no-parallax',
        'No stretch of the shot shows one rigid scene from two places; follow more points on what stands still, or longer.',
      )

/** Turning or moving, with or without zoom: the one that explains the keyframes best. */
async function solveKeyframes(
  shot: Shot,
  setting: Setting,
  options: SolveOptions,
  ctx: SolveContext,
): Promise<Reconstruction | null> {
  if (options.zoom === 'on') {
    return solveMotion(shot, { ...setting, ...zooming(setting, await zoomShapeOf(shot, setting, ctx)) }, options, ctx)
  }
  const plain = await solveMotion(shot, setting, options, ctx)
  if (options.zoom === 'off' || options.focal === 'fixed' || ctx.signal.aborted) return plain
  begin(ctx, 'a zoom')
  if (plain === null || scoreOf(shot, plain, setting) > HOPELESS)
    return options.motion === 'general' ? plain : ((await zoomedTurn(shot, setting, ctx)) ?? plain)
  const turned = options.motion === 'auto' ? await zoomBeforeWall(shot, plain, setting, ctx) : null
  if (turned !== null) return turned
  if (!(await asksForZoom(shot, plain, setting, ctx))) return plain
  // The stages come once more now; who waits has seen them.
  const quiet = { ...ctx, progress: () => {} }
  const zoomSetting = { ...setting, ...zooming(setting, await zoomShapeOf(shot, setting, ctx)) }
  const zoomed = await solveMotion(shot, zoomSetting, options, quiet)
  if (zoomed === null) return plain
  return scoreOf(shot, zoomed, setting) < CLEARLY * scoreOf(shot, plain, setting) ? zoomed : plain
}

const solveMotion = (shot: Shot, setting: Setting, options: SolveOptions, ctx: SolveContext) =>
  turnOrMove(shot, setting, options.motion, ctx, (stage) => begin(ctx, stage))

const zooming = ({ freedom }: Setting, zoomShape: Float64Array) => ({
  zoomShape,
  freedom: { ...freedom, focal: 'per-camera' } as const,
})

/** Of a misfit: so much that does not fit leaves nothing to start a zoom from, but a zoom from one place needs no start. */
const HOPELESS = 0.8
/** A richer model has to lower the misfit by so much. */
const CLEARLY = 0.9
/** Gates of the rejection before and after the lens is decided, in standard deviations of the noise. */
const ROUGH = [12]
const FINE = [7, 5]
/** Where so large a share of the tracks fits no point, some of what moves on its own still pulls: the gate closes further. */
const CROWDED = 0.25
const FINER = [7, 5, 4, 4]

async function finish(
  shot: Shot,
  found: Reconstruction,
  setting: Setting,
  options: SolveOptions,
  ctx: SolveContext,
): Promise<SolveResult> {
  const { pxUnit, keyframes, lensFree } = setting
  const freed = found.intrinsics.lens.model === 'polynomial' && lensFree ? 1 : 0
  const focal = found.focalsPx === null ? setting.freedom.focal : 'per-camera'
  const freedom: Freedom = { focal, radial: freed, principal: false }
  begin(ctx, 'all frames')
  const rough = await polish(shot, await resectAll(shot, found, pxUnit, ctx), ROUGH, freedom, 1e-4, pxUnit, ctx)
  const whole = await reachAll(shot, rough, freedom, pxUnit, ctx)
  begin(ctx, 'lens and noise')
  const asFreed = options.freeLens === true ? { radial: 2 as const } : null
  const { radial } = lensFree ? (asFreed ?? (await decideLens(shot, whole, keyframes, freedom, 2, ctx))) : freedom
  const principal =
    options.principal === 'refine' && (await decidePrincipal(shot, whole, keyframes, { ...freedom, radial }, ctx))
  const settled: Freedom = { ...freedom, radial, principal }
  const fine = await polish(shot, whole, pointless(whole) > CROWDED ? FINER : FINE, settled, 1e-6, pxUnit, ctx)
  const final = await settleFocal(shot, fine, settled, setting, options, ctx)
  if (ctx.signal.aborted) return failure('cancelled', 'The solve was cancelled.')
  const doubt = untenable(shot, final.reconstruction, pxUnit)
  if (doubt !== null) return doubt
  const isHeld = !lensFree || settled.focal === 'fixed'
  const asked = isHeld ? await contradiction(shot, final.reconstruction, keyframes, settled, lensFree, ctx) : null
  return { ok: true, solution: report(shot, final, setting, asked) }
}

/** A pose from fewer points, or a noise beyond this many pixels of a 960 wide picture, is no answer. */
const FEWEST_POINTS = 6
const MOST_NOISE = 3

function untenable(shot: Shot, solved: Reconstruction, pxUnit: number): SolveResult | null {
  const points = solved.points.filter((v, i) => i % 3 === 0 && !Number.isNaN(v)).length
  if (points < FEWEST_POINTS || solvedFrames(solved).length < 2) {
    return failure('unstable', `Only ${points} tracks fit one camera motion; follow more points on what stands still.`)
  }
  const noise = noisePx(shot, solved)
  if (noise <= MOST_NOISE * pxUnit) return null
  const found = `The best ${solved.tripod ? 'turning' : 'moving'} camera misses the tracks by ${noise.toFixed(0)} px`
  return failure('no-rigid-motion', `${found}: they do not show one rigid scene. Mask what moves on its own.`)
}

/** Frames that the keyframes did not lead to are tried once more, one after the other from the solved ones. */
async function reachAll(
  shot: Shot,
  rough: Reconstruction,
  freedom: Freedom,
  pxUnit: number,
  ctx: SolveContext,
): Promise<Reconstruction> {
  const frames: number[] = []
  for (let f = 0; f < shot.frameCount; f++) if (observationsIn(shot, f).length >= FEWEST_TRACKS) frames.push(f)
  if (frames.every((frame) => rough.cameras[frame] !== null)) return rough
  return rough.tripod ? rough : grow(shot, rough, { frames, freedom, pxUnit }, ctx)
}
