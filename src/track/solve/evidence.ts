/**
 * Is a richer model worth its parameters? Track noise is not white: errors of one track lean the same way for many frames, so
 * counting observations makes any model look sure of itself (k1 drifts to 0.009 on footage without distortion). Tracks are
 * the independent witnesses here: the gain is summed over each track, and its spread over tracks says how sure it is, as in
 * Vuong 1989 with clusters.
 */
import { errorsPx, type Reconstruction } from './reconstruction.ts'
import type { Shot } from './shot.ts'

export interface Evidence {
  /** Share by which the robust cost falls, below 0 when it rises. */
  readonly gain: number
  /** The gain over its standard error, tracks taken as independent. */
  readonly z: number
}

/** Compares two reconstructions on the observations that both explain; robust cost at a scale of two `noisePx`. */
export function evidenceFor(
  shot: Shot,
  simple: Reconstruction,
  rich: Reconstruction,
  noisePx: number,
  frames: readonly number[],
): Evidence {
  const counts = new Set(frames)
  const [before, after] = [errorsPx(shot, simple), errorsPx(shot, rich)]
  let [total, sum, squares] = [0, 0, 0]
  for (let t = 0; t + 1 < shot.trackStart.length; t++) {
    let [costBefore, costAfter, count] = [0, 0, 0]
    for (let i = shot.trackStart[t]!; i < shot.trackStart[t + 1]!; i++) {
      if (!counts.has(shot.frame[i]!) || simple.kept[i] === 0) continue
      const [a, b] = [cost(before[i]! / noisePx), cost(after[i]! / noisePx)]
      // A point that only one of them has says nothing here.
      if (Number.isNaN(a) || Number.isNaN(b)) continue
      costBefore += a
      costAfter += b
      count++
    }
    // One observation is explained by any model; and its point was not adjusted with these frames.
    if (count < 2) continue
    const gained = costBefore - costAfter
    total += costBefore
    sum += gained
    squares += gained * gained
  }
  return { gain: total > 0 ? sum / total : 0, z: squares > 0 ? sum / Math.sqrt(squares) : 0 }
}

/** Cauchy's, with a ceiling for what lies behind the camera. */
const cost = (e: number) => (Number.isNaN(e) ? NaN : Math.log1p(Math.min(e * e, 1e4) / 4))
