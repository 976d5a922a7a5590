/** Which program decodes video on this machine. */
import { fault } from '#core/faults.ts'
import type { VideoDecoder } from './decoder.ts'
import { ffmpegDecoder } from './ffmpeg-decoder.ts'
import { findFfmpeg } from './ffmpeg-programs.ts'

export type DecoderChoice = 'auto' | 'ffmpeg' | 'node-av'

const wanted = {
  auto: 'ffmpeg and ffprobe on the PATH, or the package node-av',
  ffmpeg: 'ffmpeg and ffprobe on the PATH',
  'node-av': 'the package node-av',
} as const

/**
 * @param env has PATH and HINDSIGHT_FFMPEG
 * @param load gives node-av's decoder, or throws
 * @throws media.decoder when the one wanted is not there, or none for "auto"
 */
export async function chooseDecoder(
  choice: DecoderChoice,
  env: NodeJS.ProcessEnv,
  load: () => Promise<VideoDecoder> = loadNodeAv,
): Promise<VideoDecoder> {
  const programs = choice === 'node-av' ? null : await findFfmpeg(env)
  if (programs) return ffmpegDecoder(programs)
  if (choice === 'ffmpeg') throw fault('media.decoder', { expected: wanted[choice], found: 'none' })
  try {
    return await load()
  } catch (cause) {
    // Not installed, or without a binary for this platform: the reason is of no use without the advice.
    throw fault('media.decoder', { expected: wanted[choice], found: choice === 'auto' ? 'neither' : 'none', cause })
  }
}

/** Only when it is needed: its binary is large, and may not be there. */
async function loadNodeAv(): Promise<VideoDecoder> {
  const { nodeAvDecoder } = await import('./node-av-decoder.ts')
  return nodeAvDecoder()
}
