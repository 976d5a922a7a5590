/**
 * From samples as a file codes them to luma over the full range: 0 is black and 255 (or 65535) white whatever range,
 * depth or colour model the source has.
 *
 * Ranges are those of ITU-R BT.709 and BT.2100: in "limited" video black is 16 and white 235, times 2^(depth - 8).
 * Luma of RGB weighs the values as they are coded (BT.709: 0.2126, 0.7152, 0.0722). Only linear floats (EXR) first get
 * a display curve, that of sRGB (IEC 61966-2-1): in linear light most texture lies in the lowest few levels.
 */

export type Samples = Uint8Array | Uint16Array

/** Where the three colours of a pixel lie in an array: the first sample of each, and the steps to the next pixel. */
export interface RgbLayout {
  readonly red: number
  readonly green: number
  readonly blue: number
  readonly step: number
}

const weights = { red: 0.2126, green: 0.7152, blue: 0.0722 }

/**
 * Stretches luma over the full range of its type, in place. Values outside the nominal limits are clipped.
 *
 * @param samples 8-bit samples where `depth` is at most 8, else 16-bit ones holding `depth` bits
 * @param limited whether black and white are those of limited-range video
 */
export function toFullRange<T extends Samples>(samples: T, depth: number, limited: boolean): T {
  if (samples instanceof Uint8Array) {
    if (limited) mapBytes(samples, (limitedBytePairs ??= pairsOf(levelsOf(8, true))))
  } else if (limited || depth < 16) {
    const levels = levelsOf(depth, limited)
    const top = levels.length - 1
    for (let i = 0; i < samples.length; i++) samples[i] = levels[Math.min(samples[i]!, top)]!
  }
  return samples
}

/**
 * Luma of RGB pixels; 8-bit for depths up to 8, else 16-bit.
 *
 * @param depth bits that each sample holds
 */
export function lumaOfRgb(rgb: Samples, layout: RgbLayout, pixels: number, depth: number): Samples {
  const white = 2 ** depth - 1
  const luma = depth <= 8 ? new Uint8Array(pixels) : new Uint16Array(pixels)
  const scale = (depth <= 8 ? 255 : 65_535) / white
  const [r, g, b] = [weights.red * scale, weights.green * scale, weights.blue * scale]
  let { red, green, blue } = layout
  for (let i = 0; i < pixels; i++, red += layout.step, green += layout.step, blue += layout.step) {
    luma[i] = r * rgb[red]! + g * rgb[green]! + b * rgb[blue]! + 0.5
  }
  return luma
}

/** 16-bit luma of linear light (1 is white, more is clipped, NaN is black), through the sRGB curve. */
export function lumaOfLinear(light: Float32Array, layout: RgbLayout, pixels: number): Uint16Array {
  const luma = new Uint16Array(pixels)
  let { red, green, blue } = layout
  for (let i = 0; i < pixels; i++, red += layout.step, green += layout.step, blue += layout.step) {
    luma[i] =
      65_535 * srgbOfLinear(weights.red * light[red]! + weights.green * light[green]! + weights.blue * light[blue]!) +
      0.5
  }
  return luma
}

/** The display curve of sRGB, IEC 61966-2-1; both from 0 to 1. */
export function srgbOfLinear(linear: number): number {
  if (!(linear > 0)) return 0
  if (linear >= 1) return 1
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055
}

function levelsOf(depth: number, limited: boolean): Uint16Array {
  const top = 2 ** depth - 1
  const [black, white] = limited ? [16 * 2 ** (depth - 8), 235 * 2 ** (depth - 8)] : [0, top]
  const full = depth <= 8 ? 255 : 65_535
  const levels = new Uint16Array(top + 1)
  for (let value = 0; value <= top; value++) {
    levels[value] = Math.min(full, Math.max(0, Math.round(((value - black) * full) / (white - black))))
  }
  return levels
}

/** One look-up for two neighbouring bytes: with two pairs per word it takes 0.7 ms for a 1080p frame, singly 1.7 ms. */
let limitedBytePairs: Uint16Array | null = null

function pairsOf(levels: Uint16Array): Uint16Array {
  const pairs = new Uint16Array(65_536)
  for (let pair = 0; pair < pairs.length; pair++) pairs[pair] = levels[pair & 255]! | (levels[pair >>> 8]! << 8)
  return pairs
}

function mapBytes(bytes: Uint8Array, pairs: Uint16Array): void {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes.length >>> 2 : 0
  const words = new Uint32Array(bytes.buffer, aligned > 0 ? bytes.byteOffset : 0, aligned)
  for (let i = 0; i < aligned; i++) {
    const word = words[i]!
    words[i] = pairs[word & 0xffff]! | (pairs[word >>> 16]! << 16)
  }
  for (let i = aligned * 4; i < bytes.length; i++) bytes[i] = pairs[bytes[i]!]!
}
