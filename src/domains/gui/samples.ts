/**
 * The training examples in gui sessions: one labelled picture per distinct screenshot, and one sequence of actions per run.
 *
 * A screenshot's sample is named by its bytes, so sessions that saw the same screen share it; one without any label is a
 * negative example and is kept. Sequences are named by their session.
 */
import type { Edit } from '#core/edit.ts'
import type { Json, JsonObject } from '#core/json.ts'
import type { ImageSample, Sample, TrajectorySample } from '#core/sample.ts'
import type { MediaRef } from '#core/session.ts'
import { type Evidence, evidenceOf, joinEvidence } from './evidence.ts'
import { type GuiAnnotation, labelsFrom } from './labels.ts'
import type { GuiAction, GuiSession, ScreenEdit } from './session.ts'
import { compare, union } from './sightings.ts'

/** The sample of a screenshot; it carries its evidence, so that samples of several sessions can be joined in any order. */
export interface ScreenSample extends ImageSample {
  readonly annotations: readonly GuiAnnotation[]
  readonly evidence: Evidence
}

export function samplesOf(session: GuiSession, edits: readonly Edit[]): readonly Sample[] {
  const run = runSample(session)
  return run ? [...screenSamples(session, edits), run] : screenSamples(session, edits)
}

export function screenSamples(session: GuiSession, edits: readonly Edit[]): readonly ScreenSample[] {
  const pictures = new Map(session.media.map((media) => [media.sha256, media]))
  const samples: ScreenSample[] = []
  for (const [sha256, evidence] of evidenceOf(session, edits)) {
    const image = pictures.get(sha256)
    const screen = session.telemetry?.screens?.find((candidate) => candidate.sha256 === sha256)
    if (!image || !screen) continue
    const measured = { ...image, width: image.width ?? screen.width, height: image.height ?? screen.height }
    samples.push(project(measured, evidence, baseOf(session)))
  }
  return samples
}

/**
 * Joins what several sessions say of one screenshot. Of a sequence, which only one session has, nothing is joined: the
 * same one comes back.
 */
export function mergeSamples(a: Sample, b: Sample): Sample {
  if (isScreenSample(a) && isScreenSample(b)) {
    const [first, second] = compare(JSON.stringify(a.image), JSON.stringify(b.image)) <= 0 ? [a, b] : [b, a]
    return project(first.image, joinEvidence(first.evidence, second.evidence), {
      project: a.project < b.project ? a.project : b.project,
      sessions: union([a.sessions, b.sessions]),
      contributors: union([a.contributors, b.contributors]),
      group: a.group < b.group ? a.group : b.group,
      recordedAt: a.recordedAt < b.recordedAt ? a.recordedAt : b.recordedAt,
    })
  }
  return JSON.stringify(a) <= JSON.stringify(b) ? a : b
}

export function isScreenSample(sample: Sample): sample is ScreenSample {
  return sample.type === 'image' && 'evidence' in sample
}

type Base = Pick<ImageSample, 'project' | 'sessions' | 'contributors' | 'group' | 'recordedAt'>

function baseOf(session: GuiSession): Base {
  return {
    project: session.project,
    sessions: [session.id],
    contributors: session.contributor === null ? [] : [session.contributor],
    group: session.context.group ?? session.id,
    recordedAt: session.recordedAt,
  }
}

function project(image: MediaRef, evidence: Evidence, base: Base): ScreenSample {
  const size = { width: image.width ?? 1, height: image.height ?? 1 }
  const annotations = labelsFrom(evidence, size)
  const attributes: JsonObject = {
    ...Object.fromEntries(Object.entries(evidence.facts).map(([key, values]) => [key, oneValue(values)])),
    width: image.width,
    height: image.height,
    states: evidence.activeStates,
    labels: annotations.length,
    verified: annotations.filter(({ verified }) => verified).length,
    rejected: evidence.rejected.length,
    review: reviewOf(evidence),
  }
  return { type: 'image', id: image.sha256, domain: 'gui', ...base, attributes, image, annotations, evidence }
}

/** Several texts stand side by side; of other values the first in canonical order stands for all. */
function oneValue(values: readonly Json[]): Json {
  const texts = values.filter((value) => typeof value === 'string')
  return texts.length === values.length && texts.length > 0 ? texts.join(', ') : (values[0] ?? null)
}

/** The last word on the screenshot as a whole. */
export function reviewOf({ words }: Evidence): ScreenEdit['verdict'] | null {
  const verdicts = words.flatMap(({ said }) => ('verdict' in said ? [said.verdict] : []))
  return verdicts.at(-1) ?? null
}

function runSample(session: GuiSession): TrajectorySample | null {
  const actions = session.telemetry?.actions ?? []
  if (actions.length === 0) return null
  const { context, outcome } = session
  const attributes: JsonObject = {
    kind: context.kind,
    app: context.app ?? null,
    os: context.os ?? null,
    workflow: context.workflows?.join(', ') ?? null,
    status: outcome.status,
    actions: actions.length,
    failed: actions.filter(({ success }) => success === false).length,
    durationMs: outcome.durationMs,
  }
  return {
    type: 'trajectory',
    id: session.id,
    domain: 'gui',
    ...baseOf(session),
    attributes,
    steps: actions.map(stepOf),
  }
}

/** One step, without anything that was typed and without the raw configuration, which may hold it. */
function stepOf(action: GuiAction): JsonObject {
  const found = action.matches?.findLast(({ found }) => found)
  const click = action.clicks?.[0]
  return {
    action: action.id,
    type: action.type,
    name: action.name ?? null,
    at: action.startedAt ?? null,
    durationMs: action.durationMs ?? null,
    success: action.success ?? null,
    error: action.error?.code ?? null,
    retries: action.retries ?? null,
    target: action.target?.label ?? null,
    confidence: found?.confidence ?? null,
    x: click?.location.x ?? null,
    y: click?.location.y ?? null,
    button: click?.button ?? null,
    typedChars: action.typed?.lengthChars ?? null,
    typedClass: action.typed?.class ?? null,
    statesBefore: action.statesBefore ?? [],
    statesAfter: action.statesAfter ?? [],
    screenshotBefore: action.screenshotBefore ?? null,
    screenshotAfter: action.screenshotAfter ?? null,
  }
}
