/**
 * Rejection in rounds: an observation far from its point does not pull in the next adjustment, but is judged again after
 * it; a track most of whose observations are far loses its point. Nothing is thrown away for good before the last round.
 */
import { errorsPx, type Reconstruction } from './reconstruction.ts'
import type { Shot } from './shot.ts'

/** A track that has to give up more than this share of its observations is not one rigid point. */
const LARGEST_LOSS = 0.5

export interface Rejected {
  readonly reconstruction: Reconstruction
  /** Tracks that lost their point in this round. */
  readonly lost: readonly number[]
}

/** Keeps the observations within `gatePx` of their points. Those whose camera is not known yet are kept. */
export function reject(shot: Shot, reconstruction: Reconstruction, gatePx: number): Rejected {
  const errors = errorsPx(shot, reconstruction)
  const kept = reconstruction.kept.slice()
  const points = reconstruction.points.slice()
  const lost: number[] = []
  const fewest = reconstruction.tripod ? 1 : 2
  for (let t = 0; t + 1 < shot.trackStart.length; t++) {
    if (Number.isNaN(points[3 * t]!)) continue
    let [known, near] = [0, 0]
    for (let i = shot.trackStart[t]!; i < shot.trackStart[t + 1]!; i++) {
      const e = errors[i]!
      kept[i] = e > gatePx ? 0 : 1
      if (!Number.isNaN(e)) known++
      if (e <= gatePx) near++
    }
    if (near >= fewest && near >= (1 - LARGEST_LOSS) * known) continue
    lost.push(t)
    points.fill(NaN, 3 * t, 3 * t + 3)
    // A track without a point has nothing to be far from: it may come back as a whole.
    kept.fill(1, shot.trackStart[t]!, shot.trackStart[t + 1]!)
  }
  return { reconstruction: { ...reconstruction, kept, points }, lost }
}
