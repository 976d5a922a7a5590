// Template scores; twin of ../../templates/scores.ts, which says what is computed.

/** Bytes of scratch for windows of `tw` columns at `nx` places beside each other. */
export function scoresScratch(nx: i32, tw: i32): usize {
  return usize(nx + tw + 8) << 3
}

/**
 * Numerators and energies of the `nx` x `ny` places from (x0, y0) on. Pixels are i16 in rows of `stride`; rows of the template
 * are `tStride` long, a multiple of 8, zero beyond column `tw`. Reads up to 16 bytes beyond a row of the screen.
 */
export function scores(
  screen: usize,
  stride: i32,
  template: usize,
  tStride: i32,
  tw: i32,
  th: i32,
  x0: i32,
  y0: i32,
  nx: i32,
  ny: i32,
  numerators: usize,
  energies: usize,
  scratch: usize,
): void {
  const rowBytes = usize(stride) << 1
  const columns = nx + tw - 1
  const squares = scratch + (usize(nx + tw + 8) << 2)
  memory.fill(scratch, 0, usize(nx + tw + 8) << 3)
  const first = screen + usize(y0) * rowBytes + (usize(x0) << 1)
  for (let row = 0; row < th - 1; row++) addRow(first + usize(row) * rowBytes, columns, scratch, squares)
  const n = f64(tw) * f64(th)
  for (let y = 0; y < ny; y++) {
    const top = first + usize(y) * rowBytes
    addRow(top + usize(th - 1) * rowBytes, columns, scratch, squares)
    const out = usize(y * nx) << 2
    energiesOf(scratch, squares, nx, tw, n, energies + out)
    numeratorsOf(top, rowBytes, template, tStride, th, nx, numerators + out)
    takeRow(top, columns, scratch, squares)
  }
}

/** Sums of the window's columns, and of their squares, with one row more. */
function addRow(row: usize, columns: i32, sums: usize, squares: usize): void {
  for (let x = 0; x < columns; x += 8) {
    const v = v128.load(row + (usize(x) << 1))
    const at = usize(x) << 2
    v128.store(sums + at, i32x4.add(v128.load(sums + at), i32x4.extend_low_i16x8_s(v)))
    v128.store(sums + at + 16, i32x4.add(v128.load(sums + at + 16), i32x4.extend_high_i16x8_s(v)))
    v128.store(squares + at, i32x4.add(v128.load(squares + at), i32x4.extmul_low_i16x8_s(v, v)))
    v128.store(squares + at + 16, i32x4.add(v128.load(squares + at + 16), i32x4.extmul_high_i16x8_s(v, v)))
  }
}

/** The same with one row less. */
function takeRow(row: usize, columns: i32, sums: usize, squares: usize): void {
  for (let x = 0; x < columns; x += 8) {
    const v = v128.load(row + (usize(x) << 1))
    const at = usize(x) << 2
    v128.store(sums + at, i32x4.sub(v128.load(sums + at), i32x4.extend_low_i16x8_s(v)))
    v128.store(sums + at + 16, i32x4.sub(v128.load(sums + at + 16), i32x4.extend_high_i16x8_s(v)))
    v128.store(squares + at, i32x4.sub(v128.load(squares + at), i32x4.extmul_low_i16x8_s(v, v)))
    v128.store(squares + at + 16, i32x4.sub(v128.load(squares + at + 16), i32x4.extmul_high_i16x8_s(v, v)))
  }
}

function energiesOf(sums: usize, squares: usize, nx: i32, tw: i32, n: f64, out: usize): void {
  let sum: i64 = 0
  let square: i64 = 0
  for (let x = 0; x < tw - 1; x++) {
    sum += i64(load<i32>(sums + (usize(x) << 2)))
    square += i64(load<i32>(squares + (usize(x) << 2)))
  }
  for (let x = 0; x < nx; x++) {
    const last = usize(x + tw - 1) << 2
    sum += i64(load<i32>(sums + last))
    square += i64(load<i32>(squares + last))
    const s = f64(sum)
    store<f32>(out + (usize(x) << 2), f32(max(0, f64(square) - (s * s) / n)))
    sum -= i64(load<i32>(sums + (usize(x) << 2)))
    square -= i64(load<i32>(squares + (usize(x) << 2)))
  }
}

