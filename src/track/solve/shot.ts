/**
 * One shot's observations in columns, sorted by track and then by frame, with an index by frame. Frames are counted from
 * the shot's first one here, tracks by their place in the input, so that every stage works on plain arrays.
 *
 * Hidden observations are taken out at this door: no later stage can see them, which is what makes their error honest.
 */
import { seededRng } from '#core/rng.ts'
import type { SolverTrack } from '../solution.ts'

/** Columns of observations: number i is track `track[i]` in frame `frame[i]` at `xy[2i], xy[2i + 1]`, pixels. */
export interface ObservationTable {
  readonly track: Int32Array
  readonly frame: Int32Array
  readonly xy: Float64Array
}

export interface Shot extends ObservationTable {
  /** Frame of the clip that is number 0 here. */
  readonly fromFrame: number
  readonly frameCount: number
  /** The caller's id of each track. */
  readonly trackIds: readonly number[]
  /** Observations of track t: `trackStart[t]` up to, not including, `trackStart[t + 1]`. */
  readonly trackStart: Int32Array
  /** Observations of frame f: `byFrame[frameStart[f]]` up to, not including, `byFrame[frameStart[f + 1]]`. */
  readonly frameStart: Int32Array
  readonly byFrame: Int32Array
  /**
   * Per observation: 1 / how many observations share its part of the picture in its frame. A moving thing rich in corners
   * speaks for its area with this weight, not for its number of tracks.
   */
  readonly areaWeight: Float64Array
  readonly hidden: ObservationTable
}

/** The size of the picture, pixels. */
export interface PictureSize {
  readonly widthPx: number
  readonly heightPx: number
}

/** The picture is divided into this many parts along its longer and its shorter side. */
const PARTS = [10, 6] as const

/** Tracks shorter than this give nothing away: each of their observations is needed to place the point. */
const SHORTEST_WITH_HIDDEN = 6

/**
 * Puts tracks into columns. Positions that are not finite and repeated frames of a track are left out; a share of the
 * observations of longer tracks, drawn by the seed, is hidden. Null when no observation is left.
 */
export function tabulate(
  tracks: readonly SolverTrack[],
  heldOutShare: number,
  seed: number,
  picture: PictureSize,
): Shot | null {
  const seen = new Columns()
  const hidden = new Columns()
  let [first, last] = [Infinity, -Infinity]
  const trackStart = new Int32Array(tracks.length + 1)
  tracks.forEach((track, t) => {
    const order = usable(track)
    const spare = order.length >= SHORTEST_WITH_HIDDEN
    // Each track draws for itself: when others come and go, what is hidden of it stays, and two solves can be compared.
    const rng = seededRng(`held-out ${seed} ${track.id}`)
    for (const i of order) {
      const frame = track.frames[i]!
      first = Math.min(first, frame)
      last = Math.max(last, frame)
      const into = spare && rng.next() < heldOutShare ? hidden : seen
      into.push(t, frame, track.xy[2 * i]!, track.xy[2 * i + 1]!)
    }
    trackStart[t + 1] = seen.track.length
  })
  if (!(last >= first)) return null
  const frameCount = last - first + 1
  const table = seen.table(first)
  return {
    ...table,
    ...indexByFrame(table.frame, frameCount),
    fromFrame: first,
    frameCount,
    trackIds: tracks.map((track) => track.id),
    trackStart,
    areaWeight: areaWeights(table, frameCount, picture),
    hidden: hidden.table(first),
  }
}

function areaWeights({ frame, xy }: ObservationTable, frameCount: number, picture: PictureSize): Float64Array {
  const wide = picture.widthPx >= picture.heightPx
  const [columns, rows] = wide ? PARTS : ([PARTS[1], PARTS[0]] as const)
  const within = (share: number, parts: number) => Math.min(parts - 1, Math.max(0, Math.floor(share * parts)))
  const part = Int32Array.from(frame, (f, i) => {
    const column = within(xy[2 * i]! / picture.widthPx, columns)
    return (f * rows + within(xy[2 * i + 1]! / picture.heightPx, rows)) * columns + column
  })
  const counts = new Int32Array(frameCount * rows * columns)
  for (const at of part) counts[at]!++
  return Float64Array.from(part, (at) => 1 / counts[at]!)
}

