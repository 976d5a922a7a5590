/**
 * Further tries at a clip: which settings promise to add most to the best that it has, and what those of a run that was recorded
 * really added (learn/choice/further.ts).
 */
import type { Context } from '#core/context.ts'
import type { Choice } from '#core/policy.ts'
import { defaultKey, type Experience, furtherGroup } from '#core/learnable.ts'
import type { LearnedRow } from '#core/learned-store.ts'
import { seededRng } from '#core/rng.ts'
import { createCameraLearnable } from '#domains/camera/learning/learnable.ts'
import type { FirstChooser, Situation, TrackingChoice } from '#domains/camera/policies/policy.ts'
import { createAnchoredPolicy, type Source, sourceName } from '#learn/choice/anchored.ts'
import { addedBy, type Further, furtherTries } from '#learn/choice/further.ts'
import { quantised } from '#learn/choice/evidence.ts'
import type { Learned } from '#learn/choice/state.ts'
import type { Engine } from '../engine.ts'
import { readPreferences } from '../preferences.ts'
import { readLearned } from './state.ts'
import type { TrackRun } from './track-run.ts'

/** Beside the default: as many as a person gets who wants quality. */
const places = 4

/** Those of a clip's levels that hold other clips too. */
const levelsBeyond = (levels: readonly string[], clip: string | null): readonly string[] =>
  clip === null ? levels : levels.slice(1)

/**
 * What a session adds to what is known of further tries; none where it was none.
 *
 * @param state as it was before the session taught
 */
export function furtherRows(
  state: Learned,
  { levels, clip, used, value, firstTry }: Pick<Experience, 'levels' | 'clip' | 'used' | 'value' | 'firstTry'>,
  source: Source,
): readonly LearnedRow[] {
  const isOurs = source.type !== 'import' && !firstTry
  const added = isOurs ? addedBy(state.memory, clip, used.key, value) : null
  if (added === null) return []
  const sum = quantised(added)
  const row = { key: used.key, source: sourceName(state, source), settings: null, count: 1, kept: sum > 0 ? 1 : 0, sum }
  return levelsBeyond(levels, clip).map((level) => ({ ...row, group: furtherGroup(level) }))
}

/** The same chooser, which knows what to try on as well. Another program's tracker takes too long to be asked again and again. */
export function withFurther(
  engine: Engine,
  chooser: FirstChooser,
  run: TrackRun,
  { warn, signal }: Pick<Context, 'warn' | 'signal'>,
): FirstChooser {
  if (run.engine !== 'embedded') return chooser
  return {
    ...chooser,
    async further(situation) {
      try {
        return await furtherChoices(engine, run, { ...situation, clip: run.clip })
      } catch (error) {
        signal.throwIfAborted()
        const why = error instanceof Error ? error.message : String(error)
        warn({ code: 'learn.failed', message: `nothing further is tried: ${why}`, where: null })
        return []
      }
    },
  }
}

async function furtherChoices(
  engine: Engine,
  run: TrackRun,
  situation: Situation,
): Promise<readonly Choice<TrackingChoice>[]> {
  if (!(await readPreferences(engine)).learnFromSessions) return []
  const name = `camera/${run.engine}`
  const learnable = createCameraLearnable(run.engine)
  const levels = levelsBeyond(learnable.levels(situation), run.clip)
  const { state } = await readLearned(engine, name, levels.map(furtherGroup))
  const base = { key: defaultKey, settings: learnable.base(situation) }
  const candidates = new Map([base, ...learnable.candidates(situation)].map((one) => [one.key, one]))
  const rng = seededRng(`${name} further ${run.session}`)
  const found = furtherTries(state.cells, levels, [...candidates.keys()], { places, rng })
  const { name: policy, version } = createAnchoredPolicy(learnable, undefined, state)
  const all = [{ ...base, reason: 'the default, beside what was tried' }, ...found.map(inWords(candidates))]
  return all.map(({ key, settings, reason }) => ({
    settings: learnable.settings(settings, situation),
    propensity: null,
    reason,
    policy: { name: policy, version },
    decision: { role: 'further', key, settings },
  }))
}

const inWords =
  (
    candidates: ReadonlyMap<
      string,
      { readonly key: string; readonly settings: Readonly<Record<string, number | string>> }
    >,
  ) =>
  ({ key, added, tries }: Further) => ({
    ...candidates.get(key)!,
    reason:
      tries === 0
        ? `${key}, which was no further try yet`
        : `${key}: should add ${added.toFixed(3)} to the best of the clip, by ${tries} tries on others`,
  })
