/**
 * Which end of a track could go on in which beginning of another: predicted by the motion of tracks that span the gap, not
 * by going on as before. A candidate is a question to the pictures, never an answer.
 */
import type { Fraction } from '#vision/frames.ts'
import type { EndReason, Track } from '#track/tracks.ts'
import { localMotion, type LocalMotion } from './local-motion.ts'
import { isBrought } from './overlaps.ts'
import { type Marker, markerAt, markersByFrame, pixelUnit } from './markers.ts'

/** A track that ends, another that begins, and how the first is expected to get there. */
export interface Gap {
  /** Places in the list of tracks. */
  readonly earlier: number
  readonly later: number
  readonly lastFrame: number
  readonly firstFrame: number
  /** Tracks that lead the way: places in the list, nearest first. */
  readonly anchors: readonly number[]
  /** What the earlier track did beside them before, x and y, pixels a frame. */
  readonly drift: readonly [number, number]
  /** Where the feature of the earlier track is expected in the first frame of the later one. */
  readonly expected: LocalMotion
  /** The later track begins no farther from there than this. */
  readonly gatePx: number
  /** 1 where it begins just there, 0 at the gate. */
  readonly matchScore: number
}

export interface GapSearch {
  readonly widthPx: number
  readonly frameRate: Fraction | null
  /** First frames of new shots. */
  readonly cuts: readonly number[]
}

/** What is lost for these reasons may come back; what left the picture, or was stopped, is where it should be: away. */
const healable: ReadonlySet<EndReason> = new Set(['occluded', 'low-correlation', 'drift'])
/** The longest gap, in frames of footage with 24 a second. */
const longestGapFrames = 50
const mostAnchors = 12
/** Fewer tracks do not say how the picture round a place moves. */
const fewestAnchors = 3
/** Of each end: a feature has one place, so more questions than these are guesses. */
const mostBeginnings = 4
/** Of the whole clip: what is kept of a picture for each stays small. */
const mostGaps = 600
/** Markers from which a track's own velocity is taken, and how many frames it needs to say anything beside its anchors'. */
const velocityFrames = 8
const fewestDriftFrames = 3
/** Beginnings farther off than this share of the width are not looked at more closely. */
const reachShare = 0.05
/** Gates in pixels of a picture 960 wide: without anchors, at least, and at most. */
const tightGate = 2
const leastGate = 3
const widestGate = 9
/** And in standard deviations of the anchors' motion. */
const gateSigmas = 3

/** All gaps, best first within an end. None are looked for across a cut. */
export function findGaps(tracks: readonly Track[], search: GapSearch): Gap[] {
  const rate = search.frameRate === null ? 24 : search.frameRate.numerator / search.frameRate.denominator
  const longest = Math.round((longestGapFrames * rate) / 24)
  const beginnings = beginningsByFrame(tracks)
  const byFrame = markersByFrame(tracks)
  const gaps = tracks.flatMap((track, earlier) => {
    const lastFrame = track.frames.at(-1)
    if (lastFrame === undefined || track.end === null || !healable.has(track.end.reason)) return []
    const cut = Math.min(...search.cuts.filter((frame) => frame > lastFrame))
    const found: Gap[] = []
    let around: readonly number[] | null = null
    for (let frame = lastFrame + 1; frame <= lastFrame + longest && frame < cut; frame++) {
      const starting = beginnings.get(frame)
      if (starting === undefined) continue
      around ??= byDistance(tracks, byFrame.get(lastFrame) ?? [], earlier)
      found.push(...gapsTo(tracks, earlier, starting, around, frame, search.widthPx))
    }
    return found.sort(byScore).slice(0, mostBeginnings)
  })
  return gaps.sort(byScore).slice(0, mostGaps)
}

const byScore = (a: Gap, b: Gap) => b.matchScore - a.matchScore || a.earlier - b.earlier || a.later - b.later

function beginningsByFrame(tracks: readonly Track[]): ReadonlyMap<number, readonly number[]> {
  const byFrame = new Map<number, number[]>()
  tracks.forEach((track, index) => {
    const { frames, begin } = track
    const first = frames[0]
    // What a person brought keeps its name: it is not swallowed by an earlier track.
    if (first === undefined || isBrought(track)) return
    if (begin !== null && !healable.has(begin.reason)) return
    const there = byFrame.get(first)
    if (there === undefined) byFrame.set(first, [index])
    else there.push(index)
  })
  return byFrame
}

function gapsTo(
  tracks: readonly Track[],
  earlier: number,
  starting: readonly number[],
  around: readonly number[],
  frame: number,
  widthPx: number,
): Gap[] {
  const track = tracks[earlier]!
  const last = track.frames.length - 1
  const [x, y] = [track.xy[2 * last]!, track.xy[2 * last + 1]!]
  const lastFrame = track.frames[last]!
  const unit = pixelUnit(widthPx)
  const anchors = firstIn(tracks, around, frame)
  const isLed = anchors.length >= fewestAnchors
  const reach = reachShare * widthPx
  // What the nearest anchor did is enough to see that nothing begins anywhere near.
  const roughly = isLed ? stepOf(tracks[anchors[0]!]!, lastFrame, frame) : ([0, 0] as const)
  const rough = { x: x + roughly[0], y: y + roughly[1] }
  if (isLed && starting.every((later) => awayFrom(tracks[later]!, rough) > 2 * reach)) return []
  const led = isLed ? motionOf(tracks, anchors, lastFrame, frame, x, y) : goingOn(track, frame)
  if (led === null) return []
  const within = starting.filter((later) => later !== earlier && awayFrom(tracks[later]!, led) < reach)
  if (within.length === 0) return []
  const drift = isLed ? driftOf(tracks, anchors, track) : ([0, 0] as const)
  const elapsed = frame - lastFrame
  const expected = { ...led, x: led.x + elapsed * drift[0], y: led.y + elapsed * drift[1] }
  const gatePx = isLed
    ? unit * Math.min(widestGate, Math.max(leastGate, (gateSigmas * led.sigmaPx) / unit))
    : unit * tightGate
  return within.flatMap((later): Gap[] => {
    const matchScore = 1 - awayFrom(tracks[later]!, expected) / gatePx
    const gap = { earlier, later, lastFrame, firstFrame: frame, anchors: isLed ? anchors : [], drift, expected, gatePx }
    return matchScore > 0 ? [{ ...gap, matchScore }] : []
  })
}

