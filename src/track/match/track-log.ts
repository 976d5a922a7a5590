/** What is known of one track so far: grows at both ends, read as a {@link Track}. */
import type { EndReason, Track, TrackEnd } from '../tracks.ts'

/** Which way through time: 1 forwards, -1 backwards. */
export type Direction = 1 | -1

/** Markers in the order they were placed on one side of the start. */
interface Side {
  readonly frames: number[]
  readonly xy: number[]
  readonly correlation: number[]
  end: TrackEnd | null
}

const emptySide = (): Side => ({ frames: [], xy: [], correlation: [], end: null })

export class TrackLog {
  readonly id: number
  readonly origin: Track['origin']
  readonly startFrame: number
  readonly #start: readonly [number, number]
  readonly #after = emptySide()
  readonly #before = emptySide()

  constructor(id: number, origin: Track['origin'], frame: number, x: number, y: number) {
    this.id = id
    this.origin = origin
    this.startFrame = frame
    this.#start = [x, y]
  }

  #side(direction: Direction): Side {
    return direction === 1 ? this.#after : this.#before
  }

  mark(direction: Direction, frame: number, x: number, y: number, correlation: number): void {
    const side = this.#side(direction)
    side.frames.push(frame)
    side.xy.push(x, y)
    side.correlation.push(correlation)
  }

  /** Says why following in a direction ended at the last marker there. */
  close(direction: Direction, reason: EndReason): void {
    this.#side(direction).end = { frame: this.outermost(direction).frame, reason }
  }

  /** Takes back the last markers, `most` at most, as long as they agreed less with the pattern than `correlation`. */
  takeBack(direction: Direction, most: number, correlation: number): void {
    const side = this.#side(direction)
    for (let n = 0; n < most && (side.correlation.at(-1) ?? 1) < correlation; n++) {
      side.frames.pop()
      side.xy.length -= 2
      side.correlation.pop()
    }
  }

  isOpen(direction: Direction): boolean {
    return this.#side(direction).end === null
  }

  /** The last marker in a direction; the start where there is none. */
  outermost(direction: Direction): { frame: number; x: number; y: number } {
    const { frames, xy } = this.#side(direction)
    const last = frames.length - 1
    if (last < 0) return { frame: this.startFrame, x: this.#start[0], y: this.#start[1] }
    return { frame: frames[last]!, x: xy[2 * last]!, y: xy[2 * last + 1]! }
  }

  read(): Track {
    const [before, after] = [this.#before, this.#after]
    const earlier = before.frames.map((_, i) => before.frames.length - 1 - i)
    return {
      id: this.id,
      origin: this.origin,
      startFrame: this.startFrame,
      frames: Int32Array.of(...earlier.map((i) => before.frames[i]!), this.startFrame, ...after.frames),
      xy: Float64Array.of(
        ...earlier.flatMap((i) => [before.xy[2 * i]!, before.xy[2 * i + 1]!]),
        ...this.#start,
        ...after.xy,
      ),
      correlation: Float32Array.of(...earlier.map((i) => before.correlation[i]!), Number.NaN, ...after.correlation),
      begin: before.end,
      end: after.end,
    }
  }
}
