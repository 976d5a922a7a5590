/**
 * Where to place tracks: corners by the smaller eigenvalue of the structure tensor (Shi and Tomasi, Good Features to
 * Track, 1994), strongest first, spread evenly over the nine regions of the picture.
 */
import { type Kernel, type Pyramid, sideAt } from '#vision/kernel.ts'
import { type Mask, maskTest } from './mask.ts'
import { PointGrid } from './point-grid.ts'
import { type Region, regionIndex, regions } from './region.ts'

export interface DetectOptions {
  /** Live tracks wanted in all, existing ones counted; null: every corner that is strong and far enough. */
  readonly count: number | null
  /**
   * 0 to 1, higher finds fewer, as Blender's. Blender compares the Harris response, which goes with the fourth power of
   * contrast, with a fixed number, so the same value means different things in different footage. Ours is relative: a
   * corner counts when the square of its strength (the smaller eigenvalue, second power of contrast) is at least
   * `threshold` times that of the strongest corner of the picture. 0.5 keeps the outstanding, 0.0001 nearly all.
   */
  readonly threshold: number
  /** Between two corners, and between a corner and an existing track. */
  readonly minDistancePx: number
  /** Nothing is placed nearer to the border. */
  readonly marginPx: number
  /** Side of the window of the structure tensor, odd. */
  readonly windowPx: number
  /** Which frame this is, for masks that hold for some frames only. */
  readonly frame: number
  readonly masks: readonly Mask[]
  /** Positions of tracks that are alive, 2 for each. */
  readonly existing: ArrayLike<number>
}

/** Why a region got nothing. `occupied`: its corners lie too near to tracks or corners taken before. */
export type EmptyReason = 'no-texture' | 'margin' | 'masked' | 'threshold' | 'occupied'

export interface RegionReport {
  readonly region: Region
  /** Tracks that were there before. */
  readonly existing: number
  /** Its even share of `count` less the existing; null without a count. */
  readonly wanted: number | null
  readonly found: number
  /** null where something was found or nothing wanted. */
  readonly why: EmptyReason | null
}

export interface DetectReport {
  readonly frame: number
  /** 2 for each corner: x, y to a fraction of a pixel; strongest first within each region's turn. */
  readonly xy: Float64Array
  /** Smaller eigenvalue at each corner, squared brightness steps (of 255) per pixel of the picture in which it was found. */
  readonly strength: Float32Array
  readonly regions: readonly RegionReport[]
}

/**
 * Corners are looked for in a picture about this wide, reduced where it is larger: what is smaller than that in a large
 * picture is not sharp, and hardly anything beside a pattern. Between one and two of it wide, all pixels are looked at.
 */
const workingSidePx = 960

/** A mean gradient below this many brightness steps a pixel is compression and noise. */
const weakestGradient = 1.5

const fates = ['margin', 'masked', 'threshold', 'occupied'] as const

/**
 * Corners to track. Equal input gives equal output. Without a count, a lower threshold never removes a corner: each is
 * weighed only against stronger ones.
 *
 * @throws settings.invalid when a mask is not a polygon
 */
export function detect(kernel: Kernel, image: Pyramid, options: DetectOptions): DetectReport {
  return chooseCorners(findCorners(kernel, image, options.windowPx), image, options)
}

/**
 * Every corner of a picture that is more than noise, row by row.
 *
 * @param windowPx side of the window of the structure tensor, odd
 */
export function findCorners(kernel: Kernel, image: Pyramid, windowPx: number): readonly Corner[] {
  const { widthPx, heightPx, levels } = image
  const level = Math.min(levels - 1, Math.max(0, Math.floor(Math.log2(Math.max(widthPx, heightPx) / workingSidePx))))
  const scale = 2 ** level
  const width = sideAt(widthPx, level)
  const height = sideAt(heightPx, level)
  const strength = kernel.cornerStrength(image, 2 * Math.floor(windowPx / (2 * scale)) + 1, level)
  return localMaxima(strength, width, height).map((at): Corner => {
    const corner = cornerAt(at, strength, width)
    // The first pixels of all levels have the same centre.
    return { x: scale * (corner.x - 0.5) + 0.5, y: scale * (corner.y - 0.5) + 0.5, strength: corner.strength }
  })
}

