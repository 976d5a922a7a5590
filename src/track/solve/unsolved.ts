/** Why a track has no point: each is tried once more without gates, and what stands in the way is named. */
import type { UnsolvedTrack } from '../solution.ts'
import { placePoints } from './place-points.ts'
import { errorsPx, type Reconstruction } from './reconstruction.ts'
import { noisePx } from './score.ts'
import { median, type Shot } from './shot.ts'

/** Errors beyond this many times the noise are not bad following but another motion. */
const MOVES = 20

/** Reasons by track, of all tracks without a point. */
export function reasonsUnsolved(shot: Shot, final: Reconstruction): Map<number, UnsolvedTrack['reason']> {
  const unsolved: number[] = []
  for (let t = 0; t < shot.trackIds.length; t++) if (Number.isNaN(final.points[3 * t]!)) unsolved.push(t)
  const noise = noisePx(shot, final)
  const free = placePoints(shot, final, { leastParallaxPx: 0, gatePx: Infinity })
  const wide = placePoints(shot, final, { leastParallaxPx: 10 * noise, gatePx: Infinity })
  const errors = errorsPx(shot, free)
  return new Map(
    unsolved.map((t) => {
      const own = errors.subarray(shot.trackStart[t]!, shot.trackStart[t + 1]!).filter((e) => !Number.isNaN(e))
      const length = shot.trackStart[t + 1]! - shot.trackStart[t]!
      if (observationsSolved(shot, final, t) < 2) return [t, length < 2 ? 'too-short' : 'other-part']
      if (Number.isNaN(free.points[3 * t]!)) return [t, 'behind-camera']
      if (Number.isNaN(wide.points[3 * t]!) && median(own) < MOVES * noise) return [t, 'no-parallax']
      return [t, median(own) > MOVES * noise ? 'moves-on-its-own' : 'high-error']
    }),
  )
}

function observationsSolved(shot: Shot, { cameras }: Reconstruction, track: number): number {
  let count = 0
  for (let i = shot.trackStart[track]!; i < shot.trackStart[track + 1]!; i++)
    if (cameras[shot.frame[i]!] != null) count++
  return count
}
