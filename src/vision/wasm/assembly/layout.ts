/**
 * What lies where in memory. The TypeScript side (`../pyramid.ts`, `../patterns.ts`) allocates these records and must agree.
 *
 * Level of a pyramid, 16 bytes: address of pixel (0, 0), width, height, stride in pixels. A rim of 4 repeated pixels is
 * around it.
 * Pyramid: levels i32, address of the byte plane, 2 spare words, then its levels.
 * Grid of n x n floats: rows of `strideOf(n)`, zero beyond column n, `gridLength(n)` floats in all.
 * Pattern: a header of 64 bytes, 3 grids (value, slope in x, slope in y), 3 half-size grids, n rows of `byteStride(n)` i16,
 * then the descent it was last refined with and its images, of which there is room for those of an affine warp.
 */

export const RIM: i32 = 4

/** Steepest descent images that a pattern keeps. */
export const MOST_KEPT: i32 = 6

// @ts-ignore: decorator
@inline export function strideOf(n: i32): i32 {
  return (n + 3) & ~3
}

/** A multiple of 16, so that loops can take four vectors at a time, whose sums do not wait for each other. */
// @ts-ignore: decorator
@inline export function gridLength(n: i32): i32 {
  return (n * strideOf(n) + 15) & ~15
}

// @ts-ignore: decorator
@inline export function gridBytes(n: i32): usize {
  return usize(gridLength(n)) << 2
}

/** Side of a pattern at half the size of the picture. */
// @ts-ignore: decorator
@inline export function coarseSide(n: i32): i32 {
  return (n >> 1) | 1
}

// @ts-ignore: decorator
@inline export function byteStride(n: i32): i32 {
  return (n + 7) & ~7
}

// @ts-ignore: decorator
@inline export function levelOf(pyramid: usize, level: i32): usize {
  return pyramid + 16 + (usize(level) << 4)
}

// @ts-ignore: decorator
@inline export function levels(pyramid: usize): i32 {
  return load<i32>(pyramid)
}

// @ts-ignore: decorator
@inline export function bytesOf(pyramid: usize): usize {
  return load<u32>(pyramid, 4)
}

// @ts-ignore: decorator
@inline export function pixels(level: usize): usize {
  return load<u32>(level)
}

// @ts-ignore: decorator
@inline export function width(level: usize): i32 {
  return load<i32>(level, 4)
}

// @ts-ignore: decorator
@inline export function height(level: usize): i32 {
  return load<i32>(level, 8)
}

// @ts-ignore: decorator
@inline export function stride(level: usize): i32 {
  return load<i32>(level, 12)
}

/** Header of a pattern: offsets of its fields. */
export const INSIDE: usize = 0
export const HAS_COARSE: usize = 4
export const MEAN: usize = 8
export const ENERGY: usize = 12
export const COARSE_MEAN: usize = 16
export const COARSE_ENERGY: usize = 20
export const REMAINDER_X: usize = 24
export const REMAINDER_Y: usize = 32
export const BYTE_SUM: usize = 40
export const BYTE_SQUARES: usize = 44
/** 0 where no descent is kept yet, else `keyOf` what it was prepared for. */
export const PREPARED: usize = 48
/** Parameters of the kept descent that the texture holds, from the first on. */
export const RANK: usize = 52
export const HEADER: usize = 64

/** Bytes of a descent: the Cholesky factor (8 x 8 f64, lower triangle), then four rows of 8 f64 about brightness. */
export const DESCENT: usize = 768

// @ts-ignore: decorator
@inline export function fineGrid(pattern: usize): usize {
  return pattern + HEADER
}

// @ts-ignore: decorator
@inline export function coarseGrid(pattern: usize, n: i32): usize {
  return pattern + HEADER + 3 * gridBytes(n)
}

// @ts-ignore: decorator
@inline export function patternBytes(pattern: usize, n: i32): usize {
  return coarseGrid(pattern, n) + 3 * gridBytes(coarseSide(n))
}

// @ts-ignore: decorator
@inline export function keptDescent(pattern: usize, n: i32): usize {
  return (patternBytes(pattern, n) + (usize(byteStride(n) * n) << 1) + 15) & ~15
}

/** Bytes of one pattern of side n. */
export function patternSize(n: i32): usize {
  return (keptDescent(0, n) + DESCENT + MOST_KEPT * gridBytes(n) + 63) & ~63
}

// @ts-ignore: decorator
@inline export function sumOf(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  )
}