/**
 * Of corners, whoever found them, those to track: strong enough, clear of border, masks and tracks, spread evenly.
 *
 * @throws settings.invalid when a mask is not a polygon
 */
export function chooseCorners(
  candidates: readonly Corner[],
  { widthPx, heightPx }: Pick<Pyramid, 'widthPx' | 'heightPx'>,
  options: Omit<DetectOptions, 'windowPx'>,
): DetectReport {
  const region = (x: number, y: number) => regionIndex(x, y, widthPx, heightPx)
  const { corners, tally } = sift(candidates, { width: widthPx, height: heightPx, region }, options)
  const existing = new Int32Array(regions.length)
  for (let i = 0; i + 1 < options.existing.length; i += 2) {
    existing[region(options.existing[i]!, options.existing[i + 1]!)]! += 1
  }
  const queues = regions.map((_, r) => corners.filter(({ x, y }) => region(x, y) === r))
  const taken = options.count === null ? corners : takeEvenly(queues, existing, options.count)

  const found = new Int32Array(regions.length)
  for (const { x, y } of taken) found[region(x, y)]! += 1
  const share = options.count === null ? null : Math.ceil(options.count / regions.length)
  return {
    frame: options.frame,
    xy: Float64Array.from(taken.flatMap(({ x, y }) => [x, y])),
    strength: Float32Array.from(taken, (corner) => corner.strength),
    regions: regions.map((name, r) => {
      const wanted = share === null ? null : Math.max(0, share - existing[r]!)
      const why = found[r]! > 0 || wanted === 0 ? null : emptyReason(tally, r)
      return { region: name, existing: existing[r]!, wanted, found: found[r]!, why }
    }),
  }
}

export interface Corner {
  readonly x: number
  readonly y: number
  /** As in {@link DetectReport.strength}. */
  readonly strength: number
}

interface Field {
  readonly width: number
  readonly height: number
  /** Index of the region of a position. */
  readonly region: (x: number, y: number) => number
}

/**
 * Indices of pixels stronger than their eight neighbours and than noise, one at most of each block of 4 x 4: so nearly all
 * pixels are only looked at for the maximum of their block, without a branch (after Neubeck and Van Gool, Efficient
 * Non-Maximum Suppression, 2006).
 */
function localMaxima(strength: Float32Array, width: number, height: number): number[] {
  const found: number[] = []
  for (let y = 1; y < height - 1; y += 4) searchBlocks(strength, width, y, Math.min(y + 4, height - 1), found)
  return found
}

/** The blocks of rows `top` to `bottom` - 1. */
function searchBlocks(strength: Float32Array, width: number, top: number, bottom: number, found: number[]): void {
  const weakest = weakestGradient ** 2
  for (let x = 1; x < width - 1; x += 4) {
    const across = Math.min(4, width - 1 - x)
    let most = 0
    for (let y = top; y < bottom; y++) {
      const i = y * width + x
      if (across === 4) most = Math.max(most, strength[i]!, strength[i + 1]!, strength[i + 2]!, strength[i + 3]!)
      else for (let k = 0; k < across; k++) most = Math.max(most, strength[i + k]!)
    }
    if (most < weakest) continue
    const at = placeOf(strength, width, most, x, top, across)
    if (isPeak(strength, width, at)) found.push(at)
  }
}

/** Index of the first pixel of a block that has a value. */
function placeOf(strength: Float32Array, width: number, value: number, x: number, top: number, across: number): number {
  for (let i = top * width + x; ; i += width) {
    for (let k = 0; k < across; k++) if (strength[i + k] === value) return i + k
  }
}

