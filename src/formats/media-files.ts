/** Copies of media in an export, named by their content, each written once per folder. */
import { fault } from '#core/faults.ts'
import type { MediaReader, Sink } from '#core/io.ts'
import type { MediaRef } from '#core/session.ts'

/** By what the bytes are, never by what they were called. */
const extensions: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/bmp': 'bmp',
  'image/tiff': 'tif',
  'image/avif': 'avif',
  'application/json': 'json',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
}

export const extensionOf = (mediaType: string): string => extensions[mediaType] ?? 'bin'

/** The first 16 hex digits name a file; all 64 where two contents share those. */
const shortDigits = 16

export class MediaFiles {
  readonly #sink: Sink
  readonly #media: MediaReader
  /** What each file holds, by its path. */
  readonly #names = new Map<string, string>()
  #reserved: { readonly path: string; readonly sha256: string }[] = []
  /** Files written so far. */
  count = 0

  constructor(sink: Sink, media: MediaReader) {
    this.#sink = sink
    this.#media = media
  }

  /** Writes the file unless it is there, and gives its name within the folder. */
  async place(folder: string, media: MediaRef): Promise<string> {
    const name = this.reserve(folder, media)
    for await (const _ of this.writeReserved());
    return name
  }

  /**
   * Gives the name within the folder of a file that {@link writeReserved} will write: a sink takes one file at a time,
   * so a file that names others comes before or after them.
   */
  reserve(folder: string, { sha256, mediaType }: MediaRef): string {
    const extension = extensionOf(mediaType)
    const short = `${sha256.slice(0, shortDigits)}.${extension}`
    const held = this.#names.get(folder + short)
    const name = held === undefined || held === sha256 ? short : `${sha256}.${extension}`
    const path = folder + name
    if (this.#names.has(path)) return name
    this.#names.set(path, sha256)
    this.#reserved.push({ path, sha256 })
    return name
  }

  /** Yields after each file, which is when to look for a cancel. */
  async *writeReserved(): AsyncGenerator<string> {
    const reserved = this.#reserved
    this.#reserved = []
    for (const { path, sha256 } of reserved) {
      await this.#sink.write(path, this.#media.open(sha256))
      this.count++
      yield path
    }
  }
}

/** @throws format.sample when the media are no picture that training frameworks open */
export function requirePicture(media: MediaRef, sampleId: string): void {
  if (media.mediaType.startsWith('image/')) return
  throw fault('format.sample', { expected: 'a picture', found: media.mediaType, where: `sample ${sampleId}` })
}

/**
 * A picture whole, for formats that keep it in a cell.
 *
 * @throws format.sample when it is no picture; blob.corrupt when it is longer or shorter than it was
 */
export async function pictureBytes(ref: MediaRef, sampleId: string, media: MediaReader): Promise<Uint8Array> {
  requirePicture(ref, sampleId)
  const bytes = new Uint8Array(ref.bytes)
  let length = 0
  for await (const chunk of media.open(ref.sha256)) {
    if (length + chunk.byteLength <= bytes.byteLength) bytes.set(chunk, length)
    length += chunk.byteLength
  }
  if (length === ref.bytes) return bytes
  const [expected, found] = [`${ref.bytes} bytes`, String(length)]
  throw fault('blob.corrupt', { expected, found, where: `blob ${ref.sha256}` })
}
