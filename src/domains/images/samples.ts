/** From image sessions to training pairs. */
import type { Edit } from '#core/edit.ts'
import type { JsonObject } from '#core/json.ts'
import type { PairSample, Sample } from '#core/sample.ts'
import type { AnySession, MediaRef } from '#core/session.ts'
import { normaliseInstruction } from './instruction.ts'
import { asImages, type ImagesResult, type ImagesSession, picture, type Rating, readRating } from './session.ts'

/** What people said of a session since it was recorded, the latest word on each matter. */
export interface Verdict {
  /** true: a person accepted it, false: rejected, null: nobody said. */
  readonly accepted: boolean | null
  readonly rating: Rating | null
  readonly instruction: string
  readonly behaviour: Pick<ImagesResult, 'kept' | 'downloaded' | 'regenerated' | 'reported'>
}

/** The order of the edits given does not matter; their times do, then their ids. */
export function judge(session: ImagesSession, edits: readonly Edit[]): Verdict {
  const { outcome, context } = session
  let verdict: Verdict = {
    accepted: null,
    rating: outcome.rating ?? null,
    instruction: context.instruction,
    behaviour: {
      kept: outcome.kept,
      downloaded: outcome.downloaded,
      regenerated: outcome.regenerated,
      reported: outcome.reported,
    },
  }
  for (const edit of edits.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1))) {
    verdict = apply(verdict, edit)
  }
  return verdict
}

function apply(verdict: Verdict, { kind, after }: Edit): Verdict {
  const fields = typeof after === 'object' && after !== null && !Array.isArray(after) ? (after as JsonObject) : {}
  switch (kind) {
    case 'accept':
      return { ...verdict, accepted: true }
    case 'reject':
      return { ...verdict, accepted: false }
    case 'rating':
      return { ...verdict, rating: readRating(after) }
    case 'images.instruction':
      return typeof fields['instruction'] === 'string' ? { ...verdict, instruction: fields['instruction'] } : verdict
    case 'images.outcome': {
      const known = Object.keys(verdict.behaviour).filter((key) => typeof fields[key] === 'boolean')
      return {
        ...verdict,
        behaviour: { ...verdict.behaviour, ...Object.fromEntries(known.map((key) => [key, fields[key]])) },
      }
    }
    default:
      return verdict
  }
}

/**
 * Why a session gives no pair; null when it gives one. A failed edit has nothing to learn the picture from, a rejected
 * one was judged by a person, and a doubtful import waits for such a judgement.
 */
export function whyNoPair(session: ImagesSession, verdict: Verdict): string | null {
  if (!picture(session, 'input')) return 'no input image'
  if (!picture(session, 'output')) return 'no output image'
  if (session.outcome.status === 'failed' || session.outcome.status === 'cancelled') {
    return `the edit was ${session.outcome.status}`
  }
  if (verdict.accepted === false) return 'rejected by a person'
  const doubt = session.context.origin?.doubt
  return doubt && verdict.accepted !== true ? `doubtful: ${doubt}` : null
}

/** One pair per session that produced a picture. */
export function imagesSamples(recorded: AnySession, edits: readonly Edit[]): readonly Sample[] {
  const session = asImages(recorded)
  const verdict = judge(session, edits)
  const [input, output] = [picture(session, 'input'), picture(session, 'output')]
  if (!input || !output || whyNoPair(session, verdict) !== null) return []
  const sample: PairSample = {
    type: 'pair',
    id: session.id,
    domain: 'images',
    project: session.project,
    sessions: [session.id],
    contributors: session.contributor === null ? [] : [session.contributor],
    // All edits that go back to one original stay together, whether they follow or only sit beside each other.
    group: session.context.originalSha256 ?? input.sha256,
    recordedAt: session.recordedAt,
    input,
    output,
    mask: picture(session, 'mask'),
    instruction: verdict.instruction,
    attributes: attributes(session, verdict, input, output),
  }
  return [sample]
}

function attributes(session: ImagesSession, verdict: Verdict, input: MediaRef, output: MediaRef): JsonObject {
  const { context, outcome } = session
  const { values } = session.settings
  return {
    instructionNormalised: context.instructionNormalised ?? normaliseInstruction(verdict.instruction),
    language: context.language ?? null,
    editType: context.editType ?? null,
    turnIndex: context.turnIndex ?? null,
    clientSupplied: context.clientSupplied ?? null,
    provider: values.provider ?? null,
    model: values.model ?? null,
    modelVersion: values.modelVersion ?? null,
    seed: values.seed ?? null,
    strength: values.strength ?? null,
    guidance: values.guidance ?? null,
    steps: values.steps ?? null,
    latencyMs: outcome.latencyMs ?? null,
    costAmount: outcome.cost?.amount ?? null,
    costCurrency: outcome.cost?.currency ?? null,
    rating: verdict.rating,
    accepted: verdict.accepted,
    kept: verdict.behaviour.kept ?? null,
    downloaded: verdict.behaviour.downloaded ?? null,
    regenerated: verdict.behaviour.regenerated ?? null,
    reported: verdict.behaviour.reported ?? null,
    inputWidth: input.width,
    inputHeight: input.height,
    outputWidth: output.width,
    outputHeight: output.height,
    identical: input.sha256 === output.sha256,
    aspectChange: aspectChange(input, output),
  }
}

/** How far the shape of the output is from that of the input, as a share: 0 for the same aspect ratio, 0.5 for half as wide again. */
function aspectChange(input: MediaRef, output: MediaRef): number | null {
  if (input.width === null || input.height === null || output.width === null || output.height === null) return null
  const ratio = (output.width * input.height) / (output.height * input.width)
  return Math.round((Math.max(ratio, 1 / ratio) - 1) * 1e6) / 1e6
}

/** A pair belongs to one session, so two with one id are views of the same run: the union of what they know. */
export function mergePairs(a: Sample, b: Sample): Sample {
  const [first, second] = compare(a, b) <= 0 ? [a, b] : [b, a]
  const attributes: Record<string, JsonObject[string]> = { ...second.attributes }
  for (const [key, value] of Object.entries(first.attributes)) {
    if (value !== null || !Object.hasOwn(attributes, key)) attributes[key] = value
  }
  return {
    ...first,
    sessions: union(a.sessions, b.sessions),
    contributors: union(a.contributors, b.contributors),
    recordedAt: Date.parse(a.recordedAt) <= Date.parse(b.recordedAt) ? a.recordedAt : b.recordedAt,
    attributes,
  }
}

/** Any fixed order will do, as long as it does not depend on who is named first. */
function compare(a: Sample, b: Sample): number {
  const [keyA, keyB] = [orderKey(a), orderKey(b)]
  return keyA < keyB ? -1 : keyA > keyB ? 1 : 0
}

const orderKey = (sample: Sample) =>
  [sample.recordedAt, ...sample.sessions, ...Object.entries(sample.attributes).map(String).sort()].join('\n')

const union = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])].sort()
