/**
 * What was learned, from which sessions, what it is worth and what it may cost: gathered in one pass over the lessons, each of
 * which is small. The page and the command line show this and nothing else.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { Lessons } from '#core/learnable.ts'
import type { DomainName } from '#core/session.ts'
import type { LearnedTally } from '#core/learned-store.ts'
import type { Engine } from '../engine.ts'
import { type Preferences, readPreferences } from '../preferences.ts'
import { readAbout } from './about.ts'
import { type Coverage, coverageOf } from './coverage.ts'
import { type ExperimentResult, gatherExperiment } from './experiment-results.ts'
import { type Experiment, listExperiments } from './experiments.ts'
import { lessonsNamed } from './learners.ts'
import { type Damage, readLearned } from './state.ts'
import { type Finding, gatherFindings } from './status-findings.ts'
import { gatherProgress, type Progress } from './status-progress.ts'
import { type Safety, safetyOf } from './status-safety.ts'
import { counted } from './status-words.ts'
import { gatherWorth, type Worth } from './status-worth.ts'

export interface LearnerStatus {
  readonly name: string
  readonly domain: DomainName
  readonly about: string
  readonly tally: LearnedTally
  /** What of it was found damaged, and made anew from the sessions; null: nothing ever was. */
  readonly damage: Damage | null
  readonly safety: Safety
  readonly worth: Worth
  readonly findings: readonly Finding[]
  readonly progress: Progress
  readonly measures: readonly Measure[]
  readonly experiments: readonly ExperimentResult[]
  /** Sessions that came with a choice that this store did not make: what came of them counts, what they say of the choice does not. */
  readonly unsigned: number
  readonly sentence: string
}

/** One of the measures of success that the plan of AutoSolve's learning names, and what it aims at. */
export interface Measure {
  readonly name: string
  readonly words: string
  readonly unit: 'share' | 'px' | 'attempts'
  readonly goal: { readonly above: number } | { readonly below: number }
  /** Over the latest sessions; null: not measured. */
  readonly value: number | null
  readonly met: boolean | null
}

export interface LearnStatus {
  readonly switches: Preferences
  /** Whether anything is recorded, learned and used. */
  readonly isOn: boolean
  readonly learners: readonly LearnerStatus[]
  readonly coverage: Coverage
  readonly sentence: string
}

/**
 * @param only a learner's name; null: all
 * @throws learn.unknown
 */
export async function learnStatus(engine: Engine, only: string | null = null): Promise<LearnStatus> {
  const switches = await readPreferences(engine)
  const experiments = await listExperiments(engine)
  const learners: LearnerStatus[] = []
  for (const lessons of lessonsNamed(only)) learners.push(await learnerStatus(engine, lessons, experiments, switches))
  const coverage = await coverageOf(engine, null)
  const isOn = switches.recordSessions && switches.learnFromSessions
  return { switches, isOn, learners, coverage, sentence: inWords(isOn, learners) }
}

/** What was worked out before still holds while nothing was learned since. */
interface Kept {
  readonly key: string
  readonly status: LearnerStatus
}
const kept = new WeakMap<Engine['store'], Map<string, Kept>>()

async function learnerStatus(
  engine: Engine,
  lessons: Lessons,
  experiments: readonly Experiment[],
  switches: Preferences,
): Promise<LearnerStatus> {
  const { learned } = engine.store
  const own = experiments.filter(({ learner }) => learner === lessons.name)
  const tally = await learned.tally(lessons.name)
  const head = await learned.head(lessons.name)
  const key = JSON.stringify([head?.revision ?? 0, tally, own, switches])
  const known = kept.get(engine.store) ?? new Map<string, Kept>()
  kept.set(engine.store, known)
  const before = known.get(lessons.name)
  if (before?.key === key) return before.status
  const status = await gathered(engine, lessons, own, tally)
  known.set(lessons.name, { key, status })
  return status
}

/** So that a server answers others in between. */
const lessonsPerTurn = 500

