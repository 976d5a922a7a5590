/**
 * Corners that Blender found, made fit to be tracked: it knows neither masks nor regions, finds too many or none, and does
 * not say how strong they are. The strength is measured here, and what is placed is chosen as from our own corners.
 */
import {
  chooseCorners,
  type Corner,
  type DetectOptions,
  type DetectReport,
  type RegionReport,
} from '#track/match/detect.ts'
import { regionIndex, regions } from '#track/match/region.ts'
import type { Kernel } from '#vision/kernel.ts'
import type { LumaFrame } from '#vision/frames.ts'

/** A mean gradient below this many brightness steps a pixel is compression and noise. */
const weakestGradient = 1.5

/**
 * @param found positions in pixels, 2 for each
 * @param image the frame in which they were found
 * @throws settings.invalid when a mask is not a polygon
 */
export function chooseBlenderCorners(
  kernel: Kernel,
  image: LumaFrame,
  found: ArrayLike<number>,
  options: DetectOptions,
): DetectReport {
  const { widthPx, heightPx } = image
  const pyramid = kernel.pyramid(image, 1)
  const strength = kernel.cornerStrength(pyramid, options.windowPx)
  pyramid.release()
  const candidates = Array.from({ length: found.length >> 1 }, (_, i): Corner => {
    const [x, y] = [found[2 * i]!, found[2 * i + 1]!]
    const [column, row] = [pixel(x, widthPx), pixel(y, heightPx)]
    return { x, y, strength: strength[row * widthPx + column]! }
  })
  // Blender's own threshold has been applied: here none may be weighed again.
  const report = chooseCorners(candidates, image, { ...options, threshold: 0 })
  const textured = texturedRegions(strength, image)
  return { ...report, regions: report.regions.map((region, r) => explained(region, textured[r]!)) }
}

const pixel = (at: number, size: number) => Math.min(size - 1, Math.max(0, Math.floor(at)))

/** By region, whether anything in it is more than noise. */
function texturedRegions(strength: Float32Array, { widthPx, heightPx }: LumaFrame): readonly boolean[] {
  const most = new Float32Array(regions.length)
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const r = regionIndex(x + 0.5, y + 0.5, widthPx, heightPx)
      most[r] = Math.max(most[r]!, strength[y * widthPx + x]!)
    }
  }
  return Array.from(most, (value) => value > weakestGradient ** 2)
}

/** Where Blender found nothing at all, texture that is there was below its threshold. */
const explained = (region: RegionReport, isTextured: boolean): RegionReport =>
  region.why === 'no-texture' && isTextured ? { ...region, why: 'threshold' } : region
