/**
 * The hot loops of tracking behind one interface, with two implementations that agree within a stated tolerance: SIMD
 * WebAssembly (`kernel-wasm.ts`) and plain TypeScript (`kernel-reference.ts`), which is the definition and the fallback.
 *
 * Positions are pixels of the full picture (top-left corner origin, centre of the first pixel at 0.5, 0.5). Brightness is
 * 0 to 255 whatever the depth of the source. All calls take whole batches: crossing into WebAssembly costs.
 */
import type { LumaFrame } from './frames.ts'

/** Which warps of a pattern are allowed, from translation to perspective. */
export type MotionModel = 'Loc' | 'LocRot' | 'LocScale' | 'LocRotScale' | 'Affine' | 'Perspective'

/** A frame made ready: float pixels at halving sizes. Must be released. */
export interface Pyramid {
  readonly widthPx: number
  readonly heightPx: number
  readonly levels: number
  release(): void
}

/**
 * Square patches cut from frames, to be found again in others: as many places as were first cut, each of which can be cut
 * anew. Must be released.
 */
export interface Patterns {
  readonly count: number
  /** Side in pixels, odd. */
  readonly sizePx: number
  release(): void
}

export interface FlowOptions {
  /** Side of the window, odd. */
  readonly windowPx: number
  /** Levels of the pyramid that are used. */
  readonly levels: number
  readonly maxIterations: number
  /** A step below this ends the iteration. */
  readonly epsilonPx: number
}

export interface FlowResult {
  /** 2n positions. */
  readonly xy: Float32Array
  /**
   * 1 where the point was followed; 0 where it left the picture, ran farther than a window's side from its guess, or has a
   * window without texture (of a wall, or of which less than a fifth lies in the picture).
   */
  readonly ok: Uint8Array
  /** Mean absolute difference of brightness after alignment, mean removed; NaN where not ok. */
  readonly residual: Float32Array
}

export interface SearchResult {
  /** 2n positions, to a fraction of a pixel by a parabola. */
  readonly xy: Float32Array
  /** Normalised cross-correlation at the peak, -1 to 1; NaN where the window holds no pattern. */
  readonly score: Float32Array
}

export interface RefineOptions {
  readonly model: MotionModel
  readonly maxIterations: number
  readonly epsilonPx: number
  /** Fit gain and offset of brightness as well. */
  readonly normalize: boolean
}

export interface RefineResult {
  /**
   * 8n: row-major homography of each pattern, lower right element 1, from pattern coordinates (pixels from the pattern's
   * centre) to picture pixels. The two last of the first two rows are where the centre is. As given where not ok.
   */
  readonly warps: Float32Array
  /** Normalised cross-correlation of pattern and warped picture, -1 to 1; NaN where not ok. */
  readonly correlation: Float32Array
  /**
   * 0 where the pattern was never cut or has no texture for the model, a corner of it left the picture, or the warp folded
   * over, grew or shrank beyond reason. 1 says nothing of how well it fits: `correlation` does.
   */
  readonly ok: Uint8Array
}

/** Pixels of a side of a picture reduced by half. */
export const half = (side: number): number => (side + 1) >> 1

/** Pixels of a side at a level of a pyramid; pixel i of it lies over pixel i 2^level of the full picture. */
export function sideAt(sidePx: number, level: number): number {
  let side = sidePx
  for (let l = 0; l < level; l++) side = half(side)
  return side
}

/** Sizes of windows and patterns are odd, 3 at least, patterns 181 at most. Points are independent: a batch may be cut anywhere. */
export interface Kernel {
  readonly kind: 'wasm' | 'reference'
  /**
   * The frame and `levels - 1` halved copies (binomial 5 x 5 before each halving); fewer where a side would fall below
   * 8 pixels. Nothing of the frame is kept: its bytes may be used again.
   */
  pyramid(frame: LumaFrame, levels: number): Pyramid
  /**
   * Smaller eigenvalue of the structure tensor, averaged over a window, one value a pixel, of the full picture or of a
   * `level` above it, in whose pixels the window is. Slopes are Sobel's, so the unit is (grey levels a pixel) squared. Beyond
   * the border the nearest pixels are repeated.
   */
  cornerStrength(image: Pyramid, windowPx: number, level?: number): Float32Array
  /**
   * Pyramidal Lucas-Kanade translation of points between two frames (Bouguet 2001; inverse form of Baker and Matthews 2004),
   * indifferent to gain and offset of brightness. Pixels outside either picture do not count.
   */
  flow(from: Pyramid, to: Pyramid, points: Float32Array, guesses: Float32Array, options: FlowOptions): FlowResult
  /** Patches around points (2n), at any fraction of a pixel; those that do not lie inside the picture are marked in `inside`. */
  cutPatterns(image: Pyramid, points: Float32Array, sizePx: number): { patterns: Patterns; inside: Uint8Array }
  /** Cuts patterns `which[i]` anew around `points[i]`; says which lie inside. One that does not is never found again. */
  recutPatterns(image: Pyramid, patterns: Patterns, which: Int32Array, points: Float32Array): Uint8Array
  /**
   * The best place of pattern `which[i]` in the square of side `searchPx` round `centres[i]`, by cross-correlation. All of
   * the pattern stays in that square and in the picture.
   */
  search(image: Pyramid, patterns: Patterns, which: Int32Array, centres: Float32Array, searchPx: number): SearchResult
  /**
   * Gauss-Newton refinement of warps (8n) of pattern `which[i]`, within the motion model: the result is the given warp after
   * a warp of the pattern that the model allows.
   */
  refine(
    image: Pyramid,
    patterns: Patterns,
    which: Int32Array,
    warps: Float32Array,
    options: RefineOptions,
  ): RefineResult
}
