/** Opening a file with node-av, and giving everything back. */
import { AV_DISPOSITION_ATTACHED_PIC, AVMEDIA_TYPE_VIDEO } from 'node-av/constants'
import { Dictionary, FFmpegError, FormatContext, InputFormat, type Stream } from 'node-av/lib'
import { fault } from '#core/faults.ts'
import type { VideoInput } from './decoder.ts'

export interface OpenInput {
  readonly format: FormatContext
  /** Its video stream. */
  readonly stream: Stream
}

/**
 * Calls nothing but files, whatever a playlist names; `signal` interrupts reading.
 *
 * @throws media.type, media.truncated
 */
export async function openInput({ path, format, options }: VideoInput, signal: AbortSignal): Promise<OpenInput> {
  signal.throwIfAborted()
  const context = new FormatContext()
  const demuxer = format === null ? null : InputFormat.findInputFormat(format)
  const settings = Dictionary.fromObject({ ...options, protocol_whitelist: 'file' })
  try {
    const status = await context.openInput(`file:${path}`, demuxer, settings)
    if (status < 0) throw fault('media.type', { expected: 'a video', found: FFmpegError.strerror(status), where: path })
    const known = await context.findStreamInfo(null)
    const stream = context.streams.find(isVideo)
    if (known >= 0 && stream) return { format: context, stream }
    const name = context.iformat?.name ?? 'a file'
    throw fault('media.type', { expected: 'a video', found: `${name} without a video stream`, where: path })
  } catch (error) {
    await context.closeInput()
    throw error
  }
}

/** Cover art is a stream of one picture, and no video. */
function isVideo(stream: Stream): boolean {
  return stream.codecpar.codecType === AVMEDIA_TYPE_VIDEO && !stream.hasDisposition(AV_DISPOSITION_ATTACHED_PIC)
}
