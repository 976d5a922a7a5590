// Patches with the mean taken out; twin of `centre` in ../../reference/template.ts.
import { gridLength, strideOf, sumOf } from './layout'

/**
 * A mask is a grid of 32 bits: all set where a pixel counts, none set elsewhere and beyond the grid. Weights are a grid
 * of floats, 0 where and only where the mask has none set.
 */
export function maskAll(mask: usize, n: i32): void {
  memory.fill(mask, 0, usize(gridLength(n)) << 2)
  for (let y = 0; y < n; y++) memory.fill(mask + (usize(y * strideOf(n)) << 2), 255, usize(n) << 2)
}

/** What `centre` found. */
export let mean: f32 = 0
export let energy: f32 = 0

/** Takes the mean out of a patch, and sets to 0 what does not count in its three grids. */
export function centre(value: usize, gx: usize, gy: usize, mask: usize, n: i32, count: i32): void {
  const end = usize(gridLength(n)) << 2
  let s0 = f32x4.splat(0)
  let s1 = f32x4.splat(0)
  for (let i: usize = 0; i < end; i += 32) {
    s0 = f32x4.add(s0, v128.and(v128.load(value + i), v128.load(mask + i)))
    s1 = f32x4.add(s1, v128.and(v128.load(value + i, 16), v128.load(mask + i, 16)))
  }
  mean = sumOf(f32x4.add(s0, s1)) / f32(count)
  const m = f32x4.splat(mean)
  let e0 = f32x4.splat(0)
  for (let i: usize = 0; i < end; i += 16) {
    const keep = v128.load(mask + i)
    const v = v128.and(f32x4.sub(v128.load(value + i), m), keep)
    v128.store(value + i, v)
    e0 = f32x4.add(e0, f32x4.mul(v, v))
    v128.store(gx + i, v128.and(v128.load(gx + i), keep))
    v128.store(gy + i, v128.and(v128.load(gy + i), keep))
  }
  energy = sumOf(e0)
}
