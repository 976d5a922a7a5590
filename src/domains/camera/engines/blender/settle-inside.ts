/**
 * What is inside the camera: whether the lens bends, whether it zooms, and whose focal length is believed; by the same rules as
 * for our own solver, with Blender asked again where something is freed or held.
 */
import type { Context } from '#core/context.ts'
import type { Intrinsics } from '#track/geometry/intrinsics.ts'
import { evidenceFor } from '#track/solve/evidence.ts'
import type { Freedom } from '#track/solve/freedom.ts'
import { solvedFrames } from '#track/solve/reconstruction.ts'
import { noisePx } from '#track/solve/score.ts'
import type { SettledFocal } from '#track/solve/settle-focal.ts'
import { spreadOf } from '#track/solve/spread.ts'
import { standsStill } from '#track/solve/stillness.ts'
import { inFirstCamera } from '#track/solve/world-frame.ts'
import { asksForZoom } from '#track/solve/zoom.ts'
import { again, type Answered, type Case, clean } from './solve-rounds.ts'

/** What bends the picture must carry itself: as in our own solver. */
const leastZ = 2.5
const leastGainTimesZ = 0.05
/** A lens does not bend the corners of a picture by more than this share. */
const mostBent = 0.5
/** A standard deviation of the focal length of more than this share: a guess of a lens is as good. */
const vagueShare = 0.08

/** With `auto` the lens is freed, and stays so only where the tracks carry it. */
export async function decideLens(task: Case, simple: Answered): Promise<Answered> {
  const { shot, plan } = task
  if (!plan.lensFree) return simple
  const refine = [...simple.hypothesis.refine, 'radial_distortion'] as const
  const rich = await again(task, simple.solved, { ...simple.hypothesis, refine })
  if (rich === null || !isLens(rich.solved.intrinsics)) return simple
  const frames = solvedFrames(simple.solved)
  const { gain, z } = evidenceFor(shot, simple.solved, rich.solved, noisePx(shot, rich.solved), frames)
  return z >= leastZ && gain * z >= leastGainTimesZ ? clean(task, rich) : simple
}

/** Of a real lens each term bends less than the one before it; Blender lets them cancel each other to explain what is none. */
function isLens({ lens, widthPx, heightPx, focalPx }: Intrinsics): boolean {
  if (lens.model !== 'polynomial') return true
  const corner = Math.hypot(widthPx, heightPx) / 2 / focalPx
  const [first, second, third] = [lens.k1 * corner ** 2, lens.k2 * corner ** 4, lens.k3 * corner ** 6].map(Math.abs)
  return first! < mostBent && second! < first! && third! < first!
}

/** Whether the keyframes ask for focal lengths of their own, as for our own solver. */
export async function zooms(
  task: Case,
  { solved }: Answered,
  keyframes: readonly number[],
  ctx: Pick<Context, 'signal' | 'progress'>,
): Promise<boolean> {
  const { shot, plan, look, options } = task
  if (options.zoom === 'off' || options.focal === 'fixed') return false
  const wanted = new Set(keyframes)
  const cameras = solved.cameras.map((camera, frame) => (wanted.has(frame) ? camera : null))
  return asksForZoom(shot, { ...solved, cameras }, { ...plan, look, keyframes, zoomShape: null }, ctx)
}

/** What the tracks hardly show is better taken as given: a camera that slides sideways sees nearly the same with any lens. */
export async function settleFocal(task: Case, found: Answered): Promise<SettledFocal> {
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
