/**
 * Still images: what they are, whether they are whole, and small versions of them. Everything is told from the
 * content; width and height are of the upright picture (EXIF orientation applied).
 *
 * JPEG has no checksums: a JPEG whose bytes were changed in the middle still decodes, to a picture with a wrong part.
 * Only PNG (CRC) and, mostly, WebP show such damage. Missing bytes are found in all three.
 */
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp'
import { brief, fault, type Fault } from '#core/faults.ts'
import { hashSidePx, perceptualHash } from '#vision/perceptual-hash.ts'
import { withReader, type Bytes } from './byte-reader.ts'
import { breaksOff } from './container-end.ts'
import { decodeGate } from './decode-gate.ts'
import { holdsLocation } from './exif.ts'
import { sniffBytes, sniffMediaType, type StillMediaType, stillMediaTypes } from './sniff.ts'

export interface StillLimits {
  /** Width x height x frames at most; {@link defaultMaxPixels} when absent. */
  readonly maxPixels?: number
  /** What the bytes are, for messages: a file or field name; absent = not named. */
  readonly where?: string
}

/** 100 megapixels: above every phone and most cameras; decoded to RGB it is 300 MB. */
export const defaultMaxPixels = 100_000_000

export interface StillImage {
  readonly mediaType: StillMediaType
  readonly bytes: number
  /** Pixels of the upright picture. */
  readonly width: number
  readonly height: number
  /** EXIF orientation, 1 to 8; null when the file says none. */
  readonly orientation: number | null
  readonly hasAlpha: boolean
  readonly bitsPerChannel: 8 | 16
  /** As the decoder names it: `srgb`, `rgb16`, `b-w`, `grey16`, `cmyk`. */
  readonly colourSpace: string
  /** 1, or the number of pictures of an animation. */
  readonly frames: number
  /** Whether the metadata say where it was taken. */
  readonly hasLocation: boolean
  /** Fingerprint of the (first) picture for finding near duplicates, 16 hex digits; see `perceptualHash`. */
  readonly perceptualHash: string
}

// Pictures are used once each, so caching them only holds memory; one thread per picture, since several come at a time.
sharp.cache(false)
sharp.concurrency(1)
const gate = decodeGate(defaultMaxPixels)

/**
 * Says what an image is after decoding every pixel of it.
 *
 * @throws image.type for anything but JPEG, PNG and WebP, image.size above the limit, image.truncated when the end is
 *   missing, image.damaged when it is whole but cannot be decoded
 */
export async function inspectImage(bytes: Bytes, limits: StillLimits = {}): Promise<StillImage> {
  const { size, mediaType, broken } = await withReader(bytes, async (reader) => {
    const type = accept(sniffMediaType(await reader.at(0, sniffBytes)), reader.size, limits)
    return { size: reader.size, mediaType: type, broken: await breaksOff(reader, type) }
  })
  if (broken) throw truncated(size, limits)
  const metadata = await orUnreadable(open(bytes).metadata(), size, limits)
  const frames = metadata.pages ?? 1
  const pixels = checkPixels(metadata, frames, limits)
  const gray = await orUnreadable(
    gate.run(pixels, async () => {
      if (frames > 1) await decodeAll(open(bytes, { animated: true }))
      return await toGray(open(bytes), hashSidePx, hashSidePx)
    }),
    size,
    limits,
  )
  return {
    mediaType,
    bytes: size,
    width: metadata.autoOrient.width,
    height: metadata.autoOrient.height,
    orientation: metadata.orientation ?? null,
    hasAlpha: metadata.hasAlpha,
    bitsPerChannel: metadata.depth === 'ushort' ? 16 : 8,
    colourSpace: metadata.space,
    frames,
    hasLocation: holdsLocation(metadata.exif, metadata.xmp),
    perceptualHash: perceptualHash(gray),
  }
}

