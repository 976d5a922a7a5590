/** The little of EXIF that matters here: which way is up, and whether it says where the picture was taken. */

const orientationTag = 0x0112
const gpsInfoTag = 0x8825
const exifDirectoryTag = 0x8769
const focalTag = 0x920a
const focal35Tag = 0xa405

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

export interface FocalTags {
  /** Millimetres; null when it is not said. */
  readonly focalMm: number | null
  /** Of the lens that sees as much on a full frame. */
  readonly focal35Mm: number | null
}

/** The focal length that a camera wrote. */
export function focalOf(exif: Uint8Array): FocalTags {
  const { view, littleEndian } = tiffOf(exif) ?? {}
  const nowhere = { focalMm: null, focal35Mm: null }
  if (view === undefined || littleEndian === undefined) return nowhere
  const root = directoryAt(view, view.getUint32(4, littleEndian), littleEndian)
  const offset = root.get(exifDirectoryTag)
  if (offset === undefined) return nowhere
  const tags = directoryAt(view, view.getUint32(offset, littleEndian), littleEndian)
  const positive = (value: number) => (value > 0 && Number.isFinite(value) ? value : null)
  const [focal, focal35] = [tags.get(focalTag), tags.get(focal35Tag)]
  return {
    focalMm: focal === undefined ? null : positive(rationalAt(view, view.getUint32(focal, littleEndian), littleEndian)),
    focal35Mm: focal35 === undefined ? null : positive(view.getUint16(focal35, littleEndian)),
  }
}

/** A quotient of two whole numbers; NaN where it would lie outside. */
function rationalAt(view: DataView, at: number, littleEndian: boolean): number {
  if (at + 8 > view.byteLength) return Number.NaN
  return view.getUint32(at, littleEndian) / view.getUint32(at + 4, littleEndian)
}

/** A TIFF structure that says the orientation and nothing else (big-endian, one directory of one SHORT). */
export function orientationOnly(orientation: number): Uint8Array {
  const words = [0x4d4d, 0x002a, 0, 8, 1, orientationTag, 3, 0, 1, orientation, 0, 0, 0]
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]))
}

interface Tiff {
  readonly view: DataView
  readonly littleEndian: boolean
}

/** null when it is no EXIF. */
function tiffOf(exif: Uint8Array): Tiff | null {
  const start = exif[0] === 0x45 && exif[1] === 0x78 ? 6 : 0
  if (exif.length < start + 8) return null
  const view = new DataView(exif.buffer, exif.byteOffset + start, exif.byteLength - start)
  return { view, littleEndian: view.getUint16(0) === 0x4949 }
}

/** Tags of the first directory (IFD0) with their value read as one SHORT, whatever it is; empty when it is no EXIF. */
function firstDirectory(exif: Uint8Array): ReadonlyMap<number, number> {
  const tiff = tiffOf(exif)
  if (tiff === null) return new Map()
  const { view, littleEndian } = tiff
  const places = directoryAt(view, view.getUint32(4, littleEndian), littleEndian)
  return new Map(Array.from(places, ([tag, at]) => [tag, view.getUint16(at, littleEndian)]))
}

/** The tags of a directory, and where the four bytes of each value are. */
function directoryAt(view: DataView, directory: number, littleEndian: boolean): ReadonlyMap<number, number> {
  const places = new Map<number, number>()
  if (directory + 2 > view.byteLength) return places
  const entries = view.getUint16(directory, littleEndian)
  for (let at = directory + 2; at < directory + 2 + entries * 12 && at + 12 <= view.byteLength; at += 12) {
    places.set(view.getUint16(at, littleEndian), at + 8)
  }
  return places
}
