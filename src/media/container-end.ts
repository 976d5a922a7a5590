/**
 * Whether an image file reaches its own end. Decoders forgive a missing tail whose pixels they do not need (a PNG
 * without IEND), and name the rest alike whether bytes are missing or changed; the containers say it plainly.
 */
import type { ByteReader } from './byte-reader.ts'
import type { StillMediaType } from './sniff.ts'

/** True when the container announces more bytes than there are. JPEG announces nothing; its decoder finds the lack. */
export async function breaksOff(reader: ByteReader, mediaType: StillMediaType): Promise<boolean> {
  if (mediaType === 'image/png') return pngBreaksOff(reader)
  if (mediaType === 'image/webp') return webpBreaksOff(reader)
  return false
}

/** Walks the chunks (length, type, data, CRC; PNG specification, section 5) up to IEND. */
async function pngBreaksOff(reader: ByteReader): Promise<boolean> {
  let offset = 8
  while (offset + 12 <= reader.size) {
    const head = await reader.at(offset, 8)
    if (head.length < 8) return true
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0)
    // The loop's condition holds all twelve bytes of it.
    if (String.fromCharCode(...head.subarray(4)) === 'IEND') return false
    offset += 12 + length
  }
  return true
}

/** RIFF: the size field counts everything after itself. */
async function webpBreaksOff(reader: ByteReader): Promise<boolean> {
  const head = await reader.at(0, 8)
  if (head.length < 8) return true
  return 8 + new DataView(head.buffer, head.byteOffset).getUint32(4, true) > reader.size
}
