/**
 * A first look at pairs of frames far apart, before anything is solved: does the camera clearly turn, or clearly move, and which
 * focal length do the pictures themselves ask for? What is clear spares the solver the other way; what is not, it tries both ways.
 *
 * On generated clips a turning camera is explained at 4.9 to 5.2 a track by a turn (see `chooseMotion` for the scores), a
 * moving one at 6.8 and more, at 5.3 to 6.7 by general motion; what no model explains costs 8.
 */
import { seededRng } from '#core/rng.ts'
import { robustFundamental } from '../estimate/eight-point.ts'
import { focalFromFundamentals } from '../estimate/focal.ts'
import { chooseMotion, type MotionChoice } from '../estimate/model-selection.ts'
import { cameraOf, raysOf } from '../geometry/projection.ts'
import { credibleFocal, type Plan } from './plan.ts'
import { farthestPairs } from './seed.ts'
import { median, positionsOf, sharedTracks, type Shot } from './shot.ts'

export interface FirstLook {
  readonly motion: 'turns' | 'moves' | 'unclear'
  /** Pixels; null where the pictures do not tell. */
  readonly focalPx: number | null
}

/** Pairs that are asked which motion they show, of those that vote on the focal length. */
const MOTION_PAIRS = 3
/** A turn explains most tracks of most pairs, to within the noise, and of all pairs about as many as any motion does. */
const EXPLAINED = 5.8
const NEARLY = 0.4
/** What any turn leaves unexplained, and by how much general motion explains more, also than a zooming turn could. */
const UNEXPLAINED = 6.8
const CLEARLY_MORE = 0.6
/** Of the guess: no lens is shorter or longer. */
const FOCAL_FACTORS = { from: 0.3, to: 4 }
/** A focal length that may lie so far apart, highest over lowest, is none. */
const WIDEST_RANGE = 1.35

export function firstLook(shot: Shot, plan: Plan, keyframes: readonly number[]): FirstLook {
  const { base, pxUnit } = plan
  const inside = cameraOf(base)
  const pairs = farthestPairs(shot, keyframes).map(([from, to]) => {
    const { inA, inB, count } = sharedTracks(shot, from, to)
    const [a, b] = [inA, inB].map((seen) => raysOf(inside, positionsOf(shot, seen)))
    const unit = pxUnit / inside.focalXPx
    return {
      a: a!,
      b: b!,
      count,
      options: { threshold: 2 * unit, leastSigma: 0.05 * unit, rng: seededRng(`look ${from} ${to}`) },
    }
  })
  const step = Math.max(1, (pairs.length - 1) / (MOTION_PAIRS - 1))
  const asked = pairs.filter((_, i) => Math.round(Math.round(i / step) * step) === i)
  const choices = asked.map(({ a, b, count, options }) =>
    perTrack(chooseMotion(a, b, { ...options, focal: 'free' }), count),
  )
  const seen = motionOf(choices)
  const turnedPx = seen === 'turns' ? base.focalPx * median(choices.map((choice) => choice!.focalFactor)) : null
  if (turnedPx !== null && credibleFocal(plan, turnedPx) === turnedPx) return { motion: 'turns', focalPx: turnedPx }
  const motion = seen === 'turns' ? 'unclear' : seen
  const fits = pairs.flatMap(({ a, b, options }) => robustFundamental(a, b, { ...options, maxSamples: 300 }) ?? [])
  const votes = fits.map(({ inliers }) => inliers.length)
  const hint = focalFromFundamentals(
    fits.map(({ model }) => model),
    FOCAL_FACTORS,
    votes,
  )
  const isNarrow = hint !== null && hint.range.to < WIDEST_RANGE * hint.range.from
  const focalPx = isNarrow ? hint.focal * base.focalPx : null
  return { motion, focalPx: focalPx === null ? null : credibleFocal(plan, focalPx) }
}

/** The focal lengths to start from, with that of a first look before the others. */
export const startsFrom = ({ focalStartsPx, freedom }: Plan, { focalPx }: FirstLook): readonly number[] =>
  focalPx === null || freedom.focal === 'fixed' ? focalStartsPx : [focalPx, ...focalStartsPx]

type Choice = Pick<MotionChoice, 'kind' | 'scores' | 'focalFactor'> | null

/** Scores for one track of the pair, so that pairs compare. */
function perTrack(choice: MotionChoice | null, count: number): Choice {
  if (choice === null) return null
  const { rotation, plane, general } = choice.scores
  return { ...choice, scores: { rotation: rotation / count, plane: plane / count, general: general / count } }
}

function motionOf(choices: readonly Choice[]): FirstLook['motion'] {
  const all = (holds: (choice: NonNullable<Choice>) => boolean) =>
    choices.length > 0 && choices.every((choice) => choice !== null && holds(choice))
  const turned = choices.filter((choice) => choice?.kind === 'rotation' && choice.scores.rotation < EXPLAINED)
  const nowhereElse = all(({ scores: { rotation, plane, general } }) => rotation < Math.min(plane, general) + NEARLY)
  if (nowhereElse && 2 * turned.length > choices.length) return 'turns'
  const moves = all(
    ({ scores: { rotation, plane, general } }) =>
      rotation > UNEXPLAINED && general + CLEARLY_MORE < Math.min(rotation, plane),
  )
  return moves ? 'moves' : 'unclear'
}
