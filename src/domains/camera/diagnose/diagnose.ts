/**
 * What went wrong, of an attempt that did not come out well. Each pattern is read from its own evidence, over the parts that
 * failed and nothing else; where one explains what another also shows (weak contrast leaves few corners, a smeared picture is a
 * fast one), the explanation goes first.
 */
import type { Context } from '#core/context.ts'
import type { Shot } from '#track/scenes/solve-json.ts'
import { tracksWithin } from '#track/track-clip.ts'
import type { FrameSource } from '#vision/frames.ts'
import { usualError } from '../pipeline/score.ts'
import type { Diagnosis } from './diagnosis.ts'
import type { DiagnosisInput } from './input.ts'
import { lensBend } from './lens-bend.ts'
import { type Finding, patterns } from './patterns.ts'
import { surveyPictures } from './picture-statistics.ts'
import { type CutCandidate, cutCandidates } from './scene-cuts.ts'
import { type LensBend, type Span, symptomsOf } from './symptoms.ts'

/**
 * A shot came out well when so many of its frames have a camera, the solver holds it for more likely right than wrong, and where
 * it did not look it is off by no more than this, in pixels of a picture 960 wide.
 */
const leastCameras = 0.95
const leastConfidence = 0.5
const mostError = 1.5
/** Less sure than this, nothing is said. */
const leastSure = 0.5
/** Pictures that are looked at again, beside those around a possible cut. */
const mostPictures = 16

export function isWell({ fromFrame, toFrame, result }: Shot): boolean {
  if (!result.ok) return false
  const { cameras, confidence } = result.solution
  const isWhole = cameras.length >= leastCameras * (toFrame - fromFrame + 1)
  return isWhole && confidence >= leastConfidence && usualError(result.solution) <= mostError
}

/**
 * Diagnoses, most likely first; none of an attempt that came out well.
 *
 * @throws what the source throws when pictures are looked at again, and `ctx.signal.reason`
 */
export async function diagnoseClip(
  source: FrameSource,
  input: Omit<DiagnosisInput, 'pictures'>,
  ctx: Pick<Context, 'signal'>,
): Promise<readonly Diagnosis[]> {
  if (sickSpans(input).length === 0) return []
  const pictures = await surveyPictures(source, framesToSurvey(input), ctx)
  return diagnose({ ...input, pictures })
}

/** The frames whose pictures a diagnosis asks for: some of the parts that failed, and those around possible cuts. */
export function framesToSurvey(input: Omit<DiagnosisInput, 'pictures'>): readonly number[] {
  const spans = sickSpans(input)
  const total = spans.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  const stride = Math.max(1, Math.ceil(total / mostPictures))
  const some = spans.flatMap(({ from, to }) =>
    Array.from({ length: Math.ceil((to - from + 1) / stride) }, (_, i) => from + i * stride),
  )
  const around = candidatesIn(input, spans).flatMap(({ before, after }) => [before, after])
  return [...new Set([...some, ...around])].sort((a, b) => a - b)
}

/** The same from pictures that were looked at already. Pure. */
export function diagnose(input: DiagnosisInput): readonly Diagnosis[] {
  const spans = sickSpans(input)
  if (spans.length === 0) return []
  const symptoms = symptomsOf(input, spans, bendOf(input))
  const cuts = candidatesIn(input, spans)
  const findings = patterns.map((pattern) => pattern({ input, symptoms, cuts })).filter((finding) => finding !== null)
  return explained(findings)
    .filter(({ confidence }) => confidence >= leastSure)
    .sort((a, b) => b.confidence - a.confidence)
    .map(({ explains: _explains, ...diagnosis }) => diagnosis)
}

/** What a surer finding explains counts for less by how sure that is. */
function explained(findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding) => {
    const by = findings.filter(({ explains }) => explains.includes(finding.pattern))
    const confidence = by.reduce((sure, other) => sure * (1 - other.confidence), finding.confidence)
    return { ...finding, confidence }
  })
}

/** Parts of the clip that did not come out well; all of it where nothing was solved. */
function sickSpans({ shots, range }: Pick<DiagnosisInput, 'shots' | 'range'>): readonly Span[] {
  if (shots.length === 0) return [range]
  return shots.filter((shot) => !isWell(shot)).map(({ fromFrame, toFrame }) => ({ from: fromFrame, to: toFrame }))
}

const candidatesIn = (input: Omit<DiagnosisInput, 'pictures'>, spans: readonly Span[]): readonly CutCandidate[] =>
  spans.flatMap((span) =>
    cutCandidates(tracksWithin(input.tracks, { fromFrame: span.from, toFrame: span.to }), input.info, span, input.cuts),
  )

/** Of the longest shot that was solved at all, if not well. */
export function bendOf({ tracks, shots }: Pick<DiagnosisInput, 'tracks' | 'shots'>): LensBend | null {
  const solved = shots.flatMap((shot) => (shot.result.ok && !isWell(shot) ? [{ shot, ...shot.result }] : []))
  const [longest] = solved.sort((a, b) => b.solution.cameras.length - a.solution.cameras.length)
  return longest ? lensBend(tracksWithin(tracks, longest.shot), longest.solution) : null
}
