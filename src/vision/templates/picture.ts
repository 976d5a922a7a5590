/** Still pictures as template search takes them, and what is made of them: planes of one colour, smaller and resized ones. */

/** 8-bit samples row by row without padding, the channels of a pixel together: 1 gray, 3 RGB, 4 RGBA. */
export interface Picture {
  readonly widthPx: number
  readonly heightPx: number
  readonly channels: 1 | 3 | 4
  readonly data: Uint8Array
}

/** Brightness (Rec. 601 weights), or one of the colours. */
export type Channel = 'gray' | 'red' | 'green' | 'blue'
export const colors: readonly Channel[] = ['red', 'green', 'blue']

/** Values of one channel, 0 to 255, in rows of `width`. */
export interface Plane {
  readonly width: number
  readonly height: number
  readonly values: Float32Array
}

/** @throws RangeError for data of another length than the sides say */
export function checkPicture({ widthPx, heightPx, channels, data }: Picture): void {
  const expected = widthPx * heightPx * channels
  if (data.length !== expected) throw new RangeError(`expected ${expected} samples, found ${data.length}`)
}

export function planeOf(picture: Picture, channel: Channel): Plane {
  const { widthPx: width, heightPx: height, channels, data } = picture
  if (channels === 1) return { width, height, values: Float32Array.from(data) }
  const values = new Float32Array(width * height)
  if (channel === 'gray') {
    for (let i = 0, at = 0; i < values.length; i++, at += channels) {
      values[i] = (77 * data[at]! + 150 * data[at + 1]! + 29 * data[at + 2]! + 128) >> 8
    }
  } else {
    for (let i = 0, at = colors.indexOf(channel); i < values.length; i++, at += channels) values[i] = data[at]!
  }
  return { width, height, values }
}

/** Means of blocks of `fx` x `fy` pixels; what is left over at the right and below is left out. */
export function blockMeans({ width, height, values }: Plane, fx: number, fy: number): Plane {
  if (fx === 1 && fy === 1) return { width, height, values }
  const [w, h] = [Math.floor(width / fx), Math.floor(height / fy)]
  const means = new Float32Array(w * h)
  const share = 1 / (fx * fy)
  for (let y = 0, to = 0; y < h; y++) {
    for (let x = 0; x < w; x++, to++) {
      let sum = 0
      for (let v = 0, row = y * fy * width + x * fx; v < fy; v++, row += width) {
        for (let u = 0; u < fx; u++) sum += values[row + u]!
      }
      means[to] = sum * share
    }
  }
  return { width: w, height: h, values: means }
}

/** The plane at another size: mean of what a new pixel covers where it shrinks, linear in between where it grows. */
export function resized(plane: Plane, width: number, height: number): Plane {
  if (width === plane.width && height === plane.height) return plane
  const across = weights(plane.width, width)
  const down = weights(plane.height, height)
  const half = new Float32Array(width * plane.height)
  for (let y = 0; y < plane.height; y++) {
    for (let x = 0; x < width; x++) {
      const { from, shares } = across[x]!
      let sum = 0
      for (let i = 0; i < shares.length; i++) sum += shares[i]! * plane.values[y * plane.width + from + i]!
      half[y * width + x] = sum
    }
  }
  const values = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const { from, shares } = down[y]!
    for (let i = 0; i < shares.length; i++) {
      const [share, row] = [shares[i]!, (from + i) * width]
      for (let x = 0; x < width; x++) values[y * width + x]! += share * half[row + x]!
    }
  }
  return { width, height, values }
}

/** Per new pixel: the first old one it takes from, and the shares, which add up to 1. */
function weights(from: number, to: number): readonly { readonly from: number; readonly shares: readonly number[] }[] {
  const ratio = from / to
  const reach = Math.max(1, ratio)
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * ratio - 0.5
    const first = Math.max(0, Math.ceil(centre - reach))
    const last = Math.min(from - 1, Math.floor(centre + reach))
    const raw = Array.from({ length: last - first + 1 }, (_unused, k) =>
      ratio > 1 ? covered(first + k, i * ratio, (i + 1) * ratio) : 1 - Math.abs(first + k - centre),
    )
    const sum = raw.reduce((a, b) => a + b, 0)
    return { from: first, shares: raw.map((share) => share / sum) }
  })
}

/** How much of old pixel `index` lies between `start` and `end`. */
const covered = (index: number, start: number, end: number) =>
  Math.max(0, Math.min(index + 1, end) - Math.max(index, start))