async function gathered(
  engine: Engine,
  lessons: Lessons,
  experiments: readonly Experiment[],
  tally: LearnedTally,
): Promise<LearnerStatus> {
  const { name, domain, about } = lessons
  const [worth, findings, trials] = [gatherWorth(), gatherFindings(lessons), experiments.map(gatherExperiment)]
  const progress = gatherProgress(await engine.store.learned.count(name))
  let [seen, unsigned] = [0, 0]
  for await (const lesson of engine.store.learned.lessons(name)) {
    if (++seen % lessonsPerTurn === 0) await turn()
    const told = readAbout(lesson.about)
    if (told === null) continue
    findings.add(told)
    // What strangers' learners chose says nothing of how this one does.
    if (lesson.source === 'import') continue
    if (told.isUnsigned === true) unsigned++
    worth.add(lesson.session, told)
    progress.add(told)
    for (const trial of trials) trial.add(lesson.session, told)
  }
  const { state, damage } = await readLearned(engine, name, findings.groups())
  const found = findings.result(state)
  const went = progress.result()
  const measures = domain === 'camera' ? measuresOf(went) : []
  return {
    name,
    domain,
    about,
    tally,
    damage,
    safety: safetyOf(state),
    worth: worth.result(name),
    findings: found,
    progress: went,
    measures,
    experiments: trials.map((trial) => trial.result()),
    unsigned,
    sentence: learnerWords(lessons, found, tally),
  }
}

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)
const lowerCase = (words: string) => words.charAt(0).toLowerCase() + words.slice(1)

const goals = [
  { name: 'success', words: 'solved at the first try', unit: 'share', goal: { above: 0.6 } },
  { name: 'attempts', words: 'attempts for each clip', unit: 'attempts', goal: { below: 2 } },
  { name: 'survival', words: 'of the tracks survive', unit: 'share', goal: { above: 0.5 } },
  { name: 'heldOutErrorPx', words: 'error where the solver did not look', unit: 'px', goal: { below: 1.5 } },
] as const satisfies readonly Omit<Measure, 'value' | 'met'>[]

/** First tries that the latest value rests on, at least, where there are as many. */
const latestTries = 20

function measuresOf({ points }: Progress): readonly Measure[] {
  let [from, tries] = [points.length, 0]
  while (from > 0 && tries < latestTries) tries += points[--from]?.firstTries ?? 0
  const latest = points.slice(from)
  return goals.map((one): Measure => {
    const seen = latest.flatMap(({ success, attempts, figures, firstTries }) => {
      const value = one.name === 'success' ? success : one.name === 'attempts' ? attempts : (figures[one.name] ?? null)
      return value === null ? [] : [{ value, firstTries }]
    })
    const weight = seen.reduce((sum, { firstTries }) => sum + firstTries, 0)
    const value = weight > 0 ? seen.reduce((sum, point) => sum + point.firstTries * point.value, 0) / weight : null
    const met = value === null ? null : 'above' in one.goal ? value > one.goal.above : value < one.goal.below
    return { ...one, value, met }
  })
}

function learnerWords({ shippedInWords }: Lessons, findings: readonly Finding[], { taught }: LearnedTally): string {
  const sessions = Object.values(taught).reduce((sum, count) => sum + count, 0)
  if (sessions === 0) {
    const nothing = 'Nothing was learned yet: the default settings are used.'
    return shippedInWords === undefined ? nothing : `${nothing} ${shippedInWords}`
  }
  const usable = findings.filter(({ verdict }) => verdict?.passed === true)
  const from = `Learned from ${counted(sessions, 'session')} of ${counted(findings.length, 'kind')}`
  return usable.length === 0
    ? `${from}: no setting has the evidence to replace the default yet.`
    : `${from}: settings other than the default are recommended for ${usable.length} of them.`
}

function inWords(isOn: boolean, learners: readonly LearnerStatus[]): string {
  if (!isOn) return 'Learning is switched off: every run uses the default settings.'
  const active = learners.filter(({ tally }) => Object.keys(tally.taught).length > 0)
  if (active.length === 0) {
    return 'Learning is on, and waits for sessions: until there is evidence, runs use the default settings.'
  }
  if (active.length === 1) return active[0]?.sentence ?? ''
  return active.map(({ about, sentence }) => `${capital(about)}: ${lowerCase(sentence)}`).join(' ')
}
