/**
 * How the luma of a stream is taken out of it: which FFmpeg filters bring its pixel format to planes that can be read
 * here, and how those are read. Both decoders run the same filters, so that they give the same bytes; none of the filters
 * touches the values of luma (`extractplanes` copies; conversions to gray would rescale it, and differently by version).
 */
import { lumaOfLinear, lumaOfRgb, type Samples, toFullRange } from '../luma.ts'

export interface PixelPlan {
  /** An FFmpeg filter chain; its output is planar, upright, little-endian. */
  readonly filter: string
  /** Name of the pixel format at its end. */
  readonly format: string
  /** Bytes of one pixel over all planes. */
  readonly bytesPerPixel: number
  /** Bits of a luma sample in the source. */
  readonly depth: number
  /** Full-range luma from the planes of one frame, which it may overwrite. */
  luma(planes: Uint8Array<ArrayBuffer>, pixels: number): Samples
}

export interface PixelSource {
  /** FFmpeg's name: "yuv420p10le". */
  readonly pixelFormat: string
  /** "tv", "pc", or null where the stream does not say. */
  readonly colourRange: string | null
  readonly codec: string
  readonly rotationDeg: 0 | 90 | 180 | 270
}

/** `transpose` turns clockwise; what FFmpeg would do by itself, on the one plane that is wanted. */
const turns = { 0: [], 90: ['transpose=clock'], 180: ['hflip', 'vflip'], 270: ['transpose=cclock'] } as const

/** Codecs of pictures: their gray has no limited range unless they say so. */
const fullRangeGray = /^(png|apng|mjpeg|jpeg.*|gif|ffv1|rawvideo|tiff|bmp|dpx|exr|huffyuv|ffvhuff|utvideo|pgm.*|webp)$/

export function pixelPlan({ pixelFormat, colourRange, codec, rotationDeg }: PixelSource): PixelPlan {
  const turn = turns[rotationDeg]
  const depth = depthOf(pixelFormat)
  if (/f(16|32)[lb]e$/.test(pixelFormat)) return floatPlan(pixelFormat, turn)
  if (isRgb(pixelFormat)) return rgbPlan(depth, turn)
  const format = depth <= 8 ? 'gray' : `gray${depth}le`
  const gray = /^(gray|y8|ya8|ya16|mono)/.test(pixelFormat)
  const full =
    colourRange === 'pc' ||
    pixelFormat.startsWith('yuvj') ||
    (colourRange === null && gray && fullRangeGray.test(codec))
  return {
    filter: [
      ...planarOf(pixelFormat, depth),
      ...(gray && !pixelFormat.startsWith('ya') ? [] : ['extractplanes=y']),
      `format=${format}`,
      ...turn,
    ].join(','),
    format,
    bytesPerPixel: depth <= 8 ? 1 : 2,
    depth,
    luma: (planes) => toFullRange(depth <= 8 ? planes : new Uint16Array(planes.buffer), depth, !full),
  }
}

function rgbPlan(depth: number, turn: readonly string[]): PixelPlan {
  const format = depth <= 8 ? 'gbrp' : `gbrp${depth}le`
  return {
    filter: [`format=${format}`, ...turn].join(','),
    format,
    bytesPerPixel: depth <= 8 ? 3 : 6,
    depth,
    luma: (planes, pixels) =>
      lumaOfRgb(depth <= 8 ? planes : new Uint16Array(planes.buffer), planarGbr(pixels), pixels, depth),
  }
}

function floatPlan(pixelFormat: string, turn: readonly string[]): PixelPlan {
  const gray = pixelFormat.startsWith('gray')
  const format = gray ? 'grayf32le' : 'gbrpf32le'
  return {
    filter: [`format=${format}`, ...turn].join(','),
    format,
    bytesPerPixel: gray ? 4 : 12,
    depth: 32,
    luma: (planes, pixels) =>
      lumaOfLinear(
        new Float32Array(planes.buffer),
        gray ? { red: 0, green: 0, blue: 0, step: 1 } : planarGbr(pixels),
        pixels,
      ),
  }
}

const planarGbr = (pixels: number) => ({ green: 0, blue: pixels, red: 2 * pixels, step: 1 })

/** `extractplanes` knows planar formats only; these conversions move samples without changing them. */
function planarOf(pixelFormat: string, depth: number): readonly string[] {
  const suffix = depth <= 8 ? '' : `${depth}le`
  if (/^(nv12|nv21|p0\d\d)/.test(pixelFormat)) return [`format=yuv420p${suffix}`]
  if (/^(nv16|nv20|p2\d\d|y21\d|uyvy|yuyv|yvyu)/.test(pixelFormat)) return [`format=yuv422p${suffix}`]
  if (/^(nv24|nv42|p4\d\d)/.test(pixelFormat)) return [`format=yuv444p${suffix}`]
  return []
}

function isRgb(pixelFormat: string): boolean {
  return /^(gbr|rgb|bgr|argb|abgr|0rgb|0bgr|x2rgb|x2bgr|pal8|bayer|xyz)/.test(pixelFormat)
}

/** Bits per sample, from the name: FFmpeg writes them out wherever they are not 8. */
function depthOf(pixelFormat: string): number {
  if (/^(rgb|bgr)48|^(rgba|bgra)64|^ya16|^bayer_\w+16/.test(pixelFormat)) return 16
  const named = /^(?:yuva?\d+p|gray|gbra?p|xyz|x2rgb|x2bgr|p[024]|y2)(\d\d?)(?:le|be|msble|msbbe)?$/.exec(pixelFormat)
  // nv12 … nv42 name a layout, not a depth; nv20 is the one of 10 bits.
  if (pixelFormat.startsWith('nv')) return pixelFormat.startsWith('nv20') ? 10 : 8
  const depth = Number(named?.[1] ?? 8)
  return depth > 8 && depth <= 16 ? depth : 8
}
