/**
 * The probe: corners in all nine regions of one of the first frames, followed by pyramidal Lucas-Kanade over up to 20 frames
 * and back at every step (Kalal, Mikolajczyk and Matas, Forward-Backward Error, 2010). It looks where the pipeline will begin,
 * so that little is decoded twice, and reaches far: a fast pan is measured, not lost.
 */
import type { Context } from '#core/context.ts'
import { chooseCorners, findCorners } from '#track/match/detect.ts'
import type { Mask } from '#track/match/mask.ts'
import { regionIndex } from '#track/match/region.ts'
import { isBlank, isSceneCut, type FrameLook, lookOf } from '#track/match/scene-cut.ts'
import { defaultSettings } from '#track/match/settings.ts'
import type { ClipInfo, FrameSource, LumaFrame } from '#vision/frames.ts'
import type { Kernel, Pyramid } from '#vision/kernel.ts'
import { quantile } from '../motion/planar-fit.ts'
import { motionLevel } from '../recording/motion.ts'
import { type Level, type Region, regions } from '../terms.ts'
import { commonBars, type Letterbox, letterbox } from './letterbox.ts'
import type { Probe, ProbeRegion } from './probe.ts'

export interface ProbeOptions {
  /** First and last frame, inclusive. */
  readonly range: { readonly from: number; readonly to: number }
  readonly masks: readonly Mask[]
}

/** Steps that are followed. */
const mostSteps = 20
/** Frames without anything to see that are passed over at the start: a fade from black. */
const mostBlank = 48
/** Corners aimed at, a ninth in each region. */
const corners = 108
const cornerWindowPx = 9
const flowWindowPx = 15
/** The smallest copy of a picture is about so wide: half a window of it is an eighth of the picture. */
const coarsestPx = 60
/** A survivor is followed through this share of the steps, or until it leaves the picture. */
const survivingShare = 0.7
/** A point that was followed for fewer steps tells no motion; nor do fewer such points. */
const fewestSteps = 3
const fewestPoints = 8
/** What the fastest points need, and a third more for what the probe did not see. */
const reachMargin = 4 / 3

/**
 * Looks at the first frames of a range that show something. Same clip, same answer: there is nothing random in it.
 *
 * @throws what the source throws, settings.invalid for a mask that is no polygon, and `ctx.signal.reason`
 */
export async function probe(
  source: FrameSource,
  kernel: Kernel,
  { range, masks }: ProbeOptions,
  ctx: Pick<Context, 'signal'>,
): Promise<Probe> {
  const run = new ProbeRun(source.info, kernel, masks)
  const to = Math.min(range.to, range.from + mostBlank + mostSteps)
  try {
    for await (const frame of source.frames({ from: range.from, to, signal: ctx.signal })) {
      ctx.signal.throwIfAborted()
      if (!run.take(frame)) break
    }
    return run.report(range)
  } finally {
    run.release()
  }
}

interface Point {
  readonly region: number
  x: number
  y: number
  /** Last step, where the next one is looked for. */
  vx: number
  vy: number
  /** Where it was about to go when it was lost is not in the picture. */
  left: boolean
  /** x, y of each step. */
  readonly steps: number[]
}

class ProbeRun {
  readonly #info: ClipInfo
  readonly #kernel: Kernel
  readonly #masks: readonly Mask[]
  #image: Pyramid | null = null
  #look: FrameLook | null = null
  #points: readonly Point[] = []
  #live: readonly Point[] = []
  #first: number | null = null
  #last = 0
  #blanks = 0
  #steps = 0
  #bars: Letterbox | null = null
  #texture: Level | null = null

  constructor(info: ClipInfo, kernel: Kernel, masks: readonly Mask[]) {
    this.#info = info
    this.#kernel = kernel
    this.#masks = masks
  }