export interface Thumbnail {
  readonly mediaType: 'image/webp'
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/**
 * A small upright sRGB version without any metadata; never larger than the picture itself. Of an animation, the first.
 *
 * @param widthPx width at most; the height follows
 * @throws as {@link inspectImage}
 */
export async function thumbnail(bytes: Bytes, widthPx: number, limits: StillLimits = {}): Promise<Thumbnail> {
  return decode(bytes, limits, async (image) => {
    const { data, info } = await image
      .autoOrient()
      .resize({ width: widthPx, withoutEnlargement: true })
      .webp({ quality: 78 })
      .toBuffer({ resolveWithObject: true })
    return { mediaType: 'image/webp', data, width: info.width, height: info.height }
  })
}

/**
 * The upright picture as gray values (luminance, sRGB curve), stretched to width x height, row by row; transparent
 * parts are white.
 *
 * @throws as {@link inspectImage}
 */
export function grayPixels(bytes: Bytes, width: number, height: number, limits: StillLimits = {}): Promise<Uint8Array> {
  return decode(bytes, limits, (image) => toGray(image, width, height))
}

async function decode<T>(bytes: Bytes, limits: StillLimits, use: (image: Sharp) => Promise<T>): Promise<T> {
  const { size, head } = await withReader(bytes, async (reader) => ({
    size: reader.size,
    head: await reader.at(0, sniffBytes),
  }))
  accept(sniffMediaType(head), size, limits)
  const metadata = await orUnreadable(open(bytes).metadata(), size, limits)
  const pixels = checkPixels(metadata, 1, limits)
  return orUnreadable(
    gate.run(pixels, () => use(open(bytes))),
    size,
    limits,
  )
}

/** The pixel limit is checked by {@link checkPixels}, on the header, with better words than the library's. */
function open(bytes: Bytes, options: SharpOptions = {}): Sharp {
  return sharp(bytes, { failOn: 'error', sequentialRead: true, limitInputPixels: false, ...options })
}

/** The kernel must be one that weighs all pixels: with `nearest`, rows below the last one taken are never decoded. */
async function toGray(image: Sharp, width: number, height: number): Promise<Uint8Array> {
  return image
    .autoOrient()
    .resize(width, height, { fit: 'fill', kernel: 'cubic', fastShrinkOnLoad: false })
    .flatten({ background: '#ffffff' })
    .greyscale()
    .raw({ depth: 'uchar' })
    .toBuffer()
}

async function decodeAll(image: Sharp): Promise<void> {
  await image.resize(8, 8, { fit: 'fill', kernel: 'cubic', fastShrinkOnLoad: false }).raw().toBuffer()
}

function accept(mediaType: string | null, size: number, { where }: StillLimits): StillMediaType {
  const accepted = stillMediaTypes.find((type) => type === mediaType)
  if (accepted) return accepted
  const found = size === 0 ? 'no bytes at all' : (mediaType ?? 'bytes of no known type')
  throw fault('image.type', { expected: 'a JPEG, PNG or WebP image', found, ...(where !== undefined && { where }) })
}

function checkPixels(
  { width, height }: Metadata,
  frames: number,
  { maxPixels = defaultMaxPixels, where }: StillLimits,
) {
  const pixels = width * height * frames
  if (pixels <= maxPixels) return pixels
  const times = frames > 1 ? ` x ${frames} frames` : ''
  throw fault('image.size', {
    expected: `at most ${maxPixels} pixels`,
    found: `${width} x ${height}${times} = ${pixels}`,
    ...(where !== undefined && { where }),
  })
}

function truncated(size: number, { where }: StillLimits, cause?: unknown): Fault {
  return fault('image.truncated', {
    expected: 'an image that is whole',
    found: `${size} bytes that end too early`,
    ...(where !== undefined && { where }),
    cause,
  })
}

async function orUnreadable<T>(work: Promise<T>, size: number, limits: StillLimits): Promise<T> {
  try {
    return await work
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    if (/premature end/i.test(said)) throw truncated(size, limits, cause)
    throw fault('image.damaged', {
      expected: 'an image that can be decoded',
      found: brief(said.split('\n')[0] ?? said),
      ...(limits.where !== undefined && { where: limits.where }),
      cause,
    })
  }
}

export interface Pixels {
  readonly width: number
  readonly height: number
  /** RGBA, 8 bits each, sRGB, row by row; opaque where the picture has no transparency. */
  readonly data: Uint8Array
}

/**
 * The upright picture pixel by pixel.
 *
 * @throws as {@link inspectImage}
 */
export function colorPixels(bytes: Bytes, limits: StillLimits = {}): Promise<Pixels> {
  return decode(bytes, limits, async (image) => {
    const { data, info } = await image
      .autoOrient()
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, data: new Uint8Array(data) }
  })
}
