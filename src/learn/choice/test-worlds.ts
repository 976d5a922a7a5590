/**
 * Worlds in which the learner is tried: contexts of three motions in eight classes, twelve settings, outcomes drawn by a
 * true share for each pair. Made by seed; what is best in them is known.
 */
import { type Candidate, defaultKey, type Learnable } from '#core/learnable.ts'
import { type Rng, seededRng } from '#core/rng.ts'
import type { SettingsSpace } from '#core/settings-space.ts'
import { type AnchoredPolicy, type AnchoredRules, anchoredRules, createAnchoredPolicy } from './anchored.ts'
import { creditLimit } from './credit.ts'

export const worldNames = ['mixed', 'equal', 'null', 'drift', 'adversarial', 'classes'] as const
export type WorldName = (typeof worldNames)[number]

export interface World {
  readonly name: WorldName
  readonly contexts: number
  levels(context: number): readonly string[]
  /** True share of success; setting 0 is the default. */
  chance(context: number, setting: number, session: number): number
}

const classes = ['SD_24fps', 'SD_30fps', 'SD_60fps', 'HD_24fps', 'HD_30fps', 'HD_60fps', '4K_30fps', '4K_60fps']
const motions = ['low', 'medium', 'high']
export const settings = 12
/** The session at which the world of drift turns over. */
export const driftAt = (sessions: number) => Math.floor(sessions / 2)

const logistic = (z: number) => 1 / (1 + Math.exp(-z))
const normal = (rng: Rng) => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next())

/**
 * - mixed: each setting's effect is a part for all, a part by class, a part by motion and a little of its own
 * - equal: no setting differs from the default
 * - null: the default is best everywhere
 * - drift: mixed until half-time, then what was better than the default is as much worse
 * - adversarial: null, and somebody edits reports so that bad settings look good
 * - classes: the default is best for all but 4K and 60 frames a second, where a third of the settings is much better
 */
export function makeWorld(name: WorldName, seed: number, sessions: number): World {
  const rng = seededRng(`world ${name} ${seed}`)
  const draws = (count: number, spread: number) => Array.from({ length: count }, () => spread * normal(rng))
  const contexts = classes.length * motions.length
  const general = draws(settings, 0.5)
  const byClass = classes.map(() => draws(settings, 0.4))
  const byMotion = motions.map(() => draws(settings, 0.5))
  const logits = Array.from({ length: contexts }, (_, context) => {
    const base = -0.2 + 1.2 * rng.next()
    const at = context % classes.length
    const own = draws(settings, 0.2)
    const below = Array.from({ length: settings }, () => -1.2 * rng.next())
    const isSpecial = /4K|60fps/.test(classes[at] ?? '')
    return Array.from({ length: settings }, (_, setting) => {
      if (setting === 0 || name === 'equal') return base
      if (name === 'null' || name === 'adversarial') return base + (below[setting] ?? 0)
      if (name === 'classes') return base + (isSpecial && setting % 3 === 1 ? 1.2 : (below[setting] ?? 0))
      const motion = byMotion[Math.floor(context / classes.length)]?.[setting] ?? 0
      return base - 0.2 + (general[setting] ?? 0) + (byClass[at]?.[setting] ?? 0) + motion + (own[setting] ?? 0)
    })
  })
  return {
    name,
    contexts,
    levels: (context) => {
      const inClass = classes[context % classes.length] ?? ''
      const motion = motions[Math.floor(context / classes.length)] ?? ''
      return [`${inClass}/${motion}`, name === 'classes' ? inClass : motion, 'all']
    },
    chance: (context, setting, session) => {
      const [base, own] = [logits[context]?.[0] ?? 0, logits[context]?.[setting] ?? 0]
      const turned = name === 'drift' && session >= driftAt(sessions)
      return logistic(turned ? base - Math.abs(own - base) : own)
    },
  }
}

const space: SettingsSpace = {
  setting: { type: 'number', min: 0, max: settings - 1, step: 1, scale: 'linear', odd: false, unit: '' },
}
const candidates: readonly Candidate[] = Array.from({ length: settings - 1 }, (_, i) => ({
  key: `s${i + 1}`,
  settings: { setting: i + 1 },
}))

