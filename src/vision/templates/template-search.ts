/**
 * Finds where a small picture (a button, an icon) lies in a large one, by zero-mean normalised cross-correlation, over sizes
 * and under masks. Positions are whole pixels of the screen; (0, 0) is its top-left pixel.
 */
import { type Box, leastSpread, PreparedScreen, Search, type Sized } from './coarse-to-fine.ts'
import { dropOverlaps } from './peaks.ts'
import { type Channel, checkPicture, colors, type Picture, type Plane, planeOf, resized } from './picture.ts'
import { createWasmScoreKernel, type ScoreKernel } from './scores.ts'

export type { Box } from './coarse-to-fine.ts'

export interface TemplateMatch extends Box {
  /** Normalised cross-correlation, -1 to 1. */
  readonly score: number
  /** Size found over the template's own. */
  readonly scale: number
}

export interface TemplateOptions {
  /** The least score of a match. */
  readonly threshold: number
  /** Sizes to look for, relative to the template's; only its own when absent. */
  readonly scales?: readonly number[]
  /** Whether hue must agree too; brightness alone when absent. */
  readonly color?: boolean
  /** One byte a pixel of the template, 0 where it does not count (what lies behind a round button). */
  readonly mask?: Uint8Array | null
  /** Where to look; a match lies in it as a whole. The whole screen when absent. */
  readonly region?: Box | null
  /** The most matches, best first; 100 when absent. */
  readonly limit?: number
  /** Of two matches that share more than this of their union the weaker is dropped; 0.3 when absent. */
  readonly overlap?: number
}

export interface TemplateResult {
  /** Those that reach the threshold, best first. */
  readonly matches: readonly TemplateMatch[]
  /** The best place, whether it reaches the threshold or not; null where there is none to score. */
  readonly best: TemplateMatch | null
  /**
   * Why nothing could be sought: the template has one colour all over (which is everywhere and nowhere), or is larger than
   * where it is sought.
   */
  readonly impossible: 'flat-template' | 'too-large' | null
}

/** A screenshot made ready: planes are made when they are first needed. Must be released. */
export interface Screen {
  readonly widthPx: number
  readonly heightPx: number
  release(): void
}

export interface TemplateSearch {
  screen(picture: Picture): Screen
  find(screen: Screen, template: Picture, options: TemplateOptions): TemplateResult
}

/** @throws where the platform has no WebAssembly with SIMD and threads */
export async function createTemplateSearch(kernel?: ScoreKernel): Promise<TemplateSearch> {
  const scores = kernel ?? (await createWasmScoreKernel())
  return {
    screen: (picture) => new PreparedScreen(scores, picture),
    find: (screen, template, options) => find(scores, screen as PreparedScreen, template, options),
  }
}

function find(
  kernel: ScoreKernel,
  screen: PreparedScreen,
  template: Picture,
  options: TemplateOptions,
): TemplateResult {
  checkPicture(template)
  const region = within(options.region ?? null, screen)
  const channels = options.color === true && template.channels > 1 ? colors : (['gray'] as const)
  const sizes = sizesOf(template, channels, options)
  const nothing = { matches: [], best: null }
  const lead = leadOf(sizes[0]!, channels)
  if (lead === null) return { ...nothing, impossible: 'flat-template' }
  const fitting = sizes.filter(({ width, height }) => width <= region.width && height <= region.height)
  if (fitting.length === 0) return { ...nothing, impossible: 'too-large' }
  const search = new Search(kernel, screen, region, lead, options.threshold)
  const places = search
    .run(fitting, channels)
    .map(({ x, y, score, sized: { width, height, scale } }) => ({ x, y, width, height, score, scale }))
  const distinct = dropOverlaps(places, options.overlap ?? 0.3)
  const reaching = distinct.filter(({ score }) => score >= options.threshold)
  return { matches: reaching.slice(0, options.limit ?? 100), best: distinct[0] ?? null, impossible: null }
}

/** The part of a region that lies on the screen. */
function within(region: Box | null, { widthPx, heightPx }: Screen): Box {
  if (region === null) return { x: 0, y: 0, width: widthPx, height: heightPx }
  const [x, y] = [Math.max(0, Math.ceil(region.x)), Math.max(0, Math.ceil(region.y))]
  const right = Math.min(widthPx, Math.floor(region.x + region.width))
  const bottom = Math.min(heightPx, Math.floor(region.y + region.height))
  return { x, y, width: Math.max(0, right - x), height: Math.max(0, bottom - y) }
}

function sizesOf(
  template: Picture,
  channels: readonly Channel[],
  { scales = [1], mask = null }: TemplateOptions,
): readonly Sized[] {
  const { widthPx, heightPx } = template
  const planes = channels.map((channel) => [channel, planeOf(template, channel)] as const)
  const maskPlane =
    mask === null
      ? null
      : { width: widthPx, height: heightPx, values: Float32Array.from(mask, (m) => (m === 0 ? 0 : 1)) }
  return scales.map((scale) => {
    const [width, height] = [Math.max(1, Math.round(widthPx * scale)), Math.max(1, Math.round(heightPx * scale))]
    return {
      scale,
      width,
      height,
      planes: new Map(planes.map(([channel, plane]) => [channel, resized(plane, width, height)])),
      mask: maskPlane && resized(maskPlane, width, height),
    }
  })
}

/** The channel with the most contrast, which coarse steps go by; null where none has any. */
function leadOf({ planes, mask }: Sized, channels: readonly Channel[]): Channel | null {
  const spreads = channels.map((channel) => ({ channel, spread: spreadOf(planes.get(channel)!, mask) }))
  const most = spreads.reduce((a, b) => (b.spread > a.spread ? b : a))
  return most.spread < leastSpread ? null : most.channel
}

function spreadOf({ values }: Plane, mask: Plane | null): number {
  let [n, sum, squares] = [0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    if (mask !== null && mask.values[i]! < 0.5) continue
    n++
    sum += values[i]!
    squares += values[i]! ** 2
  }
  return n === 0 ? 0 : Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2))
}
