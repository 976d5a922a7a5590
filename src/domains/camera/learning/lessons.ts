/** What the recorded attempts at clips teach, for each engine apart: the same number means another thing to each. */
import type { Edit } from '#core/edit.ts'
import { isJsonObject, type JsonObject } from '#core/json.ts'
import { type Candidate, defaultKey, type Experience, type Lessons, type PassedOver } from '#core/learnable.ts'
import type { AnySession } from '#core/session.ts'
import { asCamera, solvedShare } from '../classes.ts'
import type { EngineName } from '../engines/engine.ts'
import type { CameraContext, CameraSession } from '../session.ts'
import { regions } from '../terms.ts'
import { byRegionKey, regionExperiences } from './by-region.ts'
import { changeOf, type TrackingConfiguration } from './candidates.ts'
import { cameraFeatures, featuresOf } from './features.ts'
import { clipOf, type Known, knownOf } from './known.ts'
import { createContextLearnable } from './learnable.ts'
import { levelInWords, levelsOf } from './levels.ts'
import { experiencesInModel, modelDocument } from './model-lessons.ts'
import { changeNamed, nameOf, nearDefaultKey, spaceOf, usedOf } from './naming.ts'
import { outcomeOf, type PeopleSaid, peopleSaid, usualErrorPx } from './outcome.ts'
import { shippedInWords, shippedRows } from './shipped.ts'

const lessonsFor = (engine: EngineName, about: string): Lessons => ({
  name: `camera/${engine}`,
  domain: 'camera',
  about,
  features: cameraFeatures,
  levelInWords,
  candidateInWords,
  experienceOf: (session, edits) => experienceOf(engine, asCamera(session), edits, session),
  featuresOf: (context) => featuresOf(context as CameraContext),
  choosing: createContextLearnable(engine),
  shipped: shippedRows(engine),
  ...wordsFor(engine),
})

function wordsFor(engine: EngineName): Pick<Lessons, 'shippedInWords'> {
  const words = shippedInWords(engine)
  return words === null ? {} : { shippedInWords: words }
}

const blender = lessonsFor('blender', 'tracking settings of Blender')
export const blenderLessons: Lessons = {
  ...blender,
  experiencesIn: (document, text) => (document === modelDocument ? experiencesInModel(blender, text) : []),
}

export const cameraLessons: readonly Lessons[] = [
  lessonsFor('embedded', 'tracking settings of the built-in engine'),
  blenderLessons,
]

/** Software that tracks with Blender, and does not name an engine. */
const blenderHosts: ReadonlySet<string> = new Set(['blender', 'autosolve'])

function engineOf({ context, settings, host }: CameraSession): string | null {
  const named = context.engine?.name ?? settings.values.engine
  return named ?? (blenderHosts.has(host.name) ? 'blender' : null)
}

function experienceOf(
  engine: EngineName,
  session: CameraSession,
  edits: readonly Edit[],
  { settings: { decision = null } }: AnySession,
): Experience | PassedOver {
  if (engineOf(session) !== engine) return { passedOver: 'other-engine' }
  const why = passedOver(session)
  if (why !== null) return why
  const known = knownOf(session.context, engine)
  if (known === null) return { passedOver: 'no-input' }
  const used = usedOf(session.settings.values, spaceOf(known))
  if (used === null) return { passedOver: 'no-settings' }
  if (used === 'illegal') return { passedOver: 'illegal-settings' }
  const said = peopleSaid(edits)
  const outcome = outcomeOf(session, said)
  if (outcome === null) return { passedOver: 'no-outcome' }
  const retry = retryOf(session)
  const named = withRegions(session, usedIn(session, used, known, decision, retry), decision)
  // A person who says how many points to follow, or how long the lens is, leaves these settings to the learner.
  const byPerson = session.settings.policy?.name === 'person' && decision?.['key'] !== named.key
  return {
    session: session.id,
    levels: levelsOf(known),
    clip: clipOf(known),
    features: featuresOf(session.context),
    used: named,
    value: outcome.value,
    parts: outcome.parts,
    figures: figuresOf(session),
    ...(engine === 'embedded' ? { within: regionExperiences(session, known, named, edits) } : {}),
    firstTry: retry === 0,
    kept: isKept(session, said),
    byPerson,
    decision,
  }
}

