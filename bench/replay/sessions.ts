/** The product's learner on the arena: sessions on training clips, and what it would then use on clips it never saw. */
import { defaultKey } from '#core/learnable.ts'
import { type Rng, seededRng } from '#core/rng.ts'
import { type AnchoredPolicy, type AnchoredRules, anchoredRules, createAnchoredPolicy } from '#learn/choice/anchored.ts'
import { creditLimit } from '#learn/choice/credit.ts'
import { prefixes } from '#domains/camera/learning/levels.ts'
import type { Situation, TrackingChoice } from '#domains/camera/policies/policy.ts'
import { type ArenaClip, bestOn, learnable, worth } from './arena.ts'

/**
 * The clips are few and drawn again and again, each time as one that nobody has seen: under another name, and without memory
 * of single clips, which would be a replay of what is known and not a test of it.
 */
function forgetful() {
  let name = ''
  return {
    learnable: {
      ...learnable,
      clip: () => null,
      levels: (situation: Situation) => [`${prefixes.clip}${name}`, ...learnable.levels(situation)],
    },
    meet(clip: string) {
      name = clip
    },
  }
}

export interface LearnerRun {
  /** What it recommends after so many sessions of each class. */
  recommends(clip: ArenaClip): string
  readonly policy: AnchoredPolicy<Situation, TrackingChoice>
  /** Against the best setting of each clip, and against the default; sums over sessions. */
  readonly kinds: ReadonlyMap<string, KindCost>
  readonly overdrawn: boolean
}

export interface KindCost {
  sessions: number
  /** Runs that were not the default's. */
  others: number
  regret: number
  /** What was lost against the default where something else was worse. */
  loss: number
  gain: number
}

/** Each class gets its sessions in turn, its clips shuffled and gone through again and again. */
export function* plays(
  clips: readonly ArenaClip[],
  perKind: number,
  seed: string,
  rules: AnchoredRules = anchoredRules,
): Generator<LearnerRun & { readonly round: number }> {
  const unknown = forgetful()
  const policy = createAnchoredPolicy(unknown.learnable, rules)
  const [rng, order] = [seededRng(`${seed} choices`), seededRng(`${seed} order`)]
  const kinds = [...new Set(clips.map(({ kind }) => kind))]
  const decks = new Map(
    kinds.map((kind) => [
      kind,
      deckOf(
        clips.filter((clip) => clip.kind === kind),
        order,
      ),
    ]),
  )
  const costs = new Map(
    kinds.map((kind): [string, KindCost] => [kind, { sessions: 0, others: 0, regret: 0, loss: 0, gain: 0 }]),
  )
  let overdrawn = false
  let session = 0
  for (let round = 1; round <= perKind; round++) {
    for (const kind of shuffled(kinds, order)) {
      const clip = decks.get(kind)!()
      unknown.meet(`${session}`)
      const used = runSession(policy, clip, `${session++}`, rng)
      count(costs.get(kind)!, clip, used)
      const { credit, proof } = policy.state
      if (!proof.proven && credit.spent > creditLimit(credit.sessions, rules.credit)) overdrawn = true
    }
    unknown.meet('never seen')
    yield {
      round,
      policy,
      kinds: costs,
      overdrawn,
      recommends: ({ situation }) => policy.outlook(situation).recommended.key,
    }
  }
}

function runSession(policy: LearnerRun['policy'], clip: ArenaClip, session: string, rng: Rng): string {
  const { decision } = policy.choose(clip.situation, { rng })
  if (!policy.begin(session, decision)) throw new Error('the credit was spent between choosing and beginning')
  const { key, settings, levels } = decision
  const more = { source: { type: 'own' }, firstTry: true, kept: true, raced: false } as const
  policy.update({ session, decision, levels, clip: null, key, settings, value: worth(clip, key), ...more })
  return key
}

function count(cost: KindCost, clip: ArenaClip, used: string): void {
  const gained = worth(clip, used) - worth(clip, defaultKey)
  cost.sessions++
  if (used !== defaultKey) cost.others++
  cost.regret += bestOn(clip) - worth(clip, used)
  cost.loss += Math.max(0, -gained)
  cost.gain += gained
}

function deckOf<T>(all: readonly T[], rng: Rng): () => T {
  let deck: T[] = []
  return () => {
    if (deck.length === 0) deck = shuffled(all, rng)
    return deck.pop()!
  }
}

export function shuffled<T>(all: readonly T[], rng: Rng): T[] {
  const out = [...all]
  for (let i = out.length - 1; i > 0; i--) {
    const j = rng.int(i + 1)
    ;[out[i], out[j]] = [out[j]!, out[i]!]
  }
  return out
}
