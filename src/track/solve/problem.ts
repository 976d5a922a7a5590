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

/** Column by column: observation i is point `point[i]` seen by camera `camera[i]` at pixels `xy[2i], xy[2i+1]` (distorted, as in the picture). */
export interface Observations {
  readonly camera: Int32Array
  readonly point: Int32Array
  readonly xy: Float64Array
  /** Relative weight of each observation, null: all 1. */
  readonly weight: Float64Array | null
}

export interface AdjustOptions {
  readonly cameras: 'free' | 'fixed' | 'rotation-only'
  readonly points: 'free' | 'fixed'
  /** Cameras that stay as they are (the gauge); at least one unless all are fixed. Scale is held by the solver itself. */
  readonly fixedCameras: readonly number[]
  readonly focal: 'fixed' | 'shared' | 'per-camera'
  /** How many radial coefficients of the polynomial lens are free. */
  readonly radial: 0 | 1 | 2 | 3
  readonly principal: boolean
  /** With per-camera focals: weight of the second difference of log focal over cameras in order. */
  readonly focalSmoothness: number
  readonly loss: { readonly kind: 'none' | 'huber' | 'cauchy'; readonly scalePx: number }
  readonly maxIterations: number
  /** Ends when an accepted step lowers the cost by less than this share. */
  readonly tolerance: number
}

export interface Adjusted {
  readonly problem: Problem
  /** Robust cost (half the sum of rho), before and after. */
  readonly costBefore: number
  readonly costAfter: number
  readonly iterations: number
  readonly ended: 'converged' | 'iterations' | 'no-step' | 'cancelled'
}
