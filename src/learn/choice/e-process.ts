/**
 * Tests that may be looked at after every session, without the error growing by looking.
 *
 * Bets are on x in [-1, 1], whose mean is at most 0 whatever came before if the hypothesis holds. The wealth
 * prod(1 + lambda x), averaged over fixed lambda, is then a non-negative supermartingale, and the chance that it ever
 * reaches 1 / delta is at most delta (Ville 1939; Ramdas, Grünwald, Vovk and Shafer, "Game-theoretic statistics and safe
 * anytime-valid inference", 2023). The detector adds a new bettor each time (Shiryaev and Roberts; Shin, Ramdas and Rinaldo,
 * "E-detectors", 2023): what it has lost before a change does not hold it back, and the mean time to a false alarm is at
 * least its threshold.
 */
export interface EProcess {
  /** ln of the wealth, one per share of {@link stakes}. */
  readonly logs: readonly number[]
}

/** Shares of the wealth that are staked: small ones prove small effects, large ones soon prove large effects. */
export const stakes: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7]

export const freshProcess: EProcess = { logs: stakes.map(() => 0) }

/** @param x in [-1, 1] */
export const bet = ({ logs }: EProcess, x: number): EProcess => ({
  logs: logs.map((log, i) => log + Math.log1p((stakes[i] ?? 0) * x)),
})

/** ln of the evidence against the hypothesis. */
export function logEvidence({ logs }: EProcess): number {
  const top = Math.max(...logs)
  return top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0) / logs.length)
}

export interface Detector {
  readonly wealth: readonly number[]
}

export const freshDetector: Detector = { wealth: stakes.map(() => 0) }

/** @param x in [-1, 1] */
export const watch = ({ wealth }: Detector, x: number): Detector => ({
  wealth: wealth.map((value, i) => (value + 1) * (1 + (stakes[i] ?? 0) * x)),
})

export const alarmLevel = ({ wealth }: Detector): number =>
  wealth.reduce((sum, value) => sum + value, 0) / wealth.length

/**
 * What one session of a drawn coin says of the first arm against the second, in [-1, 1]; its mean is in proportion to the
 * first's mean less the second's, whatever the centre is.
 *
 * @param first which arm was drawn
 * @param chance of the first arm, as it was drawn
 * @param value 0 to 1
 * @param centre a guess at the value made before the draw; the nearer, the less noise
 */
export function weighedDifference(first: boolean, chance: number, value: number, centre: number): number {
  const bound = Math.max(centre, 1 - centre) / Math.min(chance, 1 - chance)
  return ((first ? 1 / chance : -1 / (1 - chance)) * (value - centre)) / bound
}
