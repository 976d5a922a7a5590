/**
 * Gaussian smoothing of tracks, for those who ask for it: it takes noise off a path, and what is real but quick with it.
 */
import type { Track } from '#track/tracks.ts'

/**
 * Each marker becomes, by `amount`, the Gaussian mean of itself and those around: the window is 3 + 4 amount frames wide
 * (made odd) and sigma half of that. The first and last marker of every stretch without a gap stay where they are, and near
 * them the window shrinks, so that both its sides weigh the same: a straight even path is not changed.
 *
 * @param amount 0 none to 1
 */
export function smoothTracks(tracks: readonly Track[], amount: number): readonly Track[] {
  const share = Math.min(1, Math.max(0, amount))
  if (!(share > 0)) return tracks
  const reach = Math.floor((3 + 4 * share) / 2)
  const sigma = (2 * reach + 1) / 2
  const weights = Float64Array.from({ length: reach + 1 }, (_, k) => Math.exp(-0.5 * (k / sigma) ** 2))
  return tracks.map((track) => ({ ...track, xy: smoothed(track, weights, share) }))
}

function smoothed({ frames, xy }: Track, weights: Float64Array, share: number): Float64Array {
  const out = xy.slice()
  for (let at = 0; at < frames.length; at++) {
    // As many on either side as there are without a gap on both.
    let reach = 0
    while (reach + 1 < weights.length && isNext(frames, at, reach + 1) && isNext(frames, at, -reach - 1)) reach++
    if (reach === 0) continue
    for (let axis = 0; axis < 2; axis++) {
      let [sum, total] = [0, 0]
      for (let k = -reach; k <= reach; k++) {
        const weight = weights[Math.abs(k)]!
        sum += weight * xy[2 * (at + k) + axis]!
        total += weight
      }
      const here = xy[2 * at + axis]!
      out[2 * at + axis] = here + share * (sum / total - here)
    }
  }
  return out
}

const isNext = (frames: Int32Array, at: number, by: number) => frames[at + by] === frames[at]! + by
