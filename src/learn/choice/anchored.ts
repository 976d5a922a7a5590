/**
 * The anchored learner: it knows no domain, starts from the domain's default, and leaves it only on evidence, within a credit,
 * and always against a control.
 *
 * Each session draws once between the default, what is wanted (gate.ts), and what is tried (arms.ts). The credit (credit.ts)
 * bounds the loss whatever happens; the proof (proof.ts) lifts the bound and arms it again. A clip that was run before is
 * run with its own best settings at once, on credit: what it does not lose against what is remembered is given back.
 */
import { type Candidate, type Configuration, defaultKey, type Learnable } from '#core/learnable.ts'
import type { Choice, Policy } from '#core/policy.ts'
import { type Arm, armsOf, drawArm, probeRules, type ProbeRules, propensityOf, type Role, type Table } from './arms.ts'
import { meanOf } from './beta.ts'
import { isRemembered, type MemoryRow, remember, replayOf, unremember } from './clip-memory.ts'
import { legalConfiguration } from './configuration.ts'
import { canSpend, creditRules, type CreditRules, refund, spend } from './credit.ts'
import { addRow, type Estimates, estimates, type EvidenceRow, type Pooling, pooling, removeRow } from './evidence.ts'
import { gateRules, type GateRules, judge, type Verdict, wantedOf } from './gate.ts'
import { learnFromToss, proofRules, type ProofRules, wantedChance } from './proof.ts'
import { offeredCandidates, seenNames } from './offered.ts'
import { reasonFor } from './reason.ts'
import { freshState, type Learned, loadState, type Loaded, type SavedState, saveState } from './state.ts'

export interface AnchoredRules {
  readonly pooling: Pooling
  readonly gate: GateRules
  readonly credit: CreditRules
  readonly proof: ProofRules
  readonly probes: ProbeRules
}

export const anchoredRules: AnchoredRules = {
  pooling,
  gate: gateRules,
  credit: creditRules,
  proof: proofRules,
  probes: probeRules,
}

/** What is logged of a choice beside the choice, as JSON: enough to learn from it, and to judge policies by it later. */
export interface Decision {
  readonly role: Role
  readonly key: string
  readonly settings: Configuration
  readonly levels: readonly string[]
  readonly clip: string | null
  /** Of the default, from before the draw. */
  readonly expected: number
  /** null where none was thrown: nothing was wanted, or something was tried. */
  readonly coin: Coin | null
  readonly charge: 0 | 1
  readonly candidates: readonly string[]
}

/** Thrown between the default and something better, whichever way it fell. */
export interface Coin {
  readonly of: 'wanted' | 'replay'
  readonly key: string
  /** Of what is not the default. */
  readonly chance: number
  /** The mean that it has shown. */
  readonly promised: number
}

export interface AnchoredChoice<Settings> extends Choice<Settings> {
  readonly decision: Decision
}

/**
 * Whose session it is. Its own count in full, those in which a person chose and those of strangers within their caps; what
 * strangers say of a clip is not replayed.
 */
export type Source =
  | { readonly type: 'own' }
  | { readonly type: 'person' }
  | { readonly type: 'import'; readonly name: string }

/** What came of a session. */
export interface Outcome {
  readonly session: string
  /** As it was chosen; null where a person, another policy or another machine chose. */
  readonly decision: Decision | null
  readonly levels: readonly string[]
  readonly clip: string | null
  /** What was really used. */
  readonly key: string
  readonly settings: Configuration
  /** 0 worst to 1 best. */
  readonly value: number
  readonly source: Source
  /** A retry is remembered for its clip only. */
  readonly firstTry: boolean
  readonly kept: boolean
  /** Candidates were tried on a part of the clip first: what won there is no fair sample of itself. */
  readonly raced: boolean
}

/** What was learned from a session. Kept with it, so that it can be forgotten exactly. */
export interface Lesson {
  readonly evidence: EvidenceRow | null
  readonly memory: MemoryRow | null
}

/** What the learner would say of a situation, without drawing. */
export interface Outlook {
  /** What it would use with a confidence that counts all it looked at; the default where nothing has the evidence. */
  readonly recommended: Candidate
  /** Of what is wanted, on credit at least; null: nothing is. */
  readonly verdict: Verdict | null
  readonly arms: readonly Arm[]
  /** Of what would be used if the coin fell on it. */
  readonly reason: string
  readonly known: Estimates
  /** Whether the credit has room for a run that is not the default. */
  readonly free: boolean
}

