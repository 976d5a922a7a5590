/**
 * What was found for each kind of input: the setting that does best, how it stands against the default, and what is missing
 * where it may not be used yet. It is judged with the learner's own gate, as it would be for an input that was never seen.
 */
import { defaultKey, type Lessons } from '#core/learnable.ts'
import { anchoredRules } from '#learn/choice/anchored.ts'
import { meanOf } from '#learn/choice/beta.ts'
import { type Estimates, estimates } from '#learn/choice/evidence.ts'
import { judge, type Verdict } from '#learn/choice/gate.ts'
import { type Interval, intervalOf } from '#learn/choice/reason.ts'
import type { Learned } from '#learn/choice/state.ts'
import type { LessonAbout } from './about.ts'
import { counted, formatCount, percent, plain, signed } from './status-words.ts'

export interface Finding {
  readonly level: string
  readonly words: string
  /** First tries, whatever they used. */
  readonly sessions: number
  readonly succeeded: number
  readonly base: SettingFound
  /** The best of what was tried; null: only the default was ever run. */
  readonly best: SettingFound | null
  readonly verdict: Verdict | null
  /** What keeps it from being used; null: nothing does, or there is none. */
  readonly missing: string | null
  readonly sentence: string
}

export interface SettingFound {
  readonly key: string
  readonly words: string
  /** Sessions that count; of strangers not all do. */
  readonly observations: number
  /** What it is expected to bring here, 0 to 1. */
  readonly expected: Interval
}

export interface FindingsGatherer {
  add(about: LessonAbout): void
  /** Groups that {@link FindingsGatherer.result} needs to know of. */
  groups(): readonly string[]
  /** Those of most sessions first. */
  result(state: Pick<Learned, 'cells' | 'proof'>): readonly Finding[]
}

interface Kind {
  readonly path: readonly string[]
  readonly keys: Set<string>
  sessions: number
  succeeded: number
}

const mostKinds = 60
/** Stands for an input that nobody has seen: it has no evidence of its own. */
const unseen = ''

export function gatherFindings(lessons: Lessons): FindingsGatherer {
  const kinds = new Map<string, Kind>()
  const shown = () => [...kinds.values()].toSorted((one, other) => other.sessions - one.sessions).slice(0, mostKinds)
  return {
    add({ levels, clip, key, firstTry, status }) {
      const path = clip === null ? levels : levels.slice(1)
      const [level] = path
      if (!firstTry || level === undefined) return
      const kind = kinds.get(level) ?? { path, keys: new Set(), sessions: 0, succeeded: 0 }
      kind.sessions++
      if (status === 'succeeded') kind.succeeded++
      kind.keys.add(key)
      kinds.set(level, kind)
    },
    groups: () => [...new Set(shown().flatMap(({ path }) => path))],
    result: (state) => shown().map((kind) => findingOf(kind, state, lessons)),
  }
}

function findingOf(kind: Kind, { cells, proof }: Pick<Learned, 'cells' | 'proof'>, lessons: Lessons): Finding {
  const { path, sessions, succeeded } = kind
  const levels = [unseen, ...path]
  const known = estimates(cells, levels, `own/${proof.rollbacks}`, anchoredRules.pooling)
  const verdicts = [...new Set(path.flatMap((one) => [...(cells.get(one)?.keys() ?? [])]))]
    .filter((key) => key !== defaultKey)
    .map((key) => judge(known, levels.length, key, anchoredRules.gate))
    .toSorted((one, other) => other.mean - one.mean)
  // What was never tried here is of interest only where the rest vouches for it.
  const verdict = verdicts.find(({ passed }) => passed) ?? verdicts.find(({ key }) => kind.keys.has(key)) ?? null
  const level = path[0] ?? ''
  const words = lessons.levelInWords(level)
  const found = (key: string): SettingFound => ({
    key,
    words: key === defaultKey ? 'the default' : lessons.candidateInWords(key),
    observations: known.observations(key, 1),
    expected: intervalOf(known.posterior(key)),
  })
  const [base, best] = [found(defaultKey), verdict === null ? null : found(verdict.key)]
  const missing = verdict === null ? null : missingOf(verdict, known)
  const sentence = inWords(words, base, best, verdict, missing)
  return { level, words, sessions, succeeded, base, best, verdict, missing, sentence }
}

/** What the gate asks for, in its own order; null when it is open. */
export function missingOf(verdict: Verdict, known: Pick<Estimates, 'observations' | 'posterior'>): string | null {
  const { observations: least, confidence: sure, effect } = anchoredRules.gate
  if (verdict.passed) return null
  if (verdict.confidence === null) {
    const ofDefault = known.observations(defaultKey, 1)
    const own = verdict.observations < least ? [`${formatCount(verdict.observations)} of ${least} sessions`] : []
    const base = ofDefault < least ? [`the default has ${formatCount(ofDefault)} of ${least}`] : []
    return [...own, ...base].join('; ') || 'sessions of this kind of its own'
  }
  const ahead = meanOf(known.posterior(verdict.key)) - meanOf(known.posterior(defaultKey))
  if (ahead < effect) return ahead < 0 ? 'it does worse than the default' : 'it does no better than the default'
  return `${percent(verdict.confidence)} sure that it is better, ${percent(sure)} are needed`
}

function inWords(
  kind: string,
  base: SettingFound,
  best: SettingFound | null,
  verdict: Verdict | null,
  missing: string | null,
): string {
  const sofar = `the default brings ${plain(base.expected.mean)} (${counted(base.observations, 'session')})`
  if (best === null || verdict === null) return `${kind}: ${sofar}; nothing else was tried.`
  const gain = signed(verdict.mean - verdict.defaultMean)
  const found = `${best.words} ${plain(best.expected.mean)} (${counted(best.observations, 'session')})`
  if (missing !== null) return `${kind}: ${sofar}, ${found}: not used, ${missing}.`
  return `${kind}: ${found}, ${gain} against the default, ${percent(verdict.confidence ?? 0)} sure.`
}
