/**
 * Opens a video file or a sequence of images as a {@link FrameSource}. Which of the two it is, is told by content.
 */
import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Warning } from '#core/context.ts'
import { brief, Fault, fault } from '#core/faults.ts'
import type { ClipInfo, FrameSource } from '#vision/frames.ts'
import { withReader } from './byte-reader.ts'
import {
  isPattern,
  type SequenceFiles,
  sequenceInFolder,
  sequenceOfFile,
  sequenceOfPattern,
} from './sequence/sequence-files.ts'
import { sniffBytes, sniffMediaType } from './sniff.ts'
import { checkWhole, clipInfo, clipWarnings, rotationOf } from './video/clip-info.ts'
import type { VideoDecoder } from './video/decoder.ts'
import { chooseDecoder, type DecoderChoice } from './video/choose-decoder.ts'
import { pixelPlan } from './video/pixel-plan.ts'
import { type VideoFile, videoSource } from './video/video-source.ts'

export interface ClipOptions {
  /** Which program decodes video, and EXR and DPX files; "auto" (default) is ffmpeg where there is one, else node-av. */
  readonly decoder?: DecoderChoice
  /** Environment with PATH and HINDSIGHT_FFMPEG; that of this process when absent. */
  readonly env?: NodeJS.ProcessEnv
  /** Ends the reading of headers; each range of frames has a signal of its own. */
  readonly signal?: AbortSignal
  /** Told what is noteworthy: interlacing, a varying frame rate, HDR. */
  readonly warn?: (warning: Warning) => void
  /** Told when a program was started that reads the headers: meanwhile this one has nothing to do. */
  readonly waits?: () => void
}

export interface ClipProbe {
  readonly info: ClipInfo
  readonly warnings: readonly Warning[]
}

/**
 * Opens a clip. Headers and the times of all packets are read, no picture is decoded.
 *
 * @param path a video file; a folder of numbered images, one of them, or a pattern (`shot.%04d.png`, `shot.####.exr`)
 * @throws file.missing, media.*
 */
export async function openClip(path: string, options: ClipOptions = {}): Promise<FrameSource> {
  const { source, warnings } = await open(path, options)
  for (const warning of warnings) options.warn?.(warning)
  return source
}

/**
 * What a clip is, and what is noteworthy about it, without decoding it.
 *
 * @throws as {@link openClip}
 */
export async function probeClip(path: string, options: ClipOptions = {}): Promise<ClipProbe> {
  const { source, warnings } = await open(path, options)
  await source.close()
  return { info: source.info, warnings }
}

/**
 * The files that a clip is made of, in order: one video, or the images of a sequence. Nothing of them is read but what tells
 * which of the two it is.
 *
 * @throws file.missing, media.*
 */
export async function clipFiles(path: string): Promise<readonly string[]> {
  const absolute = resolve(path)
  const sequence = await sequenceAt(absolute)
  return sequence === null ? [absolute] : sequence.names.map((name) => join(sequence.folder, name))
}

interface OpenedClip {
  readonly source: FrameSource
  readonly warnings: readonly Warning[]
}

async function open(path: string, options: ClipOptions): Promise<OpenedClip> {
  const parts = await clipParts(path, options)
  if ('file' in parts) return { source: videoSource(parts.decoder, parts.file), warnings: parts.warnings }
  // Loaded only here: libraries for images take longer to load than a short video to open.
  const { stillSequence } = await import('./sequence/still-sequence.ts')
  return { source: await stillSequence(parts.stills), warnings: [] }
}

/** What a clip is read from: a stream that a decoder of video reads, or still images. */
export type ClipParts =
  | { readonly decoder: VideoDecoder; readonly file: VideoFile; readonly warnings: readonly Warning[] }
  | { readonly stills: SequenceFiles }

