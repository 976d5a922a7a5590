/**
 * What kind of motion a camera made, read from the tracks alone: each part of the picture's motion is measured in the same
 * unit, how far it carries a typical point of the picture, and the part that does most of it names the kind. Depth tells a
 * camera that travels from one that turns or zooms.
 */
import type { SolverTrack } from '#track/solution.ts'
import { frameIndexOf, type FrameIndex, type PictureShape } from './frame-index.ts'
import { parallaxIn } from './parallax.ts'
import { type PictureCourse, pictureCourse, trendOf } from './picture-motion.ts'
import type { MotionKind } from '../terms.ts'

export { type MotionKind, motionKinds } from '../terms.ts'

export interface MotionKindReport {
  readonly kind: MotionKind
  /** 0 to 1: how clearly it is this and nothing else. */
  readonly confidence: number
  /** The stretch that was judged, frames, inclusive. */
  readonly fromFrame: number
  readonly toFrame: number
  readonly evidence: MotionEvidence
}

/** How far each part carries a typical point of the picture from one end of its course to the other, in widths. */
export interface MotionEvidence {
  readonly pan: number
  readonly roll: number
  readonly zoom: number
  /** What is quicker than half a second. */
  readonly shake: number
  /** Depth that the motion shows, 0 none to 1; null: too little motion to tell. */
  readonly parallax: number | null
  /** Ratio of the picture's scale at the end to the start; above 1 things grew. */
  readonly scale: number
  /** Clockwise turn of the picture from start to end. */
  readonly rollDeg: number
  /** From start to end, widths to the right and down. */
  readonly shift: readonly [number, number]
  /** Median speed of the tracks, widths a frame. */
  readonly speed: number
  /** In common between neighbouring frames, median. */
  readonly tracks: number
}

/** A picture that moves less than this in all is still: 3 pixels of 960. */
const stillWidths = 0.003
/** Above, the camera travels: a turn or a zoom leaves less than half of it, unless the lens is badly distorted. */
export const travelParallax = 0.04
/** The part that names the kind does this share of all motion, or it is mixed. */
const ownShare = 0.55
/** Where the frame rate is not known. */
const usualFps = 24

/**
 * Kind of motion of one shot. Neither mirroring the picture, nor the number of its first frame, nor how long tracks live
 * changes it.
 *
 * @param fps frames a second; null: taken for 24
 * @returns null where no two neighbouring frames share enough tracks
 */
export function motionKind(
  tracks: readonly Pick<SolverTrack, 'frames' | 'xy'>[],
  shape: PictureShape,
  fps: number | null,
): MotionKindReport | null {
  const index = frameIndexOf(tracks, shape)
  const course = pictureCourse(index)
  return course && kindOf(course, index, shape, fps ?? usualFps)
}

/** The same of a course that is known already. */
export function kindOf(course: PictureCourse, index: FrameIndex, shape: PictureShape, fps: number): MotionKindReport {
  const evidence = evidenceOf(course, index, shape, fps)
  const { fromFrame, toFrame } = course
  return { ...nameOf(evidence), fromFrame, toFrame, evidence }
}

function evidenceOf(course: PictureCourse, index: FrameIndex, shape: PictureShape, fps: number): MotionEvidence {
  const { widthPx, heightPx, pixelAspect = 1 } = shape
  const height = heightPx / (widthPx * pixelAspect)
  // Root mean square distance of a picture's points from its middle: what a turn or a growth moves them by.
  const radius = Math.sqrt((1 + height * height) / 12)
  const windowFrames = Math.max(3, Math.round(fps / 2))
  const parts = [
    { course: course.shiftX, arm: 1 },
    { course: course.shiftY, arm: 1 },
    { course: course.logScale, arm: radius },
    { course: course.rollRad, arm: radius },
  ].map((part) => {
    const trend = trendOf(part.course, windowFrames)
    const quick = part.course.reduce((sum, value, i) => sum + (value - trend[i]!) ** 2, 0) / trend.length
    return { extent: part.arm * (Math.max(...trend) - Math.min(...trend)), quick: part.arm ** 2 * quick }
  })
  const [x, y, scale, roll] = parts.map(({ extent }) => extent)
  const last = course.logScale.length - 1
  return {
    pan: Math.hypot(x!, y!),
    zoom: scale!,
    roll: roll!,
    // From crest to trough of a wave of this strength.
    shake: 2 * Math.SQRT2 * Math.sqrt(parts.reduce((sum, { quick }) => sum + quick, 0)),
    parallax: parallaxIn(index, course.fromFrame, course.toFrame),
    scale: Math.exp(course.logScale[last]!),
    rollDeg: (course.rollRad[last]! * 180) / Math.PI,
    shift: [course.shiftX[last]!, course.shiftY[last]!],
    speed: course.speed,
    tracks: course.tracks,
  }
}

function nameOf({
  pan,
  roll,
  zoom,
  shake,
  parallax,
  tracks,
}: MotionEvidence): Omit<MotionKindReport, 'fromFrame' | 'toFrame' | 'evidence'> {
  const sure = Math.min(1, tracks / 20)
  const most = Math.max(pan, roll, zoom, shake)
  if (most < stillWidths) return { kind: 'static', confidence: sure * (1 - 0.5 * (most / stillWidths)) }
  const travels = parallax !== null && parallax > travelParallax
  // Which way a travelling camera goes decides whether the picture shifts or grows: both are its travel.
  const parts: readonly (readonly [MotionKind, number])[] = travels
    ? [
        ['dolly', Math.hypot(pan, zoom)],
        ['roll', roll],
        ['shake', shake],
      ]
    : [
        ['pan', pan],
        ['zoom', zoom],
        ['roll', roll],
        ['shake', shake],
      ]
  const total = parts.reduce((sum, [, amount]) => sum + amount, 0)
  const [kind, amount] = parts.reduce((best, part) => (part[1] > best[1] ? part : best))
  const share = amount / total
  // How far the depth lies from where the decision turns; a shake or a roll does not hang on it.
  const clear =
    kind === 'shake' || kind === 'roll'
      ? 1
      : parallax === null
        ? 0.5
        : Math.min(1, 0.5 + Math.abs(Math.log2(Math.max(parallax, 1e-3) / travelParallax)) / 2)
  if (share < ownShare) return { kind: 'mixed', confidence: sure * (1 - share / 2) }
  return { kind, confidence: sure * share * clear }
}
