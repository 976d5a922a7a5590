/**
 * CRC-32C (Castagnoli; RFC 3720, appendix B.4), four bytes a step by four tables: Kounavis and Berry, "Novel Table
 * Lookup-Based Algorithms for High-Performance CRC Generation" (2008).
 */

/** The polynomial 0x1EDC6F41 with its bits reversed. */
const polynomial = 0x82f63b78
const tables = makeTables()

/** Of the bytes, as an unsigned integer of 32 bits. */
export function crc32c(bytes: Uint8Array): number {
  const [one, two, three, four] = tables
  const whole = bytes.byteLength - (bytes.byteLength % 4)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let crc = -1
  for (let at = 0; at < whole; at += 4) {
    const word = crc ^ view.getInt32(at, true)
    // The tables have an entry for every byte.
    crc =
      (four[word & 255] ?? 0) ^
      (three[(word >>> 8) & 255] ?? 0) ^
      (two[(word >>> 16) & 255] ?? 0) ^
      (one[word >>> 24] ?? 0)
  }
  for (let at = whole; at < bytes.byteLength; at++) {
    crc = (crc >>> 8) ^ (one[(crc ^ view.getUint8(at)) & 255] ?? 0)
  }
  return ~crc >>> 0
}

/** Table k: what a byte does to the checksum k + 1 bytes later. */
function makeTables(): readonly [Int32Array, Int32Array, Int32Array, Int32Array] {
  const one = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0)
    return crc
  })
  const after = (table: Int32Array) => table.map((crc) => (crc >>> 8) ^ (one[crc & 255] ?? 0))
  const two = after(one)
  const three = after(two)
  return [one, two, three, after(three)]
}
