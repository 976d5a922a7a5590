/**
 * Frames as people look at them: small JPEGs in colour. They come through the same decoders, seeks and checks as the luma
 * that is tracked, so that a mark drawn on frame 100 lies on the frame that was tracked as number 100.
 */
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { brief, fault } from '#core/faults.ts'
import type { ClipInfo } from '#vision/frames.ts'
import { type ClipOptions, clipParts } from './clip.ts'
import { srgbOfLinear } from './luma.ts'
import { spanOf } from './ranges.ts'
import type { SequenceFiles } from './sequence/sequence-files.ts'
import type { VideoDecoder } from './video/decoder.ts'
import type { PixelPlan } from './video/pixel-plan.ts'
import { type VideoFile, videoSource } from './video/video-source.ts'

export interface FramePicture {
  readonly index: number
  readonly jpeg: Uint8Array
}

export interface PictureRange {
  readonly from: number
  /** Inclusive, not below `from`. */
  readonly to: number
  /** At most; pictures are never enlarged. */
  readonly widthPx: number
  readonly signal: AbortSignal
}

export interface PictureSource {
  readonly frameCount: number
  /** @throws media.range, and what decoding throws */
  pictures(range: PictureRange): AsyncIterable<FramePicture>
}

const jpegQuality = 82

/** @throws as `openClip` */
export async function openPictures(path: string, options: ClipOptions = {}): Promise<PictureSource> {
  const parts = await clipParts(path, options)
  if ('stills' in parts) return stillPictures(parts.stills)
  return videoPictures(parts.decoder, parts.file)
}

function stillPictures({ folder, names }: SequenceFiles): PictureSource {
  return {
    frameCount: names.length,
    async *pictures({ from, to, widthPx, signal }) {
      spanOf({ from, to }, names.length)
      for (let index = from; index <= to; index++) {
        signal.throwIfAborted()
        const path = join(folder, names[index]!)
        yield { index, jpeg: await jpegOf(sharp(path, { failOn: 'error' }).autoOrient(), widthPx, path) }
      }
    },
  }
}

function videoPictures(decoder: VideoDecoder, file: VideoFile): PictureSource {
  const { info } = file
  return {
    frameCount: info.frameCount,
    async *pictures({ from, to, widthPx, signal }) {
      spanOf({ from, to }, info.frameCount)
      const { plan, ...size } = colourPlan(file, widthPx)
      const source = videoSource(decoder, { ...file, plan, info: { ...info, ...size } })
      for await (const { index, luma } of source.frames({ from, to, signal })) {
        const raw = { width: size.widthPx, height: size.heightPx, channels: 3 } as const
        yield { index, jpeg: await jpegOf(sharp(luma, { raw }), widthPx, file.input.path) }
      }
    },
  }
}

async function jpegOf(image: Sharp, widthPx: number, where: string): Promise<Uint8Array> {
  try {
    return await image
      .resize({ width: widthPx, withoutEnlargement: true })
      .flatten({ background: '#000000' })
      .jpeg({ quality: jpegQuality })
      .toBuffer()
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    const found = brief(said.split('\n')[0] ?? said)
    throw fault('media.damaged', { expected: 'a frame that can be decoded', found, where, cause })
  }
}

type ColourPlan = Pick<ClipInfo, 'widthPx' | 'heightPx'> & { readonly plan: PixelPlan }

/**
 * As the plan for luma, but its samples are red, green and blue in turn, 8 bits each; made small on the way where FFmpeg can,
 * so that less has to come through the pipe.
 */
function colourPlan({ plan, info }: VideoFile, wantedPx: number): ColourPlan {
  const { widthPx, heightPx } = info
  if (plan.format.includes('f32')) return { widthPx, heightPx, plan: linearPlan(plan) }
  const small = Math.min(wantedPx, widthPx)
  const size = { widthPx: small, heightPx: Math.max(1, Math.round((heightPx * small) / widthPx)) }
  const turns = plan.filter.split(',').filter((step) => /^(transpose|hflip|vflip)/.test(step))
  const scale = small === widthPx ? [] : [`scale=${size.widthPx}:${size.heightPx}:flags=area`]
  const filter = [...turns, ...scale, 'format=rgb24'].join(',')
  return { ...size, plan: { filter, format: 'rgb24', bytesPerPixel: 3, depth: 8, luma: (planes) => planes } }
}

/** Plates hold linear light, as floats in planes of green, blue and red, or of gray alone. */
function linearPlan(plan: PixelPlan): PixelPlan {
  const gray = plan.format.startsWith('gray')
  return {
    ...plan,
    luma: (planes, pixels) => {
      const light = new Float32Array(planes.buffer)
      const order = gray ? [0, 0, 0] : [2 * pixels, 0, pixels]
      const rgb = new Uint8Array(3 * pixels)
      for (const [channel, start] of order.entries()) {
        for (let i = 0; i < pixels; i++) rgb[3 * i + channel] = 255 * srgbOfLinear(light[start + i]!) + 0.5
      }
      return rgb
    },
  }
}
