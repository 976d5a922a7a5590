import { fault } from '#core/faults.ts'
import { makeContext } from '#engine/engine.ts'
import { trackFile } from '#engine/track.ts'
import type { ShotReport, TrackReport } from '#engine/track-results.ts'
import type { Command } from '../command.ts'
import type { Terminal } from '../terminal.ts'
import { trackFlags, trackRequestOf } from '../track-options.ts'

export const track: Command = {
  name: 'track',
  about: 'follow points through a clip and solve the camera',
  args: [{ name: '<clip>', about: 'video, folder of pictures, one of them, or a pattern as "shot.%04d.png"' }],
  flags: trackFlags,
  more: `Writes tracks.json, solve.json, and the camera and points as COLMAP text in colmap/ (colmap-2/ … for further parts of a
cut clip); with --export also scenes for other programs, in scenes/ (scenes-2/ …). Nothing is left behind when it fails or is
interrupted. Exit status 1 also when no part could be solved: the tracks are written all the same, and it says why.`,
  async run([clip = ''], options, { terminal, signal }) {
    const request = trackRequestOf(clip, options)
    if (options['record'] !== false) {
      const fix = 'add --no-record'
      throw fault('usage', { expected: '--no-record', found: 'a run to record, which is not built yet', fix })
    }
    const ctx = makeContext({ signal, seed: request.seed, progress: terminal.progress, warn: terminal.warn })
    const report = await trackFile(request, ctx)
    terminal.result(report, () => words(report, request.sensorWidthMm, terminal))
    return report.shots.some(({ solved }) => solved) ? 0 : 1
  },
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

function clipWords({ tracks, followMs, solveMs, emptyRegions, out }: TrackReport): readonly Line[] {
  const seconds = (ms: number) => round(ms / 1000, 2)
  const reasons = [...new Set(emptyRegions.map(({ why }) => why))]
  return [
    ['tracks', `${tracks} followed in ${seconds(followMs)} s, solved in ${seconds(solveMs)} s`],
    ...reasons.map((reason): Line => {
      const regions = emptyRegions.filter(({ why }) => why === reason).map(({ region }) => region)
      return ['empty', `${regions.join(', ')} (${reason})`]
    }),
    ['written', out],
  ]
}

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
    ['model', folder],
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
