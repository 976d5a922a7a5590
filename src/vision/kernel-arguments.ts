/** Checks of what a kernel is called with. WebAssembly would read whatever lies in memory, so both kernels ask first. */
import type { LumaFrame } from './frames.ts'
import type { Patterns, Pyramid } from './kernel.ts'

export function checkFrame({ widthPx, heightPx, luma }: LumaFrame): void {
  if (widthPx >= 1 && heightPx >= 1 && luma.length === widthPx * heightPx) return
  throw new RangeError(`a frame of ${widthPx} x ${heightPx} with ${luma.length} samples`)
}

export function checkSide(name: string, side: number): void {
  if (!Number.isInteger(side) || side < 3 || side % 2 === 0)
    throw new RangeError(`${name} of ${side} is not odd, 3 at least`)
}

/** Sums of squares of a pattern's bytes must fit 31 bits. */
const largestPattern = 181

export function checkLevel({ levels }: Pyramid, level: number): void {
  if (!Number.isInteger(level) || level < 0 || level >= levels)
    throw new RangeError(`a level from 0 to ${levels - 1} was expected, not ${level}`)
}

export function checkPattern(side: number): void {
  checkSide('pattern', side)
  if (side > largestPattern) throw new RangeError(`pattern of ${side}, more than ${largestPattern}`)
}

/** `each` numbers for every one of `count`. */
export function checkLength(name: string, { length }: Float32Array, count: number, each: number): void {
  if (length !== count * each) throw new RangeError(`${length} numbers of ${name}, not ${each} for each of ${count}`)
}

export function checkWhich(patterns: Patterns, which: Int32Array): void {
  const wrong = which.find((index) => index < 0 || index >= patterns.count)
  if (wrong !== undefined) throw new RangeError(`pattern ${wrong} of ${patterns.count}`)
}
