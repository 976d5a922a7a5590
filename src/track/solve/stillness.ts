/** Whether the camera moves at all, as far as its tracks can tell. */
import type { Reconstruction } from './reconstruction.ts'
import { noisePx } from './score.ts'
import { quantile, type Shot } from './shot.ts'

/** A camera that turns by as much as its tracks tremble leaves less than 1 / 1.5 of that to noise. */
const NO_MORE = 1.5

/**
 * A motion that explains no more than standing still would is made of noise, and so is every focal length found by it: the
 * spread of the points that fit about their own mean positions is that about where the solution sees them.
 */
export function standsStill(shot: Shot, solved: Reconstruction): boolean {
  const { trackStart, xy } = shot
  const spread: number[] = []
  for (let t = 0; t + 1 < trackStart.length; t++) {
    const [from, to] = [trackStart[t]!, trackStart[t + 1]!]
    if (Number.isNaN(solved.points[3 * t]!) || to - from < 2) continue
    let [x, y] = [0, 0]
    for (let i = from; i < to; i++) {
      x += xy[2 * i]! / (to - from)
      y += xy[2 * i + 1]! / (to - from)
    }
    for (let i = from; i < to; i++) {
      if (solved.kept[i] === 1) spread.push(Math.hypot(xy[2 * i]! - x, xy[2 * i + 1]! - y) / 1.1774)
    }
  }
  return quantile(spread, 0.5) < NO_MORE * noisePx(shot, solved)
}
