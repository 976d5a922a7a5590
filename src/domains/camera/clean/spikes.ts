/**
 * Markers that jump: a step of a track that agrees neither with its steps before and after nor with what its neighbours do
 * in the same frames. A camera that shakes makes all tracks jump alike, which is no spike.
 */
import type { Track } from '#track/tracks.ts'
import { type Marker, markersByFrame } from '../heal/markers.ts'
import type { RemovedMarker } from './clean.ts'

/** In pixels of a picture 960 wide, and in times what jumps of all tracks in the frame scatter: blur and noise raise that. */
const leastJump = 3
const timesUsual = 8
const mostNeighbours = 8
/** What comes close to the camera flies out of the picture faster and faster: at an end so much of a step may be new. */
const endShare = 0.6
/** A track that is cut more often, or has more spikes than this share of its markers, follows nothing. */
const mostCuts = 2
const hopelessShare = 0.2

export interface Unspiked {
  /** The track without its wrong markers; null when there is nothing left to trust. */
  readonly track: Track | null
  readonly removed: readonly RemovedMarker[]
}

/**
 * Looks through tracks for jumps. A single marker beside the way is taken out; of a track that jumps and stays there the
 * longer side is kept.
 *
 * @param judged places in the list of the tracks that may be changed
 * @returns what became of those that jumped, by their place
 */
export function removeSpikes(
  tracks: readonly Track[],
  judged: readonly number[],
  gatePx: number,
): ReadonlyMap<number, Unspiked> {
  const byFrame = markersByFrame(tracks)
  const usual = new Map<number, number>()
  const usualIn = (frame: number) => {
    const known = usual.get(frame) ?? scatterOf(allJumps(tracks, byFrame.get(frame) ?? [], [-1, 1]))
    usual.set(frame, known)
    return known
  }
  const excess = (of: number, track: Track, at: number): number => {
    // An end has one step beside it: its neighbours are then asked about the same one.
    const beside = besides(track, at)
    const jump = jumpAt(track, at, beside)
    // Most steps are far below the gate, and nobody else need be asked.
    if (jump === null || Math.hypot(...jump) <= leastJump * gatePx) return 0
    const frame = track.frames[at]!
    const [x, y] = neighboursJump(tracks, byFrame.get(frame) ?? [], of, track, at, beside)
    const hurry = beside.length === 1 ? endShare * Math.hypot(...velocity(track, at)) : 0
    const gate = Math.max(leastJump * gatePx, timesUsual * usualIn(frame), hurry)
    return Math.hypot(jump[0] - x, jump[1] - y) / gate
  }
  const changed = new Map<number, Unspiked>()
  for (const index of judged) {
    const outcome = repair(tracks[index]!, (track, at) => excess(index, track, at))
    if (outcome !== null) changed.set(index, outcome)
  }
  return changed
}

/** Takes out the worst jump until none is left; null where there was none. */
function repair(original: Track, excess: (track: Track, at: number) => number): Unspiked | null {
  const removed: RemovedMarker[] = []
  let track = original
  let [spikes, cuts] = [0, 0]
  for (let worst = worstStep(track, excess); worst !== null; worst = worstStep(track, excess)) {
    const wrong = wrongMarkers(track, worst, excess)
    if (wrong.size === 1) spikes++
    else cuts++
    if (cuts > mostCuts || spikes > hopelessShare * original.frames.length || track.frames.length - wrong.size < 2) {
      return { track: null, removed: [{ track: original.id, frame: track.frames[worst + 1]!, reason: 'motion-spike' }] }
    }
    const reason = wrong.size === 1 ? 'motion-spike' : 'segment-cleaned'
    for (const at of wrong) removed.push({ track: original.id, frame: track.frames[at]!, reason })
    track = without(track, wrong)
  }
  return removed.length === 0 ? null : { track, removed: removed.sort((a, b) => a.frame - b.frame) }
}

/** The step, by its first marker, that is farthest above the gate. */
function worstStep(track: Track, excess: (track: Track, at: number) => number): number | null {
  let [worst, most] = [-1, 1]
  for (let at = 0; at + 1 < track.frames.length; at++) {
    const found = excess(track, at)
    if (found > most) [worst, most] = [at, found]
  }
  return worst < 0 ? null : worst
}

