/**
 * Corner strength: the smaller eigenvalue of the structure tensor, averaged over a square window.
 *
 * Shi and Tomasi, "Good Features to Track", 1994. Slopes are Sobel's, in grey levels a pixel.
 */
import type { Plane } from './plane.ts'

/** See `Kernel.cornerStrength`. */
export function cornerStrength(plane: Plane, windowPx: number): Float32Array {
  const { width, height } = plane
  const out = new Float32Array(width * height)
  const reach = (windowPx - 1) / 2
  // The last `windowPx` rows of products, summed along the row; a row beyond the border repeats the nearest one.
  const ring = Array.from({ length: windowPx }, () => new Float32Array(3 * width))
  const ringAt = (y: number) => ring[((y % windowPx) + windowPx) % windowPx]!
  const products = new Float32Array(3 * width)
  for (let y = -reach; y < reach; y++) fillRow(plane, y, reach, products, ringAt(y))
  const sums = new Float32Array(3 * width)
  const scale = 1 / (windowPx * windowPx)
  for (let y = 0; y < height; y++) {
    fillRow(plane, y + reach, reach, products, ringAt(y + reach))
    sums.fill(0)
    for (const row of ring) for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + row[i]!
    for (let x = 0; x < width; x++) {
      const a = sums[x]! * scale
      const b = sums[width + x]! * scale
      const c = sums[2 * width + x]! * scale
      out[y * width + x] = smallerEigenvalue(a, b, c)
    }
  }
  return out
}

/** Of the symmetric matrix a b, b c. */
function smallerEigenvalue(a: number, b: number, c: number): number {
  return Math.max(0, (a + c - Math.sqrt((a - c) * (a - c) + 4 * b * b)) / 2)
}

/** Products gx gx, gx gy, gy gy of a row, each summed over a window along the row. */
function fillRow(plane: Plane, y: number, reach: number, products: Float32Array, out: Float32Array): void {
  const { data, width, height, stride, origin } = plane
  const row = origin + Math.min(Math.max(y, 0), height - 1) * stride
  for (let x = 0; x < width; x++) {
    const i = row + x
    const [nw, n, ne] = [data[i - stride - 1]!, data[i - stride]!, data[i - stride + 1]!]
    const [w, e] = [data[i - 1]!, data[i + 1]!]
    const [sw, s, se] = [data[i + stride - 1]!, data[i + stride]!, data[i + stride + 1]!]
    const gx = (ne + 2 * e + se - nw - 2 * w - sw) / 8
    const gy = (sw + 2 * s + se - nw - 2 * n - ne) / 8
    products[x] = gx * gx
    products[width + x] = gx * gy
    products[2 * width + x] = gy * gy
  }
  for (let k = 0; k < 3; k++) {
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let i = -reach; i <= reach; i++) sum += products[k * width + Math.min(Math.max(x + i, 0), width - 1)]!
      out[k * width + x] = sum
    }
  }
}
