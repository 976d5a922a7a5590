/** What the pictures themselves are like, measured at a few moments of the clip: contrast, edges, corners. */
import { detect } from '#track/match/detect.ts'
import { regionIndex } from '#track/match/region.ts'
import type { LumaFrame } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import { regions, type Regional } from '../terms.ts'
import { meanOf, rounded, share } from './rounded.ts'

/** One frame, by region. */
export interface PictureLook {
  readonly frame: number
  /** Standard deviation of brightness over half of its range. */
  readonly contrast: readonly number[]
  /** Share of pixels at which brightness changes by more than {@link edgeStep}. */
  readonly edges: readonly number[]
  /** Corners that could be followed, as strong and as far from each other as the run asks. */
  readonly corners: readonly number[]
}

export interface CornerRule {
  readonly threshold: number
  readonly minDistancePx: number
  readonly marginPx: number
  readonly windowPx: number
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
const lookWidthPx = 960

export function lookAt(kernel: Kernel, frame: LumaFrame, rule: CornerRule): PictureLook {
  return { frame: frame.index, ...brightnessOf(frame), corners: cornersOf(kernel, frame, rule) }
}

function brightnessOf({ luma, widthPx, heightPx }: LumaFrame): Pick<PictureLook, 'contrast' | 'edges'> {
  const full = luma instanceof Uint8Array ? 255 : 65_535
  const stride = Math.max(1, Math.floor(widthPx / lookWidthPx))
  const [sum, squares, count, edge] = [0, 0, 0, 0].map(() => new Float64Array(regions.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  for (let y = 0; y + 1 < heightPx; y += stride) {
    for (let x = 0; x + 1 < widthPx; x += stride) {
      const region = regionIndex(x + 0.5, y + 0.5, widthPx, heightPx)
      const at = y * widthPx + x
      const value = luma[at]! / full
      const change = Math.hypot(luma[at + 1]! / full - value, luma[at + widthPx]! / full - value)
      sum[region]! += value
      squares[region]! += value * value
      count[region]! += 1
      if (change > edgeStep) edge[region]! += 1
    }
  }
  const each = (value: (r: number) => number) => regions.map((_, r) => (count[r]! > 0 ? value(r) : 0))
  const variance = (r: number) => Math.max(0, squares[r]! / count[r]! - (sum[r]! / count[r]!) ** 2)
  return { contrast: each((r) => 2 * Math.sqrt(variance(r))), edges: each((r) => edge[r]! / count[r]!) }
}

function cornersOf(kernel: Kernel, frame: LumaFrame, rule: CornerRule): readonly number[] {
  const image = kernel.pyramid(frame, 1)
  try {
    const found = detect(kernel, image, { ...rule, count: null, frame: frame.index, masks: [], existing: [] })
    return found.regions.map((region) => region.found)
  } finally {
    image.release()
  }
}

export interface PictureFields {
  readonly contrast: Regional<number>
  readonly edgeDensity: Regional<number>
  readonly edgeDensityMean: number | null
  readonly featureDensity: Regional<number>
  readonly featureDensityTotal: number | null
  readonly featureDensityMean: number | null
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
    contrast: byRegion(mean((look) => look.contrast).map((value) => share(value) ?? 0)),
    edgeDensity: byRegion(edges.map((value) => share(value) ?? 0)),
    edgeDensityMean: share(meanOf(edges)),
    featureDensity: byRegion(corners),
    featureDensityTotal: rounded(corners.reduce((sum, count) => sum + count, 0)),
    featureDensityMean: rounded(meanOf(corners)),
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
