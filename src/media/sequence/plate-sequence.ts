/** A sequence of EXR or DPX plates as one file of video: FFmpeg reads them as one stream by its `image2` format. */
import { join } from 'node:path'
import { fault } from '#core/faults.ts'
import type { VideoDecoder, VideoInput } from '../video/decoder.ts'
import { pixelPlan } from '../video/pixel-plan.ts'
import type { VideoSurvey } from '../video/survey.ts'
import type { VideoFile } from '../video/video-source.ts'
import type { SequenceFiles } from './sequence-files.ts'
import { sequenceInfo } from './still-sequence.ts'

/** @throws media.type, media.damaged, media.sequence */
export async function plateFile(files: SequenceFiles, decoder: VideoDecoder, signal: AbortSignal): Promise<VideoFile> {
  const first = join(files.folder, files.names[0]!)
  const { facts } = await decoder.survey({ path: first, format: 'image2', options: { pattern_type: 'none' } }, signal)
  const { codec, pixelFormat, colourRange } = facts
  if (pixelFormat === null)
    throw fault('media.codec', { expected: 'a plate that FFmpeg decodes', found: codec, where: first })
  const plan = pixelPlan({ pixelFormat, colourRange, codec, rotationDeg: 0 })
  const frameCount = files.names.length
  // Looking at the packets would read every file whole; their number is known.
  const survey: VideoSurvey = {
    facts,
    frames: { frameCount, packetCount: frameCount, pts: null, keys: Uint32Array.of(0), span: 0, decodeSpan: null },
  }
  const info = {
    ...sequenceInfo(files, facts),
    pixelAspect: facts.pixelAspect,
    bitDepth: plan.depth,
    decoder: decoder.name,
  }
  const inputFrom = inputsOf(files)
  return { input: inputFrom(0), inputFrom, survey, plan, info }
}

/**
 * The format counts by itself from the number it is given, so all names must be written alike.
 *
 * @throws media.sequence for names such as 01, 002
 */
function inputsOf({ folder, names, first: { prefix, digits, suffix } }: SequenceFiles): (index: number) => VideoInput {
  const alone = { format: 'image2', options: { pattern_type: 'none' } }
  if (digits === '') return () => ({ path: join(folder, names[0]!), ...alone })
  const name = (index: number) => prefix + String(Number(digits) + index).padStart(digits.length, '0') + suffix
  const odd = names.findIndex((found, index) => found !== name(index))
  if (odd >= 0) throw fault('media.sequence', { expected: name(odd), found: names[odd]!, where: folder })
  const escaped = (text: string) => text.replaceAll('%', '%%')
  const path = join(escaped(folder), `${escaped(prefix)}%0${digits.length}d${escaped(suffix)}`)
  return (index) => ({
    path,
    format: 'image2',
    options: { pattern_type: 'sequence', start_number: String(Number(digits) + index) },
  })
}