export interface AnchoredPolicy<Situation, Settings> extends Policy<Situation, Settings> {
  choose(...args: Parameters<Policy<Situation, Settings>['choose']>): AnchoredChoice<Settings>
  outlook(situation: Situation): Outlook
  judge(situation: Situation, key: string): Verdict
  /**
   * Spends what the session may cost. To be called between choosing and running, in one go.
   *
   * @returns false when other sessions have spent the credit since the choice: choose again
   */
  begin(session: string, decision: Decision): boolean
  /** A session that will have no outcome; what it was charged stays spent. */
  abandon(session: string): void
  /** Learns from a session; to be called once for each. O(levels). */
  update(outcome: Outcome): Lesson
  forget(lesson: Lesson): void
  readonly state: Readonly<Learned>
  save(): SavedState
}

export const racedSource = 'raced'

export function createAnchoredPolicy<Situation, Settings>(
  learnable: Learnable<Situation, Settings>,
  rules: AnchoredRules = anchoredRules,
  state: Learned = freshState(),
): AnchoredPolicy<Situation, Settings> {
  const policy: AnchoredPolicy<Situation, Settings> = {
    name: learnable.name,
    get version() {
      return `anchored-1.${state.revision}`
    },
    about: learnable.about,
    state,
    choose: (situation, { rng }) => {
      const table = tableOf(learnable, rules, state, situation)
      const arms = armsOf(table, rules.probes)
      const arm = drawArm(arms, rng)
      return {
        settings: frozen(learnable.settings(arm.candidate.settings, situation)),
        propensity: propensityOf(arms, arm.candidate.key),
        reason: reasonFor(arm, table),
        policy: { name: learnable.name, version: policy.version },
        decision: decisionOf(learnable, situation, table, arm),
      }
    },
    outlook(situation) {
      const table = tableOf(learnable, rules, state, situation)
      const { wanted, base, known, free } = table
      const verdict = wanted?.verdict ?? null
      const arms = armsOf(table, rules.probes)
      const hoped = arms.find(({ role }) => role === 'replay' || role === 'wanted') ?? arms.at(-1)!
      const recommended = wanted?.sure === true ? wanted.candidate : base
      return { recommended, verdict, arms, reason: reasonFor(hoped, table), known, free }
    },
    judge(situation, key) {
      const levels = learnable.levels(situation)
      return judge(estimates(state.cells, levels, ownSource(state), rules.pooling), levels.length, key, rules.gate)
    },
    begin: (session, decision) => begin(state, rules, session, decision),
    abandon(session) {
      state.pending.delete(session)
      state.revision++
    },
    update: (outcome) => learnFromOutcome(state, outcome, rules),
    forget({ evidence, memory }) {
      if (evidence !== null) removeRow(state.cells, evidence)
      if (memory !== null) unremember(state.memory, memory)
      state.revision++
    },
    save: () => saveState(learnable.name, state),
  }
  return policy
}

/** All the way down: what is logged is what was used. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) frozen(part)
  }
  return value
}

/** Reads what {@link AnchoredPolicy.save} wrote. */
export const loadAnchored = <Situation, Settings>(learnable: Learnable<Situation, Settings>, saved: unknown): Loaded =>
  loadState(learnable.name, saved)

/** Evidence from before the cap was armed again is that of another time, and counts like a stranger's. */
const ownSource = ({ proof }: Learned): string => `own/${proof.rollbacks}`

function tableOf<Situation, Settings>(
  learnable: Learnable<Situation, Settings>,
  rules: AnchoredRules,
  state: Learned,
  situation: Situation,
): Table {
  const levels = learnable.levels(situation)
  const known = estimates(state.cells, levels, ownSource(state), rules.pooling)
  const base = { key: defaultKey, settings: learnable.base(situation) }
  const candidates = offeredCandidates(learnable, situation, base, seenNames(state, levels, known, rules.gate))
  const wanted = wantedOf(known, levels.length, candidates, rules.gate)
  const clip = learnable.clip(situation)
  const expected = meanOf(known.posterior(defaultKey))
  const replay = clip === null ? null : replayOf(state.memory, clip, expected, rules.gate.effect)
  const legal = replay === null ? null : legalConfiguration(learnable.space(situation), replay.candidate.settings)
  const kind = Math.min(1, levels.length - 1)
  return {
    base,
    candidates,
    known,
    wanted,
    replay:
      replay !== null && legal !== null ? { ...replay, candidate: { ...replay.candidate, settings: legal } } : null,
    free: canSpend(state.credit, rules.credit),
    proven: state.proof.proven,
    wantedChance: wantedChance(state.proof, rules.proof),
    replayChance: 1 - rules.proof.holdback,
    sessions: known.observations(defaultKey, kind) + (wanted ? known.observations(wanted.candidate.key, kind) : 0),
  }
}

