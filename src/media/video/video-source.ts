/** A video file as a source of frames: any range, exact to the frame, with memory that does not grow with it. */
import { fault } from '#core/faults.ts'
import type { ClipInfo, FrameRange, FrameSource, LumaFrame } from '#vision/frames.ts'
import { backwards, readAhead, type Span, spanOf } from '../ranges.ts'
import type { DecodedFrame, DecodeRequest, VideoDecoder, VideoInput } from './decoder.ts'
import type { PixelPlan } from './pixel-plan.ts'
import { keyFrameFor, type VideoSurvey } from './survey.ts'

/** Luma held at most for a backward range; eight frames in any case. Each chunk costs decoding from its key frame. */
const backwardBytes = 96 * 2 ** 20
/** Luma decoded ahead of the reader at most. */
const aheadBytes = 32 * 2 ** 20

export interface VideoFile {
  readonly input: VideoInput
  /** The input that begins with a frame, where there is such a thing; null to seek or count instead. */
  readonly inputFrom: ((index: number) => VideoInput) | null
  readonly survey: VideoSurvey
  readonly plan: PixelPlan
  readonly info: ClipInfo
}

export function videoSource(decoder: VideoDecoder, file: VideoFile): FrameSource {
  const { info, plan } = file
  const closed = new AbortController()
  const bytesPerFrame = info.widthPx * info.heightPx * plan.bytesPerPixel
  const ahead = Math.max(1, Math.min(4, Math.floor(aheadBytes / bytesPerFrame)))
  const chunkFrames = Math.max(8, Math.floor(backwardBytes / bytesPerFrame))

  const read = (span: Span, signal: AbortSignal) =>
    readAhead((inner) => forward(decoder, file, span, inner), ahead, signal)
  return {
    info,
    frames: (range: FrameRange = {}) => {
      const span = spanOf(range, info.frameCount)
      const signal = range.signal ? AbortSignal.any([range.signal, closed.signal]) : closed.signal
      if (span.to >= span.from) return read(span, signal)
      return backwards(span, chunkFrames, (chunk) => read(chunk, signal))
    },
    close: async () => closed.abort(),
  }
}

/** Decodes from the key frame before; from the very start where that does not lead to the frame that is wanted. */
async function* forward(
  decoder: VideoDecoder,
  file: VideoFile,
  { from, to }: Span,
  signal: AbortSignal,
): AsyncGenerator<LumaFrame> {
  const key = keyFrameFor(file.survey.frames, from)
  const { pts } = file.survey.frames
  let next = from
  for (const seekPts of key > 0 && pts ? [pts[key]!, null] : [null]) {
    for await (const frame of decoder.decode(requestFor(file, { from, to }, seekPts), signal)) {
      if (next > to) throw miscounted(file, 'more')
      if (pts && frame.pts !== pts[next]) {
        // Some containers find another frame than the one they were asked for.
        if (seekPts !== null && next === from) break
        throw miscounted(file, `another frame in place of frame ${next}`)
      }
      checkSize(file, next, frame)
      yield lumaFrame(file, next++, frame.planes)
    }
    if (next > to) return
    if (next > from) break
  }
  throw miscounted(file, `${next - from} of the ${to - from + 1} from frame ${from}`)
}

function requestFor(
  { input, inputFrom, plan, info, survey }: VideoFile,
  { from, to }: Span,
  seekPts: number | null,
): DecodeRequest {
  const { pts } = survey.frames
  return {
    input: inputFrom?.(from) ?? input,
    plan,
    widthPx: info.widthPx,
    heightPx: info.heightPx,
    timeBase: survey.facts.timeBase,
    seekPts,
    fromPts: pts && from > 0 ? pts[from]! : null,
    skipFrames: pts || inputFrom ? 0 : from,
    // The last frame is only known to be the last when the decoder is asked for more.
    frameCount: to === info.frameCount - 1 ? null : to - from + 1,
  }
}

function checkSize({ input, info }: VideoFile, index: number, { widthPx, heightPx }: DecodedFrame): void {
  if (widthPx === info.widthPx && heightPx === info.heightPx) return
  throw fault('media.frame-size', {
    expected: `all frames to have ${info.widthPx} x ${info.heightPx} pixels`,
    found: `${widthPx} x ${heightPx} in frame ${index}`,
    where: input.path,
  })
}

function lumaFrame({ plan, info, survey }: VideoFile, index: number, planes: Uint8Array<ArrayBuffer>): LumaFrame {
  const { widthPx, heightPx } = info
  return { index, timeS: timeOf(survey, info, index), widthPx, heightPx, luma: plan.luma(planes, widthPx * heightPx) }
}

function timeOf({ facts, frames }: VideoSurvey, { frameRate }: ClipInfo, index: number): number | null {
  const { numerator, denominator } = facts.timeBase
  if (frames.pts) return ((frames.pts[index]! - frames.pts[0]!) * numerator) / denominator
  return frameRate && (index * frameRate.denominator) / frameRate.numerator
}

function miscounted({ input, info }: VideoFile, found: string) {
  return fault('media.frame-count', {
    expected: `the ${info.frameCount} frames of the container`,
    found,
    where: input.path,
  })
}
