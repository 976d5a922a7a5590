/**
 * Small clips whose every frame says which one it is: eight blocks along the top are the bits of its number, the rest is
 * a moving ramp. Made of raw frames, so that the value of every sample before encoding is known.
 */
import { spawnSync } from 'node:child_process'
import { openClip } from '#media/clip.ts'
import type { FrameRange, LumaFrame } from '#vision/frames.ts'

export interface MadeClip {
  readonly widthPx: number
  readonly heightPx: number
  readonly frames: number
}

export const smallClip: MadeClip = { widthPx: 96, heightPx: 64, frames: 20 }

/** Luma as coded, limited range (16 to 235), of frame `index`. */
export function codedLuma({ widthPx, heightPx }: MadeClip, index: number): Uint8Array {
  const luma = new Uint8Array(widthPx * heightPx)
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const bit = (index >> Math.floor((x * 8) / widthPx)) & 1
      const ramp = 16 + ((x + y + 2 * index) % 220)
      luma[y * widthPx + x] = y < heightPx / 2 ? 16 + bit * 219 : ramp
    }
  }
  return luma
}

/** The number that a frame shows, whatever lossy coding did to it. */
export function numberShown({ luma, widthPx, heightPx }: LumaFrame): number {
  const half = luma instanceof Uint8Array ? 128 : 32_768
  const y = Math.floor(heightPx / 4)
  let index = 0
  for (let bit = 0; bit < 8; bit++) {
    const x = Math.floor(((bit + 0.5) * widthPx) / 8)
    if (luma[y * widthPx + x]! > half) index |= 1 << bit
  }
  return index
}

/**
 * Encodes a clip with ffmpeg.
 *
 * @param ffmpeg path of the program
 * @param output what stands behind its input: codec, options, path
 * @param rate frames a second
 */
export function encodeClip(ffmpeg: string, clip: MadeClip, output: readonly string[], rate = '24'): void {
  const chroma = new Uint8Array(2 * Math.ceil(clip.widthPx / 2) * Math.ceil(clip.heightPx / 2)).fill(128)
  const raw = Buffer.concat(Array.from({ length: clip.frames }, (_, index) => [codedLuma(clip, index), chroma]).flat())
  const size = `${clip.widthPx}x${clip.heightPx}`
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', size, '-r', rate, '-i', 'pipe:0']
  runFfmpeg(ffmpeg, [...input, ...output], raw)
}

export function runFfmpeg(ffmpeg: string, args: readonly string[], input?: Uint8Array): void {
  const options = { encoding: 'utf8', maxBuffer: 1 << 26, ...(input && { input }) } as const
  const { status, stderr, error } = spawnSync(ffmpeg, ['-v', 'error', '-y', ...args], options)
  if (status !== 0) throw new Error(`ffmpeg failed: ${error?.message ?? stderr}`)
}

/** All frames of a range, the whole clip when it is absent. */
export async function readRange(
  path: string,
  decoder: 'auto' | 'ffmpeg' | 'node-av' = 'auto',
  range: FrameRange = {},
): Promise<readonly LumaFrame[]> {
  const source = await openClip(path, { decoder })
  try {
    return await Array.fromAsync(source.frames(range))
  } finally {
    await source.close()
  }
}
