/** How far the answer may be off: standard deviations, null where they were not computed. */
export interface Spread {
  readonly focalSigmaPx: number | null
  /** Per frame of the shot. */
  readonly positionSigma: readonly (number | null)[] | null
  readonly rotationSigmaDeg: readonly (number | null)[] | null
}

export const noSpread: Spread = { focalSigmaPx: null, positionSigma: null, rotationSigmaDeg: null }
