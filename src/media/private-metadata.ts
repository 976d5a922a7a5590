/**
 * Takes out of an image file what its picture does not need: where and when it was taken, by whom and with which
 * device, captions, thumbnails, and whatever hangs behind its end. No pixel is encoded again; colour profile and
 * orientation stay, since without them the picture would look different.
 *
 * What is kept is a list, and everything else goes: new places to hide an address in are invented all the time.
 */
import { crc32 } from 'node:zlib'
import { fault } from '#core/faults.ts'
import { orientationOf, orientationOnly } from './exif.ts'
import { sniffMediaType } from './sniff.ts'

/**
 * The same picture without private metadata; the bytes themselves when there is nothing to take out.
 *
 * @param bytes a whole image, as `inspectImage` accepts it
 * @throws image.type, image.damaged when the parts of the file do not fit together
 */
export function withoutPrivateMetadata(bytes: Uint8Array): Uint8Array {
  const mediaType = sniffMediaType(bytes)
  const parts = partsOf(bytes, mediaType)
  const same = parts.length === 1 && parts[0]?.length === bytes.length
  return same ? bytes : Buffer.concat(parts)
}

function partsOf(bytes: Uint8Array, mediaType: string | null): readonly Uint8Array[] {
  try {
    if (mediaType === 'image/jpeg') return jpegParts(bytes)
    if (mediaType === 'image/png') return pngParts(bytes)
    if (mediaType === 'image/webp') return webpParts(bytes)
  } catch (cause) {
    // Reading a length or marker beyond the end.
    if (!(cause instanceof RangeError)) throw cause
    throw fault('image.damaged', { expected: 'parts that fit together', found: 'a part beyond the end', cause })
  }
  throw fault('image.type', { expected: 'a JPEG, PNG or WebP image', found: mediaType ?? 'bytes of no known type' })
}

/** Ranges to keep, joined where they touch, so that an unchanged file is one range. */
function keeper(bytes: Uint8Array) {
  const parts: Uint8Array[] = []
  let [start, end] = [0, 0]
  const flush = () => {
    if (end > start) parts.push(bytes.subarray(start, end))
  }
  return {
    keep(from: number, to: number) {
      if (to > bytes.length) throw new RangeError(`${to} is beyond ${bytes.length}`)
      if (from !== end) {
        flush()
        start = from
      }
      end = to
    },
    insert(part: Uint8Array) {
      flush()
      start = end
      parts.push(part)
    },
    done(): readonly Uint8Array[] {
      flush()
      return parts
    },
  }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const textAt = (bytes: Uint8Array, at: number, length: number) =>
  String.fromCharCode(...bytes.subarray(at, Math.min(bytes.length, at + length)))

/** Application segments that decoders need, by marker: JFIF, the colour profile, and Adobe's note of the colour model. */
const jpegKept: Readonly<Record<number, string>> = { 0xe0: 'JFIF\0', 0xe2: 'ICC_PROFILE\0', 0xee: 'Adobe' }
const jpegComment = 0xfe
const startOfScan = 0xda
const endOfImage = 0xd9

/** Segments (ITU-T T.81, annex B): marker, length, content; entropy-coded data follow each start of scan. */
function jpegParts(bytes: Uint8Array): readonly Uint8Array[] {
  const view = viewOf(bytes)
  const kept = keeper(bytes)
  kept.keep(0, 2)
  let at = 2
  let orientation: number | null = null
  let written = false
  for (;;) {
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at++ // fill byte
      continue
    }
    if (marker === endOfImage) {
      kept.keep(at, at + 2)
      return kept.done()
    }
    const end = at + 2 + view.getUint16(at + 2)
    const isApplication = marker >= 0xe0 && marker <= 0xef
    if (marker === 0xe1 && textAt(bytes, at + 4, 4) === 'Exif')
      orientation ??= orientationOf(bytes.subarray(at + 4, end))
    const name = jpegKept[marker]
    const stays = isApplication
      ? name !== undefined && textAt(bytes, at + 4, name.length) === name
      : marker !== jpegComment
    // Only a JFIF segment must come before the orientation.
    if (!isApplication && !written) {
      written = true
      if (orientation !== null && orientation > 1) kept.insert(jpegExif(orientation))
    }
    const next = marker === startOfScan ? endOfScan(bytes, end) : end
    if (stays) kept.keep(at, next)
    at = next
  }
}

