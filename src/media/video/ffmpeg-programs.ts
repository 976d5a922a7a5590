/** Where ffmpeg and ffprobe are on this machine. */
import { access, constants } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fault } from '#core/faults.ts'

export interface FfmpegPrograms {
  readonly ffmpeg: string
  readonly ffprobe: string
}

const suffix = process.platform === 'win32' ? '.exe' : ''

/**
 * The programs that HINDSIGHT_FFMPEG or else the PATH names; null when there are none.
 *
 * @throws media.decoder when HINDSIGHT_FFMPEG names what is not there
 */
export async function findFfmpeg(env: NodeJS.ProcessEnv): Promise<FfmpegPrograms | null> {
  const named = env['HINDSIGHT_FFMPEG']
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const ffmpeg = named
    ? await firstProgram([named])
    : await firstProgram(folders.map((folder) => join(folder, `ffmpeg${suffix}`)))
  const beside = ffmpeg === null ? [] : [dirname(ffmpeg)]
  const ffprobe = await firstProgram([...beside, ...folders].map((folder) => join(folder, `ffprobe${suffix}`)))
  if (ffmpeg !== null && ffprobe !== null) return { ffmpeg, ffprobe }
  if (!named) return null
  throw fault('media.decoder', {
    expected: 'HINDSIGHT_FFMPEG to name ffmpeg, with ffprobe beside it or on the PATH',
    found: ffmpeg === null ? `"${named}", which cannot be run` : 'no ffprobe',
  })
}

async function firstProgram(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runs) return path
  }
  return null
}
