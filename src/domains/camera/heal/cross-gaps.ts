/**
 * Asks the pictures whether the two sides of a gap are one feature: the pattern of the earlier track is looked for in every
 * frame of the gap and where the later track begins, and the later one's pattern where the earlier one ended. All gaps are
 * crossed in one pass forwards; of what went by no more is kept than a pattern and a piece of picture for each.
 */
import { dropPattern, type PatternBatch, type PatternShare } from '#track/match/follower.ts'
import type { Track, TrackerSettings } from '#track/tracks.ts'
import type { LumaFrame } from '#vision/frames.ts'
import type { Kernel, Pyramid, RefineResult } from '#vision/kernel.ts'
import { expectedIn, type Gap } from './gaps.ts'
import type { LocalMotion } from './local-motion.ts'
import { type Tile, tileOf } from './tile.ts'

/** What was found of a gap's feature. Positions are NaN where it was not found, correlations too. */
export interface Crossing {
  readonly gap: Gap
  /** 2 for each frame between the two tracks. */
  readonly found: Float64Array
  /** With the earlier track's pattern, in those frames. */
  readonly foundCorrelation: Float32Array
  /** 2 for each of the later track's first markers: where the pattern arrived, less the marker. */
  readonly offsets: Float64Array
  readonly arrivalCorrelation: Float32Array
  /** 2: where the later track's pattern was found in the earlier one's picture, less where the arrival puts it. */
  readonly back: Float64Array
  backCorrelation: number
}

/** So many of the later track's first markers are looked at: one match alone is as wrong as noise makes it. */
const arrivalMarkers = 4
/** The pattern is cut up to so many markers before the end, where what covered it had not reached it yet. */
const lookBackMarkers = 6
/** A marker that agreed with its pattern this much less than the track's middle one was on its way out. */
const fadedBy = 0.03
const levels = 2
const effort = { maxIterations: 12, epsilonPx: 0.02 }
/** A peak of the search below this is no place to begin at. */
const leastPeak = 0.4
/** Side of the piece of picture that is kept, over the pattern's. */
const tileShare = 1.8

interface Task {
  readonly crossing: Crossing
  /** Place of the pattern's marker in the earlier track, its frame, and where it is. */
  readonly from: number
  readonly x: number
  readonly y: number
  readonly arrivals: readonly number[]
  /** How far off the anchors' way the feature was last found. */
  offX: number
  offY: number
  pattern: PatternShare | null
  tile: Tile | null
}

/** A place to begin refinement at. */
interface Start {
  readonly task: Task
  readonly motion: LocalMotion
  readonly x: number
  readonly y: number
}

/** First and last frame that crossing a gap looks at. */
export function framesAcross(tracks: readonly Track[], gap: Gap): { readonly from: number; readonly to: number } {
  const { from, arrivals } = newTask(tracks, gap)
  return { from, to: arrivals.at(-1)! }
}

function newTask(tracks: readonly Track[], gap: Gap): Task {
  const [earlier, later] = [tracks[gap.earlier]!, tracks[gap.later]!]
  const at = lastGood(earlier)
  const arrivals = [...later.frames.subarray(0, arrivalMarkers)]
  const between = gap.firstFrame - gap.lastFrame - 1
  return {
    crossing: {
      gap,
      found: new Float64Array(2 * between).fill(Number.NaN),
      foundCorrelation: new Float32Array(between).fill(Number.NaN),
      offsets: new Float64Array(2 * arrivals.length).fill(Number.NaN),
      arrivalCorrelation: new Float32Array(arrivals.length).fill(Number.NaN),
      back: new Float64Array(2).fill(Number.NaN),
      backCorrelation: Number.NaN,
    },
    from: earlier.frames[at]!,
    x: earlier.xy[2 * at]!,
    y: earlier.xy[2 * at + 1]!,
    arrivals,
    offX: 0,
    offY: 0,
    pattern: null,
    tile: null,
  }
}

/** The last marker of a track that agreed with its pattern as it used to. */
function lastGood({ correlation }: Track): number {
  const last = correlation.length - 1
  const matched = correlation.filter((value) => !Number.isNaN(value)).sort()
  const usual = matched[matched.length >> 1] ?? 0
  for (let at = last; at >= Math.max(0, last - lookBackMarkers); at--) {
    if (!(correlation[at]! < usual - fadedBy)) return at
  }
  return last
}