/** One marker without which the track goes on evenly, else all those on the shorter side of the jump. */
function wrongMarkers(track: Track, step: number, excess: (track: Track, at: number) => number): ReadonlySet<number> {
  const last = track.frames.length - 1
  for (const at of [step + 1, step]) {
    // At an end any one marker could be left out: it is the jump's shorter side anyway.
    if (at === 0 || at === last) continue
    const bypassed = without(track, new Set([at]))
    const steps = [at - 2, at - 1, at].filter((k) => k >= 0 && k < last - 1)
    if (steps.every((k) => excess(bypassed, k) <= 1)) return new Set([at])
  }
  const before = step + 1
  const isBefore = before <= last - step
  return new Set(Array.from({ length: isBefore ? before : last - step }, (_, k) => (isBefore ? k : step + 1 + k)))
}

/** A track less some of its markers; where an end goes, it ended there because it drifted off. */
function without(track: Track, gone: ReadonlySet<number>): Track {
  const kept = [...track.frames.keys()].filter((at) => !gone.has(at))
  const frames = Int32Array.from(kept, (at) => track.frames[at]!)
  const [first, last] = [frames[0] ?? track.startFrame, frames.at(-1) ?? track.startFrame]
  return {
    ...track,
    startFrame: Math.min(last, Math.max(first, track.startFrame)),
    frames,
    xy: Float64Array.from(kept.flatMap((at) => [track.xy[2 * at]!, track.xy[2 * at + 1]!])),
    correlation: Float32Array.from(kept, (at) => track.correlation[at]!),
    begin: gone.has(0) ? { frame: first, reason: 'drift' } : track.begin,
    end: gone.has(track.frames.length - 1) ? { frame: last, reason: 'drift' } : track.end,
  }
}

type Vector = readonly [number, number]

/** The steps beside a step that a track has, of the one before and the one after. */
const besides = ({ frames }: Track, at: number) => [-1, 1].filter((by) => at + by >= 0 && at + by + 1 < frames.length)

/** How far, in pixels a frame, a step is from the mean of those beside it; null where the track lacks one of these. */
function jumpAt(track: Track, at: number, beside: readonly number[]): Vector | null {
  const steps = track.frames.length - 1
  if (beside.length === 0 || at >= steps || beside.some((by) => at + by < 0 || at + by >= steps)) return null
  const [x, y] = velocity(track, at)
  const others = beside.map((by) => velocity(track, at + by))
  const mean = (axis: 0 | 1) => others.reduce((sum, v) => sum + v[axis], 0) / others.length
  return [x - mean(0), y - mean(1)]
}

function velocity({ frames, xy }: Track, at: number): Vector {
  const elapsed = frames[at + 1]! - frames[at]!
  return [(xy[2 * at + 2]! - xy[2 * at]!) / elapsed, (xy[2 * at + 3]! - xy[2 * at + 1]!) / elapsed]
}

const allJumps = (tracks: readonly Track[], there: readonly Marker[], beside: readonly number[]): Vector[] =>
  there.flatMap(({ index, at }) => {
    const jump = jumpAt(tracks[index]!, at, beside)
    return jump === null ? [] : [jump]
  })

/** The middle jump of the nearest tracks over the same frames: what the camera did. */
function neighboursJump(
  tracks: readonly Track[],
  there: readonly Marker[],
  of: number,
  track: Track,
  at: number,
  beside: readonly number[],
): Vector {
  const jumps = allJumps(tracks, nearestOf(tracks, there, of, track, at), beside)
  return jumps.length === 0 ? [0, 0] : [middle(jumps.map((v) => v[0])), middle(jumps.map((v) => v[1]))]
}

/** Of the tracks that take the same step the nearest few, the nearest first. */
function nearestOf(tracks: readonly Track[], there: readonly Marker[], of: number, track: Track, at: number): Marker[] {
  const x = track.xy[2 * at]!
  const y = track.xy[2 * at + 1]!
  const next = track.frames[at + 1]
  const nearest: Marker[] = []
  const away: number[] = []
  for (const marker of there) {
    const { frames, xy } = tracks[marker.index]!
    if (marker.index === of || frames[marker.at + 1] !== next) continue
    const distance = Math.hypot(xy[2 * marker.at]! - x, xy[2 * marker.at + 1]! - y)
    // Markers come in the order of their tracks: of two as near the earlier stays in front.
    let place = nearest.length
    while (place > 0 && distance < away[place - 1]!) place--
    if (place === mostNeighbours) continue
    nearest.splice(place, 0, marker)
    away.splice(place, 0, distance)
    nearest.length = Math.min(nearest.length, mostNeighbours)
    away.length = nearest.length
  }
  return nearest
}

/** The middle distance from the middle one. */
function scatterOf(jumps: readonly Vector[]): number {
  const [x, y] = [middle(jumps.map((v) => v[0])), middle(jumps.map((v) => v[1]))]
  return middle(jumps.map((v) => Math.hypot(v[0] - x, v[1] - y)))
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
