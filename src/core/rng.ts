/**
 * Seeded randomness. Every random choice in the product takes an `Rng`, and its seed is recorded with the result.
 *
 * The generator is xoshiro128** (Blackman and Vigna, 2018), seeded by SplitMix32 so that near seeds give unlike streams.
 */
export interface Rng {
  /** A double in [0, 1) with 32 random bits. */
  next(): number
  /** An integer in [0, below). */
  int(below: number): number
}

export function seededRng(seed: number | string): Rng {
  let mix = typeof seed === 'string' ? hashString(seed) : seed >>> 0
  const splitmix = () => {
    mix = (mix + 0x9e3779b9) >>> 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()]
  const next32 = () => {
    const result = Math.imul(rotl(Math.imul(b, 5), 7), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotl(d, 11)
    return result
  }
  return {
    next: () => next32() / 2 ** 32,
    int: (below) => Math.floor((next32() / 2 ** 32) * below),
  }
}

const rotl = (x: number, bits: number) => (x << bits) | (x >>> (32 - bits))

/** FNV-1a over UTF-16 code units: only to turn a name into a seed, never for identity. */
function hashString(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}