/** Indices of a track's finite positions, ascending by frame, each frame once. */
function usable(track: SolverTrack): number[] {
  const order: number[] = []
  for (let i = 0; i < track.frames.length; i++) {
    if (Number.isFinite(track.xy[2 * i]!) && Number.isFinite(track.xy[2 * i + 1]!)) order.push(i)
  }
  order.sort((a, b) => track.frames[a]! - track.frames[b]! || a - b)
  return order.filter((i, k) => k === 0 || track.frames[i] !== track.frames[order[k - 1]!])
}

function indexByFrame(frame: Int32Array, frameCount: number) {
  const frameStart = new Int32Array(frameCount + 1)
  for (const f of frame) frameStart[f + 1]!++
  for (let f = 0; f < frameCount; f++) frameStart[f + 1]! += frameStart[f]!
  const next = frameStart.slice()
  const byFrame = new Int32Array(frame.length)
  frame.forEach((f, i) => {
    byFrame[next[f]!++] = i
  })
  return { frameStart, byFrame }
}

class Columns {
  readonly track: number[] = []
  readonly #frame: number[] = []
  readonly #xy: number[] = []

  push(track: number, frame: number, x: number, y: number): void {
    this.track.push(track)
    this.#frame.push(frame)
    this.#xy.push(x, y)
  }

  table(fromFrame: number): ObservationTable {
    return {
      track: Int32Array.from(this.track),
      frame: Int32Array.from(this.#frame, (frame) => frame - fromFrame),
      xy: Float64Array.from(this.#xy),
    }
  }
}

/** Observations of a frame, ascending by track. */
export const observationsIn = (shot: Shot, frame: number): Int32Array =>
  shot.byFrame.subarray(shot.frameStart[frame]!, shot.frameStart[frame + 1]!)

/** Positions of the tracks that two frames share. */
export interface SharedTracks {
  readonly count: number
  readonly track: Int32Array
  /** Observation indices in frame a and in frame b. */
  readonly inA: Int32Array
  readonly inB: Int32Array
}

/** The tracks seen in both frames, ascending by track. */
export function sharedTracks(shot: Shot, frameA: number, frameB: number): SharedTracks {
  const most = shot.frameStart[frameA + 1]! - shot.frameStart[frameA]!
  const track = new Int32Array(most)
  const inA = new Int32Array(most)
  const inB = new Int32Array(most)
  let count = 0
  let [a, b] = [shot.frameStart[frameA]!, shot.frameStart[frameB]!]
  const [endA, endB] = [shot.frameStart[frameA + 1]!, shot.frameStart[frameB + 1]!]
  // Within a frame the index ascends by track, so the two lists are merged.
  while (a < endA && b < endB) {
    const [i, j] = [shot.byFrame[a]!, shot.byFrame[b]!]
    const [s, t] = [shot.track[i]!, shot.track[j]!]
    if (s === t) {
      track[count] = s
      inA[count] = i
      inB[count++] = j
    }
    if (s <= t) a++
    if (t <= s) b++
  }
  return { count, track: track.subarray(0, count), inA: inA.subarray(0, count), inB: inB.subarray(0, count) }
}

/** Where these observations are, 2 numbers each. */
export function positionsOf({ xy }: ObservationTable, observations: ArrayLike<number>): Float64Array {
  const positions = new Float64Array(2 * observations.length)
  for (let k = 0; k < observations.length; k++) {
    const i = observations[k]!
    positions[2 * k] = xy[2 * i]!
    positions[2 * k + 1] = xy[2 * i + 1]!
  }
  return positions
}

/** Middle value; NaN of nothing. Sorts a copy. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5)
}

/** The value below which a share of the others lies; NaN of nothing. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
}
