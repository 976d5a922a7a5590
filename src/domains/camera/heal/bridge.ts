/** The way across a gap: where the feature was found again, and between those places along the motion of the anchors. */
import type { Track } from '#track/tracks.ts'
import type { Crossing } from './cross-gaps.ts'
import { expectedIn, type Gap } from './gaps.ts'
import type { Stretch } from './join.ts'

/** A place that is known: in which frame, and where. */
interface Known {
  readonly frame: number
  readonly x: number
  readonly y: number
}

/**
 * @param offset 2: the earlier track's point less the later one's
 * @returns `bridge`: 2 for each frame between the two; `between`: the markers that the joined track gets there
 */
export function bridgeOf(
  tracks: readonly Track[],
  gap: Gap,
  crossing: Crossing | null,
  offset: readonly [number, number],
): { readonly bridge: Float64Array; readonly between: Stretch } {
  const [earlier, later] = [tracks[gap.earlier]!, tracks[gap.later]!]
  const start = { frame: gap.lastFrame, x: earlier.xy.at(-2)!, y: earlier.xy.at(-1)! }
  const goal = { frame: gap.firstFrame, x: later.xy[0]! + offset[0], y: later.xy[1]! + offset[1] }
  const frames = Array.from({ length: gap.firstFrame - gap.lastFrame - 1 }, (_, i) => gap.lastFrame + 1 + i)
  const found = frames.map((frame, i): Known | null => {
    const [x, y] = [crossing?.found[2 * i] ?? NaN, crossing?.found[2 * i + 1] ?? NaN]
    return Number.isNaN(x) ? null : { frame, x, y }
  })
  const known = [start, ...found.filter((place) => place !== null), goal]
  const bridge = new Float64Array(2 * frames.length)
  frames.forEach((frame, i) =>
    bridge.set(found[i] ? [found[i].x, found[i].y] : between(tracks, gap, known, frame), 2 * i),
  )
  const seen = [...frames.keys()].filter((i) => found[i])
  return {
    bridge,
    between: {
      frames: seen.map((i) => frames[i]!),
      xy: seen.flatMap((i) => [bridge[2 * i]!, bridge[2 * i + 1]!]),
      correlation: seen.map((i) => crossing!.foundCorrelation[i]!),
    },
  }
}

/** Along the anchors' motion, bent evenly so that it meets the known places on both sides. */
function between(tracks: readonly Track[], gap: Gap, known: readonly Known[], frame: number): [number, number] {
  const after = known.findIndex((place) => place.frame > frame)
  const [a, b] = [known[after - 1]!, known[after]!]
  const share = (frame - a.frame) / (b.frame - a.frame)
  const line = [a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)] as [number, number]
  const led = (to: number) => expectedIn(tracks, gap, { from: a.frame, x: a.x, y: a.y }, to)
  const [there, goal] = gap.anchors.length > 0 ? [led(frame), led(b.frame)] : [null, null]
  if (there === null || goal === null) return line
  return [there.x + share * (b.x - goal.x), there.y + share * (b.y - goal.y)]
}