/** Crosses gaps while frames go by, in ascending order. Whoever made it releases it. */
export class GapCrosser {
  readonly #kernel: Kernel
  readonly #tracks: readonly Track[]
  readonly #settings: TrackerSettings
  /** By the frame that their patterns are cut in. */
  readonly #waiting: Map<number, Task[]>
  #open: Task[] = []

  constructor(kernel: Kernel, tracks: readonly Track[], gaps: readonly Gap[], settings: TrackerSettings) {
    this.#kernel = kernel
    this.#tracks = tracks
    this.#settings = settings
    this.#waiting = Map.groupBy(
      gaps.map((gap) => newTask(tracks, gap)),
      ({ from }) => from,
    )
  }

  /** @returns the gaps that this frame was the last of */
  take(frame: LumaFrame): Crossing[] {
    const starting = this.#waiting.get(frame.index) ?? []
    if (starting.length === 0 && this.#open.length === 0) return []
    const image = this.#kernel.pyramid(frame, levels)
    try {
      this.#follow(image, frame.index)
      this.#begin(image, frame, starting)
    } finally {
      image.release()
    }
    const isDone = ({ arrivals }: Task) => arrivals.at(-1)! <= frame.index
    const done = this.#open.filter(isDone)
    this.#open = this.#open.filter((task) => !isDone(task))
    done.forEach(dropPattern)
    return done.map(({ crossing }) => crossing)
  }

  release(): void {
    this.#open.forEach(dropPattern)
    this.#open = []
  }

  /** Cuts the patterns of ends, and keeps the pieces of picture round them; one too near to the border is never crossed. */
  #begin(image: Pyramid, frame: LumaFrame, starting: readonly Task[]): void {
    if (starting.length === 0) return
    const { patternSize } = this.#settings
    const points = Float32Array.from(starting.flatMap(({ x, y }) => [x, y]))
    const { patterns, inside } = this.#kernel.cutPatterns(image, points, patternSize)
    const batch: PatternBatch = { patterns, users: 0 }
    starting.forEach((task, index) => {
      if (inside[index] === 0) return
      batch.users++
      task.pattern = { batch, index }
      task.tile = tileOf(frame, task.x, task.y, Math.round(tileShare * patternSize))
      this.#open.push(task)
    })
    if (batch.users === 0) patterns.release()
  }

  #follow(image: Pyramid, frame: number): void {
    const asked = this.#open.filter(
      ({ crossing: { gap }, arrivals }) =>
        frame > gap.lastFrame && (frame < gap.firstFrame || arrivals.includes(frame)),
    )
    for (const [{ patterns }, tasks] of Map.groupBy(asked, ({ pattern }) => pattern!.batch)) {
      const led = tasks.flatMap((task) => startOf(this.#tracks, task, frame))
      const searched = this.#search(
        image,
        led.filter(({ task }) => task.crossing.gap.firstFrame === frame),
      )
      const starts = [...led, ...searched]
      if (starts.length === 0) continue
      const which = Int32Array.from(starts, ({ task }) => task.pattern!.index)
      const { motionModel: model, normalize } = this.#settings
      const refined = this.#kernel.refine(image, patterns, which, warpsOf(starts), { model, normalize, ...effort })
      bestOf(starts, refined).forEach(({ x, y, correlation }, task) => this.#note(task, frame, x, y, correlation))
    }
    this.#lookBack(
      image,
      asked.filter(({ arrivals }) => arrivals.at(-1) === frame),
    )
  }

  /** As far round the expected place as the gate was wide: what is not found there is no answer to this question. */
  #search(image: Pyramid, led: readonly Start[]): Start[] {
    return led.flatMap((start): Start[] => {
      const { pattern, crossing } = start.task
      const side = this.#settings.patternSize + 2 * Math.ceil(crossing.gap.gatePx)
      const which = Int32Array.of(pattern!.index)
      const centre = Float32Array.of(start.x, start.y)
      const { xy, score } = this.#kernel.search(image, pattern!.batch.patterns, which, centre, side)
      return score[0]! >= leastPeak ? [{ ...start, x: xy[0]!, y: xy[1]! }] : []
    })
  }

  #note(task: Task, frame: number, x: number, y: number, correlation: number): void {
    const { gap, found, foundCorrelation, offsets, arrivalCorrelation } = task.crossing
    const arrival = task.arrivals.indexOf(frame)
    if (arrival < 0) {
      const isSure = correlation >= surely(this.#settings)
      const motion = isSure ? startOf(this.#tracks, task, frame)[0] : undefined
      if (motion === undefined || Math.hypot(x - motion.x, y - motion.y) > gap.gatePx) return
      task.offX += x - motion.x
      task.offY += y - motion.y
      found.set([x, y], 2 * (frame - gap.lastFrame - 1))
      foundCorrelation[frame - gap.lastFrame - 1] = correlation
      return
    }
    const { xy } = this.#tracks[gap.later]!
    offsets.set([x - xy[2 * arrival]!, y - xy[2 * arrival + 1]!], 2 * arrival)
    arrivalCorrelation[arrival] = correlation
  }

  /** Looks for the later tracks' patterns, from the last marker of the arrival, in the pieces of picture that were kept. */
  #lookBack(image: Pyramid, tasks: readonly Task[]): void {
    const { motionModel: model, normalize, patternSize } = this.#settings
    for (const task of tasks) {
      const { gap, offsets, back } = task.crossing
      const last = task.arrivals.length - 1
      const later = this.#tracks[gap.later]!
      const motion = expectedIn(this.#tracks, gap, task, task.arrivals[last]!)
      const offset = [offsets[2 * last]!, offsets[2 * last + 1]!] as const
      if (motion === null || Number.isNaN(offset[0])) continue
      const inverse = inverted(motion.linear)
      const marker = Float32Array.of(later.xy[2 * last]!, later.xy[2 * last + 1]!)
      const { patterns, inside } = this.#kernel.cutPatterns(image, marker, patternSize)
      const tile = this.#kernel.pyramid(task.tile!.frame, levels)
      // The later track's point lies by the offset beside the earlier one's, as the earlier picture shows it.
      const x = task.x - task.tile!.left - inverse[0] * offset[0] - inverse[1] * offset[1]
      const y = task.y - task.tile!.top - inverse[2] * offset[0] - inverse[3] * offset[1]
      const warp = Float32Array.of(inverse[0], inverse[1], x, inverse[2], inverse[3], y, 0, 0)
      const which = Int32Array.of(0)
      const refined = this.#kernel.refine(tile, patterns, which, warp, { model, normalize, ...effort })
      patterns.release()
      tile.release()
      if (inside[0] === 0 || refined.ok[0] === 0) continue
      back.set([refined.warps[2]! - x, refined.warps[5]! - y])
      task.crossing.backCorrelation = refined.correlation[0]!
    }
  }
}

