/**
 * What runs of a workflow teach of how to look for what is on the screen: the similarity that counts as found, whether other
 * sizes are tried, and which of several matches is taken. Kept for the workflow as a whole, and for each element that was
 * looked for: a plain button can be found with a demand that a busy picture never meets.
 */
import { combine } from '#core/combine.ts'
import {
  type Configuration,
  defaultKey,
  type Experience,
  type Feature,
  type Features,
  type Lessons,
  type PartExperience,
  type PassedOver,
} from '#core/learnable.ts'
import { learnableOfNames, type NamedValues, nameOfSettings, settingsIn } from '#core/named-settings.ts'
import type { AnySession } from '#core/session.ts'
import type { SettingsSpace } from '#core/settings-space.ts'
import type { GuiAction, GuiContext, GuiSession, GuiSettings, MatchAttempt } from './session.ts'

const space: SettingsSpace = {
  similarityThreshold: { type: 'number', min: 0.5, max: 1, step: 0.05, scale: 'linear', odd: false, unit: '' },
  multiScale: { type: 'choice', choices: ['no', 'yes'] },
  searchStrategy: { type: 'choice', choices: ['FIRST', 'BEST', 'ALL', 'EACH'] },
}

/** As a Qontinui project has it that says nothing. */
const base = { similarityThreshold: 0.85, multiScale: 'no', searchStrategy: 'BEST' } as const

const named: NamedValues = {
  similarityThreshold: [0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99],
  multiScale: ['no', 'yes'],
  searchStrategy: ['FIRST', 'BEST', 'ALL', 'EACH'],
}

const changes: readonly Configuration[] = [
  { similarityThreshold: 0.7 },
  { similarityThreshold: 0.75 },
  { similarityThreshold: 0.8 },
  { similarityThreshold: 0.9 },
  { similarityThreshold: 0.95 },
  { multiScale: 'yes' },
  { multiScale: 'yes', similarityThreshold: 0.75 },
  { multiScale: 'yes', similarityThreshold: 0.8 },
  { searchStrategy: 'FIRST' },
  { searchStrategy: 'FIRST', similarityThreshold: 0.95 },
]

/** What is known before a run, or, with `element`, before one thing is looked for: its template's id or name. */
export interface GuiSituation extends GuiContext {
  readonly element?: string | null
}

const unknown = 'unknown'
/** What is asked about may say anything where a session says a word. */
const quoted = (text: unknown) => (typeof text === 'string' && text !== '' ? text.replaceAll('/', '_') : unknown)
const placeOf = ({ app, configName }: GuiContext) => quoted(app ?? configName)

function levelsOf(situation: GuiSituation): readonly string[] {
  const place = placeOf(situation)
  if (situation.element) return [`element/${place}/${quoted(situation.element)}`, `elements/${place}`, 'elements']
  const { configSha256 } = situation
  return [...(configSha256 ? [`workflow/${place}/${configSha256}`] : []), `app/${place}`, 'all']
}

const features = [
  { name: 'app', type: 'word', weight: 2 },
  { name: 'system', type: 'word', weight: 1 },
  { name: 'monitors', type: 'number', range: 3, weight: 1 },
  { name: 'size', type: 'number', range: 1, weight: 1 },
  { name: 'scale', type: 'number', range: 1, weight: 1 },
  { name: 'workflows', type: 'number', range: 5, weight: 0.5 },
] as const satisfies readonly Feature[]

function featuresOf({ app, os, display, workflows }: GuiSituation): Features {
  const monitors = display?.monitors ?? []
  const pixels = monitors.reduce((sum, { width, height }) => sum + width * height, 0)
  return {
    app: app ?? null,
    system: os ?? null,
    monitors: monitors.length > 0 ? monitors.length : null,
    size: pixels > 0 ? Math.log10(pixels) : null,
    scale: monitors[0]?.scale ?? display?.screenScale ?? null,
    workflows: workflows?.length ?? null,
  }
}

const choosing = learnableOfNames({
  about: 'what found most in runs like this',
  space,
  base,
  changes,
  values: named,
  levels: (context) => levelsOf(context as unknown as GuiSituation),
})

/** Flags and words as a learner has them. */
function recorded({ similarityThreshold, multiScale, searchStrategy }: GuiSettings): Record<string, unknown> {
  return {
    similarityThreshold,
    multiScale: typeof multiScale === 'boolean' ? (multiScale ? 'yes' : 'no') : null,
    searchStrategy: searchStrategy?.toUpperCase(),
  }
}

/**
 * Half for the end that the run came to, three tenths for the actions that did what they were to do, two tenths for those
 * that did it at once. A run in part is half of one.
 */
