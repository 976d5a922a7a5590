/** Patterns cut from a frame: smoothed samples with slopes for refinement, and whole pixels for exact correlation. */
import type { Patterns } from '../kernel.ts'
import type { ReferencePyramid } from './plane.ts'
import { emptySamples, sampleWithSlopes } from './sample.ts'
import { centre, type Patch } from './template.ts'

export interface Pattern {
  readonly fine: Patch
  /** The same part of the picture at half its size; null where the pyramid has one level only. */
  readonly coarse: Patch | null
  /** The pixels around the one that is nearest to the centre. */
  readonly bytes: Uint8Array
  /** From the centre of that pixel to the centre of the pattern. */
  readonly remainderX: number
  readonly remainderY: number
}

export class ReferencePatterns implements Patterns {
  readonly count: number
  readonly sizePx: number
  #all: (Pattern | null)[] | null

  constructor(count: number, sizePx: number) {
    this.count = count
    this.sizePx = sizePx
    this.#all = Array.from({ length: count }, () => null)
  }

  /** null: it was never inside a picture. */
  at(index: number): Pattern | null {
    const pattern = this.#all?.[index]
    if (pattern === undefined) throw new Error(this.#all === null ? 'released patterns' : `no pattern ${index}`)
    return pattern
  }

  put(index: number, pattern: Pattern | null): void {
    this.at(index)
    if (this.#all !== null) this.#all[index] = pattern
  }

  release(): void {
    this.#all = null
  }
}

/** Side of a pattern at half the size of the picture. */
export const coarseSide = (sizePx: number): number => (sizePx >> 1) | 1

/** null where the pattern does not lie inside the picture. */
export function cutPattern(image: ReferencePyramid, x: number, y: number, sizePx: number): Pattern | null {
  const reach = (sizePx - 1) / 2
  const [u, v] = [x - 0.5, y - 0.5]
  const isInside = u >= reach && v >= reach && u + reach <= image.widthPx - 1 && v + reach <= image.heightPx - 1
  if (!isInside) return null
  const [pixelX, pixelY] = [Math.floor(u + 0.5), Math.floor(v + 0.5)]
  const { data, width } = image.bytes
  const bytes = new Uint8Array(sizePx * sizePx)
  for (let row = 0; row < sizePx; row++) {
    const from = (pixelY - reach + row) * width + pixelX - reach
    bytes.set(data.subarray(from, from + sizePx), row * sizePx)
  }
  return {
    fine: patchAt(image, 0, u, v, sizePx),
    coarse: image.levels > 1 ? patchAt(image, 1, u / 2, v / 2, coarseSide(sizePx)) : null,
    bytes,
    remainderX: u - pixelX,
    remainderY: v - pixelY,
  }
}

function patchAt(image: ReferencePyramid, level: number, u: number, v: number, side: number): Patch {
  const samples = emptySamples(side)
  const reach = (side - 1) / 2
  sampleWithSlopes(image.plane(level), u - reach, v - reach, samples)
  return centre(samples, null)
}
