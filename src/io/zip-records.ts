/**
 * The records of a zip file (APPNOTE 6.3.10, sections 4.3 and 4.5.3), as bytes. Every member is dated 1 January 1980,
 * the earliest a zip can say, so that equal content gives equal archives.
 */

/** A number that does not fit its 32 or 16 bits stands in the 64-bit record instead. */
const over32 = 0xffffffff
const over16 = 0xffff

const versionPlain = 20
const version64 = 45
const madeByUnix = (3 << 8) | 63
const namesAreUtf8 = 1 << 11
const firstOfJanuary1980 = (1 << 5) | 1
const plainFile = (0o100644 << 16) >>> 0

export interface ZipMember {
  /** Kept as text: a small buffer is a view of a shared one, which would stay in memory with it. */
  readonly name: string
  readonly offset: number
  /** 0 stored, 8 deflated. */
  readonly method: 0 | 8
  readonly crc: number
  readonly packedBytes: number
  readonly bytes: number
}

/** @param wide room for 64-bit sizes, for a member whose size is not known when its header is written */
export function localHeader(member: ZipMember, wide: boolean): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(wide ? version64 : versionPlain, 4)
  writeCommon(header, 6, member)
  header.writeUInt32LE(wide ? over32 : member.packedBytes, 18)
  header.writeUInt32LE(wide ? over32 : member.bytes, 22)
  const name = Buffer.from(member.name)
  header.writeUInt16LE(name.byteLength, 26)
  const extra = wide ? wideExtra([member.bytes, member.packedBytes]) : Buffer.alloc(0)
  header.writeUInt16LE(extra.byteLength, 28)
  return Buffer.concat([header, name, extra])
}

export function directoryRecord(member: ZipMember): Buffer {
  const wide = [member.bytes, member.packedBytes, member.offset].filter((value) => value >= over32)
  const extra = wide.length > 0 ? wideExtra(wide) : Buffer.alloc(0)
  const record = Buffer.alloc(46)
  record.writeUInt32LE(0x02014b50, 0)
  record.writeUInt16LE(madeByUnix, 4)
  record.writeUInt16LE(wide.length > 0 ? version64 : versionPlain, 6)
  writeCommon(record, 8, member)
  record.writeUInt32LE(Math.min(member.packedBytes, over32), 20)
  record.writeUInt32LE(Math.min(member.bytes, over32), 24)
  const name = Buffer.from(member.name)
  record.writeUInt16LE(name.byteLength, 28)
  record.writeUInt16LE(extra.byteLength, 30)
  record.writeUInt32LE(plainFile, 38)
  record.writeUInt32LE(Math.min(member.offset, over32), 42)
  return Buffer.concat([record, name, extra])
}

/** What ends the archive; with the 64-bit records before it when a number needs them. */
export function endRecords(count: number, directoryOffset: number, directoryBytes: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(count, over16), 8)
  end.writeUInt16LE(Math.min(count, over16), 10)
  end.writeUInt32LE(Math.min(directoryBytes, over32), 12)
  end.writeUInt32LE(Math.min(directoryOffset, over32), 16)
  if (count < over16 && directoryBytes < over32 && directoryOffset < over32) return end
  const end64 = Buffer.alloc(56)
  end64.writeUInt32LE(0x06064b50, 0)
  end64.writeBigUInt64LE(44n, 4)
  end64.writeUInt16LE(madeByUnix, 12)
  end64.writeUInt16LE(version64, 14)
  end64.writeBigUInt64LE(BigInt(count), 24)
  end64.writeBigUInt64LE(BigInt(count), 32)
  end64.writeBigUInt64LE(BigInt(directoryBytes), 40)
  end64.writeBigUInt64LE(BigInt(directoryOffset), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(BigInt(directoryOffset + directoryBytes), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([end64, locator, end])
}

/** Flags, method, time, date and checksum stand in this order in both kinds of header. */
function writeCommon(header: Buffer, at: number, { method, crc }: ZipMember): void {
  header.writeUInt16LE(namesAreUtf8, at)
  header.writeUInt16LE(method, at + 2)
  header.writeUInt16LE(0, at + 4)
  header.writeUInt16LE(firstOfJanuary1980, at + 6)
  header.writeUInt32LE(crc, at + 8)
}

function wideExtra(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * values.length)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(8 * values.length, 2)
  for (const [i, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i)
  return extra
}
