/**
 * Whether learning is proven to help, and whether it still does.
 *
 * Unproven: each session in which a setting is wanted draws a fair coin between it and the default, and the coins bet
 * against "what is wanted is no better in any session". At 1 / delta the cap on credit is lifted. Proven: one session in ten
 * keeps the default, and the coins bet against "what is wanted is at least as good in every session". At its alarm the cap is
 * armed again, evidence from before counts no more than a stranger's, and proof must be found anew, with half the delta that
 * was left, so that false proofs ever are at most delta in all.
 *
 * One control in ten sees a fall slowly. So when outcomes stay behind what was promised (a cumulative sum; Page 1954), the
 * coin is fair again until it is clear whether the footage has become harder or the settings worse. That costs gain, and no
 * guarantee: the chances are drawn as they are logged.
 *
 * What proof shows is that what is wanted is better in some sessions, not in every kind of footage.
 */
import { alarmLevel, bet, type Detector, type EProcess, freshDetector, freshProcess, logEvidence } from './e-process.ts'
import { watch, weighedDifference } from './e-process.ts'

export interface ProofRules {
  /** Chance of ever proving what is no better. */
  readonly delta: number
  /** Share of the sessions that keep the default once proven. */
  readonly holdback: number
  /** Mean number of coins between alarms where there is nothing wrong, at least. */
  readonly falseAlarmEvery: number
  /** Drop below the promise that is not yet looked at. */
  readonly slack: number
  /** Sum of drops beyond the slack from which the coin is fair again. */
  readonly suspicion: number
  /** Coins for which it stays fair, at least. */
  readonly lookCloser: number
}

export const proofRules: ProofRules = {
  delta: 0.05,
  holdback: 0.1,
  falseAlarmEvery: 500,
  slack: 0.1,
  suspicion: 5,
  lookCloser: 60,
}

export interface ProofEvent {
  readonly kind: 'proven' | 'armed-again'
  /** Sessions begun by then. */
  readonly session: number
  readonly sentence: string
}

export interface Proof {
  readonly proven: boolean
  /** How often the cap was armed again. */
  readonly rollbacks: number
  readonly better: EProcess
  readonly worse: Detector
  /** What outcomes lag behind the promises, summed as Page does. */
  readonly shortfall: number
  /** Fair coins still to be drawn because of it. */
  readonly closer: number
  /** The latest, oldest first. */
  readonly events: readonly ProofEvent[]
}

export const noProof: Proof = {
  proven: false,
  rollbacks: 0,
  better: freshProcess,
  worse: freshDetector,
  shortfall: 0,
  closer: 0,
  events: [],
}

/** The chance with which a wanted setting is used rather than the default. */
export const wantedChance = ({ proven, closer }: Proof, { holdback }: ProofRules): number =>
  proven && closer === 0 ? 1 - holdback : 0.5

/** ln of the evidence that lifts the cap: delta / 2 at first, then a quarter of it, an eighth … */
export const logThreshold = ({ rollbacks }: Proof, { delta }: ProofRules): number =>
  Math.log(1 / delta) + (rollbacks + 1) * Math.LN2

/** A session in which a coin was drawn between the wanted setting and the default. */
export interface CoinToss {
  readonly wanted: boolean
  /** Of the wanted setting, as it was drawn. */
  readonly chance: number
  readonly value: number
  /** Posterior means from before the draw. */
  readonly expected: number
  readonly promised: number
}

const keptEvents = 50

/**
 * Takes in one toss.
 *
 * @param session how many sessions were begun, for the record of events
 */
export function learnFromToss(proof: Proof, toss: CoinToss, session: number, rules: ProofRules = proofRules): Proof {
  const x = weighedDifference(toss.wanted, toss.chance, toss.value, toss.expected)
  return proof.proven ? stillBetter(proof, toss, x, session, rules) : notYetBetter(proof, x, session, rules)
}

function notYetBetter(proof: Proof, x: number, session: number, rules: ProofRules): Proof {
  const better = bet(proof.better, x)
  const log = logEvidence(better)
  if (log < logThreshold(proof, rules)) return { ...proof, better }
  const sentence = `learned settings are better than the default: evidence of ${Math.exp(log).toFixed(0)} to 1`
  return noted(
    { ...proof, proven: true, better, worse: freshDetector, shortfall: 0, closer: 0 },
    'proven',
    session,
    sentence,
  )
}

function stillBetter(proof: Proof, toss: CoinToss, x: number, session: number, rules: ProofRules): Proof {
  const worse = watch(proof.worse, -x)
  if (alarmLevel(worse) >= rules.falseAlarmEvery) {
    const sentence = 'learned settings have become worse than the default: proof must be found anew'
    const armed = { ...noProof, rollbacks: proof.rollbacks + 1, events: proof.events }
    return noted(armed, 'armed-again', session, sentence)
  }
  const lag = toss.wanted ? Math.max(0, proof.shortfall + toss.promised - toss.value - rules.slack) : proof.shortfall
  if (proof.closer > 0) {
    // Looked at until the doubt has gone, not only until the time is over.
    const closer = Math.max(proof.closer - 1, alarmLevel(worse) > rules.falseAlarmEvery / 20 ? 1 : 0)
    return { ...proof, worse, closer, shortfall: 0 }
  }
  const suspicious = lag >= rules.suspicion
  return { ...proof, worse, closer: suspicious ? rules.lookCloser : 0, shortfall: suspicious ? 0 : lag }
}

const noted = (proof: Proof, kind: ProofEvent['kind'], session: number, sentence: string): Proof => ({
  ...proof,
  events: [...proof.events, { kind, session, sentence }].slice(-keptEvents),
})
