/**
 * What people's judgement of edited pictures teaches of the generation parameters: strength, guidance, image guidance, steps.
 * The model is no such setting, it is what they are settings of: evidence is kept by model. A seed is chance, and a sampler's
 * name means something to its own program only.
 */
import { combine } from '#core/combine.ts'
import type { Edit } from '#core/edit.ts'
import {
  type Configuration,
  defaultKey,
  type Experience,
  type Feature,
  type Features,
  type Lessons,
  type PassedOver,
} from '#core/learnable.ts'
import { learnableOfNames, type NamedValues, nameOfSettings, settingsIn } from '#core/named-settings.ts'
import type { AnySession } from '#core/session.ts'
import type { Dimension, SettingsSpace } from '#core/settings-space.ts'
import { normaliseInstruction } from './instruction.ts'
import { judge, type Verdict } from './samples.ts'
import { asImages, type ImagesContext, type ImagesSession, picture } from './session.ts'

const number = (min: number, max: number, step: number): Dimension => ({
  type: 'number',
  min,
  max,
  step,
  scale: 'linear',
  odd: false,
  unit: '',
})

const space: SettingsSpace = {
  strength: number(0, 1, 0.1),
  guidance: number(0, 30, 1),
  imageGuidance: number(0, 5, 0.25),
  steps: number(1, 500, 10),
}

/** What the paper of InstructPix2Pix advises (Brooks, Holynski and Efros, 2023), with half of its steps. */
const base = { strength: 0.8, guidance: 7.5, imageGuidance: 1.5, steps: 50 } as const

const named: NamedValues = {
  strength: [0.2, 0.4, 0.6, 0.8, 1],
  guidance: [2, 4, 5.5, 7.5, 10, 13, 20],
  imageGuidance: [1, 1.25, 1.5, 1.75, 2, 2.5],
  steps: [4, 10, 20, 30, 50, 100, 200],
}

const changes: readonly Configuration[] = [
  { strength: 0.6 },
  { strength: 1 },
  { guidance: 5.5 },
  { guidance: 10 },
  { guidance: 13 },
  { imageGuidance: 1.25 },
  { imageGuidance: 1.75 },
  { imageGuidance: 2 },
  { steps: 20 },
  { steps: 100 },
  { guidance: 10, imageGuidance: 1.75 },
  { guidance: 5.5, imageGuidance: 1.25 },
]

/** What is known before an edit is made. `model` and the size of the input stand beside a session's context. */
export interface ImagesSituation extends ImagesContext {
  readonly model?: string | null
  readonly inputWidthPx?: number | null
  readonly inputHeightPx?: number | null
}

export function situationOf(session: ImagesSession): ImagesSituation {
  const input = picture(session, 'input')
  const { model = null } = session.settings.values
  return { ...session.context, model, inputWidthPx: input?.width ?? null, inputHeightPx: input?.height ?? null }
}

/** Kinds of edit, by the word an instruction begins with where the application names none. */
const verbs = ['make', 'turn', 'change', 'add', 'remove', 'replace', 'put', 'give', 'convert', 'colorize', 'restore']

function kindOf({ editType, instruction, instructionNormalised }: ImagesSituation): string | null {
  if (editType) return editType.toLowerCase()
  // A question about no edit in particular has none.
  const [first] = normaliseInstruction(instructionNormalised ?? instruction ?? '').split(' ')
  return verbs.find((verb) => verb === first) ?? null
}

const unknown = 'unknown'
/** What is asked about may say anything where a session says a word. */
const quoted = (text: unknown) => (typeof text === 'string' && text !== '' ? text.replaceAll('/', '_') : unknown)

const levelsOf = (situation: ImagesSituation): readonly string[] => {
  const model = quoted(situation.model)
  return [`kind/${model}/${quoted(kindOf(situation))}`, `model/${model}`, 'all']
}

const features = [
  { name: 'kind', type: 'word', weight: 2 },
  { name: 'model', type: 'word', weight: 2 },
  { name: 'language', type: 'word', weight: 0.5 },
  { name: 'origin', type: 'word', weight: 0.5 },
  { name: 'turn', type: 'number', range: 5, weight: 1 },
  { name: 'size', type: 'number', range: 2, weight: 1 },
  { name: 'shape', type: 'number', range: 1, weight: 0.5 },
  { name: 'words', type: 'number', range: 2, weight: 0.5 },
] as const satisfies readonly Feature[]