/** Where the next marker stands that is neither a stuffed 0xff nor a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1] ?? 0
    if (code !== 0 && code !== 0xff && (code < 0xd0 || code > 0xd7)) return at
  }
  throw new RangeError('no end of image')
}

function jpegExif(orientation: number): Uint8Array {
  const tiff = orientationOnly(orientation)
  const length = 2 + 6 + tiff.length
  return Buffer.concat([Uint8Array.of(0xff, 0xe1, length >> 8, length & 0xff), Buffer.from('Exif\0\0', 'latin1'), tiff])
}

/** Ancillary chunks that change how the picture looks or moves; critical chunks start with a capital and all stay. */
const pngKept = 'tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP mDCV cLLI acTL fcTL fdAT'.split(' ')

/** Chunks (PNG specification, section 5): length, type, content, CRC. */
function pngParts(bytes: Uint8Array): readonly Uint8Array[] {
  const view = viewOf(bytes)
  const kept = keeper(bytes)
  kept.keep(0, 8)
  for (let at = 8; ; ) {
    const type = textAt(bytes, at + 4, 4)
    const end = at + 12 + view.getUint32(at)
    if (type === 'eXIf') {
      const orientation = orientationOf(bytes.subarray(at + 8, end - 4))
      if (orientation !== null && orientation > 1) kept.insert(pngChunk('eXIf', orientationOnly(orientation)))
    } else if (/^[A-Z]/.test(type) || pngKept.includes(type)) {
      kept.keep(at, end)
    }
    if (type === 'IEND') return kept.done()
    at = end
  }
}

function pngChunk(type: string, content: Uint8Array): Uint8Array {
  const chunk = Buffer.alloc(12 + content.length)
  chunk.writeUInt32BE(content.length, 0)
  chunk.write(type, 4, 'latin1')
  chunk.set(content, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + content.length)), 8 + content.length)
  return chunk
}

const webpKept = ['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP']
const exifFlag = 0x08
const xmpFlag = 0x04

/** RIFF chunks (RFC 9649): type, length, content, padded to even; VP8X says in flags which metadata follow. */
function webpParts(bytes: Uint8Array): readonly Uint8Array[] {
  const view = viewOf(bytes)
  const fileEnd = 8 + view.getUint32(4, true)
  const chunks: Uint8Array[] = []
  let orientation: number | null = null
  let dropped = fileEnd < bytes.length
  for (let at = 12; at + 8 <= fileEnd; ) {
    const type = textAt(bytes, at, 4)
    const length = view.getUint32(at + 4, true)
    const end = at + 8 + length + (length % 2)
    if (end > bytes.length) throw new RangeError(`${end} is beyond ${bytes.length}`)
    if (webpKept.includes(type)) chunks.push(bytes.subarray(at, end))
    else dropped = true
    if (type === 'EXIF') orientation = orientationOf(bytes.subarray(at + 8, at + 8 + length))
    at = end
  }
  if (!dropped) return [bytes]
  const turned = orientation !== null && orientation > 1
  const [first] = chunks
  if (first && textAt(first, 0, 4) === 'VP8X') {
    const header = Uint8Array.from(first)
    header[8] = ((header[8] ?? 0) & ~(exifFlag | xmpFlag)) | (turned ? exifFlag : 0)
    chunks[0] = header
  }
  if (turned) chunks.push(riffChunk('EXIF', orientationOnly(orientation ?? 1)))
  return [riffHead(chunks.reduce((sum, chunk) => sum + chunk.length, 4)), ...chunks]
}

function riffHead(size: number): Uint8Array {
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1')
  head.writeUInt32LE(size, 4)
  return head
}

function riffChunk(type: string, content: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8)
  head.write(type, 0, 'latin1')
  head.writeUInt32LE(content.length, 4)
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)])
}
