/** What is known of a video before any of it is decoded: its stream, and every packet's time. Pure. */
import type { Fraction } from '#vision/frames.ts'

/** A stream as its container describes it. */
export interface StreamFacts {
  /** FFmpeg's short name: "h264". */
  readonly codec: string
  /** Names of the format: "mov,mp4,m4a,3gp,3g2,mj2". */
  readonly container: string
  /** As coded: not turned. */
  readonly widthPx: number
  readonly heightPx: number
  /** FFmpeg's name: "yuv420p10le"; null when no decoder could tell. */
  readonly pixelFormat: string | null
  /** "tv", "pc" or null. */
  readonly colourRange: string | null
  /** "smpte2084", "bt709" …; null where it is not said. */
  readonly transfer: string | null
  readonly interlaced: boolean
  /** Clockwise degrees by which the picture has to be turned; any number a container may write. */
  readonly turnDeg: number
  /** Width of a pixel over its height. */
  readonly pixelAspect: number
  readonly timeBase: Fraction
  /** Average of the container; null where it says none. */
  readonly frameRate: Fraction | null
  /** Frames of which an index speaks; null in containers without one. */
  readonly declaredFrames: number | null
  /** Length of the stream as the header has it; null where it has none of the stream alone. */
  readonly declaredDurationS: number | null
}

/** One packet holds one frame. */
export interface Packet {
  /** In units of the time base; null where the container gives none. */
  readonly pts: number | null
  readonly dts: number | null
  /** In units of the time base, 0 when not known. */
  readonly duration: number
  readonly key: boolean
  /** Decoded, but not shown: an edit list leaves it out. */
  readonly discarded: boolean
}

/** Where each frame that is shown lies in time. */
export interface FrameTable {
  readonly frameCount: number
  /** Packets, with those that are not shown. */
  readonly packetCount: number
  /**
   * Presentation times in display order, in units of the time base; null where packets lack times or share one, so that
   * frames can only be told apart by counting them.
   */
  readonly pts: Float64Array | null
  /** Display indices of the frames at which decoding can begin, ascending; only frame 0 where there are no times. */
  readonly keys: Uint32Array
  /** From the first frame to the end of the last, in units of the time base; 0 where there are no times. */
  readonly span: number
  /** From the first frame decoded to the last; null where packets do not even say that. */
  readonly decodeSpan: number | null
}

export interface VideoSurvey {
  readonly facts: StreamFacts
  readonly frames: FrameTable
}

/** Gathers packets in the order of the file into a {@link FrameTable}; 17 bytes are kept of each. */
export class FrameTableBuilder {
  #pts = new Float64Array(1024)
  #key = new Uint8Array(1024)
  #shown = 0
  #packets = 0
  #timed = true
  #end = -Infinity
  #firstDts: number | null = null
  #lastDts: number | null = null

  add({ pts, dts, duration, key, discarded }: Packet): void {
    this.#packets++
    if (discarded) return
    if (this.#shown === this.#pts.length) this.#grow()
    this.#firstDts ??= dts
    this.#lastDts = dts
    if (pts === null) this.#timed = false
    else this.#end = Math.max(this.#end, pts + duration)
    this.#pts[this.#shown] = pts ?? 0
    this.#key[this.#shown++] = key ? 1 : 0
  }

  /**
   * @param hiddenPackets whether the codec has packets that show nothing and carry the time of the next one, as VP8 does
   *   with its "alternate reference" frames
   */
  build(hiddenPackets = false): FrameTable {
    const [first, last] = [this.#firstDts, this.#lastDts]
    const decodeSpan = first === null || last === null ? null : last - first
    const counts = { frameCount: this.#shown, packetCount: this.#packets, decodeSpan }
    const untimed = { ...counts, pts: null, keys: Uint32Array.of(0), span: 0 }
    if (!this.#timed || this.#shown === 0) return untimed
    const order = new Uint32Array(this.#shown).map((_, i) => i).sort((a, b) => this.#pts[a]! - this.#pts[b]!)
    const pts: number[] = []
    const keys: number[] = []
    for (const i of order) {
      const time = this.#pts[i]!
      const again = time === pts.at(-1)
      if (again && !hiddenPackets) return untimed
      if (!again) pts.push(time)
      if (this.#key[i] === 1) keys.push(pts.length - 1)
    }
    const span = this.#end - pts[0]!
    return { ...counts, frameCount: pts.length, pts: Float64Array.from(pts), keys: Uint32Array.from(keys), span }
  }

  #grow(): void {
    const [pts, key] = [this.#pts, this.#key]
    this.#pts = new Float64Array(pts.length * 2)
    this.#key = new Uint8Array(key.length * 2)
    this.#pts.set(pts)
    this.#key.set(key)
  }
}

/**
 * The frame at which decoding has to begin so that frame `index` comes out whole: the last key frame shown no later.
 * Frames that are stored behind a key frame but shown before it ("leading") need the key frame before that one, which
 * this rule gives them.
 */
export function keyFrameFor({ keys }: FrameTable, index: number): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! <= index) low = middle + 1
    else high = middle
  }
  return keys[low - 1] ?? 0
}

/**
 * The tick to which times may have been rounded on their way into a file, in units of its time base: never finer than
 * Matroska's millisecond, since files are copied from one container into another.
 */
export function clockTick({ numerator, denominator }: Fraction): number {
  return Math.max(1, denominator / (1000 * numerator))
}

/**
 * Whether the frames lie at equal distances, up to the rounding of a clock.
 *
 * @param pts at least two times, ascending
 * @param tick of {@link clockTick}
 */
export function isEvenlySpaced(pts: Float64Array, tick: number): boolean {
  // Rounding moves each time by half a tick, so that neighbours are off the mean distance by one at most.
  const mean = (pts.at(-1)! - pts[0]!) / (pts.length - 1)
  for (let i = 1; i < pts.length; i++) if (Math.abs(pts[i]! - pts[i - 1]! - mean) > 1.1 * tick) return false
  return true
}

/** A duration as Matroska's tags have it ("00:00:02.500000000"), in seconds; null for anything else. */
export function secondsOf(clock: string | undefined): number | null {
  const [, hours, minutes, seconds] = /^(\d+):(\d+):([\d.]+)$/.exec(clock ?? '') ?? []
  return seconds === undefined ? null : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}
