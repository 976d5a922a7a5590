/** What the pictures themselves are like, measured at a few moments of the clip: light, contrast, edges, corners. */
import { detect } from '#track/match/detect.ts'
import { followPlan } from '#track/match/follow-clip.ts'
import type { LumaFrame } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import { regions, type Regional } from '../terms.ts'
import { meanOf, rounded, share } from './rounded.ts'

/** One frame, by region. */
export interface PictureLook {
  readonly frame: number
  /** Mean of the whole picture, 0 black to 1 white. */
  readonly brightness: number
  /** Standard deviation of brightness over half of its range. */
  readonly contrast: readonly number[]
  /** Share of pixels at which brightness changes by more than {@link edgeStep}. */
  readonly edges: readonly number[]
  /** Corners that a run with usual settings could follow, whatever this one's are: else the measure would hang on the choice. */
  readonly corners: readonly number[]
  /** Corners that are nearly as strong as the strongest. */
  readonly strong: number
}

/** The moments that the training-data guide looks at. */
export const moments = [
  ['frame_25pct_0', 0.25],
  ['frame_50pct_0', 0.5],
  ['frame_75pct_0', 0.75],
] as const

/** The frames of those moments, in their order; moments of a very short clip share one. */
export const momentFrames = ({ from, to }: { readonly from: number; readonly to: number }): readonly number[] =>
  moments.map(([, at]) => from + Math.round(at * (to - from)))

/** Change of brightness per pixel, of a range of 1, that makes an edge: 10 of 255. */
const edgeStep = 10 / 255
/** Of a wider picture only every so many pixels are looked at. */
const lookWidthPx = 320

export function lookAt(kernel: Kernel, frame: LumaFrame): PictureLook {
  return { frame: frame.index, ...brightnessOf(frame), ...cornersOf(kernel, frame) }
}

function brightnessOf({ luma, widthPx, heightPx }: LumaFrame): Pick<PictureLook, 'brightness' | 'contrast' | 'edges'> {
  const full = luma instanceof Uint8Array ? 255 : 65_535
  const stride = Math.max(1, Math.round(widthPx / lookWidthPx))
  const leastSquare = (edgeStep * full) ** 2
  const [contrast, edges] = [new Float64Array(regions.length), new Float64Array(regions.length)]
  let [light, pixels] = [0, 0]
  for (let region = 0; region < regions.length; region++) {
    const [left, right] = third(region % 3, widthPx)
    const [top, bottom] = third(Math.floor(region / 3), heightPx)
    let [sum, squares, count, edge] = [0, 0, 0, 0]
    for (let y = top; y < bottom; y += stride) {
      for (let at = y * widthPx + left; at < y * widthPx + right; at += stride) {
        const value = luma[at]!
        const across = luma[at + 1]! - value
        const down = luma[at + widthPx]! - value
        sum += value
        squares += value * value
        count++
        if (across * across + down * down > leastSquare) edge++
      }
    }
    light += sum
    pixels += count
    if (count === 0) continue
    contrast[region] = (2 / full) * Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2))
    edges[region] = edge / count
  }
  return { brightness: light / full / Math.max(1, pixels), contrast: [...contrast], edges: [...edges] }
}

/** First and last pixel, exclusive, of a third of a side; the last pixel has no neighbour to compare with. */
const third = (index: number, size: number): readonly [number, number] => [
  Math.ceil((index * size) / 3),
  Math.min(size - 1, Math.ceil(((index + 1) * size) / 3)),
]

/** The threshold at which the early plan counts features, as the tracker's: of the square of their strength. */
const strongThreshold = 0.5

function cornersOf(kernel: Kernel, frame: LumaFrame): Pick<PictureLook, 'corners' | 'strong'> {
  const { threshold, minDistancePx, marginPx, windowPx } = followPlan(frame.widthPx, {})
  const rule = { threshold, minDistancePx, marginPx, windowPx }
  const image = kernel.pyramid(frame, 1)
  try {
    const found = detect(kernel, image, { ...rule, count: null, frame: frame.index, masks: [], existing: [] })
    const strongest = found.strength.reduce((most, value) => Math.max(most, value), 0)
    const strong = found.strength.filter((value) => value >= Math.sqrt(strongThreshold) * strongest).length
    return { corners: found.regions.map((region) => region.found), strong }
  } finally {
    image.release()
  }
}

export interface PictureFields {
  readonly brightnessMean: number | null
  readonly contrast: Regional<number>
  readonly edgeDensity: Regional<number>
  readonly edgeDensityMean: number | null
  readonly featureDensity: Regional<number>
  readonly featureDensityTotal: number | null
  readonly featureDensityMean: number | null
  readonly strongFeatures: number | null
  readonly featureDensityTimeline: Readonly<Record<string, Regional<number>>>
}

/** Means over the moments; null when none was looked at. */
export function pictureFields(
  looks: readonly PictureLook[],
  range: { readonly from: number; readonly to: number },
): PictureFields | null {
  if (looks.length === 0) return null
  const mean = (values: (look: PictureLook) => readonly number[]) =>
    regions.map((_, r) => meanOf(looks.map((look) => values(look)[r] ?? 0)) ?? 0)
  const corners = mean((look) => look.corners)
  const edges = mean((look) => look.edges)
  const frames = momentFrames(range)
  return {
    brightnessMean: share(meanOf(looks.map(({ brightness }) => brightness))),
    contrast: byRegion(mean((look) => look.contrast).map((value) => share(value) ?? 0)),
    edgeDensity: byRegion(edges.map((value) => share(value) ?? 0)),
    edgeDensityMean: share(meanOf(edges)),
    featureDensity: byRegion(corners),
    featureDensityTotal: rounded(corners.reduce((sum, count) => sum + count, 0)),
    featureDensityMean: rounded(meanOf(corners)),
    strongFeatures: rounded(meanOf(looks.map(({ strong }) => strong))),
    featureDensityTimeline: Object.fromEntries(
      moments.flatMap(([name], i) => {
        const look = looks.find(({ frame }) => frame === frames[i])
        return look ? [[name, byRegion(look.corners)]] : []
      }),
    ),
  }
}

const byRegion = (values: readonly number[]): Regional<number> =>
  Object.fromEntries(regions.map((region, r) => [region, rounded(values[r] ?? 0)]))
