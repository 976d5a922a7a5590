/** A sequence of PNG, JPEG, WebP or TIFF images as a source of frames, decoded by sharp. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import sharp, { type Metadata, type Sharp } from 'sharp'
import { brief, type Fault, fault } from '#core/faults.ts'
import type { ClipInfo, FrameRange, FrameSource, LumaFrame } from '#vision/frames.ts'
import { lumaOfRgb, type Samples } from '../luma.ts'
import { type Span, spanOf } from '../ranges.ts'
import type { SequenceFiles } from './sequence-files.ts'

/** Pixels being decoded at one time at most: 8K images come one by one. */
const pixelsInFlight = 32e6

/** @throws media.damaged, media.codec */
export async function stillSequence(files: SequenceFiles): Promise<FrameSource> {
  const closed = new AbortController()
  const metadata = await headOf(join(files.folder, files.names[0]!))
  const { widthPx, heightPx, bitDepth } = metadata
  const info: ClipInfo = { ...sequenceInfo(files, metadata), bitDepth, decoder: 'sharp' }
  const ahead = Math.max(1, Math.min(availableParallelism(), Math.floor(pixelsInFlight / (widthPx * heightPx))))

  return {
    info,
    frames: (range: FrameRange = {}) => {
      const signal = range.signal ? AbortSignal.any([range.signal, closed.signal]) : closed.signal
      return decodeInOrder(spanOf(range, info.frameCount), ahead, signal, (index) => decode(files, index, info))
    },
    close: async () => closed.abort(),
  }
}

/** What all sequences have in common: no times, no turning. */
export function sequenceInfo(
  files: SequenceFiles,
  { codec, widthPx, heightPx }: Pick<ClipInfo, 'codec' | 'widthPx' | 'heightPx'>,
): Omit<ClipInfo, 'bitDepth' | 'decoder'> {
  return {
    codec,
    container: 'image-sequence',
    widthPx,
    heightPx,
    frameCount: files.names.length,
    frameRate: null,
    variableFrameRate: false,
    durationS: null,
    rotationDeg: 0,
    pixelAspect: 1,
    interlaced: false,
  }
}

/** Frames of a span in its direction, `ahead` of them being decoded at once. */
async function* decodeInOrder(
  { from, to }: Span,
  ahead: number,
  signal: AbortSignal,
  decodeOne: (index: number) => Promise<LumaFrame>,
): AsyncGenerator<LumaFrame> {
  const step = to < from ? -1 : 1
  const count = Math.abs(to - from) + 1
  const pending: Promise<LumaFrame>[] = []
  for (let taken = 0; taken < count; taken++) {
    signal.throwIfAborted()
    while (pending.length < Math.min(ahead, count - taken)) {
      const frame = decodeOne(from + step * (taken + pending.length))
      // It is looked at when its turn comes; until then its failure must not count as unhandled.
      frame.catch(() => {})
      pending.push(frame)
    }
    const frame = await pending.shift()!
    signal.throwIfAborted()
    yield frame
  }
}

async function decode({ folder, names }: SequenceFiles, index: number, expected: ClipInfo): Promise<LumaFrame> {
  const path = join(folder, names[index]!)
  const { widthPx, heightPx, bitDepth, space } = await headOf(path)
  if (widthPx !== expected.widthPx || heightPx !== expected.heightPx || bitDepth !== expected.bitDepth) {
    const words = (image: { widthPx: number; heightPx: number; bitDepth: number }) =>
      `${image.widthPx} x ${image.heightPx} pixels in ${image.bitDepth} bits`
    throw fault('media.frame-size', {
      expected: `all images to have ${words(expected)}, as the first`,
      found: words({ widthPx, heightPx, bitDepth }),
      where: path,
    })
  }
  const raw = open(path)
    .autoOrient()
    .removeAlpha()
    .toColourspace(space)
    .raw({ depth: bitDepth === 16 ? 'ushort' : 'uchar' })
  const { data, info } = await orDamaged(raw.toBuffer({ resolveWithObject: true }), path)
  const pixels = widthPx * heightPx
  const samples = bitDepth === 16 ? new Uint16Array(data.buffer, data.byteOffset, pixels * info.channels) : data
  return { index, timeS: null, widthPx, heightPx, luma: lumaOfImage(samples, pixels, info.channels, bitDepth) }
}

/** A copy in a buffer of its own: the bytes are given away. */
function lumaOfImage(samples: Samples, pixels: number, channels: number, bitDepth: number): Samples {
  if (channels === 1) return samples instanceof Uint16Array ? Uint16Array.from(samples) : Uint8Array.from(samples)
  return lumaOfRgb(samples, { red: 0, green: 1, blue: 2, step: channels }, pixels, bitDepth)
}

interface ImageHead {
  readonly codec: string
  readonly widthPx: number
  readonly heightPx: number
  readonly bitDepth: 8 | 16
  /** In which the samples are asked for: gray stays gray, and 16 bits stay 16. */
  readonly space: 'b-w' | 'grey16' | 'srgb' | 'rgb16'
}

async function headOf(path: string): Promise<ImageHead> {
  const metadata = await orDamaged(open(path).metadata(), path)
  const deep = metadata.depth === 'ushort'
  if (!deep && metadata.depth !== 'uchar') throw unsupported(metadata, path)
  const gray = metadata.space === 'b-w' || metadata.space === 'grey16'
  return {
    codec: metadata.format,
    widthPx: metadata.autoOrient.width,
    heightPx: metadata.autoOrient.height,
    bitDepth: deep ? 16 : 8,
    space: gray ? (deep ? 'grey16' : 'b-w') : deep ? 'rgb16' : 'srgb',
  }
}

/** Samples as the file has them: a colour profile would move them. */
function open(path: string): Sharp {
  return sharp(path, { failOn: 'error', sequentialRead: true, ignoreIcc: true })
}

function unsupported({ depth }: Metadata, path: string): Fault {
  return fault('media.codec', { expected: 'images of 8 or 16 bits', found: `samples of type ${depth}`, where: path })
}

async function orDamaged<T>(work: Promise<T>, path: string): Promise<T> {
  try {
    return await work
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    throw fault('media.damaged', {
      expected: 'an image that can be decoded',
      found: brief(said.split('\n')[0] ?? said),
      where: path,
      cause,
    })
  }
}
