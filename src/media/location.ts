/** Whether a picture's metadata say where it was taken: photographs of homes must not carry their address along. */

const gpsInfoTag = 0x8825

/**
 * True when the EXIF block points to GPS data or the XMP text names them.
 *
 * @param exif the block as stored, with or without the leading "Exif\0\0"
 */
export function holdsLocation(exif: Uint8Array | undefined, xmp: Uint8Array | undefined): boolean {
  if (exif && exifHasTag(exif, gpsInfoTag)) return true
  return xmp !== undefined && new TextDecoder('latin1').decode(xmp).includes('GPSLatitude')
}

/** Looks a tag up in the first directory (IFD0) of the TIFF structure that EXIF is. */
function exifHasTag(exif: Uint8Array, tag: number): boolean {
  const start = exif[0] === 0x45 && exif[1] === 0x78 ? 6 : 0
  if (exif.length < start + 8) return false
  const view = new DataView(exif.buffer, exif.byteOffset + start, exif.byteLength - start)
  const littleEndian = view.getUint16(0) === 0x4949
  const directory = view.getUint32(4, littleEndian)
  if (directory + 2 > view.byteLength) return false
  const entries = view.getUint16(directory, littleEndian)
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * 12
    if (at + 2 > view.byteLength) return false
    if (view.getUint16(at, littleEndian) === tag) return true
  }
  return false
}
