/**
 * What bytes are, told from the bytes alone: a file's name and the type a client declares are claims, not facts.
 * Signatures are those of the formats' own specifications.
 */

/** The still images that are taken in. */
export const stillMediaTypes = ['image/jpeg', 'image/png', 'image/webp'] as const
export type StillMediaType = (typeof stillMediaTypes)[number]

/** How many bytes from the start {@link sniffMediaType} looks at. */
export const sniffBytes = 1024

const signatures: readonly { readonly at: number; readonly magic: string; readonly mediaType: string }[] = [
  { at: 0, magic: '\xff\xd8\xff', mediaType: 'image/jpeg' },
  { at: 0, magic: '\x89PNG\r\n\x1a\n', mediaType: 'image/png' },
  { at: 8, magic: 'WEBP', mediaType: 'image/webp' },
  { at: 0, magic: 'GIF8', mediaType: 'image/gif' },
  { at: 0, magic: 'II*\0', mediaType: 'image/tiff' },
  { at: 0, magic: 'MM\0*', mediaType: 'image/tiff' },
  { at: 4, magic: 'ftypavif', mediaType: 'image/avif' },
  { at: 4, magic: 'ftypheic', mediaType: 'image/heic' },
  { at: 4, magic: 'ftypmif1', mediaType: 'image/heif' },
  { at: 0, magic: '\xff\x0a', mediaType: 'image/jxl' },
  { at: 0, magic: '\0\0\0\x0cJXL ', mediaType: 'image/jxl' },
  { at: 0, magic: 'BM', mediaType: 'image/bmp' },
  { at: 4, magic: 'ftyp', mediaType: 'video/mp4' },
  { at: 0, magic: '\x1aE\xdf\xa3', mediaType: 'video/webm' },
  { at: 0, magic: '%PDF-', mediaType: 'application/pdf' },
  { at: 0, magic: 'PK\x03\x04', mediaType: 'application/zip' },
  { at: 0, magic: '\x1f\x8b', mediaType: 'application/gzip' },
]

/**
 * The media type of a file by its first bytes; null when they are none that is known.
 *
 * @param head the first bytes, {@link sniffBytes} of them where there are so many
 */
export function sniffMediaType(head: Uint8Array): string | null {
  const text = latin1(head.subarray(0, sniffBytes))
  const hit = signatures.find(({ at, magic }) => text.startsWith(magic, at))
  if (hit && (hit.mediaType !== 'image/webp' || text.startsWith('RIFF'))) return hit.mediaType
  return sniffMarkup(head, text)
}

/** Markup that browsers would run: SVG and HTML in any of the encodings they accept, whatever comes before the root. */
function sniffMarkup(head: Uint8Array, text: string): string | null {
  // Dropping NULs reads UTF-16 as Latin letters, which is all that a tag name needs.
  const start = text
    .replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
    .replaceAll('\0', '')
    .trimStart()
  if (!start.startsWith('<')) return null
  if (/<(?:[\w-]+:)?svg[\s>/]/i.test(start)) return 'image/svg+xml'
  if (/<(?:!doctype\s+html|html|head|body|script)[\s>/]/i.test(start)) return 'text/html'
  return head.length > 0 && start.startsWith('<?xml') ? 'application/xml' : null
}

function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