/** For readers of something else than luma. @throws as {@link openClip} */
export async function clipParts(path: string, options: ClipOptions): Promise<ClipParts> {
  const { decoder: choice = 'auto', env = process.env, signal = new AbortController().signal } = options
  const absolute = resolve(path)
  const files = await sequenceAt(absolute)
  if (files === null) return videoParts(await chooseDecoder(choice, env), absolute, signal, options.waits)
  if (!(await isPlate(join(files.folder, files.names[0]!)))) return { stills: files }
  const { plateFile } = await import('./sequence/plate-sequence.ts')
  const decoder = await chooseDecoder(choice, env)
  return { decoder, file: await plateFile(files, decoder, signal), warnings: [] }
}

async function videoParts(
  decoder: VideoDecoder,
  path: string,
  signal: AbortSignal,
  waits: ClipOptions['waits'],
): Promise<ClipParts> {
  const input = { path, format: null, options: {} }
  const surveying = decoder.survey(input, signal).catch(async (error: unknown) => {
    throw (await lacksIndex(error, path)) ? withoutIndex(path, error) : error
  })
  waits?.()
  const survey = await surveying
  checkWhole(survey, path)
  const { codec, pixelFormat, colourRange } = survey.facts
  if (pixelFormat === null)
    throw fault('media.codec', { expected: 'a codec that FFmpeg decodes', found: codec, where: path })
  const plan = pixelPlan({ pixelFormat, colourRange, codec, rotationDeg: rotationOf(survey.facts) })
  const info = clipInfo(survey, plan, decoder.name)
  return { decoder, file: { input, inputFrom: null, survey, plan, info }, warnings: clipWarnings(survey, info, path) }
}

/** The image sequence that a path means; null when it is a file, but no image. */
async function sequenceAt(path: string): Promise<SequenceFiles | null> {
  const stats = await statOf(path)
  if (stats === null) return sequenceOfPattern(path)
  if (stats.isDirectory()) return sequenceInFolder(path)
  if (!stats.isFile()) throw fault('media.type', { expected: 'a file or folder', found: 'something else', where: path })
  return (await isStill(path)) || (await isPlate(path)) ? sequenceOfFile(path) : null
}

/** MP4 and MOV have their index at the end unless it was moved; without it nothing of them can be read. */
async function lacksIndex(error: unknown, path: string): Promise<boolean> {
  if (!(error instanceof Fault) || error.code !== 'media.type') return false
  return sniffMediaType(await headOf(path)) === 'video/mp4'
}

function withoutIndex(where: string, cause: unknown): Fault {
  return fault('media.truncated', { expected: 'an MP4 or MOV with its index', found: 'none', where, cause })
}

/** null for a pattern of file names, which is not itself a file. */
async function statOf(path: string): Promise<Stats | null> {
  try {
    return await stat(path)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null
    if (code === 'ENOENT' && isPattern(path) && (await statOf(dirname(path)))) return null
    const where = brief(path)
    // The last three: no file can have such a name.
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'ERR_INVALID_ARG_VALUE'].includes(String(code)))
      throw fault('file.missing', {
        expected: 'a video, an image or a folder of images',
        found: 'nothing',
        where,
        cause,
      })
    if (code === 'EACCES' || code === 'EPERM')
      throw fault('file.permission', { expected: 'a path that may be read', found: String(code), where, cause })
    throw cause
  }
}

/** Formats that sharp reads; what moves (GIF) is a video. */
async function isStill(path: string): Promise<boolean> {
  const type = sniffMediaType(await headOf(path))
  return type !== null && /^image\/(png|jpeg|webp|tiff)$/.test(type)
}

/** OpenEXR, and DPX in either byte order (SMPTE ST 268). */
async function isPlate(path: string): Promise<boolean> {
  return /^(v\/1\x01|SDPX|XPDS)/.test(Buffer.from(await headOf(path)).toString('latin1'))
}

function headOf(path: string): Promise<Uint8Array> {
  return withReader(path, (reader) => reader.at(0, sniffBytes))
}
