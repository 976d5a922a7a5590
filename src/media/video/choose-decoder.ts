/** Which program decodes video on this machine. */
import { fault } from '#core/faults.ts'
import type { VideoDecoder } from './decoder.ts'
import { ffmpegDecoder } from './ffmpeg-decoder.ts'
import { findFfmpeg } from './ffmpeg-programs.ts'

export type DecoderChoice = 'auto' | 'ffmpeg' | 'node-av'

/**
 * @param env has PATH and HINDSIGHT_FFMPEG
 * @throws media.decoder when the one wanted is not there, or none for "auto"
 */
export async function chooseDecoder(choice: DecoderChoice, env: NodeJS.ProcessEnv): Promise<VideoDecoder> {
  const programs = choice === 'node-av' ? null : await findFfmpeg(env)
  if (programs) return ffmpegDecoder(programs)
  const decoder = choice === 'ffmpeg' ? null : await loadNodeAv()
  if (decoder) return decoder
  const names = {
    auto: 'ffmpeg and ffprobe on the PATH, or the package node-av',
    ffmpeg: 'ffmpeg and ffprobe on the PATH',
    'node-av': 'the package node-av',
  }
  throw fault('media.decoder', { expected: names[choice], found: choice === 'auto' ? 'neither' : 'none' })
}

/** Only when it is needed: its binary is large, and may not be installed. */
async function loadNodeAv(): Promise<VideoDecoder | null> {
  try {
    return (await import('./node-av-decoder.ts')).nodeAvDecoder()
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND')
    )
      return null
    throw error
  }
}