function featuresOf(situation: ImagesSituation): Features {
  const { inputWidthPx: width, inputHeightPx: height, language, inputOrigin, turnIndex, model } = situation
  const words = (situation.instruction ?? '').split(/\s+/u).filter((word) => word !== '').length
  return {
    kind: kindOf(situation),
    model: model ?? null,
    language: language ?? null,
    origin: inputOrigin ?? null,
    turn: turnIndex ?? null,
    // Orders of magnitude of pixels and of words.
    size: width && height ? Math.log10(width * height) : null,
    shape: width && height ? width / height : null,
    words: words > 0 ? Math.log10(words) : null,
  }
}

const choosing = learnableOfNames({
  about: 'what people rated best of edits like this',
  space,
  base,
  changes,
  values: named,
  levels: (context) => levelsOf(context as unknown as ImagesSituation),
})

/**
 * Judgement, three fifths: a rating, or a word of acceptance. What people did with the picture, two fifths: kept or
 * downloaded it, or made another and reported it. Where nobody did or said anything, nothing is known of its worth.
 */
function valueOf({ accepted, rating, behaviour }: Verdict) {
  const { kept, downloaded, regenerated, reported } = behaviour
  const liked = kept === true || downloaded === true
  const disliked = regenerated === true || reported === true || kept === false
  const judged = rating !== null ? (rating + 1) / 2 : accepted === null ? null : Number(accepted)
  return combine({
    judgement: { value: judged, weight: 3 / 5 },
    behaviour: { value: liked || disliked ? (liked ? (disliked ? 0.5 : 1) : 0) : null, weight: 2 / 5 },
  })
}

function experienceOf(recorded: AnySession, edits: readonly Edit[]): Experience | PassedOver {
  const session = asImages(recorded)
  const { outcome, settings } = session
  if (outcome.status === 'cancelled') return { passedOver: 'cancelled' }
  // A model that gave no picture was not judged for one.
  if (outcome.status === 'failed') return { passedOver: 'program-fault' }
  const used = settingsIn(settings.values, space)
  if (used === null) return { passedOver: 'no-settings' }
  if (used === 'illegal') return { passedOver: 'illegal-settings' }
  const verdict = judge(session, edits)
  const value = valueOf(verdict)
  if (value === null) return { passedOver: 'no-outcome' }
  const situation = situationOf(session)
  return {
    session: session.id,
    levels: levelsOf(situation),
    clip: null,
    features: featuresOf(situation),
    used: { key: nameOfSettings(used, base, named), settings: used },
    value: value.value,
    parts: value.parts,
    figures: { rating: verdict.rating },
    // The input of a later turn is the output of one before: it is an edit of its own.
    firstTry: true,
    kept: verdict.behaviour.kept ?? value.value >= 0.5,
    byPerson: settings.policy?.name === 'person',
    decision: recorded.settings.decision ?? null,
  }
}

function levelInWords(level: string): string {
  if (level === 'all') return 'all edits'
  const [, model = unknown, kind] = level.split('/')
  const by = model === unknown ? 'a model that is not named' : model
  return kind === undefined ? `edits by ${by}` : `${kind === unknown ? 'edits' : `"${kind}" edits`} by ${by}`
}

const words: Readonly<Record<string, string>> = { imageGuidance: 'image guidance' }

export const candidateInWords = (key: string): string =>
  key === defaultKey
    ? 'the default'
    : key
        .replace(/(\w+)=(\S+)/g, (_, name: string, value: string) => `${words[name] ?? name} ${value},`)
        .replace(/,$/, '')

export const imagesLessons: Lessons = {
  name: 'images',
  domain: 'images',
  about: 'generation parameters, by what people thought of the pictures',
  features,
  levelInWords,
  candidateInWords,
  experienceOf,
  featuresOf: (context) => featuresOf(context as unknown as ImagesSituation),
  choosing,
  shipped: [],
}
