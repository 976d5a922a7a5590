/**
 * AutoSolve's model file: the one it was read from, or one made from the sessions that are exported. The add-on learns
 * from this file alone (it stores imported sessions and never looks at them), so an export without it would teach nothing.
 */
import type { Context } from '#core/context.ts'
import { Fault } from '#core/faults.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from '#core/json.ts'
import type { AnySession } from '#core/session.ts'
import type { Edit } from '#core/edit.ts'
import { isExperience } from '#core/learnable.ts'
import { asCamera, footageClass, solvedShare } from '../../classes.ts'
import { blenderLessons } from '../../learning/lessons.ts'
import type { CameraSession } from '../../session.ts'
import type { TrackRecord } from '../../telemetry.ts'
import { onlyPlain } from './anonymous.ts'
import type { LossCounter } from './losses.ts'
import { settings as settingsField } from './session-fields.ts'

/** What the add-on keeps: the last 20 successes and the last 50 attempts of a class, the last 10 settings that failed. */
const historyLength = 20
const experienceLength = 50
const avoidLength = 10

interface ClassModel {
  samples: number
  successes: number
  readonly history: Attempt[]
  readonly experiences: JsonObject[]
  /** What came of each setting, by the name under which like ones are known. */
  readonly learned: Map<string, Evidence>
}

interface Evidence {
  count: number
  /** Of values from 0 to 1. */
  sum: number
  /** As they were used last. */
  settings: JsonObject
}

interface RegionModel {
  total: number
  solved: number
  lifespan: number
}

interface FailureModel {
  count: number
  readonly avoid: JsonObject[]
}

interface Attempt {
  readonly settings: JsonObject
  readonly solve_error: number
  readonly success_rate: number
}

export interface ModelGatherer {
  /** @param edits of the session, oldest first */
  add(session: AnySession, edits?: readonly Edit[]): void
  model(): JsonObject
  /** EZTrack's plan keeps its totals in a file of their own. */
  totals(): JsonObject
}

export function gatherModel(): ModelGatherer {
  const classes = new Map<string, ClassModel>()
  const regions = new Map<string, RegionModel>()
  const failures = new Map<string, FailureModel>()
  const all = { sessions: 0, successes: 0, error: 0, errors: 0 }
  return {
    add(any, edits = []) {
      const session = asCamera(any)
      const { solveErrorPx, failureType, status } = session.outcome
      all.sessions++
      if (status === 'succeeded') all.successes++
      if (typeof solveErrorPx === 'number') {
        all.error += solveErrorPx
        all.errors++
      }
      for (const track of session.telemetry?.tracks ?? []) addTrack(regions, track)
      const name = footageClass(session.context)
      if (name === null) return
      const settings = fiveSettings(any)
      const entry = classes.get(name) ?? { samples: 0, successes: 0, history: [], experiences: [], learned: new Map() }
      classes.set(name, entry)
      addAttempt(entry, session, settings)
      addEvidence(entry, any, edits, settings)
      if (failureType) addFailure(failures, `${name}_${failureType.replaceAll('-', '_')}`, settings)
    },
    model: () => ({
      version: 1,
      global_stats: { total_sessions: all.sessions, successful_sessions: all.successes },
      footage_classes: eachOf(classes, classModel),
      region_models: eachOf(regions, ({ total, solved, lifespan }) => ({
        total_tracks: total,
        successful_tracks: solved,
        avg_lifespan: round(lifespan / total),
      })),
      failure_patterns: eachOf(failures, ({ count, avoid }) => ({ count, avoid_settings: avoid })),
    }),
    totals: () => ({
      total_sessions: all.sessions,
      successful_sessions: all.successes,
      success_rate: all.sessions ? round(all.successes / all.sessions) : null,
      avg_solve_error: all.errors ? round(all.error / all.errors) : null,
    }),
  }
}

function addAttempt(entry: ClassModel, session: CameraSession, settings: JsonObject): void {
  const { status, bundleCount, failureType } = session.outcome
  const success = status === 'succeeded'
  // Their file has no null here: 999 is how it says that there was no solve.
  const solve_error = session.outcome.solveErrorPx ?? 999
  const success_rate = round(solvedShare(session) ?? 0)
  const reward = rewardOf(solve_error, bundleCount ?? 0, success)
  entry.samples++
  if (success) {
    entry.successes++
    keepLast(entry.history, { settings, solve_error, success_rate }, historyLength)
  }
  const experience = {
    settings,
    outcome: success ? 'SUCCESS' : reward > 0.3 ? 'PARTIAL' : 'FAILURE',
    reward,
    solve_error,
    bundle_count: bundleCount ?? 0,
    failure_type: failureType ? failureType.replaceAll('-', '_') : null,
    success_rate,
  }
  keepLast(entry.experiences, experience, experienceLength)
}

