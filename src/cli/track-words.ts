/** What `hindsight track` says of a run, for people. */
import { appliedIn, learnedFrom } from '#engine/learned-words.ts'
import type { PipelineObserver } from '#engine/track.ts'
import { type TrackRequest, usualSensorWidthMm } from '#engine/track-request.ts'
import type { AttemptReport, ShotReport, TrackReport } from '#engine/track-results.ts'
import type { Terminal } from './terminal.ts'

/** A name and what is said of it. */
type Line = readonly [string, string]

const column = 12
const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
const round = (value: number, digits: number) => String(Number(value.toFixed(digits)))
const inColumns = (lines: readonly Line[]) => lines.map(([name, said]) => `${name.padEnd(column)}${said}`)

export function trackWords(report: TrackReport, request: TrackRequest, terminal: Terminal): readonly string[] {
  const { clip, info, shots, frames } = report
  const { widthPx, heightPx, frameRate } = info
  const rate = frameRate === null ? '' : `, ${round(frameRate.numerator / frameRate.denominator, 3)} frames/s`
  const seen = counted(frames.to - frames.from + 1, 'frame')
  const sensorWidthMm = request.sensorWidthMm ?? usualSensorWidthMm
  return [
    `${terminal.style('bold', clip)}  ${widthPx} x ${heightPx}, ${seen}${rate}`,
    ...inColumns([...probeWords(report), ...report.attempts.flatMap((one) => attemptWords(one, report))]),
    ...shots.flatMap((shot) => [
      ...(shots.length > 1 ? [terminal.style('bold', `frames ${shot.fromFrame} to ${shot.toFrame}`)] : []),
      ...inColumns(shot.solved ? solvedWords(shot, sensorWidthMm) : [['not solved', `${shot.why} (${shot.code})`]]),
    ]),
    ...inColumns(clipWords(report)),
  ]
}

function probeWords({ probe }: TrackReport): readonly Line[] {
  if (probe === null) return []
  const { motionClass, textureClass, meanSpeed, searchSizePx } = probe
  const speed = meanSpeed === null ? '' : ` (${round(100 * meanSpeed, 2)} % of the width a frame)`
  const motion = motionClass === null ? 'motion not measurable' : `${motionClass} motion${speed}`
  const texture = textureClass === null ? '' : `, ${textureClass} texture`
  const search = searchSizePx === null ? '' : `, needs a search window of ${searchSizePx} px`
  return [['probe', `${motion}${texture}${search}`]]
}

function attemptWords(attempt: AttemptReport, { attempts }: TrackReport): readonly Line[] {
  const { retry, why, settings, reason, diagnoses, forecast, adaptations, healed, removed, refined, kept } = attempt
  const { patternSize, searchSize, correlation, motionModel } = settings.tracker
  const values = `pattern ${patternSize}, search ${searchSize}, correlation ${round(correlation, 2)}, ${motionModel}`
  const few = attempts.length === 1
  const changes: readonly Line[] = adaptations.map(({ frame, cause, after }) => [
    'adapted',
    `at frame ${frame}: ${cause}; search ${after.searchSize}, pattern ${after.patternSize} from there`,
  ])
  const mended = [
    ...(healed > 0 ? [`${counted(healed, 'gap')} closed`] : []),
    ...(removed > 0 ? [`${counted(removed, 'track')} taken out`] : []),
    ...(refined > 0 ? ['solved again without the worst'] : []),
    ...(attempt.resumed ? ['tracks of the run that was stopped'] : []),
  ]
  return [
    ...(why === null ? [] : [['retry', why] as const]),
    [few ? 'settings' : `attempt ${retry + 1}`, `${values}: ${reason}`],
    ...changes,
    ...(mended.length === 0 ? [] : [['mended', mended.join(', ')] as const]),
    ...(forecast?.warnings ?? []).map((warning): Line => ['warning', warning]),
    ...diagnoses.map(
      (diagnosis): Line => ['diagnosis', `${diagnosis.sentence} (${percent(diagnosis.confidence)} sure)`],
    ),
    ...(few ? [] : [['', `${attempt.status}${kept ? ', kept' : ''}`] as const]),
  ]
}

const percent = (share: number) => `${Math.round(100 * share)} %`

