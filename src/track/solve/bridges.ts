/**
 * What holds the two sides of a moment together. Two scenes in one shot, of a cut or a dissolve that nobody saw, can each be
 * solved well and still be laid side by side by what is followed for a few frames across: then hardly any point is seen from
 * well before the moment until well after it, while elsewhere in the shot many are.
 */
import { type Reconstruction, solvedFrames } from './reconstruction.ts'
import { median, type Shot } from './shot.ts'

export interface Bridge {
  /** The first frame of the later side, counted from the shot's first. */
  readonly frame: number
  /** Points that are kept from well before it until well after. */
  readonly points: number
  /** The same at the middle of all moments. */
  readonly usual: number
  /** Share of the observations near the moment that fit no point, beyond that of the rest of the shot. */
  readonly unfitting: number
}

/** Well before and after: a dissolve takes twice as many frames, and things are followed through both scenes at once for less. */
const REACH = 5

/** The moment that the fewest points bridge, the earliest of several; null of a shot too short to have sides. */
export function weakestBridge(shot: Shot, final: Reconstruction): Bridge | null {
  const frames = solvedFrames(final)
  const [first, last] = [frames[0] ?? 0, frames.at(-1) ?? 0]
  const reach = Math.min(REACH, Math.floor((last - first + 1) / 4))
  if (reach < 1) return null
  const spans = spansOf(shot, final, reach)
  let frame = first + reach
  for (let f = frame; f <= last - reach + 1; f++) if (spans[f]! < spans[frame]!) frame = f
  const usual = median(spans.subarray(first + reach, last - reach + 2))
  return { frame, points: spans[frame]!, usual, unfitting: unfittingNear(shot, final, frame) }
}

function unfittingNear(shot: Shot, { kept, points }: Reconstruction, moment: number): number {
  let [near, nearBad, rest, restBad] = [0, 0, 0, 0]
  for (let i = 0; i < shot.track.length; i++) {
    const bad = kept[i] === 0 || Number.isNaN(points[3 * shot.track[i]!]!) ? 1 : 0
    if (shot.frame[i]! >= moment - REACH && shot.frame[i]! < moment + REACH) {
      near++
      nearBad += bad
    } else {
      rest++
      restBad += bad
    }
  }
  return nearBad / Math.max(1, near) - restBad / Math.max(1, rest)
}

/** Fewer points than this, and than this share of what is usual, are chance. */
const LOOSE = 6
const LOOSE_SHARE = 0.25
/**
 * A post that sweeps through the picture ends every track too, but what is followed on both of its sides fits one scene: of one
 * generated scene that is lost and found again 0.01 and less is left over near the moment, of two scenes 0.02 and more.
 */
const UNFITTING = 0.02

/** Do so few points bridge the moment, and do the two sides fit so badly there, that the scene may have changed? */
export const isTorn = ({ points, usual, unfitting }: Bridge): boolean =>
  points < LOOSE && points < LOOSE_SHARE * usual && unfitting > UNFITTING

/** For each moment the points kept in a frame at least `reach` before it, and in one as far after. */
function spansOf(shot: Shot, { kept, points }: Reconstruction, reach: number): Int32Array {
  const spans = new Int32Array(shot.frameCount + 1)
  for (let t = 0; t + 1 < shot.trackStart.length; t++) {
    if (Number.isNaN(points[3 * t]!)) continue
    let [from, to] = [shot.trackStart[t]!, shot.trackStart[t + 1]! - 1]
    while (from <= to && kept[from] === 0) from++
    while (to > from && kept[to] === 0) to--
    if (from > to) continue
    for (let m = shot.frame[from]! + reach; m <= shot.frame[to]! - reach + 1; m++) spans[m]!++
  }
  return spans
}