/** Of a plateau the first pixel counts: earlier neighbours must be weaker, later ones may be equal. */
function isPeak(strength: Float32Array, width: number, at: number): boolean {
  const s = strength[at]!
  const above = at - width
  const below = at + width
  const before = Math.max(strength[above - 1]!, strength[above]!, strength[above + 1]!, strength[at - 1]!)
  const after = Math.max(strength[at + 1]!, strength[below - 1]!, strength[below]!, strength[below + 1]!)
  return s > before && s >= after
}

/** The corners that may be used, strongest first, and by region how many were refused for what. */
function sift(
  candidates: readonly Corner[],
  { width, height, region }: Field,
  options: Omit<DetectOptions, 'windowPx'>,
): { corners: Corner[]; tally: Int32Array } {
  const { marginPx: margin, existing } = options
  const allowed = maskTest(options.masks)
  const strongest = candidates.reduce((most, { strength }) => Math.max(most, strength), 0)
  const threshold = Math.sqrt(options.threshold) * strongest
  const tally = new Int32Array(regions.length * fates.length)
  const refuse = ({ x, y }: Corner, fate: (typeof fates)[number]) => {
    tally[region(x, y) * fates.length + fates.indexOf(fate)]! += 1
  }
  const strong: Corner[] = []
  for (const corner of candidates) {
    const { x, y } = corner
    if (x < margin || y < margin || x > width - margin || y > height - margin) refuse(corner, 'margin')
    else if (!allowed(options.frame, x, y)) refuse(corner, 'masked')
    else if (corner.strength < threshold) refuse(corner, 'threshold')
    else strong.push(corner)
  }
  strong.sort((a, b) => b.strength - a.strength || a.y - b.y || a.x - b.x)

  const grid = new PointGrid(width, options.minDistancePx)
  for (let i = 0; i + 1 < existing.length; i += 2) grid.add(existing[i]!, existing[i + 1]!)
  const corners: Corner[] = []
  for (const corner of strong) {
    if (grid.near(corner.x, corner.y)) refuse(corner, 'occupied')
    else {
      grid.add(corner.x, corner.y)
      corners.push(corner)
    }
  }
  return { corners, tally }
}

/** A maximum to a fraction of a pixel. */
function cornerAt(at: number, strength: Float32Array, width: number): Corner {
  const peak = strength[at]!
  const x = (at % width) + 0.5 + peakOffset(strength[at - 1]!, peak, strength[at + 1]!)
  const y = Math.floor(at / width) + 0.5 + peakOffset(strength[at - width]!, peak, strength[at + width]!)
  return { x, y, strength: peak }
}

/** Top of the parabola through three values at -1, 0, 1, of which the middle one is the largest. */
function peakOffset(before: number, peak: number, after: number): number {
  const bend = before - 2 * peak + after
  return bend < 0 ? (0.5 * (before - after)) / bend : 0
}

/** The region with the fewest tracks takes its strongest corner, again and again, until there are `count` tracks. */
function takeEvenly(queues: readonly (readonly Corner[])[], existing: Int32Array, count: number): Corner[] {
  const filled = Int32Array.from(existing)
  const next = new Int32Array(queues.length)
  const taken: Corner[] = []
  for (let total = existing.reduce((sum, n) => sum + n, 0); total < count; total++) {
    let region = -1
    for (let r = 0; r < queues.length; r++) {
      if (next[r]! < queues[r]!.length && (region < 0 || filled[r]! < filled[region]!)) region = r
    }
    const corner = queues[region]?.[next[region]!]
    if (corner === undefined) break
    taken.push(corner)
    filled[region]! += 1
    next[region]! += 1
  }
  return taken
}

/** What most of the region's corners were refused for. */
function emptyReason(tally: Int32Array, region: number): EmptyReason {
  const counts = fates.map((_, i) => tally[region * fates.length + i]!)
  const most = Math.max(...counts)
  return most === 0 ? 'no-texture' : fates[counts.indexOf(most)]!
}
