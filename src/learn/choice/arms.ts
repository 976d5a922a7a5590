/**
 * The coin of a session as a list: everything that may be used, for which part, and with which chance. One draw from it is
 * the choice, so the chance that is logged is the chance that was.
 */
import { type Candidate, defaultKey } from '#core/learnable.ts'
import type { Rng } from '#core/rng.ts'
import { meanOf } from './beta.ts'
import type { Replay } from './clip-memory.ts'
import type { Estimates } from './evidence.ts'
import { expectedGain, type Wanted } from './gate.ts'

/**
 * Why something is used: `default` for want of anything better, `control` in place of what was wanted, `wanted` on the
 * evidence, `probe` to learn, `replay` because the clip itself did best with it.
 */
export type Role = 'default' | 'control' | 'wanted' | 'probe' | 'replay'

export interface Arm {
  readonly role: Role
  readonly candidate: Candidate
  readonly chance: number
  /** What it costs of the credit, at most. */
  readonly charge: 0 | 1
}

export interface ProbeRules {
  /** Share of sessions that try something, while little is known. */
  readonly rate: number
  /** Sessions of this kind of footage from which it falls, as the root of their number. */
  readonly fallsFrom: number
}

export const probeRules: ProbeRules = { rate: 0.1, fallsFrom: 50 }

export interface Table {
  readonly base: Candidate
  readonly candidates: readonly Candidate[]
  readonly known: Estimates
  readonly wanted: Wanted | null
  readonly replay: Replay | null
  /** Whether the credit allows a run that is not the default. */
  readonly free: boolean
  readonly proven: boolean
  /** Of the wanted setting against the default. */
  readonly wantedChance: number
  /** Of the clip's own setting against the default. */
  readonly replayChance: number
  /** Sessions of this kind of footage that count. */
  readonly sessions: number
}

/** Chances sum to 1. */
export function armsOf(table: Table, probes: ProbeRules): readonly Arm[] {
  const { base, replay, wanted, free } = table
  if (replay !== null && free) {
    const { candidate } = replay
    return [
      { role: 'replay', candidate, chance: table.replayChance, charge: 1 },
      { role: 'control', candidate: base, chance: 1 - table.replayChance, charge: 0 },
    ]
  }
  const share = free && table.candidates.length > 0 ? probeShare(table.sessions, probes) : 0
  const tried = share > 0 ? probeArms(table, share) : []
  // The proof is of all that is wanted together: for one that may be lucky it does not stand.
  const proven = table.proven && wanted?.sure === true
  if (wanted === null || !(free || proven)) {
    return [...tried, { role: 'default', candidate: base, chance: 1 - share, charge: 0 }]
  }
  const chance = (1 - share) * table.wantedChance
  return [
    ...tried,
    { role: 'wanted', candidate: wanted.candidate, chance, charge: proven ? 0 : 1 },
    { role: 'control', candidate: base, chance: 1 - share - chance, charge: 0 },
  ]
}

const probeShare = (sessions: number, { rate, fallsFrom }: ProbeRules): number =>
  rate * Math.sqrt(Math.min(1, fallsFrom / Math.max(1, sessions)))

/**
 * Probes go where most may be gained: by the square of the expected gain over the best that is known. Drawing from posteriors
 * (Thompson 1933) does the same, but its chances are integrals, and these can be logged as they are.
 */
function probeArms({ candidates, known }: Table, share: number): readonly Arm[] {
  const posteriors = candidates.map(({ key }) => known.posterior(key))
  const best = posteriors.reduce((top, beta) => Math.max(top, meanOf(beta)), meanOf(known.posterior(defaultKey)))
  const weights = posteriors.map((beta) => expectedGain(beta, best) ** 2 + 1e-9)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const given = candidates.reduce((sum, { trialShare = 0 }) => sum + trialShare, 0)
  const most = Math.max(1, given)
  return candidates.map((candidate, i) => ({
    role: 'probe',
    candidate,
    chance: share * (((1 - given / most) * (weights[i] ?? 0)) / total + (candidate.trialShare ?? 0) / most),
    charge: 1,
  }))
}

/** One draw of the generator. */
export function drawArm(arms: readonly Arm[], rng: Rng): Arm {
  let left = rng.next()
  for (const arm of arms) {
    left -= arm.chance
    if (left < 0) return arm
  }
  // Only where rounding left a hair: the last is the default or its control, whose use is always allowed.
  return arms.at(-1)!
}

/** The chance of these very settings, for whatever part. */
export const propensityOf = (arms: readonly Arm[], key: string): number =>
  Math.min(
    1,
    arms.reduce((sum, arm) => (arm.candidate.key === key ? sum + arm.chance : sum), 0),
  )
