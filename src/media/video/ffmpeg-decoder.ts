import type { VideoDecoder } from './decoder.ts'
import { decodeByFfmpeg } from './ffmpeg-decode.ts'
import type { FfmpegPrograms } from './ffmpeg-programs.ts'
import { surveyByFfprobe } from './ffmpeg-survey.ts'

/** Decodes with the ffmpeg and ffprobe of this machine. */
export function ffmpegDecoder({ ffmpeg, ffprobe }: FfmpegPrograms): VideoDecoder {
  let version: string | null = null
  return {
    name: 'ffmpeg',
    survey: async (input, signal) => {
      const { programVersion, ...survey } = await surveyByFfprobe(ffprobe, input, signal)
      version = programVersion
      return survey
    },
    decode: (request, signal) => decodeByFfmpeg(ffmpeg, passthroughOf(version), request, signal),
  }
}

/** The option was renamed with 5.1; builds of a commit ("N-109000-g…") are newer than that. */
function passthroughOf(version: string | null): readonly string[] {
  const [, major = '6', minor = '0'] = /^n?(\d+)\.(\d+)/.exec(version ?? '') ?? []
  const renamed = Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 1)
  return [renamed ? '-fps_mode' : '-vsync', 'passthrough']
}