function decisionOf<Situation, Settings>(
  learnable: Learnable<Situation, Settings>,
  situation: Situation,
  table: Table,
  { role, candidate, charge }: Arm,
): Decision {
  return {
    role,
    key: candidate.key,
    settings: candidate.settings,
    levels: learnable.levels(situation),
    clip: learnable.clip(situation),
    expected: meanOf(table.known.posterior(defaultKey)),
    coin: role === 'default' || role === 'probe' ? null : coinOf(table),
    charge,
    candidates: table.candidates.map(({ key }) => key),
  }
}

function coinOf({ replay, free, wanted, replayChance, wantedChance: chance }: Table): Coin | null {
  if (replay !== null && free) {
    return { of: 'replay', key: replay.candidate.key, chance: replayChance, promised: replay.mean }
  }
  return wanted && { of: 'wanted', key: wanted.candidate.key, chance, promised: wanted.verdict.mean }
}

function begin(state: Learned, rules: AnchoredRules, session: string, { charge }: Decision): boolean {
  if (state.pending.has(session)) return true
  if (charge === 1 && !canSpend(state.credit, rules.credit)) return false
  state.credit = spend(state.credit, charge)
  state.pending.set(session, charge)
  state.revision++
  return true
}

/** Learns from one outcome on a state that is known as far as the outcome's levels and clip; needs no domain. O(levels). */
export function learnFromOutcome(state: Learned, outcome: Outcome, rules: AnchoredRules = anchoredRules): Lesson {
  const { decision, value } = outcome
  state.revision++
  if (decision !== null && outcome.firstTry) {
    // What a race picks is what the coin fell on: the arm is to race, whichever wins.
    const used = outcome.raced || decision.key === outcome.key
    // A state that is rebuilt from its sessions was not there when they began.
    if (!state.pending.has(outcome.session)) state.credit = spend(state.credit, decision.charge)
    state.pending.delete(outcome.session)
    settle(state, decision, used, value)
    if (used) toss(state, rules, decision, value)
  }
  const lesson = lessonOf(state, outcome)
  if (lesson.evidence !== null) addRow(state.cells, lesson.evidence)
  if (lesson.memory !== null) remember(state.memory, lesson.memory)
  return lesson
}

/** A replay costs what it loses against what the clip is remembered for; what a person replaced was never run. */
function settle(state: Learned, { role, charge, coin }: Decision, used: boolean, value: number): void {
  if (charge === 0) return
  if (!used) state.credit = refund(state.credit, 1)
  else if (role === 'replay') state.credit = refund(state.credit, 1 - Math.max(0, (coin?.promised ?? 1) - value))
}

/** Only where a coin fell between the default and what was wanted on the evidence. */
function toss(state: Learned, { proof }: AnchoredRules, { role, coin, expected }: Decision, value: number): void {
  if (coin?.of !== 'wanted') return
  const drawn = { wanted: role === 'wanted', chance: coin.chance, value, expected, promised: coin.promised }
  state.proof = learnFromToss(state.proof, drawn, state.credit.sessions, proof)
}

function lessonOf(state: Learned, { key, settings, value, clip, levels, ...outcome }: Outcome): Lesson {
  const { source, firstTry, raced, kept } = outcome
  // The same settings on the same clip again say little new, and would pass for as many clips.
  const isNew = clip === null || !isRemembered(state.memory, clip, key)
  return {
    evidence:
      firstTry && isNew ? { levels, key, value, source: raced ? racedSource : sourceName(state, source) } : null,
    memory: clip === null || source.type === 'import' ? null : { clip, key, settings, value, kept },
  }
}

/** The name under which a session's evidence is kept. */
export const sourceName = (state: Learned, source: Source): string =>
  source.type === 'own' ? ownSource(state) : source.type === 'person' ? 'person' : `import/${source.name}`
