/**
 * Decodes by a pipe from ffmpeg. The pictures come as raw samples on its standard output; what each of them is comes as
 * lines of the filter `showinfo` on its error output, so that no frame is taken for another: its time after a seek, and
 * its size before the scaler that ffmpeg puts behind every change of size.
 */
import type { Readable } from 'node:stream'
import { brief, type Fault, fault } from '#core/faults.ts'
import { startChild } from './child.ts'
import type { DecodedFrame, DecodeRequest } from './decoder.ts'
import { inputArguments } from './ffmpeg-survey.ts'

/**
 * @param ffmpeg path of the program
 * @param passthrough its option that says "no frame twice, none left out"; the name depends on the version
 * @throws media.damaged, media.codec
 */
export async function* decodeByFfmpeg(
  ffmpeg: string,
  passthrough: readonly string[],
  request: DecodeRequest,
  signal: AbortSignal,
): AsyncGenerator<DecodedFrame> {
  const log = new DecodeLog(request.seekPts !== null)
  const child = startChild(ffmpeg, decodeArguments(request, passthrough), (line) => log.read(line), signal)
  const ended = child.ended.finally(() => log.close())
  ended.catch(() => {})
  const { widthPx, heightPx, plan } = request
  let index = 0
  try {
    for await (const planes of framesOf(child.stdout, widthPx * heightPx * plan.bytesPerPixel)) {
      const facts = await log.frame(index++)
      // No line: it ended in the middle, and its exit status says why.
      if (facts === null || log.damage !== null) break
      yield { ...facts, planes }
    }
    const status = await ended
    signal.throwIfAborted()
    if (status !== 0 || log.damage !== null) throw damaged(log, request)
  } finally {
    await child.stop()
  }
}

function decodeArguments(request: DecodeRequest, passthrough: readonly string[]): readonly string[] {
  const { input, plan, timeBase, seekPts, fromPts, skipFrames, frameCount } = request
  const chosen = fromPts === null ? `gte(n,${skipFrames})` : `gte(pts,${fromPts})`
  const everything = fromPts === null && skipFrames === 0
  const seconds = seekPts === null ? null : (seekPts * timeBase.numerator) / timeBase.denominator
  return [
    ...'-hide_banner -nostdin -nostats -v level+info'.split(' '),
    // Behind a seek, frames that lack their references are expected; they come before the one that is wanted.
    ...(seconds === null ? ['-xerror'] : ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', seconds.toFixed(6)]),
    '-copyts',
    '-noautorotate',
    ...inputArguments(input),
    ...'-map 0:V:0 -vf'.split(' '),
    [...(everything ? [] : [`select='${chosen}'`]), plan.filter, 'showinfo=checksum=0'].join(','),
    ...(frameCount === null ? [] : ['-frames:v', String(frameCount)]),
    ...passthrough,
    ...`-f rawvideo -c:v rawvideo -pix_fmt ${plan.format} pipe:1`.split(' '),
  ]
}

/** Cuts a stream of bytes into frames; what remains at its end is dropped. */
async function* framesOf(stream: Readable, bytesPerFrame: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let frame = newFrame(bytesPerFrame)
  let filled = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(chunk.length - at, bytesPerFrame - filled)
      frame.set(chunk.subarray(at, at + taken), filled)
      at += taken
      filled += taken
      if (filled < bytesPerFrame) continue
      yield frame
      frame = newFrame(bytesPerFrame)
      filled = 0
    }
  }
}

/** Not filled with zeros, and in a buffer of its own: its bytes are given away. */
function newFrame(bytes: number): Uint8Array<ArrayBuffer> {
  const { buffer } = Buffer.allocUnsafeSlow(bytes)
  return new Uint8Array(buffer)
}

interface FrameLine {
  readonly pts: number | null
  readonly widthPx: number
  readonly heightPx: number
}

/**
 * What is said of a picture that is not as it was encoded. The first is said of the frame, but not reliably: where
 * decoding runs in several threads the mark may come after the frame has left. The second always is.
 */
const damageWords = /corrupt (decoded frame|input packet)|concealing \d+ DC/i

/** Reads what ffmpeg reports; holds the lines of frames that are not asked for yet. */
class DecodeLog {
  /** What was said of pictures that are not as they were encoded; null when nothing was. */
  damage: string | null = null
  lastError = ''
  readonly #afterSeek: boolean
  #waiting: FrameLine[] = []
  #given = 0
  #closed = false
  #wake: (() => void) | null = null

  constructor(afterSeek: boolean) {
    this.#afterSeek = afterSeek
  }

  read(line: string): void {
    const frame = /^\[Parsed_showinfo.* n: *\d+ pts: *(\S+) .* s:(\d+)x(\d+) /.exec(line)
    if (frame) {
      const [, pts, width, height] = frame
      this.#waiting.push({
        pts: pts === 'NOPTS' ? null : Number(pts),
        widthPx: Number(width),
        heightPx: Number(height),
      })
      this.#wake?.()
      return
    }
    const [, loudness, message] = /^(?:\[[^\]]* @ [^\]]*\] )?\[(info|warning|error|fatal)\] (.*)/.exec(line) ?? []
    if (message === undefined) return
    const wantedFramesCame = this.#given + this.#waiting.length > 0
    if (damageWords.test(message) && (!this.#afterSeek || wantedFramesCame)) this.damage ??= message
    if (loudness === 'error' || loudness === 'fatal') this.lastError = message
  }

  /** The line of the frame with this index, which must be one more than the last; null when none will come. */
  async frame(index: number): Promise<FrameLine | null> {
    while (this.#waiting.length === 0 && !this.#closed) await new Promise<void>((wake) => (this.#wake = wake))
    this.#given = index + 1
    return this.#waiting.shift() ?? null
  }

  close(): void {
    this.#closed = true
    this.#wake?.()
  }
}

function damaged({ damage, lastError }: DecodeLog, { input }: DecodeRequest): Fault {
  const found = brief(
    (damage ?? lastError).replace(`file:${input.path}: `, '') || 'a decoder that was ended from outside',
  )
  if (/decoder .*not found|unknown decoder|no decoder/i.test(found))
    return fault('media.codec', { expected: 'a codec that this ffmpeg decodes', found, where: input.path })
  return fault('media.damaged', { expected: 'every frame to decode without error', found, where: input.path })
}
