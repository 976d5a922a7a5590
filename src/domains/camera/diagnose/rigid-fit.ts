/**
 * The one motion that most tracks share between two frames: of points of a rigid world seen by a moving camera (a fundamental
 * matrix), or by one that only turns (a homography, which is asked for less and so preferred where it fits as many).
 */
import { seededRng } from '#core/rng.ts'
import { robustFundamental } from '#track/estimate/eight-point.ts'
import { sampsonSquared } from '#track/estimate/epipolar.ts'
import { homographySquared, robustHomography } from '#track/estimate/homography.ts'
import type { PointPairs } from '../motion/frame-index.ts'

export interface RigidFit {
  readonly kind: 'turn' | 'travel'
  /** Share of the pairs that fit, 0 to 1. */
  readonly fitting: number
  /** How far each pair is from fitting, widths. */
  errors(pairs: Pick<PointPairs, 'a' | 'b'>): Float64Array
}

/** Up to this share of the width a pair fits: 1.5 pixels of 960. */
export const fitWidths = 1.5 / 960
const fewestPairs = 16
/** A travelling camera's model may bend more: it must win so many pairs to be believed. */
const travelGain = 1.1

/** @returns null with fewer than 16 pairs, or where no motion fits */
export function rigidFit({ a, b }: Pick<PointPairs, 'a' | 'b'>): RigidFit | null {
  if (a.length < 2 * fewestPairs) return null
  const options = { threshold: fitWidths, maxSamples: 400, confidence: 0.99 }
  const turn = robustHomography(a, b, { ...options, rng: seededRng('turn') })
  const turned = turn?.inlierShare ?? 0
  const canWin = travelGain * turned < 1
  const travel = canWin ? robustFundamental(a, b, { ...options, rng: seededRng('travel') }) : null
  const travelled = travel?.inlierShare ?? 0
  if (travel !== null && travelled > travelGain * turned) {
    return { kind: 'travel', fitting: travelled, errors: errorsBy(sampsonSquared, travel.model) }
  }
  return turn && { kind: 'turn', fitting: turned, errors: errorsBy(homographySquared, turn.model) }
}

const errorsBy =
  (squared: typeof sampsonSquared, model: Float64Array): RigidFit['errors'] =>
  ({ a, b }) => {
    const out = new Float64Array(a.length / 2)
    squared(model, a, b, out)
    return out.map(Math.sqrt)
  }