/** What says nothing of its settings, whatever they were. */
function passedOver({ outcome, context, settings, parent }: CameraSession): PassedOver | null {
  if (outcome.status === null) return { passedOver: 'no-outcome' }
  if (outcome.status === 'cancelled') return { passedOver: 'cancelled' }
  // What a solver says of footage is a plain word; the program's own faults have a stage in front.
  const code = outcome.error?.code ?? ''
  if (outcome.status === 'failed' && (code === 'internal' || code.includes('.'))) return { passedOver: 'program-fault' }
  const isEdited = settings.policy?.name === 'person' && parent !== null && context.retry === null
  return isEdited ? { passedOver: 'by-hand' } : null
}

/** Which attempt of its run it was, from 0. Software that counts no runs counts attempts at a clip, from 0 or 1. */
const retryOf = ({ context: { retry, attempt } }: CameraSession): number => retry ?? Math.max(0, (attempt ?? 1) - 1)

/** Solved, and nobody refused it. Of several kept ones the clip's memory takes the best. */
const isKept = ({ outcome }: CameraSession, { accepted }: PeopleSaid): boolean =>
  outcome.status !== 'failed' && accepted !== false

/** Only our own policies' choices are bent by what the person said of the footage. */
const bendingHost = 'hindsight'

function usedIn(
  { context, settings, host }: CameraSession,
  used: TrackingConfiguration,
  known: Known,
  decision: JsonObject | null,
  retry: number,
): Candidate {
  // A retry's demands come of what failed before it, and are part of what it used.
  const robust = retry === 0 && settings.values.robust === true
  const footage = host.name === bendingHost ? (context.footageType ?? 'auto') : 'auto'
  const chosen = chosenIn(decision, known)
  const name = nameOf(used, known, { footage, robust }, chosen)
  // A clip that is only said to stand still is solved so, and its settings are not bent.
  if (footage !== 'tripod' || name.key === defaultKey) return name
  const straight = nameOf(used, known, { footage: 'auto', robust }, chosen)
  const isNamed = changeOf(straight.key) !== null || straight.key === chosen?.key
  return isNamed ? straight : name
}

/** Parts of the picture had settings of their own: that is another setting than the one of the rest. */
function withRegions({ settings }: CameraSession, named: Candidate, decision: JsonObject | null): Candidate {
  if (Object.keys(settings.values.regionOverrides ?? {}).length === 0) {
    return named.key === byRegionKey ? { ...named, key: defaultKey } : named
  }
  const logged = isJsonObject(decision?.['settings'] ?? null) ? (decision?.['settings'] as JsonObject) : {}
  const parts = regions.flatMap((region) => (typeof logged[region] === 'string' ? [[region, logged[region]]] : []))
  return { key: byRegionKey, settings: { ...named.settings, ...Object.fromEntries(parts) } }
}

/** The candidate that a learner logged. A log is data of whoever sent it: it counts where its settings may be chosen. */
function chosenIn(decision: JsonObject | null, known: Known): Candidate | null {
  const { key, settings } = decision ?? {}
  if (typeof key !== 'string' || key === defaultKey || !isJsonObject(settings ?? null)) return null
  const configuration = usedOf(settings as JsonObject, spaceOf(known))
  return configuration === null || configuration === 'illegal' ? null : { key, settings: configuration }
}

const figuresOf = (session: CameraSession) => ({
  heldOutErrorPx: session.outcome.status === 'failed' ? null : usualErrorPx(session),
  survival: session.telemetry?.survival?.rate ?? null,
  solvedShare: solvedShare(session),
  confidence: session.outcome.confidence ?? null,
})

/** "Loc, pattern ×0.75": of the sizes by default */
export function candidateInWords(key: string): string {
  if (key === defaultKey) return 'the default'
  if (key === byRegionKey) return 'the default, but for parts of the picture'
  const change = changeNamed(key)
  if (change === null) return key === nearDefaultKey ? 'settings near the default' : key
  const { model, pattern, search, correlation, threshold } = change
  return [
    ...(model === undefined ? [] : [model]),
    ...(pattern === undefined ? [] : [`pattern ×${pattern}`]),
    ...(search === undefined ? [] : [`search ×${search}`]),
    ...(correlation === undefined ? [] : [`correlation ${correlation}`]),
    ...(threshold === undefined ? [] : [`threshold ×${threshold}`]),
  ].join(', ')
}
