/**
 * Decodes with node-av; the twin of `ffmpeg-decode.ts`, with the same filters, the same checks and so the same frames.
 */
import {
  AV_FRAME_FLAG_CORRUPT,
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_CORRUPT,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  AVFMT_SEEK_TO_PTS,
  AVSEEK_FLAG_BACKWARD,
} from 'node-av/constants'
import { Codec, CodecContext, FFmpegError, Frame, Packet } from 'node-av/lib'
import { type Fault, fault } from '#core/faults.ts'
import type { DecodedFrame, DecodeRequest } from './decoder.ts'
import { LumaGraph } from './node-av-graph.ts'
import { type OpenInput, openInput } from './node-av-input.ts'

/** @throws media.damaged, media.codec */
export async function* decodeByNodeAv(request: DecodeRequest, signal: AbortSignal): AsyncGenerator<DecodedFrame> {
  const open = await openInput(request.input, signal)
  const decoder = new CodecContext()
  const graph = new LumaGraph(request)
  try {
    await openDecoder(decoder, open, request)
    if (request.seekPts !== null) await seek(open, request.seekPts)
    let left = request.frameCount ?? Infinity
    for await (const frame of wantedFrames(open, decoder, request, signal)) {
      const pts = frame.pts === AV_NOPTS_VALUE ? null : Number(frame.pts)
      yield { pts, ...(await graph.run(frame)) }
      if (--left === 0) return
    }
  } finally {
    graph.free()
    decoder.freeContext()
    await open.format.closeInput()
  }
}

async function openDecoder(decoder: CodecContext, { stream }: OpenInput, { input }: DecodeRequest): Promise<void> {
  const codec = Codec.findDecoder(stream.codecpar.codecId)
  if (!codec) {
    const found = `codec ${stream.codecpar.codecId}`
    throw fault('media.codec', { expected: 'a codec that node-av decodes', found, where: input.path })
  }
  decoder.allocContext3(codec)
  decoder.parametersToContext(stream.codecpar)
  decoder.pktTimebase = stream.timeBase
  // As many as there are cores.
  decoder.threadCount = 0
  const status = await decoder.open2(codec, null)
  if (status < 0) {
    const found = FFmpegError.strerror(status)
    throw fault('media.codec', { expected: 'a decoder that starts', found, where: input.path })
  }
}

/**
 * Goes to the key frame shown at `pts`, or before it. Formats that are searched by decoding times find a packet behind
 * it when asked for its time of presentation, hence the margin, which is that of the program ffmpeg.
 */
async function seek({ format, stream }: OpenInput, pts: number): Promise<void> {
  const { iformat } = format
  const byPresentation = iformat !== null && (iformat.flags & AVFMT_SEEK_TO_PTS) !== 0
  const delayed = !byPresentation && stream.codecpar.videoDelay > 0
  const margin = delayed ? Math.ceil(((3 / 23) * stream.timeBase.den) / stream.timeBase.num) : 0
  // Where this fails nothing moved, and decoding begins at the start of the file.
  await format.seekFrame(stream.index, BigInt(pts - margin), AVSEEK_FLAG_BACKWARD)
}

/** Decoded frames from the one asked for on; each is only valid until the next. */
async function* wantedFrames(
  open: OpenInput,
  decoder: CodecContext,
  request: DecodeRequest,
  signal: AbortSignal,
): AsyncGenerator<Frame> {
  const packet = new Packet()
  const frame = new Frame()
  packet.alloc()
  frame.alloc()
  // Behind a seek, frames that lack their references are expected; they come before the one that is wanted.
  let strict = request.seekPts === null
  let toSkip = request.skipFrames
  try {
    for (let more = true; more; ) {
      more = await sendNextPacket(open, decoder, packet, request, strict)
      for (;;) {
        signal.throwIfAborted()
        const status = await decoder.receiveFrame(frame)
        if (status === AVERROR_EAGAIN || status === AVERROR_EOF) break
        if (status < 0) {
          if (strict) throw damaged(FFmpegError.strerror(status), request)
          break
        }
        frame.pts = frame.bestEffortTimestamp
        const early = request.fromPts === null ? toSkip-- > 0 : frame.pts < BigInt(request.fromPts)
        if (!early) strict = true
        if (strict && isCorrupt(frame)) throw damaged('corrupt decoded frame', request)
        if (!early) yield frame
        frame.unref()
      }
    }
  } finally {
    packet.free()
    frame.free()
  }
}

/** Feeds the decoder one packet, or the end of the stream; false after the end. */
async function sendNextPacket(
  { format, stream }: OpenInput,
  decoder: CodecContext,
  packet: Packet,
  request: DecodeRequest,
  strict: boolean,
): Promise<boolean> {
  for (;;) {
    const read = await format.readFrame(packet)
    if (read < 0) {
      if (read !== AVERROR_EOF) throw damaged(FFmpegError.strerror(read), request)
      await decoder.sendPacket(null)
      return false
    }
    try {
      if (packet.streamIndex !== stream.index) continue
      if (strict && packet.hasFlags(AV_PKT_FLAG_CORRUPT)) throw damaged('corrupt input packet', request)
      const sent = await decoder.sendPacket(packet)
      if (sent < 0 && strict) throw damaged(FFmpegError.strerror(sent), request)
      return true
    } finally {
      packet.unref()
    }
  }
}

function isCorrupt(frame: Frame): boolean {
  return frame.hasFlags(AV_FRAME_FLAG_CORRUPT) || frame.decodeErrorFlags !== 0
}

function damaged(found: string, { input }: DecodeRequest): Fault {
  return fault('media.damaged', { expected: 'every frame to decode without error', found, where: input.path })
}
