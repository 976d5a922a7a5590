/**
 * What AutoSolve's own learned file, `model.json`, says of settings: it keeps the last fifty attempts of each class of footage,
 * with their settings and what came of them. They are read as sessions of AutoSolve that hold nothing else; what the file
 * concludes from them (best settings, confidences, deltas) is left to whoever reads them.
 */
import { Fault } from '#core/faults.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from '#core/json.ts'
import { type Experience, isExperience, type Lessons } from '#core/learnable.ts'
import type { AnySession } from '#core/session.ts'
import { type FpsClass, fpsClass, type ResolutionClass, resolutionClass } from '../classes.ts'
import { levels } from '../terms.ts'

export const modelDocument = 'autosolve/model.json'

/** More is no model of theirs. */
const mostAttempts = 5000
/** How their file says that there was no solve. */
const unsolvedPx = 999

/** Of each class the size that gave it its name. */
const sizes: Readonly<Record<ResolutionClass, readonly [width: number, height: number]>> = {
  SD: [1280, 720],
  HD: [1920, 1080],
  '4K': [3840, 2160],
}
const rates: Readonly<Record<FpsClass, number>> = { '24fps': 24, '30fps': 30, '60fps': 60 }

/**
 * @param lessons of Blender, with which AutoSolve tracks
 * @returns nothing for a text that is no such file, or what is in it teaches nothing
 */
export function experiencesInModel(lessons: Pick<Lessons, 'experienceOf'>, text: string): readonly Experience[] {
  const classes = classesIn(text)
  const sessions = Object.entries(classes).flatMap(([name, entry]) => attemptsOf(name, entry))
  return sessions.slice(0, mostAttempts).flatMap((session) => {
    const said = lessons.experienceOf(session, [])
    return isExperience(said) ? [said] : []
  })
}

function classesIn(text: string): JsonObject {
  try {
    const model = parseJson(text, modelDocument)
    const classes = isJsonObject(model) ? model['footage_classes'] : null
    return classes !== undefined && isJsonObject(classes) ? classes : {}
  } catch (error) {
    if (error instanceof Fault) return {}
    throw error
  }
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])

/** Their history holds successes only: it speaks where there is nothing else. */
function attemptsOf(name: string, entry: Json): readonly AnySession[] {
  const context = contextOf(name)
  if (context === null || !isJsonObject(entry)) return []
  const experiences = listOf(entry['experiences'])
  const attempts = experiences.length > 0 ? experiences : listOf(entry['settings_history'])
  return attempts.flatMap((attempt, i) => {
    const session = isJsonObject(attempt) ? sessionOf(`${modelDocument}#${name}/${i}`, context, attempt) : null
    return session === null ? [] : [session]
  })
}

/** "HD_30fps", "HD_30fps_AUTO", "HD_30fps_HIGH_MOTION" */
function contextOf(name: string): JsonObject | null {
  const [resolution = '', rate = '', word = ''] = name.split('_')
  if (!Object.hasOwn(sizes, resolution) || !Object.hasOwn(rates, rate)) return null
  const [widthPx, heightPx] = sizes[resolution as ResolutionClass]
  const fps = rates[rate as FpsClass]
  if (resolutionClass(widthPx) !== resolution || fpsClass(fps) !== rate) return null
  const motionClass = name.endsWith('_MOTION') ? (levels.find((level) => level === word.toLowerCase()) ?? null) : null
  return { widthPx, heightPx, fps, attempt: 1, probe: motionClass === null ? null : { motionClass } }
}

function sessionOf(id: string, context: JsonObject, attempt: JsonObject): AnySession | null {
  const { settings, outcome, solve_error: error } = attempt
  if (settings === undefined || !isJsonObject(settings)) return null
  const solveErrorPx = typeof error === 'number' && error > 0 && error < unsolvedPx ? error : null
  const session = {
    id,
    project: 'default',
    domain: 'camera',
    schemaVersion: 1,
    recordedAt: '1970-01-01T00:00:00.000Z',
    host: { name: 'autosolve', version: null },
    contributor: null,
    consent: null,
    parent: null,
    context,
    settings: {
      values: {
        patternSize: settings['pattern_size'] ?? null,
        searchSize: settings['search_size'] ?? null,
        correlation: settings['correlation'] ?? null,
        threshold: settings['threshold'] ?? null,
        motionModel: settings['motion_model'] ?? null,
      },
      reason: null,
      propensity: null,
      policy: null,
    },
    outcome: { status: statusOf(outcome, solveErrorPx), error: null, durationMs: null, solveErrorPx },
    telemetry: null,
    media: [],
  }
  return session as unknown as AnySession
}

/** Their success means that the run came to its end; without a solve that is none. A history has no outcome: it is of successes. */
function statusOf(outcome: Json | undefined, solveErrorPx: number | null): 'succeeded' | 'partial' | 'failed' {
  if (outcome === 'FAILURE' || solveErrorPx === null) return 'failed'
  return outcome === 'PARTIAL' ? 'partial' : 'succeeded'
}
