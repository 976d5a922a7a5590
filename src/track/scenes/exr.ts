/**
 * OpenEXR, as little of it as an ST-map needs: one part, scan lines from the top, 32-bit floats, no compression.
 * Layout: https://openexr.com/en/latest/OpenEXRFileLayout.html
 */

export interface ExrPicture {
  readonly widthPx: number
  readonly heightPx: number
  /** Width of a pixel over its height. */
  readonly pixelAspect: number
  /** The name is one of R, G, B or the like; values are asked for by index, row by row from the top. */
  readonly channels: readonly { readonly name: string; readonly valueAt: (index: number) => number }[]
}

const magic = 20_000_630
const version = 2
const pixelTypeFloat = 2
const uncompressed = 0
const increasingY = 0

/** The file in pieces, one for each row. */
export function* exrBytes({ widthPx, heightPx, pixelAspect, channels }: ExrPicture): Iterable<Uint8Array> {
  // The order of the names is the order of the data.
  const sorted = channels.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const head = header(
    widthPx,
    heightPx,
    pixelAspect,
    sorted.map(({ name }) => name),
  )
  yield head
  const rowBytes = 8 + 4 * widthPx * sorted.length
  const offsets = new DataView(new ArrayBuffer(8 * heightPx))
  const first = head.length + offsets.byteLength
  for (let y = 0; y < heightPx; y++) offsets.setBigUint64(8 * y, BigInt(first + y * rowBytes), true)
  yield new Uint8Array(offsets.buffer)
  for (let y = 0; y < heightPx; y++) {
    const row = new DataView(new ArrayBuffer(rowBytes))
    row.setInt32(0, y, true)
    row.setInt32(4, rowBytes - 8, true)
    let at = 8
    for (const { valueAt } of sorted) {
      for (let x = 0; x < widthPx; x++, at += 4) row.setFloat32(at, valueAt(y * widthPx + x), true)
    }
    yield new Uint8Array(row.buffer)
  }
}

function header(widthPx: number, heightPx: number, pixelAspect: number, names: readonly string[]): Uint8Array {
  const bytes: number[] = []
  const int = (value: number) => bytes.push(...new Uint8Array(Int32Array.of(value).buffer))
  const float = (value: number) => bytes.push(...new Uint8Array(Float32Array.of(value).buffer))
  const text = (value: string) => bytes.push(...new TextEncoder().encode(value), 0)
  const attribute = (name: string, type: string, size: number) => {
    text(name)
    text(type)
    int(size)
  }
  const box = (name: string) => {
    attribute(name, 'box2i', 16)
    for (const value of [0, 0, widthPx - 1, heightPx - 1]) int(value)
  }
  int(magic)
  int(version)
  attribute(
    'channels',
    'chlist',
    names.reduce((size, name) => size + name.length + 17, 1),
  )
  for (const name of names) {
    text(name)
    // Not perceptually linear, and as many samples as pixels both ways.
    for (const value of [pixelTypeFloat, 0, 1, 1]) int(value)
  }
  bytes.push(0)
  attribute('compression', 'compression', 1)
  bytes.push(uncompressed)
  box('dataWindow')
  box('displayWindow')
  attribute('lineOrder', 'lineOrder', 1)
  bytes.push(increasingY)
  attribute('pixelAspectRatio', 'float', 4)
  float(pixelAspect)
  attribute('screenWindowCenter', 'v2f', 8)
  float(0)
  float(0)
  attribute('screenWindowWidth', 'float', 4)
  float(1)
  bytes.push(0)
  return Uint8Array.from(bytes)
}
