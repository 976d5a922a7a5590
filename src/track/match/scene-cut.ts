/**
 * Scene cuts from two small pictures. A cut changes what is shown, so no shift of one picture fits the other and the
 * brightness is distributed differently; a pan fits after a shift, a flash keeps the structure, blur keeps both.
 */
import type { LumaFrame } from '#vision/frames.ts'

/** What a frame looks like from afar. */
export interface FrameLook {
  readonly columns: number
  readonly rows: number
  /** Mean brightness (0 to 255) of each cell, row by row. */
  readonly cells: Float32Array
  /** Share of the samples in each of 32 steps of brightness from -3 to 3 standard deviations: a change of exposure cancels. */
  readonly histogram: Float32Array
  /** Standard deviation of brightness. Near 0: black, white or fog, which tells nothing of the scene. */
  readonly spread: number
}

const columnsOfLook = 32
const bins = 32

/** Reduces a frame to about 32 columns of cells. */
export function lookOf(frame: LumaFrame): FrameLook {
  const { widthPx, heightPx, luma } = frame
  const columns = Math.min(columnsOfLook, widthPx)
  const rows = Math.min(heightPx, Math.max(1, Math.round((columns * heightPx) / widthPx)))
  const scale = luma instanceof Uint8Array ? 1 : 1 / 257
  // A look needs no more than about 15,000 samples, however large the frame.
  const step = Math.max(1, Math.floor(Math.sqrt((widthPx * heightPx) / 1.5e4)))
  const cells = new Float32Array(columns * rows)
  const counts = new Int32Array(columns * rows)
  const levels = new Float64Array(256)
  const cellOfX = Int32Array.from({ length: widthPx }, (_, x) => Math.floor((x * columns) / widthPx))
  for (let y = 0; y < heightPx; y += step) {
    const row = Math.floor((y * rows) / heightPx) * columns
    for (let x = 0; x < widthPx; x += step) {
      const value = luma[y * widthPx + x]! * scale
      const cell = row + cellOfX[x]!
      cells[cell]! += value
      counts[cell]! += 1
      levels[value | 0]! += 1
    }
  }
  for (let i = 0; i < cells.length; i++) cells[i] = counts[i]! > 0 ? cells[i]! / counts[i]! : 0
  return { columns, rows, cells, ...standardised(levels) }
}

/** A histogram over brightness 0 to 255 in units of its own standard deviation. */
function standardised(levels: Float64Array): { histogram: Float32Array; spread: number } {
  let count = 0
  let sum = 0
  let squares = 0
  levels.forEach((n, value) => {
    count += n
    sum += n * value
    squares += n * value * value
  })
  const mean = sum / count
  const spread = Math.sqrt(Math.max(0, squares / count - mean * mean))
  const histogram = new Float32Array(bins)
  levels.forEach((n, value) => {
    const position = spread > 0 ? ((value - mean) / spread + 3) / 6 : 0.5
    // Each level goes to its two nearest bins, so that a small shift of brightness moves little.
    const at = Math.min(bins - 1.001, Math.max(0, position * bins - 0.5))
    const bin = Math.floor(at)
    histogram[bin]! += ((bin + 1 - at) * n) / count
    histogram[bin + 1]! += ((at - bin) * n) / count
  })
  return { histogram, spread }
}

/** The best normalised correlation of two looks over all shifts of up to `share` of the width and height. */
export function alignedCorrelation(a: FrameLook, b: FrameLook, share: number): number {
  const reachX = Math.floor(a.columns * share)
  const reachY = Math.floor(a.rows * share)
  let best = -1
  for (let dy = -reachY; dy <= reachY; dy++) {
    for (let dx = -reachX; dx <= reachX; dx++) best = Math.max(best, correlationAt(a, b, dx, dy))
  }
  return best
}

function correlationAt(a: FrameLook, b: FrameLook, dx: number, dy: number): number {
  const { columns, rows } = a
  const x0 = Math.max(0, -dx)
  const x1 = Math.min(columns, columns - dx)
  const y0 = Math.max(0, -dy)
  const y1 = Math.min(rows, rows - dy)
  let sa = 0
  let sb = 0
  let saa = 0
  let sbb = 0
  let sab = 0
  for (let y = y0; y < y1; y++) {
    for (let x = x0, i = y * columns + x0, j = (y + dy) * columns + x0 + dx; x < x1; x++, i++, j++) {
      const u = a.cells[i]!
      const v = b.cells[j]!
      sa += u
      sb += v
      saa += u * u
      sbb += v * v
      sab += u * v
    }
  }
  const n = (x1 - x0) * (y1 - y0)
  const spread = (saa - (sa * sa) / n) * (sbb - (sb * sb) / n)
  return spread > 1e-6 ? (sab - (sa * sb) / n) / Math.sqrt(spread) : 0
}

/** How much of two histograms lies in different places, 0 to 1. */
export function histogramDistance(a: FrameLook, b: FrameLook): number {
  let common = 0
  for (let i = 0; i < bins; i++) common += Math.min(a.histogram[i]!, b.histogram[i]!)
  return 1 - common
}

/** How many of the tracks that could be followed were. */
export interface Following {
  readonly tried: number
  readonly kept: number
}

/** Fewer tracks than this say nothing of the whole picture. */
const tellingTracks = 8
const survivingShare = 0.35
/** A cut this soon after another is none. */
export const shortestShotFrames = 6
/** A shift of this share of the picture between two frames is the fastest pan that is still taken for one. */
const panShare = 0.4

/**
 * Whether another shot begins between two frames. Cautious: tracks that could be followed, a picture without structure
 * or one picture fitting the other after a shift all speak against it. The two limits were chosen where, of the generated
 * clips, frames of one shot up to three apart and frames of different clips lie on different sides.
 */
export function isSceneCut(before: FrameLook, after: FrameLook, following: Following): boolean {
  const { tried, kept } = following
  if (tried >= tellingTracks && kept >= survivingShare * tried) return false
  if (isBlank(before) || isBlank(after)) return false
  const distance = histogramDistance(before, after)
  const correlation = alignedCorrelation(before, after, panShare)
  return correlation < 0.65 || (correlation < 0.85 && distance > 0.1)
}

/** Black, white or fog: what is shown cannot be told. */
export const isBlank = (look: FrameLook): boolean => look.spread < 4
