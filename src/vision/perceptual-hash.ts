/**
 * A fingerprint of how a picture looks: near for copies that were resized or compressed again, far for other pictures.
 *
 * Method: the DCT hash "pHash" (C. Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010):
 * gray 32 x 32, two-dimensional DCT-II, the 8 x 8 lowest frequencies without the constant ones, one bit each for
 * "above the median". Of two unrelated pictures about half of the 64 bits differ.
 */

/** Side of the square gray picture that {@link perceptualHash} takes. */
export const hashSidePx = 32
const kept = 8

/** cosines[k * 32 + x] = cos(pi (2 x + 1) k / 64) for the frequencies 1 to 8 */
const cosines = Float64Array.from({ length: (kept + 1) * hashSidePx }, (_, i) =>
  Math.cos((Math.PI * (2 * (i % hashSidePx) + 1) * Math.floor(i / hashSidePx)) / (2 * hashSidePx)),
)

/**
 * The 64-bit fingerprint as 16 lower-case hex digits.
 *
 * @param gray 32 x 32 gray values, row by row, of the upright picture stretched to a square
 */
export function perceptualHash(gray: Uint8Array): string {
  if (gray.length !== hashSidePx * hashSidePx) {
    throw new RangeError(`expected ${hashSidePx * hashSidePx} gray values, found ${gray.length}`)
  }
  const frequencies = lowFrequencies(gray)
  const sorted = Float64Array.from(frequencies).sort()
  const median = ((sorted[31] ?? 0) + (sorted[32] ?? 0)) / 2
  let hex = ''
  for (let i = 0; i < frequencies.length; i += 4) {
    let digit = 0
    for (let j = 0; j < 4; j++) digit = digit * 2 + ((frequencies[i + j] ?? 0) > median ? 1 : 0)
    hex += digit.toString(16)
  }
  return hex
}

/** The coefficients of frequencies 1 to 8 in both directions, 64 values; the common scale does not matter to the bits. */
function lowFrequencies(gray: Uint8Array): Float64Array {
  const rows = new Float64Array(hashSidePx * kept)
  for (let y = 0; y < hashSidePx; y++) {
    for (let k = 0; k < kept; k++) {
      let sum = 0
      for (let x = 0; x < hashSidePx; x++) {
        sum += (gray[y * hashSidePx + x] ?? 0) * (cosines[(k + 1) * hashSidePx + x] ?? 0)
      }
      rows[y * kept + k] = sum
    }
  }
  const frequencies = new Float64Array(kept * kept)
  for (let l = 0; l < kept; l++) {
    for (let k = 0; k < kept; k++) {
      let sum = 0
      for (let y = 0; y < hashSidePx; y++) sum += (rows[y * kept + k] ?? 0) * (cosines[(l + 1) * hashSidePx + y] ?? 0)
      // Rounding takes away the noise of summing, so that a flat picture hashes alike everywhere.
      frequencies[l * kept + k] = Math.round(sum * 1000) / 1000
    }
  }
  return frequencies
}

const bitCounts = Uint8Array.from({ length: 16 }, (_, i) => (i & 1) + ((i >> 1) & 1) + ((i >> 2) & 1) + (i >> 3))

/** How many of the 64 bits differ: 0 to about 8 for copies of one picture, around 32 for unrelated ones. */
export function hashDistance(a: string, b: string): number {
  let distance = 0
  for (let i = 0; i < 16; i++) {
    distance += bitCounts[Number.parseInt(a.charAt(i), 16) ^ Number.parseInt(b.charAt(i), 16)] ?? 0
  }
  return distance
}