function clipWords({
  tracks,
  followMs,
  solveMs,
  emptyRegions,
  out,
  recorded,
  attempts,
  engine,
  learning,
}: TrackReport): readonly Line[] {
  const seconds = (ms: number) => round(ms / 1000, 2)
  const reasons = [...new Set(emptyRegions.map(({ why }) => why))]
  const sessions = attempts.filter(({ session }) => session !== null).length
  return [
    ['tracks', `${tracks} followed in ${seconds(followMs)} s, solved in ${seconds(solveMs)} s`],
    ...(engine.name === 'embedded' ? [] : [['engine', engine.version] as const]),
    ...reasons.map((reason): Line => {
      const regions = emptyRegions.filter(({ why }) => why === reason).map(({ region }) => region)
      return ['empty', `${regions.join(', ')} (${reason})`]
    }),
    ...(out === null ? [] : [['written', out] as const]),
    ...(recorded === null ? [] : [['recorded', recordedWords(recorded)] as const]),
    ...(sessions > 0 ? [['captured', capturedWords(sessions)] as const] : []),
    ['learned', learnedFrom(learning)],
    ...attempts.slice(0, 1).map((first): Line => ['applied', appliedIn(first)]),
  ]
}

const capturedWords = (sessions: number) =>
  sessions === 1 ? 'one session: settings, tracks and outcome' : `${sessions} sessions, one for each attempt`

export const recordedWords = ({ id, project, attempt }: NonNullable<TrackReport['recorded']>) =>
  `${id}, attempt ${attempt} at this clip in project "${project}"`

type SolvedShot = Extract<ShotReport, { solved: true }>

function solvedWords(shot: SolvedShot, sensorWidthMm: number): readonly Line[] {
  const { cameras, fromFrame, toFrame, motion, zoom, observations, confidence, notes, folder, scenes, heldOutErrorPx } =
    shot
  const kind = `${motion === 'tripod' ? ', the camera only turned' : ''}${zoom ? ', the lens zooms' : ''}`
  const heldOut = heldOutErrorPx === null ? '' : `; ${round(heldOutErrorPx, 3)} px where the solver did not look`
  return [
    ['cameras', `${cameras} of ${toFrame - fromFrame + 1} solved${kind}`],
    ['error', `${round(shot.errorPx, 3)} px${heldOut}`],
    ['focal', focalWords(shot, sensorWidthMm)],
    ...lensWords(shot),
    ['points', `${shot.points} solved, ${counted(shot.unsolved, 'track')} left out`],
    ['positions', `${observations.used} used, ${observations.dropped} dropped`],
    ['confidence', round(confidence, 2)],
    ...notes.map((note): Line => ['note', note]),
    ...(folder === null ? [] : [['model', folder] as const]),
    ...(scenes === null ? [] : [['scenes', scenes] as const]),
  ]
}

function focalWords({ zoom, focalPx, focalMm, focalSigmaPx }: SolvedShot, sensorWidthMm: number): string {
  const sigma = (scale: number) => (focalSigmaPx === null ? '' : ` ± ${(focalSigmaPx * scale).toPrecision(2)}`)
  const px = `${round(focalPx, 1)}${sigma(1)} px`
  const mm = `${round(focalMm, 2)}${sigma(focalMm / focalPx)} mm`
  return `${zoom ? 'on average ' : ''}${px}, ${mm} on a film back of ${round(sensorWidthMm, 2)} mm`
}

function lensWords({ lens }: SolvedShot): readonly Line[] {
  if (lens.model === 'none') return []
  const { model, ...coefficients } = lens
  const shown = Object.entries(coefficients).filter(([, value]) => value !== 0)
  return [['lens', [model, ...shown.map(([name, value]) => `${name} ${value.toPrecision(3)}`)].join(', ')]]
}

/** A clip in a line of the table of several. */
export function batchRow({ clip, frames, shots, attempts }: TrackReport): readonly (string | number | null)[] {
  const solved = shots.flatMap((shot) => (shot.solved ? [shot] : []))
  const errors = solved.map(({ heldOutErrorPx, errorPx }) => heldOutErrorPx ?? errorPx)
  const unsolved = shots.flatMap((shot) => (shot.solved ? [] : [shot.why]))
  return [
    clip,
    frames.to - frames.from + 1,
    `${solved.length} of ${shots.length}`,
    errors.length === 0 ? null : Number(round(Math.max(...errors), 3)),
    attempts.length,
    solved.length === 0 ? null : Number(round(Math.min(...solved.map(({ confidence }) => confidence)), 2)),
    unsolved[0] ?? '',
  ]
}

/** Each phase has a bar of its own; that an attempt did not do is said at once. */
export const phaseLines = (terminal: Terminal): PipelineObserver => ({
  phase: () => terminal.clearBar(),
  attemptBegins(retry, { reason }) {
    if (retry > 0) terminal.say(`trying again: ${reason}`)
  },
})
