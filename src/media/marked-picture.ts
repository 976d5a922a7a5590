/** A picture with boxes drawn on it, for people to look at. */
import sharp from 'sharp'
import { colorPixels } from './still.ts'

export interface Mark {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** What stands at the box. */
  readonly text: string
  /** Drawn strongly, or as what only comes near. */
  readonly strong: boolean
}

const escaped: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** @returns the upright picture as PNG. @throws as `inspectImage` */
export async function markedPicture(bytes: Uint8Array, marks: readonly Mark[]): Promise<Uint8Array> {
  const { width, height, data } = await colorPixels(bytes)
  const drawn = marks.map(({ x, y, width: w, height: h, text, strong }) => {
    const color = strong ? '#e11d48' : '#f59e0b'
    const above = y >= 16
    const words = text.replace(/[&<>"]/g, (char) => escaped[char] ?? '')
    return (
      `<rect x="${x - 1}" y="${y - 1}" width="${w + 2}" height="${h + 2}" fill="none" stroke="${color}" stroke-width="2"` +
      `${strong ? '' : ' stroke-dasharray="5 3"'}/><text x="${x}" y="${above ? y - 4 : y + h + 14}" fill="${color}" ` +
      `font-family="sans-serif" font-size="12" font-weight="bold">${words}</text>`
    )
  })
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawn.join('')}</svg>`
  return sharp(data, { raw: { width, height, channels: 4 } })
    .composite([{ input: Buffer.from(overlay) }])
    .png()
    .toBuffer()
}
