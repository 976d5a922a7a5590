/**
 * What chooses the settings of a first try at a clip: the learner, unless an experiment has another policy's turn. The rule
 * that the program came with chooses where learning is switched off, or what was learned cannot be read.
 */
import type { Context, Warning } from '#core/context.ts'
import type { Choice } from '#core/policy.ts'
import { byRegionKey } from '#domains/camera/learning/by-region.ts'
import { knownLive } from '#domains/camera/learning/known.ts'
import { createCameraLearnable } from '#domains/camera/learning/learnable.ts'
import { learnedPolicyName, policyFor } from '#domains/camera/policies/policies.ts'
import type { Course, FirstChooser, Situation, TrackingChoice } from '#domains/camera/policies/policy.ts'
import type { AnySession } from '#core/session.ts'
import type { AnchoredChoice } from '#learn/choice/anchored.ts'
import type { Engine } from '../engine.ts'
import { readPreferences } from '../preferences.ts'
import { type ChooseOptions, learnedPolicy } from './choose.ts'
import { wholeDecision } from './decisions.ts'
import { type Assignment, assignedPolicy } from './experiments.ts'
import { catchUp, missedSessions } from './learn.ts'
import { proposeByRegion } from './propose-regions.ts'
import { raced } from './races.ts'
import { believed, sealed } from './signed-decision.ts'
import { readLearned } from './state.ts'
import type { TrackRun } from './track-run.ts'

/**
 * @returns null where a person named a rule: then that chooses. One whose choice is null leaves it to the rule too: where
 *   learning is switched off, or what is wrong with the store was warned of.
 */
export function trackChooser(
  engine: Engine,
  run: TrackRun,
  ctx: ChooserContext,
  propose?: ChooseOptions<Situation>['propose'],
): FirstChooser | null {
  if (run.policy !== null && run.policy !== learnedPolicyName) return null
  return {
    async choose(situation, { now }, course) {
      try {
        const choice = await chosen(engine, run, { ...situation, clip: run.clip }, { ...ctx, now }, propose, course)
        // Anew, since a race and an experiment add to what was chosen.
        return choice && sealed(engine.store, `camera/${run.engine}`, run.session, choice)
      } catch (error) {
        ctx.signal.throwIfAborted()
        const why = error instanceof Error ? error.message : String(error)
        ctx.warn({ code: 'learn.failed', message: `the default is used, not what was learned: ${why}`, where: null })
        return null
      }
    },
  }
}

/** For a person who asked for what was learned, and does not get it. */
export const notUsed = (why: string): Warning => ({
  code: 'learn.off',
  message: `nothing that was learned is used, since ${why}: the defaults choose`,
  where: null,
})

type ChooserContext = Pick<Context, 'warn' | 'signal' | 'rng'>

async function chosen(
  engine: Engine,
  run: TrackRun,
  situation: Situation,
  ctx: ChooserContext & Pick<Context, 'now'>,
  propose: ChooseOptions<Situation>['propose'],
  course: Course | undefined,
): Promise<Choice<TrackingChoice> | null> {
  if (!(await readPreferences(engine)).learnFromSessions) {
    if (run.policy !== null) ctx.warn(notUsed('learning is switched off'))
    return null
  }
  const name = `camera/${run.engine}`
  const assigned = run.policy === null ? await assignedPolicy(engine, name, run.session) : null
  if (assigned !== null && assigned.policy !== learnedPolicyName) {
    return withAssignment(policyFor(run.engine, assigned.policy).choose(situation, ctx), assigned)
  }
  await catchUp(engine, ctx, { most: missedSessions, only: name })
  const regional = run.engine === 'embedded' ? await proposeByRegion(engine, name, knownLive(situation)) : null
  const learned = learnedPolicy(engine, name, createCameraLearnable(run.engine), {
    session: run.session,
    propose: (seen) => [...(propose?.(seen) ?? []), ...(regional === null ? [] : [regional.candidate])],
  })
  const drawn = await learned.choose(situation)
  // A race follows the whole picture alike.
  const isRaced = course !== undefined && drawn.decision.key !== byRegionKey
  const choice = !isRaced ? drawn : await atRace(engine, name, drawn, situation, course, ctx.now)
  return assigned === null ? choice : withAssignment(choice, assigned)
}

/** Against the default. */
async function atRace(
  engine: Engine,
  name: string,
  drawn: AnchoredChoice<TrackingChoice>,
  situation: Situation,
  course: Course,
  now: () => number,
): Promise<AnchoredChoice<TrackingChoice>> {
  const learnable = createCameraLearnable(name === 'camera/blender' ? 'blender' : 'embedded')
  const { races } = await readLearned(engine, name, [])
  return raced(drawn, situation, learnable, course, races, now)
}

/**
 * What a learner chose for a run that was stopped, for the run that goes on with it: with the coin that was thrown, and without
 * another charge. null, for the rule, where no learner had chosen.
 *
 * @param before the session that was stopped, as recorded
 */
export function chooserAgain(
  { store }: Pick<Engine, 'store'>,
  before: AnySession | null,
  { engine, clip, session }: TrackRun,
): FirstChooser | null {
  const trusted = before === null ? null : believed(store, `camera/${engine}`, before)
  const decision = wholeDecision(trusted?.decision ?? null)
  if (before === null || trusted === null || decision === null) return null
  const learnable = createCameraLearnable(engine)
  const { name = learnedPolicyName, version } = before.settings.policy ?? {}
  return {
    choose: async (situation) =>
      sealed(store, `camera/${engine}`, session, {
        settings: learnable.settings(decision.settings, { ...situation, clip }),
        propensity: trusted.propensity,
        reason: 'as in the run that was stopped',
        policy: { name, version: version ?? '' },
        decision: { ...trusted.decision, charge: 0 },
      }),
  }
}

/** The chance of these settings is that of the policy's turn times that of the policy's choice. */
function withAssignment(choice: Choice<TrackingChoice>, assigned: Assignment): Choice<TrackingChoice> {
  const turn = assigned.arm === 'first' ? assigned.chance : 1 - assigned.chance
  return {
    ...choice,
    propensity: choice.propensity === null ? null : turn * choice.propensity,
    decision: { ...choice.decision, experiment: { ...assigned } },
  }
}
