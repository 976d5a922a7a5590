/**
 * Choosing settings by what was learned, and saying what would be chosen.
 *
 * A choice is drawn with randomness that is seeded by the session's id, on what is known of the situation's own levels; what it
 * may cost is charged before it is given out, by comparing and setting, so that runs side by side cannot overdraw the credit.
 */
import type { JsonObject } from '#core/json.ts'
import { type Candidate, defaultKey, type Features, type Learnable } from '#core/learnable.ts'
import { seededRng } from '#core/rng.ts'
import { type AnchoredChoice, anchoredRules, createAnchoredPolicy, type Outlook } from '#learn/choice/anchored.ts'
import { mostSimilar, type Past, type Similar } from '#learn/choice/similar.ts'
import type { Engine } from '../engine.ts'
import { type LessonAbout, readAbout } from './about.ts'
import { changeLearned } from './change.ts'
import { lessonsByName } from './learners.ts'
import { sealed } from './signed-decision.ts'
import { groupsOf, readLearned } from './state.ts'

export interface ChooseOptions<Situation> {
  /** Id of the session that is begun. */
  readonly session: string
  /** What may be tried beside the domain's own candidates: models propose. */
  readonly propose?: (situation: Situation) => readonly Candidate[]
}

/** As the policy of a run: to be asked once for each session. */
export interface LearnedPolicy<Situation, Settings> {
  readonly name: string
  readonly about: string
  /** @throws what is wrong with the store */
  choose(situation: Situation): Promise<AnchoredChoice<Settings>>
}

/**
 * @param name of the learner
 * @throws learn.unknown
 */
export function learnedPolicy<Situation, Settings>(
  engine: Pick<Engine, 'store'>,
  name: string,
  learnable: Learnable<Situation, Settings>,
  { session, propose }: ChooseOptions<Situation>,
): LearnedPolicy<Situation, Settings> {
  lessonsByName(name)
  const choosing = propose === undefined ? learnable : withProposals(learnable, propose)
  return {
    name: learnable.name,
    about: learnable.about,
    choose: (situation) => begun(engine, name, choosing, situation, session),
  }
}

const withProposals = <Situation, Settings>(
  learnable: Learnable<Situation, Settings>,
  propose: (situation: Situation) => readonly Candidate[],
): Learnable<Situation, Settings> => ({
  ...learnable,
  candidates: (situation) => [...learnable.candidates(situation), ...propose(situation)],
})

/** Draws, charges, and commits the charge; where somebody else was faster, on what is known then. */
async function begun<Situation, Settings>(
  engine: Pick<Engine, 'store'>,
  name: string,
  learnable: Learnable<Situation, Settings>,
  situation: Situation,
  session: string,
): Promise<AnchoredChoice<Settings>> {
  const groups = groupsOf(learnable.levels(situation), learnable.clip(situation))
  const { result } = await changeLearned(engine, name, groups, async ({ state }) => {
    const policy = createAnchoredPolicy(learnable, anchoredRules, state)
    const choice = policy.choose(situation, { rng: seededRng(`${name} ${session}`) })
    // Whoever asks twice, because an answer was lost, may be given another choice by then: it is charged as well.
    if (choice.decision.charge === 1 && state.pending.get(session) === 0) state.pending.delete(session)
    if (!policy.begin(session, choice.decision)) throw new Error('a choice was offered that the credit does not allow')
    return { change: {}, result: choice }
  })
  return sealed(engine.store, name, session, result)
}

/** A past session like the one that is asked about. */
export interface SimilarSession {
  readonly session: string
  readonly project: string
  /** 0 alike to 1. */
  readonly distance: number
  readonly about: LessonAbout
}

/** What would be chosen, without drawing, and why. */
export interface Prediction {
  readonly learner: string
  readonly revision: number
  readonly outlook: Outlook
  readonly base: Candidate
  /** One sentence. */
  readonly reason: string
  readonly features: Features
  /** The most similar first. */
  readonly similar: readonly SimilarSession[]
}

/** Sessions that are looked through for similar ones, the newest. */
const looked = 5000

/**
 * @param context of a session, as it would be recorded
 * @throws learn.unknown, and what the domain says of a context that does not suffice
 */
export async function predict(engine: Pick<Engine, 'store'>, name: string, context: JsonObject): Promise<Prediction> {
  const { choosing, features, featuresOf } = lessonsByName(name)
  const { revision, state } = await readLearned(
    engine,
    name,
    groupsOf(choosing.levels(context), choosing.clip(context)),
  )
  const outlook = createAnchoredPolicy(choosing, anchoredRules, state).outlook(context)
  const known = featuresOf(context)
  const past: Past<LessonAbout & { readonly project: string }>[] = []
  for await (const { session, project, about } of engine.store.learned.lessons(name, looked)) {
    const read = readAbout(about)
    if (read !== null) past.push({ id: session, features: read.features, session: { ...read, project } })
  }
  return {
    learner: name,
    revision,
    outlook,
    base: { key: defaultKey, settings: choosing.base(context) },
    reason: outlook.reason,
    features: known,
    similar: mostSimilar(features, known, past).map(similarSession),
  }
}

function similarSession({ past, distance }: Similar<LessonAbout & { readonly project: string }>): SimilarSession {
  const { project, ...about } = past.session
  return { session: past.id, project, distance, about }
}
