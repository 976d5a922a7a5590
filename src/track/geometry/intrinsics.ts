/** The inside of a camera: focal length, centre and lens. */

/**
 * Lens distortion, with the parameters that Blender has. `polynomial`, `brown` and `division` go from the ideal ray to the
 * distorted one, the radius in units of the focal length; `nuke` goes from the distorted ray to the ideal one, the radius in
 * units of half the longer side of the picture. Formulas and sources: `lens.ts`.
 */
export type Lens =
  | { readonly model: 'none' }
  | { readonly model: 'polynomial'; readonly k1: number; readonly k2: number; readonly k3: number }
  | { readonly model: 'division'; readonly k1: number; readonly k2: number }
  | { readonly model: 'nuke'; readonly k1: number; readonly k2: number }
  | {
      readonly model: 'brown'
      readonly k1: number
      readonly k2: number
      readonly k3: number
      readonly k4: number
      readonly p1: number
      readonly p2: number
    }

export interface Intrinsics {
  readonly widthPx: number
  readonly heightPx: number
  /** Horizontal focal length. The vertical one is `focalPx * pixelAspect`. */
  readonly focalPx: number
  /** Width of a pixel over its height. */
  readonly pixelAspect: number
  readonly principalXPx: number
  readonly principalYPx: number
  readonly lens: Lens
}