/** Settings of another engine mean something else to the add-on, which tracks with Blender. */
function addEvidence({ learned }: ClassModel, session: AnySession, edits: readonly Edit[], settings: JsonObject): void {
  const said = blenderLessons.experienceOf(session, edits)
  if (!isExperience(said) || !said.firstTry) return
  const known = learned.get(said.used.key) ?? { count: 0, sum: 0, settings }
  learned.set(said.used.key, { count: known.count + 1, sum: known.sum + said.value, settings })
}

/** As many sessions as the learner itself asks for, and as many that stand for the class as a whole. */
const fewestSessions = 3
const classWeight = 6

/**
 * What has the evidence to be called best: of settings that were seen often enough the one with the highest mean, drawn towards
 * that of the class, so that three lucky sessions do not make it. null where nothing was.
 */
function learnedBest({ learned }: ClassModel): JsonObject | null {
  const all = [...learned.values()]
  const count = all.reduce((sum, one) => sum + one.count, 0)
  const mean = count === 0 ? 0 : all.reduce((sum, one) => sum + one.sum, 0) / count
  const worth = (one: Evidence) => (one.sum + classWeight * mean) / (one.count + classWeight)
  return (
    all
      .filter((one) => one.count >= fewestSessions)
      .reduce<Evidence | null>((best, one) => (best === null || worth(one) > worth(best) ? one : best), null)
      ?.settings ?? null
  )
}

function addTrack(regions: Map<string, RegionModel>, track: TrackRecord): void {
  if (!track.region) return
  const entry = regions.get(track.region) ?? { total: 0, solved: 0, lifespan: 0 }
  regions.set(track.region, entry)
  entry.total++
  if (track.contributedToSolve) entry.solved++
  entry.lifespan += track.lifespanFrames ?? 0
}

function addFailure(failures: Map<string, FailureModel>, name: string, settings: JsonObject): void {
  const entry = failures.get(name) ?? { count: 0, avoid: [] }
  failures.set(name, entry)
  entry.count++
  const { search_size = null, pattern_size = null, correlation = null } = settings
  keepLast(entry.avoid, { search_size, pattern_size, correlation }, avoidLength)
}

function classModel(entry: ClassModel): JsonObject {
  const { samples, successes, history, experiences } = entry
  // Without evidence it is what the add-on itself would write: the least error of its history.
  const least = history.reduce<Attempt | null>((a, b) => (a === null || b.solve_error < a.solve_error ? b : a), null)
  const best = learnedBest(entry) ?? least?.settings ?? null
  return {
    sample_count: samples,
    success_count: successes,
    avg_success_rate: round(successes / samples),
    settings_history: history.map((attempt) => ({ ...attempt })),
    experiences,
    ...(best === null ? {} : { best_settings: best }),
  }
}

function fiveSettings(session: AnySession): JsonObject {
  const silent = { odd: () => undefined, lost: () => undefined }
  const written = settingsField.write(session.settings.values, '', silent)
  const all = isJsonObject(written) ? written : {}
  const names = ['pattern_size', 'search_size', 'correlation', 'threshold', 'motion_model']
  return Object.fromEntries(names.map((name) => [name, all[name] ?? null]))
}

/** The add-on's own: half for accuracy, three tenths for points, one fifth for success. */
export function rewardOf(errorPx: number, points: number, success: boolean): number {
  const reward = 0.5 * Math.max(0, 1 - errorPx / 10) + 0.3 * Math.min(1, points / 100) + (success ? 0.2 : 0)
  return Math.round(reward * 1000) / 1000
}

const round = (value: number) => Math.round(value * 1e6) / 1e6

/** In order of name, so that the same sessions give the same bytes. */
const eachOf = <T>(groups: ReadonlyMap<string, T>, write: (entry: T) => JsonObject): JsonObject =>
  Object.fromEntries([...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, entry]) => [name, write(entry)]))

function keepLast<T>(list: T[], item: T, most: number): void {
  list.push(item)
  if (list.length > most) list.shift()
}

const kept = [
  'version',
  'global_stats',
  'footage_classes',
  'region_models',
  'failure_patterns',
  'footage_type_adjustments',
  'behavior_patterns',
] as const

/** The imported model without what belongs to single clips; null when there is none that can be read. */
export function keptModel(
  text: string | undefined,
  losses: LossCounter,
  ctx: Pick<Context, 'warn'>,
): JsonObject | null {
  if (text === undefined) return null
  let model: Json
  try {
    model = parseJson(text, 'autosolve/model.json')
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    ctx.warn({
      code: error.code,
      message: 'the imported model cannot be read; one is made from the sessions',
      where: error.where,
    })
    return null
  }
  if (!isJsonObject(model)) return null
  const all = model
  for (const key of Object.keys(all)) {
    if (!kept.some((name) => name === key)) losses.dropped(`model.${key}`, 'belongs to single clips, or is not known')
  }
  return Object.fromEntries(kept.filter((key) => key in all).map((key) => [key, onlyPlain(all[key] ?? null)]))
}