export const worldLearnable = (world: World): Learnable<number, number> => ({
  name: 'world',
  about: 'a made world',
  levels: (context) => world.levels(context),
  clip: () => null,
  space: () => space,
  base: () => ({ setting: 0 }),
  candidates: () => candidates,
  settings: (configuration) => Number(configuration['setting']),
})

export interface Run {
  /** Share lost against the best setting of each context, summed: at the given sessions. */
  readonly regret: readonly number[]
  /** Summed true shares of what was used, less those of the default. */
  readonly gain: number
  readonly baseline: number
  /** The deepest that the sum of gains ever was below 0. */
  readonly deepest: number
  readonly overdrawn: boolean
  readonly provenAt: number | null
  readonly armedAgainAt: number | null
  /** Of the last fifth of the sessions: gain per session. */
  readonly lateGain: number
  /** Of the last fifth: share in which what was used is worse than the default by a tenth or more. */
  readonly lateHarm: number
  readonly policy: AnchoredPolicy<number, number>
}

export interface RunOptions {
  readonly sessions: number
  readonly seed: number
  readonly marks?: readonly number[]
  readonly rules?: AnchoredRules
}

/** Plays a world from the first session to the last. */
export function play(name: WorldName, { sessions, seed, marks = [], rules = anchoredRules }: RunOptions): Run {
  const world = makeWorld(name, seed, sessions)
  const policy = createAnchoredPolicy(worldLearnable(world), rules)
  const [rng, nature] = [seededRng(`policy ${seed}`), seededRng(`nature ${seed}`)]
  let [gain, baseline, deepest, regret, lateGain, lateHarm] = [0, 0, 0, 0, 0, 0]
  let [overdrawn, provenAt, armedAgainAt] = [false, null as number | null, null as number | null]
  const regrets = marks.map(() => 0)
  const late = Math.floor(0.8 * sessions)
  for (let session = 0; session < sessions; session++) {
    const context = nature.int(world.contexts)
    const choice = policy.choose(context, { rng })
    const id = `${session}`
    if (!policy.begin(id, choice.decision)) throw new Error('the credit was spent between choosing and beginning')
    const used = world.chance(context, choice.settings, session)
    const base = world.chance(context, 0, session)
    report(policy, id, choice.decision, nature.next() < used ? 1 : 0)
    if (name === 'adversarial') mislead(policy, world, context, nature)
    const best = Math.max(...Array.from({ length: settings }, (_, i) => world.chance(context, i, session)))
    gain += used - base
    baseline += base
    regret += best - used
    deepest = Math.max(deepest, -gain)
    for (const [i, mark] of marks.entries()) if (session < mark) regrets[i] = regret
    if (session >= late) {
      lateGain += (used - base) / (sessions - late)
      if (used <= base - 0.1) lateHarm += 1 / (sessions - late)
    }
    const { credit, proof } = policy.state
    if (credit.spent > creditLimit(credit.sessions, rules.credit)) overdrawn = true
    if (proof.proven) provenAt ??= session
    if (proof.rollbacks > 0) armedAgainAt ??= session
  }
  return { regret: regrets, gain, baseline, deepest, overdrawn, provenAt, armedAgainAt, lateGain, lateHarm, policy }
}

type Decision = ReturnType<AnchoredPolicy<number, number>['choose']>['decision']

const report = (policy: AnchoredPolicy<number, number>, session: string, decision: Decision, value: number) =>
  policy.update({
    session,
    decision,
    levels: decision.levels,
    clip: null,
    key: decision.key,
    settings: decision.settings,
    value,
    source: { type: 'own' },
    firstTry: true,
    kept: true,
    raced: false,
  })

/** Whoever does this wants setting 7 used, and tells of three fine sessions with it, and three bad ones without, for each real one. */
function mislead(policy: AnchoredPolicy<number, number>, world: World, context: number, rng: Rng): void {
  for (let i = 0; i < 6; i++) {
    const praised = i % 2 === 0
    policy.update({
      session: `made ${rng.int(1e9)}`,
      decision: null,
      levels: world.levels(context),
      clip: null,
      key: praised ? 's7' : defaultKey,
      settings: { setting: praised ? 7 : 0 },
      value: praised ? 1 : 0,
      source: { type: i < 3 ? 'person' : 'import', name: `someone ${rng.int(50)}` },
      firstTry: true,
      kept: true,
      raced: false,
    })
  }
}
