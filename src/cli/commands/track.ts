import type { Context } from '#core/context.ts'
import { makeContext } from '#engine/engine.ts'
import { chosenSettings, type TrackRequest } from '#engine/track-request.ts'
import { trackFile } from '#engine/track.ts'
import type { ShotReport, TrackReport } from '#engine/track-results.ts'
import { type Command, type Options, text } from '../command.ts'
import type { Terminal } from '../terminal.ts'
import { trackFlags, trackRequestOf } from '../track-options.ts'

export const track: Command = {
  name: 'track',
  about: 'follow points through a clip and solve the camera',
  args: [{ name: '<clip>', about: 'video, folder of pictures, one of them, or a pattern as "shot.%04d.png"' }],
  flags: trackFlags,
  more: `Records the run as a session (settings, tracks, outcome; no pictures, no paths), and with --out writes tracks.json, solve.json, and the camera and points as COLMAP text in colmap/ (colmap-2/ … for further parts of a
cut clip); with --export also scenes for other programs, in scenes/ (scenes-2/ …). Nothing is left behind when it fails or is
interrupted. Exit status 1 also when no part could be solved: the tracks are written all the same, and it says why.`,
  async run([clip = ''], options, { terminal, signal, dataDir }) {
    const request = trackRequestOf(clip, options)
    const ctx = makeContext({ signal, seed: request.seed, progress: terminal.progress, warn: terminal.warn })
    const recording = options['record'] === false ? null : await recordingOf(request, options, dataDir, ctx)
    try {
      const report = await trackFile(request, ctx, recording?.recorder)
      terminal.result(report, () => words(report, request.sensorWidthMm, terminal))
      return report.shots.some(({ solved }) => solved) ? 0 : 1
    } catch (error) {
      const recorded = recording?.recorder.recorded
      if (recorded) terminal.say(`recorded as it was: ${recordedWords(recorded)}`)
      throw error
    } finally {
      await recording?.close()
    }
  },
}

/** The store is loaded only by runs that are recorded. */
async function recordingOf(request: TrackRequest, options: Options, dataDir: string, ctx: Context) {
  const { openRecording } = await import('#engine/record-track.ts')
  const project = text(options['project']) ?? 'default'
  return openRecording(dataDir, { project, clip: request.clip, chosen: chosenSettings(request) }, ctx)
}

/** A name and what is said of it. */
type Line = readonly [string, string]

const column = 12
const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
const round = (value: number, digits: number) => String(Number(value.toFixed(digits)))
const inColumns = (lines: readonly Line[]) => lines.map(([name, said]) => `${name.padEnd(column)}${said}`)

function words(report: TrackReport, sensorWidthMm: number, terminal: Terminal): readonly string[] {
  const { clip, info, shots, frames } = report
  const { widthPx, heightPx, frameRate } = info
  const rate = frameRate === null ? '' : `, ${round(frameRate.numerator / frameRate.denominator, 3)} frames/s`
  const seen = counted(frames.to - frames.from + 1, 'frame')
  return [
    `${terminal.style('bold', clip)}  ${widthPx} x ${heightPx}, ${seen}${rate}`,
    ...shots.flatMap((shot) => [
      ...(shots.length > 1 ? [terminal.style('bold', `frames ${shot.fromFrame} to ${shot.toFrame}`)] : []),
      ...inColumns(shot.solved ? solvedWords(shot, sensorWidthMm) : [['not solved', `${shot.why} (${shot.code})`]]),
    ]),
    ...inColumns(clipWords(report)),
  ]
}

function clipWords({ tracks, followMs, solveMs, emptyRegions, out, recorded }: TrackReport): readonly Line[] {
  const seconds = (ms: number) => round(ms / 1000, 2)
  const reasons = [...new Set(emptyRegions.map(({ why }) => why))]
  return [
    ['tracks', `${tracks} followed in ${seconds(followMs)} s, solved in ${seconds(solveMs)} s`],
    ...reasons.map((reason): Line => {
      const regions = emptyRegions.filter(({ why }) => why === reason).map(({ region }) => region)
      return ['empty', `${regions.join(', ')} (${reason})`]
    }),
    ...(out === null ? [] : [['written', out] as const]),
    ...(recorded === null ? [] : [['recorded', recordedWords(recorded)] as const]),
  ]
}

const recordedWords = ({ id, project, attempt }: NonNullable<TrackReport['recorded']>) =>
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
