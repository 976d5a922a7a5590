// The work of the app: draws a landscape, and tints it in a colour that is asked for. Knows nothing of recording.
import { crc32, deflateSync } from 'node:zlib'

const colours = {
  red: [255, 80, 80],
  green: [80, 220, 110],
  blue: [90, 120, 255],
  yellow: [250, 230, 90],
  white: [255, 255, 255],
}
const [width, height] = [96, 64]

/** The picture that is edited. @returns PNG */
export const landscape = () => png(paint)

/** @returns PNG; null when the instruction names no colour that we know */
export function tint(instruction) {
  const name = Object.keys(colours).find((colour) => instruction.toLowerCase().includes(colour))
  if (name === undefined) return null
  const colour = colours[name]
  return png((x, y) => paint(x, y).map((value, channel) => Math.round(0.4 * value + 0.6 * colour[channel])))
}

/** Sky above, hills below. */
function paint(x, y) {
  const hill = 34 + 8 * Math.sin(x / 11) + 5 * Math.sin(x / 5)
  return y < hill ? [110 + y, 150 + y, 220] : [60, 130 - y, 50]
}

/** PNG (ISO 15948) of 8-bit RGB, unfiltered. */
function png(colourAt) {
  const rows = Buffer.alloc(height * (1 + 3 * width))
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows.set(colourAt(x, y), y * (1 + 3 * width) + 1 + 3 * x)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length, 0)
  whole.set(body, 4)
  whole.writeUInt32BE(crc32(body), body.length + 4)
  return whole
}