  /** @returns whether it wants another frame */
  take(frame: LumaFrame): boolean {
    const look = lookOf(frame)
    if (this.#first === null) {
      if (isBlank(look)) return ++this.#blanks <= mostBlank
      this.#begin(frame, look)
      return true
    }
    const to = this.#pyramid(frame)
    const from = this.#image!
    const before = this.#live.length
    const live = this.#follow(from, to)
    if (isSceneCut(this.#look!, look, { tried: before, kept: live.length })) {
      to.release()
      return false
    }
    from.release()
    this.#image = to
    this.#look = look
    this.#live = live
    this.#last = frame.index
    this.#bars = commonBars(this.#bars, letterbox(frame))
    this.#steps++
    return this.#steps < mostSteps && live.length >= fewestPoints
  }

  #begin(frame: LumaFrame, look: FrameLook): void {
    const image = this.#pyramid(frame)
    const { widthPx, heightPx } = frame
    const rule = {
      threshold: 0.0004,
      minDistancePx: Math.max(4, widthPx / 40),
      marginPx: 8,
      frame: frame.index,
      masks: this.#masks,
      existing: [],
    }
    const found = findCorners(this.#kernel, image, cornerWindowPx)
    const all = chooseCorners(found, image, { ...rule, count: null })
    const { xy } = chooseCorners(found, image, { ...rule, count: corners })
    this.#texture = textureOf(
      all.regions.map((region) => region.found),
      all.strength,
    )
    this.#points = Array.from({ length: xy.length / 2 }, (_, i): Point => {
      const [x, y] = [xy[2 * i]!, xy[2 * i + 1]!]
      return { region: regionIndex(x, y, widthPx, heightPx), x, y, vx: 0, vy: 0, left: false, steps: [] }
    })
    this.#live = this.#points
    this.#image = image
    this.#look = look
    this.#first = frame.index
    this.#last = frame.index
    this.#bars = letterbox(frame)
  }

  #pyramid(frame: LumaFrame): Pyramid {
    return this.#kernel.pyramid(frame, 1 + Math.max(2, Math.round(Math.log2(frame.widthPx / coarsestPx))))
  }

  /** Takes each point to the next frame and back; those that come back to where they were go on. */
  #follow(from: Pyramid, to: Pyramid): readonly Point[] {
    const points = this.#live
    const here = Float32Array.from(points.flatMap(({ x, y }) => [x, y]))
    const guesses = Float32Array.from(points.flatMap(({ x, y, vx, vy }) => [x + vx, y + vy]))
    const options = { windowPx: flowWindowPx, maxIterations: 12, epsilonPx: 0.03 }
    const there = this.#kernel.flow(from, to, here, guesses, { ...options, levels: from.levels })
    const back = this.#kernel.flow(to, from, there.xy, here, { ...options, levels: 2 })
    const returnPx = Math.max(0.5, from.widthPx / 1920)
    return points.filter((point, i) => {
      const [x, y] = [there.xy[2 * i]!, there.xy[2 * i + 1]!]
      const off = Math.hypot(back.xy[2 * i]! - point.x, back.xy[2 * i + 1]! - point.y)
      if (there.ok[i] !== 1 || back.ok[i] !== 1 || off > returnPx) {
        point.left = !isInside(point.x + point.vx, point.y + point.vy, from)
        return false
      }
      point.vx = x - point.x
      point.vy = y - point.y
      point.x = x
      point.y = y
      point.steps.push(point.vx, point.vy)
      return true
    })
  }

  report(range: ProbeOptions['range']): Probe {
    const { widthPx, heightPx } = this.#info
    const telling = this.#points.filter(({ steps }) => steps.length / 2 >= fewestSteps)
    const told = telling.length >= fewestPoints
    const lengths = told ? telling.flatMap(({ steps }) => stepLengths(steps, widthPx)) : []
    const lengthsUv = told ? telling.flatMap(({ steps }) => stepLengths(steps, widthPx, heightPx)) : []
    const meanSpeed = told ? mean(lengths) : null
    const perRegion = regions.map((region, r): ProbeRegion => {
      const placed = this.#points.filter((point) => point.region === r)
      const kept = told ? placed.filter((point) => survives(point, this.#steps)) : []
      return {
        region,
        placed: placed.length,
        survived: kept.length,
        speeds: kept.map(({ steps }) => mean(stepLengths(steps, widthPx))),
        speedsUv: kept.map(({ steps }) => mean(stepLengths(steps, widthPx, heightPx))),
        jitters: kept.map(({ steps }) => jitterOf(steps) / widthPx),
      }
    })
    return {
      fromFrame: this.#first ?? range.from,
      toFrame: this.#first === null ? range.from : this.#last,
      motionClass: meanSpeed === null ? null : motionLevel(meanSpeed),
      textureClass: this.#texture,
      bestRegions: bestOf(perRegion),
      meanSpeed,
      maxSpeed: told ? Math.max(...lengths) : null,
      meanSpeedUv: told ? mean(lengthsUv) : null,
      maxSpeedUv: told ? Math.max(...lengthsUv) : null,
      searchSizePx: told ? searchSizeOf(telling, widthPx) : null,
      regions: perRegion,
      letterbox: this.#bars,
    }
  }

  release(): void {
    this.#image?.release()
    this.#image = null
  }
}

const survives = ({ left, steps }: Point, all: number) =>
  steps.length / 2 >= (left ? fewestSteps : survivingShare * all)

/** Half a window from the border is where a point can last be followed. */
const isInside = (x: number, y: number, { widthPx, heightPx }: Pyramid) => {
  const margin = flowWindowPx / 2
  return x > margin && y > margin && x < widthPx - margin && y < heightPx - margin
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** In units of so many pixels across and down. */
function stepLengths(steps: readonly number[], acrossPx: number, downPx = acrossPx): number[] {
  return Array.from({ length: steps.length / 2 }, (_, i) =>
    Math.hypot(steps[2 * i]! / acrossPx, steps[2 * i + 1]! / downPx),
  )
}

/** The window that holds the pattern of nearly every point at its next place. */
function searchSizeOf(points: readonly Point[], widthPx: number): number {
  const sides = points.flatMap(({ steps }) =>
    Array.from({ length: steps.length / 2 }, (_, i) => Math.max(Math.abs(steps[2 * i]!), Math.abs(steps[2 * i + 1]!))),
  )
  const { patternSize } = defaultSettings(widthPx)
  return 2 * Math.ceil(reachMargin * quantile(sides, 0.95) + 1) + patternSize
}

/** Root mean square of what a line through the steps over time leaves, pixels. */
function jitterOf(steps: readonly number[]): number {
  const n = steps.length / 2
  const around = [0, 1].map((axis) => {
    const values = Array.from({ length: n }, (_, i) => steps[2 * i + axis]!)
    const [middle, average] = [(n - 1) / 2, mean(values)]
    const spread = values.reduce((sum, _, t) => sum + (t - middle) ** 2, 0)
    const slope = values.reduce((sum, value, t) => sum + (t - middle) * (value - average), 0) / (spread || 1)
    return values.reduce((sum, value, t) => sum + (value - average - slope * (t - middle)) ** 2, 0)
  })
  return Math.sqrt((around[0]! + around[1]!) / n)
}

/** Regions in which at least half of three points or more were followed, the best first. */
function bestOf(perRegion: readonly ProbeRegion[]): Region[] {
  const share = ({ placed, survived }: ProbeRegion) => survived / placed
  return perRegion
    .filter((region) => region.placed >= 3 && share(region) >= 0.5)
    .sort((a, b) => share(b) - share(a) || b.survived - a.survived || mean(a.jitters) - mean(b.jitters))
    .map(({ region }) => region)
}

/** Regions with this many corners count as textured; a corner's slope in grey levels a pixel that is easily followed. */
const tellingCorners = 6
const plainSlope = 3

/**
 * @param found corners a 40th of the width apart, in each region
 * @param strength of each corner: the square of its slope
 */
function textureOf(found: readonly number[], strength: Float32Array): Level {
  const textured = found.filter((n) => n >= tellingCorners).length
  const slope = strength.length === 0 ? 0 : Math.sqrt(quantile(strength, 0.5))
  if (textured <= 4 || slope < plainSlope) return 'low'
  return textured >= 8 && slope >= 2 * plainSlope ? 'high' : 'medium'
}
