/** Whether another attempt may help, with which settings, and over which parts of the clip. */
import type { Choice } from '#core/policy.ts'
import type { Shot } from '#track/scenes/solve-json.ts'
import { isWell } from '../diagnose/diagnose.ts'
import type { Fix } from '../diagnose/diagnosis.ts'
import type { TrackingPolicy } from '../policies/policy.ts'
import { withoutAdvice } from './advise.ts'
import { applyFix, generalFixes, sameSettings } from './apply-fix.ts'
import type { Attempt, AttemptSettings } from './attempt.ts'
import type { Range } from './follow.ts'
import { finish, type Planner, presetRules, signed } from './plan-attempt.ts'
import { promises } from './promise.ts'
import { bestOf } from './score.ts'

export interface NextTry {
  readonly choice: Choice<AttemptSettings>
  readonly why: string
  /** What is followed anew. */
  readonly ranges: readonly Range[]
}

/** A diagnosis that is more likely right than wrong is acted on. */
const likely = 0.5
/** A gain of less, in the score of an attempt, is none. */
const leastGain = 0.02
/** Of a track that lasted. */
const lastingFrames = 5
/** Of a shot that can be solved at all, whatever the settings. */
const fewestFrames = 4

/**
 * @param attempts all so far, the first try first
 * @param best the best of them
 * @returns null when the clip is solved, when nothing is left to try, or when nothing promises to help; a person who said how
 *   often gets every try that differs
 */
export function nextTry(
  planner: Planner,
  attempts: readonly Attempt[],
  best: Attempt,
  range: Range,
  rng: Parameters<TrackingPolicy['choose']>[1],
): NextTry | null {
  const last = attempts.at(-1)
  const { request, info } = planner
  const retries = request.retries ?? presetRules[request.preset].retries
  const poor = best.shots.filter((shot) => !isWell(shot) && canBeHelped(shot, best))
  if (last === undefined || attempts.length > retries || poor.length === 0) return null
  const isAsked = request.retries !== null
  const base = baseOf(planner, last, rng)
  for (const { fix, sentence } of fixesFor(attempts, last, isAsked)) {
    const settings = applyFix(base.settings, fix, planner)
    if (attempts.some((earlier) => sameSettings(earlier.choice.settings, settings))) continue
    const helped = isAsked ? poor : poor.filter((shot) => promises(fix, shot, best, info))
    if (helped.length === 0) continue
    const reason = [base.reason, `with ${changesOf(fix)}`].join(', ')
    const why = sentence ?? whyPoor(helped[0]!)
    const isAll = helped.length === best.shots.length
    const ranges = isAll ? [range] : helped.map(({ fromFrame, toFrame }) => ({ from: fromFrame, to: toFrame }))
    return { choice: signed({ ...base, settings, reason }, request), why, ranges }
  }
  return null
}

/**
 * What is found wrong comes first. After a retry that brought nothing only what is found for the first time is worth another:
 * the same again, or a shot in the dark, is not.
 */
function fixesFor(
  attempts: readonly Attempt[],
  last: Attempt,
  isAsked: boolean,
): readonly { readonly fix: Fix; readonly sentence: string | null }[] {
  const before = attempts.slice(0, -1)
  const hasGained = before.length === 0 || last.score >= bestOf(before)!.score + leastGain
  const goesOn = isAsked || hasGained
  const known = new Set(before.flatMap(({ diagnoses }) => diagnoses.map(({ pattern }) => pattern)))
  const found = last.diagnoses
    .filter(({ confidence, pattern }) => confidence >= likely && (goesOn || !known.has(pattern)))
    .map(({ fix, sentence }) => ({ fix, sentence }))
  return goesOn ? [...found, ...generalFixes.map((fix) => ({ fix, sentence: null }))] : found
}

/** What the policy wants after the attempt before, in the place of its tracking settings. */
function baseOf(
  { engine, info, request, policy }: Planner,
  last: Attempt,
  rng: Parameters<TrackingPolicy['choose']>[1],
): Choice<AttemptSettings> {
  const settings = withoutAdvice(last.choice.settings)
  const lasting = last.followed.filter(({ frames }) => frames.length >= lastingFrames).length
  const before = { settings, trackSuccess: lasting / Math.max(1, last.followed.length) }
  const situation = { engine, info, footage: request.footage, probe: null, before }
  const { settings: chosen, ...choice } = policy.choose(situation, rng)
  return { ...choice, settings: { ...settings, ...finish(chosen, engine, info, request) } }
}

/** Too short stays too short; and where nothing could be seen, no setting makes it seen. */
export function canBeHelped(shot: Shot, { detections }: Attempt): boolean {
  if (shot.toFrame - shot.fromFrame + 1 < fewestFrames) return false
  const looks = detections.filter(({ frame }) => frame >= shot.fromFrame && frame <= shot.toFrame)
  return looks.some(({ regions }) => regions.some(({ why }) => why !== 'no-texture' && why !== 'masked'))
}

const whyPoor = ({ result }: Shot): string =>
  result.ok ? 'The camera was solved, but is more likely wrong than right, or not whole.' : result.why

const changesOf = (fix: Fix): string =>
  Object.keys(fix)
    .map((key) => words[key as keyof Fix])
    .join(', ')

const words: Readonly<Record<keyof Fix, string>> = {
  patternScale: 'another pattern size',
  searchScale: 'another search window',
  correlationOffset: 'another demand on the match',
  thresholdScale: 'another threshold for corners',
  countScale: 'another number of points',
  motionModel: 'another motion model',
  edgeMargin: 'points away from the border',
  cutFrames: 'a cut where the scene changes',
  minLifespanFrames: 'another least length of tracks',
  rejectNonRigid: 'what moves on its own left out',
  freeLens: 'the lens set free',
}
