/** The seam between the two programs that decode video and the frame source made of either. */
import type { PixelPlan } from './pixel-plan.ts'
import type { VideoSurvey } from './survey.ts'

export interface VideoInput {
  /** A file, or a pattern of numbered files for the `image2` format. */
  readonly path: string
  /** Name of a demuxer; null to find it by content. */
  readonly format: string | null
  /** Options of the demuxer. */
  readonly options: Readonly<Record<string, string>>
}

export interface DecodeRequest {
  readonly input: VideoInput
  readonly plan: PixelPlan
  /** Of the frames as they come out, in pixels. */
  readonly widthPx: number
  readonly heightPx: number
  readonly timeBase: VideoSurvey['facts']['timeBase']
  /** Time of the key frame at which to begin, in units of the time base; null for the start of the file. */
  readonly seekPts: number | null
  /** Frames before this time are decoded and dropped; null for none. */
  readonly fromPts: number | null
  /** Frames to decode and drop, where they have no times. */
  readonly skipFrames: number
  /** Frames wanted; null for all up to the end, which are then checked to end well. */
  readonly frameCount: number | null
}

export interface DecodedFrame {
  /** null where the frame has no time. */
  readonly pts: number | null
  /** Its own size, whatever the stream began with. */
  readonly widthPx: number
  readonly heightPx: number
  /** Of a frame as large as was asked for: the planes of {@link PixelPlan.format}, one after the other without padding; the receiver's own. */
  readonly planes: Uint8Array<ArrayBuffer>
}

export interface VideoDecoder {
  readonly name: 'ffmpeg' | 'node-av'
  /**
   * Reads headers and packets without decoding.
   *
   * @throws media.type, media.codec, media.truncated
   */
  survey(input: VideoInput, signal: AbortSignal): Promise<VideoSurvey>
  /**
   * Frames in display order. Everything is released when it ends, throws or is left, and when `signal` aborts.
   *
   * @throws media.damaged, media.codec
   */
  decode(request: DecodeRequest, signal: AbortSignal): AsyncIterable<DecodedFrame>
}
