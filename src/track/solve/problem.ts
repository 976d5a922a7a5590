/** The adjustment's input and output: one problem for bundle adjustment, resection and rotation-only solving alike. */
import type { Intrinsics } from '../geometry/intrinsics.ts'
import type { Rigid3 } from '../geometry/rigid3.ts'

export interface Problem {
  readonly intrinsics: Intrinsics
  readonly cameras: readonly Rigid3[]
  /** Per camera, when the lens zooms; null: all have `intrinsics.focalPx`. */
  readonly focalsPx: Float64Array | null
  /** 3 per point. In a rotation-only problem unit directions. */
  readonly points: Float64Array
  readonly observations: Observations
}

/**
 * Column by column: observation i is point `point[i]` seen by camera `camera[i]` at pixels `xy[2i], xy[2i+1]`
 * (distorted, as in the picture).
 */
export interface Observations {
  readonly camera: Int32Array
  readonly point: Int32Array
  readonly xy: Float64Array
  /** What each observation's cost is multiplied with, null: all 1. What weighs nothing is left out. */
  readonly weight: Float64Array | null
}

export interface AdjustOptions {
  /** With `rotation-only` translations are taken to be zero, and points are directions. */
  readonly cameras: 'free' | 'fixed' | 'rotation-only'
  readonly points: 'free' | 'fixed'
  /**
   * Cameras whose pose stays as it is (the gauge). With free points an empty list holds the first. With one of them the
   * scale is open; it is held by the distance to the camera that is farthest from it.
   */
  readonly fixedCameras: readonly number[]
  /** `shared` with `focalsPx`: all change by the same factor. */
  readonly focal: 'fixed' | 'shared' | 'per-camera'
  /** How many radial coefficients are free, of a polynomial lens or one without distortion. */
  readonly radial: 0 | 1 | 2 | 3
  readonly principal: boolean
  /**
   * With per-camera focals: weight of the squared second difference of log focal over cameras in order, square pixels.
   */
  readonly focalSmoothness: number
  readonly loss: { readonly kind: 'none' | 'huber' | 'cauchy'; readonly scalePx: number }
  readonly maxIterations: number
  /** Ends when an accepted step lowers the cost by less than this share. */
  readonly tolerance: number
}

export interface Adjusted {
  readonly problem: Problem
  /** Robust cost (half the sum of rho, in square pixels), before and after. */
  readonly costBefore: number
  readonly costAfter: number
  readonly iterations: number
  readonly ended: 'converged' | 'iterations' | 'no-step' | 'cancelled'
}