/** A pattern that agrees so well is seen, and not something like it. */
const surely = ({ correlation }: TrackerSettings) => Math.max(correlation, 0.85)

/** Where the anchors lead in a frame, and as far off as the feature was when it was last found. */
function startOf(tracks: readonly Track[], task: Task, frame: number): Start[] {
  const { gap, offsets } = task.crossing
  const motion = expectedIn(tracks, gap, task, frame)
  if (motion === null) return []
  const arrival = task.arrivals.indexOf(frame)
  if (arrival > 0 && !Number.isNaN(offsets[0]!)) {
    const { xy } = tracks[gap.later]!
    return [{ task, motion, x: xy[2 * arrival]! + offsets[0]!, y: xy[2 * arrival + 1]! + offsets[1]! }]
  }
  return [{ task, motion, x: motion.x + task.offX, y: motion.y + task.offY }]
}

function warpsOf(starts: readonly Start[]): Float32Array {
  const warps = new Float32Array(8 * starts.length)
  starts.forEach(({ motion: { linear }, x, y }, k) => {
    warps.set([linear[0], linear[1], x, linear[2], linear[3], y, 0, 0], 8 * k)
  })
  return warps
}

interface Sight {
  readonly x: number
  readonly y: number
  readonly correlation: number
}

/** Of several places that a pattern was refined from, the one where it agrees best. */
function bestOf(starts: readonly Start[], { ok, warps, correlation }: RefineResult): ReadonlyMap<Task, Sight> {
  const best = new Map<Task, Sight>()
  starts.forEach(({ task }, k) => {
    if (ok[k] === 0 || correlation[k]! <= (best.get(task)?.correlation ?? -1)) return
    best.set(task, { x: warps[8 * k + 2]!, y: warps[8 * k + 5]!, correlation: correlation[k]! })
  })
  return best
}

function inverted([a, b, c, d]: LocalMotion['linear']): readonly [number, number, number, number] {
  const det = a * d - b * c
  return [d / det, -b / det, -c / det, a / det]
}