/** Four places at a time, so that what is loaded of the template serves four. */
function numeratorsOf(
  top: usize,
  rowBytes: usize,
  template: usize,
  tStride: i32,
  th: i32,
  nx: i32,
  out: usize,
): void {
  const tBytes = usize(tStride) << 1
  let x = 0
  for (; x + 3 < nx; x += 4) {
    let a = i32x4.splat(0)
    let b = i32x4.splat(0)
    let c = i32x4.splat(0)
    let d = i32x4.splat(0)
    let s = top + (usize(x) << 1)
    let t = template
    for (let row = 0; row < th; row++) {
      for (let i: usize = 0; i < tBytes; i += 16) {
        const v = v128.load(t + i)
        const at = s + i
        a = i32x4.add(a, i32x4.dot_i16x8_s(v, v128.load(at)))
        b = i32x4.add(b, i32x4.dot_i16x8_s(v, v128.load(at, 2)))
        c = i32x4.add(c, i32x4.dot_i16x8_s(v, v128.load(at, 4)))
        d = i32x4.add(d, i32x4.dot_i16x8_s(v, v128.load(at, 6)))
      }
      s += rowBytes
      t += tBytes
    }
    const to = out + (usize(x) << 2)
    store<f32>(to, sumOf(a))
    store<f32>(to + 4, sumOf(b))
    store<f32>(to + 8, sumOf(c))
    store<f32>(to + 12, sumOf(d))
  }
  for (; x < nx; x++) {
    let a = i32x4.splat(0)
    let s = top + (usize(x) << 1)
    let t = template
    for (let row = 0; row < th; row++) {
      for (let i: usize = 0; i < tBytes; i += 16) a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(t + i), v128.load(s + i)))
      s += rowBytes
      t += tBytes
    }
    store<f32>(out + (usize(x) << 2), sumOf(a))
  }
}

// @ts-ignore: decorator
@inline function sumOf(v: v128): f32 {
  return f32(
    i64(i32x4.extract_lane(v, 0)) +
      i64(i32x4.extract_lane(v, 1)) +
      (i64(i32x4.extract_lane(v, 2)) + i64(i32x4.extract_lane(v, 3))),
  )
}

/**
 * The same under a mask: of the screen only pixels count where `mask`, laid out as the template, has all bits set (elsewhere
 * none); the template is zero where it does not.
 */
export function maskedScores(
  screen: usize,
  stride: i32,
  template: usize,
  mask: usize,
  tStride: i32,
  th: i32,
  count: i32,
  x0: i32,
  y0: i32,
  nx: i32,
  ny: i32,
  numerators: usize,
  energies: usize,
): void {
  const rowBytes = usize(stride) << 1
  const tBytes = usize(tStride) << 1
  const ones = i16x8.splat(1)
  for (let y = 0; y < ny; y++) {
    for (let x = 0; x < nx; x++) {
      let dots = i32x4.splat(0)
      let sums = i32x4.splat(0)
      let squares = i32x4.splat(0)
      let s = screen + usize(y0 + y) * rowBytes + (usize(x0 + x) << 1)
      let at: usize = 0
      for (let row = 0; row < th; row++) {
        for (let i: usize = 0; i < tBytes; i += 16) {
          const v = v128.and(v128.load(s + i), v128.load(mask + at + i))
          dots = i32x4.add(dots, i32x4.dot_i16x8_s(v, v128.load(template + at + i)))
          sums = i32x4.add(sums, i32x4.dot_i16x8_s(v, ones))
          squares = i32x4.add(squares, i32x4.dot_i16x8_s(v, v))
        }
        s += rowBytes
        at += tBytes
      }
      const out = usize(y * nx + x) << 2
      const sum = f64(sumOf(sums))
      store<f32>(numerators + out, sumOf(dots))
      store<f32>(energies + out, f32(max(0, f64(sumOf(squares)) - (sum * sum) / f64(count))))
    }
  }
}
