/** Small pictures that nobody else has, so that what is stored of them can be told apart and removed. */
import { createHash, randomBytes } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'

export interface Picture {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly sha256: string
  readonly width: number
  readonly height: number
}

const side = 24

/** A PNG of 24 × 24 pixels in random colours. */
export function makePicture(): Picture {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([8, 2, 0, 0, 0], 8) // 8 bits, RGB
  const rows = Buffer.concat(
    Array.from({ length: side }, () => Buffer.concat([Buffer.alloc(1), randomBytes(3 * side)])),
  )
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const parts = [signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]
  const bytes = new Uint8Array(Buffer.concat(parts))
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex'), width: side, height: side }
}

/** A PNG chunk: length, type, data, and the CRC of both. */
function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const around = Buffer.alloc(8)
  around.writeUInt32BE(data.length, 0)
  around.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)])
}
