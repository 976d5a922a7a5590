/** Asks node-av about a video: its stream, and the time of every packet; the twin of `ffmpeg-survey.ts`. */
import {
  AV_NOPTS_VALUE,
  AV_PIX_FMT_NONE,
  AV_PKT_DATA_DISPLAYMATRIX,
  AV_PKT_FLAG_DISCARD,
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_TRC_ARIB_STD_B67,
  AVCOL_TRC_SMPTE2084,
  AVERROR_EOF,
  type AVPixelFormat,
} from 'node-av/constants'
import { avGetCodecName, avGetPixFmtName, type CodecParameters, FFmpegError, Packet, type Rational } from 'node-av/lib'
import { fault } from '#core/faults.ts'
import type { Fraction } from '#vision/frames.ts'
import type { VideoInput } from './decoder.ts'
import { type OpenInput, openInput } from './node-av-input.ts'
import { FrameTableBuilder, secondsOf, type StreamFacts, type VideoSurvey } from './survey.ts'

/** AVFieldOrder: top or bottom field first, in coding or display; 1 is progressive, 0 unknown. */
const interlacedOrders = new Set([2, 3, 4, 5])

/** @throws media.type, media.damaged */
export async function surveyByNodeAv(input: VideoInput, signal: AbortSignal): Promise<VideoSurvey> {
  const open = await openInput(input, signal)
  const packet = new Packet()
  packet.alloc()
  try {
    const { format, stream } = open
    const frames = new FrameTableBuilder()
    for (;;) {
      const status = await format.readFrame(packet)
      signal.throwIfAborted()
      if (status < 0) {
        if (status === AVERROR_EOF) break
        throw fault('media.damaged', {
          expected: 'a file that can be read to its end',
          found: FFmpegError.strerror(status),
          where: input.path,
        })
      }
      if (packet.streamIndex === stream.index) frames.add(describe(packet))
      packet.unref()
    }
    const facts = factsOf(open)
    return { facts, frames: frames.build(facts.codec === 'vp8') }
  } finally {
    packet.free()
    await open.format.closeInput()
  }
}

function describe(packet: Packet) {
  return {
    pts: ticksOf(packet.pts),
    dts: ticksOf(packet.dts),
    duration: Number(packet.duration),
    key: packet.isKeyframe,
    discarded: packet.hasFlags(AV_PKT_FLAG_DISCARD),
  }
}

function factsOf({ format, stream }: OpenInput): StreamFacts {
  const { codecpar } = stream
  const container = format.iformat?.name ?? 'unknown'
  const pixelFormat = codecpar.format as AVPixelFormat
  const aspect = fractionOf(stream.sampleAspectRatio) ?? fractionOf(codecpar.sampleAspectRatio)
  const nbFrames = Number(stream.nbFrames)
  return {
    codec: avGetCodecName(codecpar.codecId) ?? 'unknown',
    container,
    widthPx: codecpar.width,
    heightPx: codecpar.height,
    pixelFormat: pixelFormat === AV_PIX_FMT_NONE ? null : avGetPixFmtName(pixelFormat),
    colourRange: rangeOf(codecpar),
    transfer: transferOf(codecpar),
    interlaced: interlacedOrders.has(Number(codecpar.toJSON()['fieldOrder'])),
    turnDeg: turnOf(codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX)),
    pixelAspect: aspect === null ? 1 : aspect.numerator / aspect.denominator,
    timeBase: fractionOf(stream.timeBase) ?? { numerator: 1, denominator: 1_000_000 },
    frameRate: fractionOf(stream.avgFrameRate),
    // Elsewhere the number counts ticks or is an estimate (an AVI of 120 frames may say 240).
    declaredFrames: /\bmov\b/.test(container) && nbFrames > 0 ? nbFrames : null,
    declaredDurationS: durationOf({ format, stream }),
  }
}

function durationOf({ format, stream }: OpenInput): number | null {
  const ticks = ticksOf(stream.duration)
  if (ticks !== null) return (ticks * stream.timeBase.num) / stream.timeBase.den
  const tag = secondsOf(stream.metadata?.getAll()['DURATION'])
  if (tag !== null) return tag
  // That of the file is that of its longest stream.
  const micros = format.nbStreams === 1 ? ticksOf(format.duration) : null
  return micros === null ? null : micros / 1e6
}

function rangeOf({ colorRange }: CodecParameters): string | null {
  return colorRange === AVCOL_RANGE_JPEG ? 'pc' : colorRange === AVCOL_RANGE_MPEG ? 'tv' : null
}

/** Only those that matter here have a name. */
function transferOf({ colorTrc }: CodecParameters): string | null {
  return colorTrc === AVCOL_TRC_SMPTE2084 ? 'smpte2084' : colorTrc === AVCOL_TRC_ARIB_STD_B67 ? 'arib-std-b67' : null
}

/** The angle of a display matrix (3 x 3, 16.16 fixed point, little-endian), as `av_display_rotation_get` computes it. */
function turnOf(matrix: Buffer | null): number {
  if (matrix === null || matrix.length < 36) return 0
  const at = (index: number) => matrix.readInt32LE(4 * index)
  const [across, down] = [Math.hypot(at(0), at(3)), Math.hypot(at(1), at(4))]
  if (across === 0 || down === 0) return 0
  return Math.round((Math.atan2(at(1) / down, at(0) / across) * 180) / Math.PI)
}

function ticksOf(ticks: bigint): number | null {
  return ticks === AV_NOPTS_VALUE ? null : Number(ticks)
}

/** null for zero or unknown. */
function fractionOf({ num, den }: Rational): Fraction | null {
  return num > 0 && den > 0 ? { numerator: num, denominator: den } : null
}
