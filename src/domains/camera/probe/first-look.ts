/** Two figures of the early plan that are cheap to know: how much moves at the start, and how much of a frame stands out. */
import { detect } from '#track/match/detect.ts'
import type { SolverTrack } from '#track/solution.ts'
import type { LumaFrame } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import { frameIndexOf, type PictureShape } from '../motion/frame-index.ts'
import { pictureCourse } from '../motion/picture-motion.ts'
import { regions, type Regional } from '../terms.ts'

/** Frames at the start of a clip over which its motion is rated. */
export const startFrames = 30

/**
 * How fast the picture moves over the first 30 frames: median over tracks of their steps, mean over frames, in widths a frame,
 * x and y alike. A shake that gets nowhere counts.
 *
 * @returns null where neighbouring frames share too few tracks
 */
export function motionIntensity(
  tracks: readonly Pick<SolverTrack, 'frames' | 'xy'>[],
  shape: PictureShape,
  fromFrame: number,
): number | null {
  const early = tracks.flatMap(({ frames, xy }) => {
    const kept = frames.filter((frame) => frame >= fromFrame && frame < fromFrame + startFrames).length
    const skipped = frames.findIndex((frame) => frame >= fromFrame)
    if (kept < 2) return []
    return [{ frames: frames.subarray(skipped, skipped + kept), xy: xy.subarray(2 * skipped, 2 * (skipped + kept)) }]
  })
  return pictureCourse(frameIndexOf(early, shape))?.speed ?? null
}

export interface ContrastEstimate {
  /** Corners that stand out, in all. */
  readonly corners: number
  readonly regions: Regional<number>
}

/** Corners at threshold 0.5, relative to the strongest (see `DetectOptions.threshold`), a 40th of the width apart. */
export function contrastEstimate(kernel: Kernel, frame: LumaFrame): ContrastEstimate {
  const image = kernel.pyramid(frame, 1)
  try {
    const found = detect(kernel, image, {
      count: null,
      threshold: 0.5,
      minDistancePx: Math.max(1, frame.widthPx / 40),
      marginPx: 8,
      windowPx: 9,
      frame: frame.index,
      masks: [],
      existing: [],
    })
    return {
      corners: found.xy.length / 2,
      regions: Object.fromEntries(regions.map((region, r) => [region, found.regions[r]!.found])),
    }
  } finally {
    image.release()
  }
}
