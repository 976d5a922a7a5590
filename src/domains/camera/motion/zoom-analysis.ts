/** Whether the lens zoomed, as sessions record it: what the picture's scale did, and whether all of the picture did the same. */
import type { SolverTrack } from '#track/solution.ts'
import type { ZoomAnalysis } from '../telemetry.ts'
import { type FrameIndex, frameIndexOf, type PictureShape } from './frame-index.ts'
import { kindOf, type MotionKindReport, travelParallax } from './motion-kind.ts'
import { type PictureCourse, pictureCourse } from './picture-motion.ts'
import { robustSimilarity } from './planar-fit.ts'

/** Scales are given every so many frames, and of the last. */
export const scaleFrames = 5
/** A lens that changes by less than this share did not zoom: breathing and noise. */
const leastZoom = 0.03

/**
 * `focalRatio` is above 1 where the lens became longer; null where the camera travelled, for then the picture's scale tells
 * nothing of the lens. `uniform`: all of the picture grew alike, near and far. `scaleVariance`: mean square of what the
 * logarithm of the scale leaves off a straight line over time. `radialConvergence`: mean cosine between where points went, shift
 * and turn taken out, and the way outwards; 1 all away from the middle, -1 all towards it.
 *
 * @param fps null: not known
 * @returns null where the picture's motion could not be followed
 */
export function zoomAnalysis(
  tracks: readonly Pick<SolverTrack, 'frames' | 'xy'>[],
  shape: PictureShape,
  fps: number | null,
): ZoomAnalysis | null {
  const index = frameIndexOf(tracks, shape)
  const course = pictureCourse(index)
  if (course === null) return null
  return zoomOf(course, index, kindOf(course, index, shape, fps ?? 24))
}

/** The same of a course that is known already, and of what kind it is. */
export function zoomOf(
  course: PictureCourse,
  index: FrameIndex,
  { evidence, confidence }: Pick<MotionKindReport, 'evidence' | 'confidence'>,
): ZoomAnalysis {
  const { parallax } = evidence
  const uniform = parallax === null || parallax <= travelParallax
  const extent = Math.max(...course.logScale) - Math.min(...course.logScale)
  const detected = uniform && extent > Math.log1p(leastZoom)
  const ratio = evidence.scale
  return {
    detected,
    direction: !detected || Math.abs(ratio - 1) < leastZoom ? 'none' : ratio > 1 ? 'in' : 'out',
    scales: [...course.logScale].flatMap((value, i) =>
      i % scaleFrames === 0 || i === course.logScale.length - 1 ? [Math.exp(value)] : [],
    ),
    focalRatio: uniform ? ratio : null,
    scaleVariance: varianceAroundLine(course.logScale),
    uniform,
    radialConvergence: convergenceOf(index, course),
    confidence,
  }
}

function varianceAroundLine(values: Float64Array): number {
  const n = values.length
  const meanT = (n - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  let [over, under] = [0, 0]
  values.forEach((value, t) => {
    over += (t - meanT) * (value - mean)
    under += (t - meanT) ** 2
  })
  const slope = under > 0 ? over / under : 0
  return values.reduce((sum, value, t) => sum + (value - mean - slope * (t - meanT)) ** 2, 0) / n
}

/** Over pairs of frames a few apart; null where nothing but a shift is left. */
function convergenceOf(index: FrameIndex, { fromFrame, toFrame }: PictureCourse): number | null {
  const apart = Math.min(10, toFrame - fromFrame)
  let [sum, count] = [0, 0]
  for (let frame = fromFrame; frame + apart <= toFrame; frame += apart) {
    const { a, b } = index.pairs(frame, frame + apart)
    const fit = robustSimilarity({ a, b })
    if (fit === null) continue
    const [p, q, c, d] = fit.model
    const size = Math.hypot(p, q)
    if (size === 0) continue
    for (let i = 0; i < a.length; i += 2) {
      const [x, y] = [a[i]!, a[i + 1]!]
      // Undo shift and turn, keep the growth.
      const [u, v] = [b[i]! - c, b[i + 1]! - d]
      const [dx, dy] = [(p * u + q * v) / size - x, (p * v - q * u) / size - y]
      const lengths = Math.hypot(dx, dy) * Math.hypot(x, y)
      if (lengths < 1e-5) continue
      sum += (dx * x + dy * y) / lengths
      count++
    }
  }
  return count === 0 ? null : sum / count
}
