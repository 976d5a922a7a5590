// The pyramid; twin of ../../reference/plane.ts.
import { height, pixels, RIM, stride, width } from './layout'

/** Level 0 and the byte plane from 8-bit samples, which are the byte plane. */
export function fillFromBytes(bytes: usize, level: usize): void {
  const w = width(level)
  let from = bytes
  for (let y = 0, h = height(level); y < h; y++, from += usize(w)) {
    const to = pixels(level) + (usize(y * stride(level)) << 2)
    let x = 0
    for (; x + 8 <= w; x += 8) {
      const wide = v128.load8x8_u(from + usize(x))
      const at = to + (usize(x) << 2)
      v128.store(at, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(wide)))
      v128.store(at, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(wide)), 16)
    }
    for (; x < w; x++) store<f32>(to + (usize(x) << 2), f32(load<u8>(from + usize(x))))
  }
  repeatBorder(level)
}

/** Level 0 and the byte plane from 16-bit samples. */
export function fillFromWords(words: usize, bytes: usize, level: usize): void {
  const w = width(level)
  const scale: f32 = 255.0 / 65535.0
  for (let y = 0, h = height(level); y < h; y++) {
    const to = pixels(level) + (usize(y * stride(level)) << 2)
    for (let x = 0; x < w; x++) {
      const i = usize(y * w + x)
      const grey = f32(load<u16>(words + (i << 1))) * scale
      store<f32>(to + (usize(x) << 2), grey)
      store<u8>(bytes + i, u8(grey + 0.5))
    }
  }
  repeatBorder(level)
}

/** Fills the rim with the nearest pixel of the picture. */
function repeatBorder(level: usize): void {
  const w = width(level)
  const h = height(level)
  const rowBytes = usize(stride(level)) << 2
  const rimBytes = usize(RIM) << 2
  const beyond = stride(level) - RIM - w
  for (let y = 0; y < h; y++) {
    const row = pixels(level) + usize(y) * rowBytes
    v128.store(row - rimBytes, v128.load32_splat(row))
    const end = row + (usize(w) << 2)
    const last = load<f32>(end - 4)
    for (let x = 0; x < beyond; x++) store<f32>(end + (usize(x) << 2), last)
  }
  const first = pixels(level) - rimBytes
  const bottom = first + usize(h - 1) * rowBytes
  for (let y = 1; y <= RIM; y++) {
    memory.copy(first - usize(y) * rowBytes, first, rowBytes)
    memory.copy(bottom + usize(y) * rowBytes, bottom, rowBytes)
  }
}

/** Binomial 5 x 5, then every second pixel; `row` is scratch for a row of the finer level and its rim. */
export function halve(fine: usize, coarse: usize, row: usize): void {
  const rowBytes = usize(stride(fine)) << 2
  const columns = usize(width(fine) + 2 * RIM) << 2
  const w = width(coarse)
  const c4 = f32x4.splat(4)
  const c6 = f32x4.splat(6)
  const share = f32x4.splat(1.0 / 16.0)
  for (let y = 0, h = height(coarse); y < h; y++) {
    const c = pixels(fine) + usize(2 * y) * rowBytes - (usize(RIM) << 2)
    for (let x: usize = 0; x < columns; x += 16) {
      const at = c + x
      const outer = f32x4.add(v128.load(at - 2 * rowBytes), v128.load(at + 2 * rowBytes))
      const inner = f32x4.add(v128.load(at - rowBytes), v128.load(at + rowBytes))
      const sum = f32x4.add(f32x4.add(outer, f32x4.mul(c4, inner)), f32x4.mul(c6, v128.load(at)))
      v128.store(row + x, f32x4.mul(share, sum))
    }
    const to = pixels(coarse) + (usize(y * stride(coarse)) << 2)
    // Output x is centred on 2 x of the row, whose first pixel stands behind the rim. The surplus falls into the rim.
    for (let x = 0; x < w; x += 4) {
      const at = row + (usize(2 * x + RIM - 2) << 2)
      const p = v128.load(at)
      const q = v128.load(at, 16)
      const r = v128.load(at, 32)
      const m2 = v128.shuffle<f32>(p, q, 0, 2, 4, 6)
      const m1 = v128.shuffle<f32>(p, q, 1, 3, 5, 7)
      const p2 = v128.shuffle<f32>(q, r, 0, 2, 4, 6)
      const p1 = v128.shuffle<f32>(m1, r, 1, 2, 3, 5)
      const mid = v128.shuffle<f32>(m2, r, 1, 2, 3, 4)
      const sum = f32x4.add(f32x4.add(f32x4.add(m2, p2), f32x4.mul(c4, f32x4.add(m1, p1))), f32x4.mul(c6, mid))
      v128.store(to + (usize(x) << 2), f32x4.mul(share, sum))
    }
  }
  repeatBorder(coarse)
}
