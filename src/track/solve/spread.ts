/**
 * How far the answer may be off. The covariance of the adjustment takes the noise of observations as independent; in tracks it
 * is not: a pattern that slides stays off for many frames. As for the mean of a correlated series (an AR(1) process), standard
 * deviations are widened by sqrt((1 + r) / (1 - r)), r being the correlation of a track's errors from frame to frame. Of the
 * focal length the tracks themselves are asked too (see `adjust-by-tracks.ts`), and the larger of the two counts: few frames
 * leave little to see a correlation by, and few tracks little to see how they scatter.
 */
import { covariance } from './adjust-covariance.ts'
import { LOSS } from './finish.ts'
import { cauchy, type Freedom } from './freedom.ts'
import { camerasInside, partOf, pixelOfPoint, solvedFrames, type Reconstruction } from './reconstruction.ts'
import { noisePx } from './score.ts'
import type { Shot } from './shot.ts'

/** Standard deviations, null where they were not computed. */
export interface Spread {
  /** With a zoom, of the middle frame's focal length, or of their mean. */
  readonly focalSigmaPx: number | null
  /** Per frame of the shot. */
  readonly positionSigma: readonly (number | null)[]
  readonly rotationSigmaDeg: readonly (number | null)[]
}

/** The spread of a polished solution. */
export function spreadOf(shot: Shot, final: Reconstruction, freedom: Freedom): Spread {
  const loss = cauchy(LOSS * noisePx(shot, final))
  const part = partOf(shot, final, { frames: solvedFrames(final), ...freedom, loss })
  const found = part && covariance(part.problem, part.options)
  const nothing = final.cameras.map(() => null)
  if (!found) return { focalSigmaPx: null, positionSigma: nothing, rotationSigmaDeg: nothing }
  const r = Math.min(LARGEST_CORRELATION, Math.max(0, correlation(shot, final)))
  const wider = Math.sqrt((1 + r) / (1 - r))
  const perFrame = (sigmas: Float64Array | null): (number | null)[] => {
    const all: (number | null)[] = [...nothing]
    part.frames.forEach((frame, i) => {
      const sigma = wider * (sigmas?.[i] ?? NaN)
      all[frame] = Number.isFinite(sigma) ? sigma : null
    })
    return all
  }
  const asSeries = wider * (found.focalPx ?? found.focalsPx?.[part.frames.length >> 1] ?? NaN)
  const focal = Math.max(asSeries, (found.focalByTracks ?? 0) * middleFocalPx(final, part.frames))
  return {
    focalSigmaPx: Number.isFinite(focal) ? focal : null,
    positionSigma: perFrame(found.position),
    rotationSigmaDeg: perFrame(found.rotationDeg),
  }
}

const middleFocalPx = ({ focalsPx, intrinsics }: Reconstruction, frames: readonly number[]) =>
  focalsPx?.[frames[frames.length >> 1]!] ?? intrinsics.focalPx

const LARGEST_CORRELATION = 0.98

/** Correlation of the errors of consecutive kept observations of a track. */
function correlation(shot: Shot, { cameras, points, kept, ...rest }: Reconstruction): number {
  const inside = camerasInside({ cameras, points, kept, ...rest })
  const at = new Float64Array(2)
  let [products, squares] = [0, 0]
  for (let t = 0; t < shot.trackIds.length; t++) {
    if (Number.isNaN(points[3 * t]!)) continue
    let [lastX, lastY, has] = [0, 0, false]
    for (let i = shot.trackStart[t]!; i < shot.trackStart[t + 1]!; i++) {
      const frame = shot.frame[i]!
      const camera = cameras[frame] ?? null
      if (kept[i] === 0 || camera === null || !pixelOfPoint(inside(frame), camera, points, 3 * t, at)) {
        has = false
        continue
      }
      const [x, y] = [at[0]! - shot.xy[2 * i]!, at[1]! - shot.xy[2 * i + 1]!]
      if (has) {
        products += x * lastX + y * lastY
        squares += 0.5 * (x * x + y * y + lastX * lastX + lastY * lastY)
      }
      ;[lastX, lastY, has] = [x, y, true]
    }
  }
  return squares > 0 ? products / squares : 0
}
