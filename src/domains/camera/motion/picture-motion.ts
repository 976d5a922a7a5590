/**
 * How the picture moved as a whole, frame by frame: scale, turn and shift between neighbouring frames, as they are in the middle of
 * the picture, summed up to a course over the longest stretch in which it can be followed. It ends where neighbours share too few tracks,
 * as at a cut.
 */
import type { FrameIndex } from './frame-index.ts'
import { lengths } from './parallax.ts'
import { quantile, robustSimilarity, robustTurn } from './planar-fit.ts'

/** Values for each frame of a stretch, from 0 in its first. Shifts are widths, at the middle of the picture; y down. */
export interface PictureCourse {
  readonly fromFrame: number
  readonly toFrame: number
  readonly logScale: Float64Array
  /** Clockwise, as the picture turns; the camera turns the other way. */
  readonly rollRad: Float64Array
  readonly shiftX: Float64Array
  readonly shiftY: Float64Array
  /** Median over tracks of how far they went in a frame, widths, mean over frames: what a shake does counts. */
  readonly speed: number
  /** Median over frames of the tracks that neighbours have in common. */
  readonly tracks: number
}

const fewestTracks = 6
const tellingTracks = 16

/** @returns null where no two neighbouring frames can be compared */
export function pictureCourse(index: FrameIndex): PictureCourse | null {
  let longest: readonly Step[] = []
  let current: Step[] = []
  for (let frame = index.first; frame < index.last; frame++) {
    const step = stepAfter(index, frame)
    if (step === null) current = []
    else {
      current.push(step)
      if (current.length > longest.length) longest = current
    }
  }
  if (longest.length === 0) return null
  const fromFrame = longest[0]!.frame
  const summed = (value: (step: Step) => number) => {
    const course = new Float64Array(longest.length + 1)
    longest.forEach((step, i) => {
      course[i + 1] = course[i]! + value(step)
    })
    return course
  }
  return {
    fromFrame,
    toFrame: fromFrame + longest.length,
    logScale: summed((step) => step.logScale),
    rollRad: summed((step) => step.rollRad),
    shiftX: summed((step) => step.shiftX),
    shiftY: summed((step) => step.shiftY),
    speed: longest.reduce((sum, { moved }) => sum + moved, 0) / longest.length,
    tracks: quantile(
      longest.map(({ tracks }) => tracks),
      0.5,
    ),
  }
}

interface Step {
  readonly frame: number
  readonly logScale: number
  readonly rollRad: number
  readonly shiftX: number
  readonly shiftY: number
  readonly moved: number
  readonly tracks: number
}

function stepAfter(index: FrameIndex, frame: number): Step | null {
  const pairs = index.pairs(frame, frame + 1)
  if (pairs.tracks.length < fewestTracks) return null
  // Few tracks, or all of them in one place, do not tell how a turn squeezes the picture.
  const fit = (pairs.tracks.length < tellingTracks ? null : robustTurn(pairs)) ?? robustSimilarity(pairs)
  if (fit === null) return null
  const [p, q, shiftX, shiftY] = fit.model
  const scale = Math.hypot(p, q)
  if (!(scale > 0)) return null
  const moved = quantile(lengths(pairs), 0.5)
  const tracks = pairs.tracks.length
  return { frame, logScale: Math.log(scale), rollRad: Math.atan2(q, p), shiftX, shiftY, moved, tracks }
}

/** A course without what is quicker than a window of so many frames: at each frame the line through its neighbourhood. */
export function trendOf(course: Float64Array, windowFrames: number): Float64Array {
  const reach = Math.max(1, Math.floor(windowFrames / 2))
  return course.map((_, at) => {
    const [from, to] = [Math.max(0, at - reach), Math.min(course.length - 1, at + reach)]
    let [n, sumT, sumV, sumTT, sumTV] = [0, 0, 0, 0, 0]
    for (let i = from; i <= to; i++) {
      const t = i - at
      n++
      sumT += t
      sumV += course[i]!
      sumTT += t * t
      sumTV += t * course[i]!
    }
    const spread = n * sumTT - sumT * sumT
    return spread > 0 ? (sumV * sumTT - sumT * sumTV) / spread : sumV / n
  })
}
