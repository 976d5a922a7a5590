/** Pictures for tests of the kernels whose every point is known: sums of plane waves, so any shift or warp is exact. */
import { type Rng, seededRng } from '#core/rng.ts'
import type { LumaFrame } from './frames.ts'

/** Brightness 0 to 255 at any point of the plane, pixels. */
export type Texture = (x: number, y: number) => number

export interface TextureOptions {
  /** Shortest wave, pixels. */
  readonly shortestPx?: number
  readonly longestPx?: number
  readonly waves?: number
}

/** A band-limited texture with the spectrum of natural pictures: amplitude grows with the wave's length. */
export function waves(
  seed: number | string,
  { shortestPx = 4, longestPx = 60, waves: count = 30 }: TextureOptions = {},
): Texture {
  const rng = seededRng(seed)
  const all = Array.from({ length: count }, () => {
    const length = shortestPx * (longestPx / shortestPx) ** rng.next()
    const angle = rng.next() * 2 * Math.PI
    const k = (2 * Math.PI) / length
    return { kx: k * Math.cos(angle), ky: k * Math.sin(angle), phase: rng.next() * 2 * Math.PI, size: length ** 0.5 }
  })
  const scale = 45 / Math.sqrt(all.reduce((sum, { size }) => sum + (size * size) / 2, 0))
  return (x, y) => 128 + scale * all.reduce((sum, w) => sum + w.size * Math.sin(w.kx * x + w.ky * y + w.phase), 0)
}

export interface RenderOptions {
  /** Standard deviation of noise, grey levels; none when absent. */
  readonly noise?: { readonly sigma: number; readonly rng: Rng }
  readonly depth?: 8 | 16
  readonly index?: number
}

/** A frame of a texture; `at` says where a picture position lies on the texture. Clipped and rounded as cameras do. */
export function render(
  texture: Texture,
  widthPx: number,
  heightPx: number,
  at: (x: number, y: number) => readonly [number, number],
  { noise, depth = 8, index = 0 }: RenderOptions = {},
): LumaFrame {
  const luma = depth === 8 ? new Uint8Array(widthPx * heightPx) : new Uint16Array(widthPx * heightPx)
  const [top, unit] = depth === 8 ? [255, 1] : [65535, 257]
  for (let y = 0, i = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++, i++) {
      const grey = texture(...at(x + 0.5, y + 0.5)) + (noise ? noise.sigma * gauss(noise.rng) : 0)
      luma[i] = Math.min(top, Math.max(0, Math.round(grey * unit)))
    }
  }
  return { index, timeS: null, widthPx, heightPx, luma }
}

/** Box and Muller. */
export function gauss(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next())
}