/** How far from a place a track begins. */
const awayFrom = ({ xy }: Track, { x, y }: Pick<LocalMotion, 'x' | 'y'>) => Math.hypot(xy[0]! - x, xy[1]! - y)

/** How far a track goes between two frames that it is in. */
function stepOf(track: Track, fromFrame: number, toFrame: number): readonly [number, number] {
  const [a, b] = [markerAt(track, fromFrame), markerAt(track, toFrame)]
  return [track.xy[2 * b]! - track.xy[2 * a]!, track.xy[2 * b + 1]! - track.xy[2 * a + 1]!]
}

/**
 * What a track did in its last frames beside what its anchors did, pixels a frame: nearer things go faster past a camera
 * that moves, and keep doing so.
 */
function driftOf(
  tracks: readonly Track[],
  anchors: readonly number[],
  { frames, xy }: Track,
): readonly [number, number] {
  const last = frames.length - 1
  const since = Math.max(0, last - velocityFrames)
  const elapsed = frames[last]! - frames[since]!
  if (elapsed < fewestDriftFrames) return [0, 0]
  const led = motionOf(tracks, anchors, frames[since]!, frames[last]!, xy[2 * since]!, xy[2 * since + 1]!)
  return led === null ? [0, 0] : [(xy[2 * last]! - led.x) / elapsed, (xy[2 * last + 1]! - led.y) / elapsed]
}

/** The tracks that are in the last frame of one, nearest first. */
function byDistance(tracks: readonly Track[], there: readonly Marker[], of: number): number[] {
  const { xy } = tracks[of]!
  const [x, y] = [xy.at(-2)!, xy.at(-1)!]
  return there
    .filter(({ index }) => index !== of)
    .map(({ index, at }) => {
      const other = tracks[index]!
      return { index, id: other.id, away: Math.hypot(other.xy[2 * at]! - x, other.xy[2 * at + 1]! - y) }
    })
    .sort((a, b) => a.away - b.away || a.id - b.id)
    .map(({ index }) => index)
}

/** The first few that are in a frame. */
function firstIn(tracks: readonly Track[], sorted: readonly number[], frame: number): number[] {
  const found: number[] = []
  for (const index of sorted) {
    if (markerAt(tracks[index]!, frame) < 0) continue
    found.push(index)
    if (found.length === mostAnchors) break
  }
  return found
}

/** Where a marker of the earlier track is expected in a later frame; null where no anchor is in both frames. */
export function expectedIn(tracks: readonly Track[], gap: Gap, marker: Placed, frame: number): LocalMotion | null {
  const { anchors, firstFrame, expected } = gap
  const { from, x, y } = marker
  if (anchors.length > 0) {
    const led = motionOf(tracks, anchors, from, frame, x, y)
    const elapsed = frame - from
    return led && { ...led, x: led.x + elapsed * gap.drift[0], y: led.y + elapsed * gap.drift[1] }
  }
  const share = (frame - from) / (firstFrame - from)
  return { ...expected, x: x + share * (expected.x - x), y: y + share * (expected.y - y) }
}

/** A marker: its frame and place. */
interface Placed {
  readonly from: number
  readonly x: number
  readonly y: number
}

/** How a place moves between two frames with those of its anchors that are in both; null where none is. */
function motionOf(
  tracks: readonly Track[],
  anchors: readonly number[],
  fromFrame: number,
  toFrame: number,
  x: number,
  y: number,
): LocalMotion | null {
  const [from, to]: [number[], number[]] = [[], []]
  for (const index of anchors) {
    const track = tracks[index]!
    const [a, b] = [markerAt(track, fromFrame), markerAt(track, toFrame)]
    if (a < 0 || b < 0) continue
    from.push(track.xy[2 * a]!, track.xy[2 * a + 1]!)
    to.push(track.xy[2 * b]!, track.xy[2 * b + 1]!)
  }
  return from.length === 0 ? null : localMotion(Float64Array.from(from), Float64Array.from(to), x, y)
}

/** At the velocity of its last few markers. */
function goingOn({ frames, xy }: Track, frame: number): LocalMotion {
  const last = frames.length - 1
  const since = Math.max(0, last - velocityFrames)
  const elapsed = Math.max(1, frames[last]! - frames[since]!)
  const ahead = (frame - frames[last]!) / elapsed
  const on = (axis: number) => xy[2 * last + axis]! + ahead * (xy[2 * last + axis]! - xy[2 * since + axis]!)
  return { linear: [1, 0, 0, 1], x: on(0), y: on(1), sigmaPx: 0 }
}
