/**
 * Exhaustive search for a pattern by normalised cross-correlation, in whole numbers: picture and pattern are bytes, so every
 * sum is exact and both kernels find the same peak. Sums of the picture under the pattern come from running columns.
 *
 * Lewis, "Fast Normalized Cross-Correlation", 1995.
 */
import type { SearchResult } from '../kernel.ts'
import type { Pattern, ReferencePatterns } from './patterns.ts'
import type { BytePlane, ReferencePyramid } from './plane.ts'

/** See `Kernel.search`. */
export function search(
  image: ReferencePyramid,
  patterns: ReferencePatterns,
  which: Int32Array,
  centres: Float32Array,
  searchPx: number,
): SearchResult {
  const count = which.length
  const result = { xy: centres.slice(0, 2 * count), score: new Float32Array(count).fill(Number.NaN) }
  for (let i = 0; i < count; i++) {
    const pattern = patterns.at(which[i]!)
    if (pattern === null) continue
    const peak = findPeak(image.bytes, pattern, patterns.sizePx, centres[2 * i]!, centres[2 * i + 1]!, searchPx)
    if (peak === null) continue
    result.xy[2 * i] = peak.x
    result.xy[2 * i + 1] = peak.y
    result.score[i] = peak.score
  }
  return result
}

interface Peak {
  readonly x: number
  readonly y: number
  readonly score: number
}

function findPeak(
  plane: BytePlane,
  pattern: Pattern,
  size: number,
  x: number,
  y: number,
  searchPx: number,
): Peak | null {
  if (!Number.isFinite(x + y)) return null
  const reach = (size - 1) / 2
  const room = Math.max(0, Math.floor((searchPx - size) / 2))
  // Top left pixel of the pattern where the search begins and ends.
  const left = Math.floor(x - pattern.remainderX) - reach
  const top = Math.floor(y - pattern.remainderY) - reach
  const x0 = Math.max(0, left - room)
  const y0 = Math.max(0, top - room)
  const across = Math.min(plane.width - size, left + room) - x0 + 1
  const down = Math.min(plane.height - size, top + room) - y0 + 1
  if (across <= 0 || down <= 0) return null
  const scores = correlations(plane, pattern.bytes, size, x0, y0, across, down)
  let best = 0
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i
  const score = scores[best]!
  if (score <= -2) return null
  const [bx, by] = [best % across, Math.floor(best / across)]
  const dx = bx > 0 && bx < across - 1 ? summit(scores[best - 1]!, score, scores[best + 1]!) : 0
  const dy = by > 0 && by < down - 1 ? summit(scores[best - across]!, score, scores[best + across]!) : 0
  return {
    x: x0 + bx + dx + reach + pattern.remainderX + 0.5,
    y: y0 + by + dy + reach + pattern.remainderY + 0.5,
    score,
  }
}

/** Where the parabola through three equally spaced values has its top, from the middle one; 0 where it has none. */
function summit(before: number, middle: number, after: number): number {
  const bend = before - 2 * middle + after
  return before >= -1 && after >= -1 && bend < 0 ? (before - after) / (2 * bend) : 0
}

/** What stands for a place where nothing can be compared: lower than any correlation. */
const flat = -2

/** Normalised cross-correlation at each place, row by row; `flat` where picture or pattern has no contrast. */
function correlations(
  { data, width }: BytePlane,
  bytes: Uint8Array,
  size: number,
  x0: number,
  y0: number,
  across: number,
  down: number,
): Float64Array {
  const area = size * size
  let patternSum = 0
  let patternSquares = 0
  for (const t of bytes) {
    patternSum += t
    patternSquares += t * t
  }
  const patternSpread = area * patternSquares - patternSum * patternSum
  const out = new Float64Array(across * down).fill(flat)
  if (patternSpread === 0) return out
  const columns = across + size - 1
  const sums = new Float64Array(columns)
  const squares = new Float64Array(columns)
  for (let y = 0; y < down; y++) {
    const first = (y0 + y) * width + x0
    updateColumns(data, first, width, size, y === 0, sums, squares)
    let sum = 0
    let square = 0
    for (let x = 0; x < columns; x++) {
      sum += sums[x]!
      square += squares[x]!
      if (x < size - 1) continue
      const left = x - size + 1
      const spread = area * square - sum * sum
      if (spread > 0) {
        const cross = area * crossSum(data, first + left, width, bytes, size) - sum * patternSum
        out[y * across + left] = cross / Math.sqrt(spread * patternSpread)
      }
      sum -= sums[left]!
      square -= squares[left]!
    }
  }
  return out
}

/** Sums over `size` rows from `first` on, for each column; from the sums of the row above unless it is the first. */
function updateColumns(
  data: Uint8Array,
  first: number,
  width: number,
  size: number,
  isFirst: boolean,
  sums: Float64Array,
  squares: Float64Array,
): void {
  const rows = isFirst ? size : 1
  for (let x = 0; x < sums.length; x++) {
    for (let row = size - rows; row < size; row++) {
      const added = data[first + row * width + x]!
      const dropped = isFirst ? 0 : data[first - width + x]!
      sums[x] = sums[x]! + added - dropped
      squares[x] = squares[x]! + added * added - dropped * dropped
    }
  }
}

function crossSum(data: Uint8Array, first: number, width: number, bytes: Uint8Array, size: number): number {
  let sum = 0
  for (let row = 0, k = 0; row < size; row++) {
    for (let i = first + row * width, end = i + size; i < end; i++, k++) sum += data[i]! * bytes[k]!
  }
  return sum
}
