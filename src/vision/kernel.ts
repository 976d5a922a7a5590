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

/** Square patches cut from a frame, to be found again in others. Must be released. */
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
  /** 1 where the point was followed; 0 where it left the picture or the window has no texture. */
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
  /** 8n: row-major homography of each pattern, lower right element 1, from pattern coordinates (pixels from the pattern's centre) to picture pixels. */
  readonly warps: Float32Array
  /** Normalised cross-correlation of pattern and warped picture, -1 to 1; NaN where not ok. */
  readonly correlation: Float32Array
  readonly ok: Uint8Array
}

export interface Kernel {
  readonly kind: 'wasm' | 'reference'
  /** The frame and `levels - 1` halved copies (binomial 5 x 5 before each halving). */
  pyramid(frame: LumaFrame, levels: number): Pyramid
  /** Smaller eigenvalue of the structure tensor over a window, one value a pixel, of the full picture. */
  cornerStrength(image: Pyramid, windowPx: number): Float32Array
  /** Pyramidal Lucas-Kanade translation of points between two frames (Bouguet 2001; inverse form of Baker and Matthews 2004). */
  flow(from: Pyramid, to: Pyramid, points: Float32Array, guesses: Float32Array, options: FlowOptions): FlowResult
  /** Patches around points (2n), bilinear; those that do not lie inside the picture are marked in `inside`. */
  cutPatterns(image: Pyramid, points: Float32Array, sizePx: number): { patterns: Patterns; inside: Uint8Array }
  /** The best place of pattern `which[i]` in the square of side `searchPx` round `centres[i]`, by cross-correlation. */
  search(image: Pyramid, patterns: Patterns, which: Int32Array, centres: Float32Array, searchPx: number): SearchResult
  /** Gauss-Newton refinement of warps (8n) of pattern `which[i]`, within the motion model. */
  refine(
    image: Pyramid,
    patterns: Patterns,
    which: Int32Array,
    warps: Float32Array,
    options: RefineOptions,
  ): RefineResult
}