function valueOf({ outcome, telemetry }: GuiSession) {
  const { status, actionsTotal, actionsFailed, retriesTotal } = outcome
  const actions = telemetry?.actions ?? []
  const told = actions.filter(({ success }) => typeof success === 'boolean')
  const total = actionsTotal ?? told.length
  const failed = actionsFailed ?? told.filter(({ success }) => success === false).length
  const retries = retriesTotal ?? actions.reduce((sum, action) => sum + (action.retries ?? 0), 0)
  const share = (part: number) => (total > 0 ? 1 - Math.min(1, part / total) : null)
  return combine({
    success: { value: status === 'succeeded' ? 1 : status === 'partial' ? 0.5 : 0, weight: 0.5 },
    actions: { value: share(failed), weight: 0.3 },
    calm: { value: share(retries), weight: 0.2 },
  })
}

/** The last look counts: an action that waits looks many times before there is anything to be found. */
function lastLooks({ matches }: GuiAction): ReadonlyMap<string, MatchAttempt> {
  return new Map((matches ?? []).flatMap((match) => (match.imageId || match.name ? [[nameOf(match), match]] : [])))
}

const nameOf = ({ imageId, name }: MatchAttempt) => imageId || name || unknown

interface Looks {
  readonly key: string
  readonly element: string
  tried: number
  found: number
}

/** Each element with the demand it was looked for with: how often it was found, and the action then succeeded. */
function elementsOf({ context, settings, telemetry }: GuiSession): readonly PartExperience[] {
  const looks = new Map<string, Looks>()
  for (const action of telemetry?.actions ?? []) {
    // What was not carried out says nothing of what it looked for.
    if (typeof action.success !== 'boolean') continue
    for (const [element, { found, threshold }] of lastLooks(action)) {
      const similarityThreshold = threshold ?? settings.values.similarityThreshold ?? null
      const used = settingsIn(recorded({ ...settings.values, similarityThreshold }), space)
      if (used === null || used === 'illegal' || similarityThreshold === null) continue
      const key = nameOfSettings(used, base, named)
      const seen = looks.get(`${element} ${key}`) ?? { key, element, tried: 0, found: 0 }
      seen.tried++
      if (found && action.success) seen.found++
      looks.set(`${element} ${key}`, seen)
    }
  }
  return [...looks.values()].map(({ key, element, tried, found }) => {
    return { levels: levelsOf({ ...context, element }), key, value: found / tried }
  })
}

function experienceOf(session: AnySession): Experience | PassedOver {
  const gui = session as unknown as GuiSession
  const { context, outcome, settings } = gui
  if (context.kind === 'recording') return { passedOver: 'by-hand' }
  if (context.kind !== 'run') return { passedOver: 'no-settings' }
  if (outcome.status === null) return { passedOver: 'no-outcome' }
  if (outcome.status === 'cancelled') return { passedOver: 'cancelled' }
  const used = settingsIn(recorded(settings.values), space)
  if (used === null) return { passedOver: 'no-settings' }
  if (used === 'illegal') return { passedOver: 'illegal-settings' }
  const value = valueOf(gui)
  if (value === null) return { passedOver: 'no-outcome' }
  return {
    session: session.id,
    levels: levelsOf(context),
    clip: null,
    features: featuresOf(context),
    used: { key: nameOfSettings(used, base, named), settings: used },
    value: value.value,
    parts: value.parts,
    within: elementsOf(gui),
    // A run after a run that failed is a run.
    firstTry: true,
    kept: outcome.status !== 'failed',
    byPerson: settings.policy?.name === 'person',
    decision: session.settings.decision ?? null,
  }
}

function levelInWords(level: string): string {
  const [kind, place = unknown, name = unknown] = level.split('/')
  const app = place === unknown ? 'an application that is not named' : place
  if (kind === 'element') return `"${name}" in ${app}`
  if (kind === 'elements') return level === kind ? 'all elements' : `elements of ${app}`
  if (kind === 'workflow') return `this workflow in ${app}`
  return kind === 'app' ? `runs of ${app}` : 'all runs'
}

const words: Readonly<Record<string, (value: string) => string>> = {
  similarityThreshold: (value) => `similarity ${value}`,
  multiScale: (value) => (value === 'yes' ? 'at all sizes' : 'at one size'),
  searchStrategy: (value) => `${value.toLowerCase()} match`,
}

const candidateInWords = (key: string): string => {
  if (key === defaultKey) return 'the default'
  const parts = key.split(' ').map((part) => {
    const [name = '', value = ''] = part.split('=')
    return words[name]?.(value) ?? part
  })
  return key.includes('=') ? parts.join(', ') : key
}

export const guiLessons: Lessons = {
  name: 'gui',
  domain: 'gui',
  about: 'how elements are looked for on a screen',
  features,
  levelInWords,
  candidateInWords,
  experienceOf: (session) => experienceOf(session),
  featuresOf: (context) => featuresOf(context as unknown as GuiSituation),
  choosing,
  shipped: [],
}
