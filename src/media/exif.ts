/** The little of EXIF that matters here: which way is up, and whether it says where the picture was taken. */

const orientationTag = 0x0112
const gpsInfoTag = 0x8825

/**
 * True when the EXIF block points to GPS data or the XMP text names them: photographs of homes must not carry their
 * address along.
 *
 * @param exif the block as stored, with or without the leading "Exif\0\0"
 */
export function holdsLocation(exif: Uint8Array | undefined, xmp: Uint8Array | undefined): boolean {
  if (exif && firstDirectory(exif).has(gpsInfoTag)) return true
  return xmp !== undefined && new TextDecoder('latin1').decode(xmp).includes('GPSLatitude')
}

/** 1 to 8; null when the block says none. */
export function orientationOf(exif: Uint8Array): number | null {
  const value = firstDirectory(exif).get(orientationTag)
  return value !== undefined && value >= 1 && value <= 8 ? value : null
}

/** A TIFF structure that says the orientation and nothing else (big-endian, one directory of one SHORT). */
export function orientationOnly(orientation: number): Uint8Array {
  const words = [0x4d4d, 0x002a, 0, 8, 1, orientationTag, 3, 0, 1, orientation, 0, 0, 0]
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]))
}

/** Tags of the first directory (IFD0) with their value read as one SHORT, whatever it is; empty when it is no EXIF. */
function firstDirectory(exif: Uint8Array): ReadonlyMap<number, number> {
  const tags = new Map<number, number>()
  const start = exif[0] === 0x45 && exif[1] === 0x78 ? 6 : 0
  if (exif.length < start + 8) return tags
  const view = new DataView(exif.buffer, exif.byteOffset + start, exif.byteLength - start)
  const littleEndian = view.getUint16(0) === 0x4949
  const directory = view.getUint32(4, littleEndian)
  if (directory + 2 > view.byteLength) return tags
  const entries = view.getUint16(directory, littleEndian)
  for (let at = directory + 2; at < directory + 2 + entries * 12 && at + 10 <= view.byteLength; at += 12) {
    tags.set(view.getUint16(at, littleEndian), view.getUint16(at + 8, littleEndian))
  }
  return tags
}
