/**
 * Where pictures in motion come from: the seam between decoders (`media`) and everything that looks at pixels.
 *
 * Frames are numbered from 0 in display order. Positions in pixels have their origin at the top-left corner of the
 * top-left pixel, x to the right and y down, so that the centre of that pixel is (0.5, 0.5).
 */

/** One frame's brightness, row by row without padding. */
export interface LumaFrame {
  readonly index: number
  /** Seconds from the start of the clip; null where the source knows no times (a bare image sequence). */
  readonly timeS: number | null
  readonly widthPx: number
  readonly heightPx: number
  /** 8-bit samples 0 to 255, or 16-bit samples 0 to 65535 (deeper footage is scaled to the full 16 bits). Full range. */
  readonly luma: Uint8Array | Uint16Array
}

export interface Fraction {
  readonly numerator: number
  readonly denominator: number
}

export interface ClipInfo {
  /** As `media` names it: "h264"; "png" for a sequence. */
  readonly codec: string
  /** "mov,mp4", "matroska", "image-sequence" … */
  readonly container: string
  /** As displayed: rotation is applied, pixel aspect is not. */
  readonly widthPx: number
  readonly heightPx: number
  readonly frameCount: number
  /** Average frames a second; null where the source knows none. */
  readonly frameRate: Fraction | null
  readonly variableFrameRate: boolean
  readonly durationS: number | null
  /** Clockwise, as the container asks; already applied to the frames. */
  readonly rotationDeg: 0 | 90 | 180 | 270
  /** Width of a pixel over its height. */
  readonly pixelAspect: number
  /** Of a luma sample in the source. */
  readonly bitDepth: number
  readonly interlaced: boolean
  /** "ffmpeg", "node-av", "sharp". */
  readonly decoder: string
}

export interface FrameRange {
  /** First frame, 0 when absent. */
  readonly from?: number
  /** Last frame, inclusive; the clip's last when absent. With `to` below `from` the frames come backwards. */
  readonly to?: number
  readonly signal?: AbortSignal
}

/** A clip that can be read again and again. Whoever opened it closes it. */
export interface FrameSource {
  readonly info: ClipInfo
  /**
   * The frames of a range, in order; memory does not grow with the range. A frame's bytes belong to the receiver.
   *
   * @throws media.* when the source ends early or a frame cannot be decoded
   */
  frames(range?: FrameRange): AsyncIterable<LumaFrame>
  close(): Promise<void>
}
