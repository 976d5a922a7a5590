// Corner strength; twin of ../../reference/corners.ts.
import { height, pixels, stride, width } from './layout'

// @ts-ignore: decorator
@inline function rowLength(w: i32): i32 {
  return (w + 7) & ~3
}

// @ts-ignore: decorator
@inline function marginFor(window: i32): i32 {
  return ((window >> 1) + 3) & ~3
}

/** Bytes of scratch: `window` rows of sums, one row of products with its margins, each three times. */
export function cornersScratch(w: i32, window: i32): usize {
  const row = usize(rowLength(w))
  return ((usize(window) + 1) * 3 * row + 3 * (row + 2 * usize(marginFor(window)))) << 2
}

/**
 * See `Kernel.cornerStrength`: rows `first` to `end` - 1 of it. `out` holds width x height floats and room for a vector
 * more; where the width is no multiple of four, a row's last vector spoils the beginning of the next row.
 */
export function corners(level: usize, window: i32, out: usize, scratch: usize, first: i32, end: i32): void {
  const w = width(level)
  const reach = window >> 1
  const rowBytes = usize(rowLength(w)) << 2
  const products = scratch + usize(window) * 3 * rowBytes
  const sums = products + 3 * (rowBytes + (usize(2 * marginFor(window)) << 2))
  for (let y = first - reach; y < first + reach; y++) fillRow(level, y, window, products, ringRow(scratch, y, window, rowBytes))
  const scale = f32x4.splat(1 / f32(window * window))
  for (let y = first; y < end; y++) {
    fillRow(level, y + reach, window, products, ringRow(scratch, y + reach, window, rowBytes))
    sumRows(scratch, window, 3 * rowBytes, sums)
    const to = out + (usize(y * w) << 2)
    for (let x: usize = 0; x < usize(w) << 2; x += 16) {
      const a = f32x4.mul(v128.load(sums + x), scale)
      const b = f32x4.mul(v128.load(sums + rowBytes + x), scale)
      const c = f32x4.mul(v128.load(sums + 2 * rowBytes + x), scale)
      const off = f32x4.sub(a, c)
      const root = f32x4.sqrt(f32x4.add(f32x4.mul(off, off), f32x4.mul(f32x4.splat(4), f32x4.mul(b, b))))
      const least = f32x4.mul(f32x4.splat(0.5), f32x4.sub(f32x4.add(a, c), root))
      // What falls beyond a row's end is overwritten by the next row.
      v128.store(to + x, f32x4.max(least, f32x4.splat(0)))
    }
  }
}

// @ts-ignore: decorator
@inline function ringRow(ring: usize, y: i32, window: i32, rowBytes: usize): usize {
  return ring + usize((y + window) % window) * 3 * rowBytes
}

function sumRows(ring: usize, window: i32, length: usize, sums: usize): void {
  for (let x: usize = 0; x < length; x += 16) {
    let sum = v128.load(ring + x)
    let at = ring + length + x
    for (let row = 1; row < window; row++, at += length) sum = f32x4.add(sum, v128.load(at))
    v128.store(sums + x, sum)
  }
}

/** Products of slopes of a row, each summed over a window along the row. */
function fillRow(level: usize, y: i32, window: i32, products: usize, out: usize): void {
  const w = width(level)
  const rowBytes = usize(rowLength(w)) << 2
  const margin = marginFor(window)
  const marginBytes = usize(margin) << 2
  const productBytes = rowBytes + 2 * marginBytes
  const above = usize(stride(level)) << 2
  const row = pixels(level) + usize(max(0, min(height(level) - 1, y))) * above
  const two = f32x4.splat(2)
  const eighth = f32x4.splat(0.125)
  for (let x: usize = 0; x < usize(w) << 2; x += 16) {
    const at = row + x
    const nw = v128.load(at - above - 4)
    const ne = v128.load(at - above + 4)
    const sw = v128.load(at + above - 4)
    const se = v128.load(at + above + 4)
    const across = f32x4.mul(two, f32x4.sub(v128.load(at + 4), v128.load(at - 4)))
    const down = f32x4.mul(two, f32x4.sub(v128.load(at + above), v128.load(at - above)))
    const gx = f32x4.mul(eighth, f32x4.add(across, f32x4.sub(f32x4.add(ne, se), f32x4.add(nw, sw))))
    const gy = f32x4.mul(eighth, f32x4.add(down, f32x4.sub(f32x4.add(sw, se), f32x4.add(nw, ne))))
    const to = products + marginBytes + x
    v128.store(to, f32x4.mul(gx, gx))
    v128.store(to + productBytes, f32x4.mul(gx, gy))
    v128.store(to + 2 * productBytes, f32x4.mul(gy, gy))
  }
  const reach = window >> 1
  for (let k: usize = 0; k < 3; k++) {
    const from = products + marginBytes + k * productBytes
    const before = load<f32>(from)
    const after = load<f32>(from + (usize(w - 1) << 2))
    for (let x = 1; x <= reach; x++) {
      store<f32>(from - (usize(x) << 2), before)
      store<f32>(from + (usize(w - 1 + x) << 2), after)
    }
    sumAlong(from - (usize(reach) << 2), window, usize(w) << 2, out + k * rowBytes)
  }
}

function sumAlong(from: usize, window: i32, length: usize, out: usize): void {
  for (let x: usize = 0; x < length; x += 16) {
    let sum = v128.load(from + x)
    for (let i = 1; i < window; i++) sum = f32x4.add(sum, v128.load(from + x + (usize(i) << 2)))
    v128.store(out + x, sum)
  }
}
