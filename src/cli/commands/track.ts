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
cut clip). Nothing is left behind when it fails or is interrupted. Exit status 1 also when no part could be solved: the
tracks are written all the same, and it says why.`,
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

function words(report: TrackReport, sensorWidthMm: number, terminal: Terminal): readonly string[] {
  const { clip, info, shots, tracks, frames, followMs, solveMs, out } = report
  const { widthPx, heightPx, frameRate } = info
  const rate = frameRate === null ? '' : `, ${round(frameRate.numerator / frameRate.denominator, 3)} frames/s`
  const seconds = `${round((followMs + solveMs) / 1000, 2)} s (${round(followMs / 1000, 2)} following, ${round(solveMs / 1000, 2)} solving)`
  return [
    `${terminal.style('bold', clip)}  ${widthPx} x ${heightPx}, ${counted(frames.to - frames.from + 1, 'frame')}${rate}`,
    ...shots.flatMap((shot) => shotWords(shot, shots.length > 1, sensorWidthMm, terminal)),
    `${'tracks'.padEnd(column)}${tracks} followed in ${seconds}`,
    `${'written'.padEnd(column)}${out}`,
  ]
}

const column = 12
const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
const round = (value: number, digits: number) => String(Number(value.toFixed(digits)))

function shotWords(shot: ShotReport, oneOfMany: boolean, sensorWidthMm: number, terminal: Terminal): readonly string[] {
  const { fromFrame, toFrame } = shot
  const place = oneOfMany ? [terminal.style('bold', `frames ${fromFrame} to ${toFrame}`)] : []
  const lines = shot.solved ? solvedWords(shot, sensorWidthMm) : [['not solved', `${shot.why} (${shot.code})`] as const]
  return [...place, ...lines.map(([name, said]) => `${name.padEnd(column)}${said}`)]
}

function solvedWords(
  shot: Extract<ShotReport, { solved: true }>,
  sensorWidthMm: number,
): readonly (readonly [string, string])[] {
  const { cameras, fromFrame, toFrame, motion, zoom, observations, confidence, notes, folder } = shot
  const kind = `${motion === 'tripod' ? ', the camera only turned' : ''}${zoom ? ', the lens zooms' : ''}`
  const heldOut =
    shot.heldOutErrorPx === null ? '' : `; ${round(shot.heldOutErrorPx, 3)} px where the solver did not look`
  const sigma = (px: number) => (shot.focalSigmaPx === null ? '' : ` ± ${px.toPrecision(2)}`)
  const sigmaPx = shot.focalSigmaPx ?? 0
  const sigmaMm = (sigmaPx * shot.focalMm) / shot.focalPx
  return [
    ['cameras', `${cameras} of ${toFrame - fromFrame + 1} solved${kind}`],
    ['error', `${round(shot.errorPx, 3)} px${heldOut}`],
    [
      'focal',
      `${zoom ? 'on average ' : ''}${round(shot.focalPx, 1)}${sigma(sigmaPx)} px, ${round(shot.focalMm, 2)}${sigma(sigmaMm)} mm on ${sigmaSensor(sensorWidthMm)}`,
    ],
    ...lensWords(shot.lens),
    [
      'points',
      `${shot.points} solved, ${counted(shot.unsolved, 'track')} left out; ${observations.used} positions used, ${observations.dropped} dropped`,
    ],
    ['confidence', round(confidence, 2)],
    ...notes.map((note) => ['note', note] as const),
    ['colmap', folder],
  ]
}

const sigmaSensor = (widthMm: number) => `a film back of ${round(widthMm, 2)} mm`

function lensWords(lens: Extract<ShotReport, { solved: true }>['lens']): readonly (readonly [string, string])[] {
  if (lens.model === 'none') return []
  const { model, ...coefficients } = lens
  const shown = Object.entries(coefficients).filter(([, value]) => value !== 0)
  return [['lens', `${model}${shown.map(([name, value]) => `, ${name} ${value.toPrecision(3)}`).join('')}`]]
}
