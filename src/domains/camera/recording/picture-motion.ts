/** How the picture moved as a whole: the kind of motion, the zoom, the depth that shows. Read once for all of them. */
import type { Shot } from '#track/scenes/solve-json.ts'
import type { SolveOptions } from '#track/solution.ts'
import type { Track } from '#track/tracks.ts'
import type { ClipInfo } from '#vision/frames.ts'
import { frameIndexOf } from '../motion/frame-index.ts'
import { kindOf, type MotionKindReport } from '../motion/motion-kind.ts'
import { parallaxIn } from '../motion/parallax.ts'
import { pictureCourse } from '../motion/picture-motion.ts'
import { zoomOf } from '../motion/zoom-analysis.ts'
import type { MotionRecord, ZoomAnalysis } from '../telemetry.ts'
import { solvedZoom } from './outcome.ts'
import { rounded, share, significant } from './rounded.ts'

export interface PictureMotion {
  readonly zoom: ZoomAnalysis | null
  readonly motion: MotionRecord | null
  /** 0 to 1; null: too little moved to tell. */
  readonly parallax: number | null
}

/** So many tracks in a frame tell how the picture moves as well as all of them. */
const enoughTracks = 60

/** Evenly of those that begin early and late, so that no part of the clip is left with few. */
function enoughOf(tracks: readonly Track[], { frameCount }: ClipInfo): readonly Track[] {
  const markers = tracks.reduce((sum, { frames }) => sum + frames.length, 0)
  const share = (enoughTracks * frameCount) / markers
  if (!(share < 1)) return tracks
  const byStart = tracks.toSorted((a, b) => a.startFrame - b.startFrame || a.id - b.id)
  return byStart.filter((_, i) => Math.floor((i + 1) * share) > Math.floor(i * share))
}

/** Where nobody knows the frame rate. */
const usualFps = 24

/**
 * Where the solver was free to let the lens zoom, it knows better than the picture's scale whether it did.
 *
 * @param asked what the solver was allowed
 */
export function pictureMotion(
  tracks: readonly Track[],
  info: ClipInfo,
  shots: readonly Shot[],
  asked: SolveOptions['zoom'],
): PictureMotion {
  const solved = asked === 'off' ? null : solvedZoom(shots)
  const index = frameIndexOf(enoughOf(tracks, info), info)
  const course = pictureCourse(index)
  if (course === null) return { zoom: solved, motion: null, parallax: share(parallaxIn(index)) }
  const { frameRate } = info
  const fps = frameRate === null ? usualFps : frameRate.numerator / frameRate.denominator
  const kind = kindOf(course, index, info, fps)
  const { scales, focalRatio, scaleVariance, radialConvergence, confidence, ...seen } = zoomOf(course, index, kind)
  // Where no depth can be told, a lens that zooms cannot be told from a camera that comes nearer.
  const isTold = kind.evidence.parallax !== null
  return {
    zoom: {
      ...(isTold ? seen : {}),
      scales: scales?.map((scale) => rounded(scale) ?? 1) ?? null,
      focalRatio: isTold ? rounded(focalRatio ?? null) : null,
      scaleVariance: typeof scaleVariance === 'number' ? significant(scaleVariance) : null,
      radialConvergence: rounded(radialConvergence ?? null),
      confidence: share(confidence ?? null),
      ...solved,
    },
    motion: motionRecord(kind),
    parallax: share(kind.evidence.parallax),
  }
}

function motionRecord({ kind, confidence, fromFrame, toFrame, evidence }: MotionKindReport): MotionRecord {
  const { pan, roll, zoom, shake, scale, rollDeg } = evidence
  return {
    kind,
    confidence: share(confidence),
    fromFrame,
    toFrame,
    pan: rounded(pan),
    roll: rounded(roll),
    zoom: rounded(zoom),
    shake: rounded(shake),
    scale: rounded(scale),
    rollDeg: rounded(rollDeg),
  }
}
