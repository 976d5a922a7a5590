/** Before the solve: how likely it is that it comes out right. */
export interface Forecast {
  /** 0 to 1, calibrated on generated clips. */
  readonly probability: number
  /** What lowers it, as sentences, the worst first. */
  readonly warnings: readonly string[]
  /** The measurements it rests on. */
  readonly features: Readonly<Record<string, number | null>>
}
