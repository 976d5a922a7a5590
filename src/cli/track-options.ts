/** The flags of `hindsight track`, and what they ask for. */
import { resolve } from 'node:path'
import { fault } from '#core/faults.ts'
import {
  engineNames,
  footageTypes,
  lensCoefficients,
  lensOf,
  motionModels,
  policyNames,
  presets,
  sceneWriters,
  type TrackRequest,
  trackRequest,
  usualSensorWidthMm,
} from '#engine/track-request.ts'
import { tracksFromFile } from '#engine/brought-tracks.ts'
import { cameraByName } from '#engine/cameras.ts'
import { type Flag, type Options, text } from './command.ts'
import { projectFlag } from './query-option.ts'

export const trackFlags: readonly Flag[] = [
  {
    flag: '--out <dir>',
    about: 'a new folder for the results, of several clips one below it for each; without it, runs are only recorded',
  },
  { flag: '--no-record', about: 'record nothing of this run' },
  projectFlag,
  { flag: '--force', about: 'replace earlier results in the folder' },
  { flag: '--engine <name>', about: `what tracks and solves: ${engineNames.join(', ')}`, default: 'embedded' },
  { flag: '--blender <path>', about: 'the Blender to use with --engine blender; without it, the one that is found' },
  { flag: '--preset <name>', about: presets.join(', '), default: 'balanced' },
  { flag: '--footage <kind>', about: footageTypes.join(', '), default: 'auto' },
  { flag: '--robust', about: 'for footage that fights back: larger windows, lower demands' },
  { flag: '--smooth <share>', about: 'smooth the tracks before the solve, 0 to 1', default: 0 },
  {
    flag: '--policy <name>',
    about: `what chooses the settings: ${policyNames.join(', ')}; without it, the best known`,
  },
  { flag: '--retries <n>', about: 'attempts after the first, at the most; without it, as the preset has it' },
  {
    flag: '--focal <length>',
    about:
      'focal length to start from, "1200px" or "35mm", or "metadata": as the clip says; without it, it is found out',
  },
  { flag: '--fix-focal', about: 'the focal length is exact: keep it' },
  { flag: '--camera <name>', about: 'width of the film back by the name of the camera; "list" shows those known' },
  { flag: '--sensor-width <mm>', about: `width of the film back; without it, ${usualSensorWidthMm} mm` },
  { flag: '--pattern <px>', about: 'side of the pattern that is followed, odd' },
  { flag: '--search <px>', about: 'side of the square it is looked for in, odd' },
  { flag: '--correlation <share>', about: 'the lowest match that counts, 0 to 1' },
  { flag: '--threshold <share>', about: 'the weakest corner that is taken, 0 to 1 of the strongest' },
  { flag: '--motion-model <model>', about: motionModels.join(', ') },
  { flag: '--tracks <n>', about: 'how many points to keep in sight' },
  { flag: '--tripod', about: 'the camera only turned' },
  { flag: '--zoom <mode>', about: 'whether the focal length changes: auto, on, off', default: 'auto' },
  {
    flag: '--lens <model>',
    about: `distortion: auto, none, or one that is known, as "polynomial:-0.1,0.02" (${Object.keys(lensCoefficients).join(', ')})`,
    default: 'auto',
  },
  { flag: '--mask <file>', about: 'JSON file of polygons to leave out, or to stay within' },
  { flag: '--keep-tracks <file>', about: 'tracks of yours, tracks.json or tracks.csv: kept, and followed on' },
  { flag: '--resume', about: 'go on with what a run that was stopped had followed' },
  { flag: '--frames <a-b>', about: 'only these frames, counted from 0' },
  {
    flag: '--export <programs>',
    about: `scenes for other programs: all, or some of ${sceneWriters.map(({ name }) => name).join(',')}`,
  },
  { flag: '--start-frame <n>', about: "in scenes, the number of the clip's first frame", default: 1 },
  { flag: '--seed <n>', about: 'seed of every random choice', default: 0 },
]

/** @throws usage */
export function trackRequestOf(clip: string, options: Options): TrackRequest {
  const focal = focalOf(text(options['focal']))
  if (focal === null && options['fixFocal'] === true) {
    throw fault('usage', { expected: '--focal beside --fix-focal', found: 'no focal length', where: '--fix-focal' })
  }
  const out = text(options['out'])
  if (out === null && (options['record'] === false || text(options['export']) !== null)) {
    const found = options['record'] === false ? '--no-record' : '--export'
    throw fault('usage', {
      expected: `--out <dir> beside ${found}`,
      found: 'no folder for the results',
      where: '--out',
    })
  }
  return trackRequest(resolve(clip), {
    out: out === null ? null : resolve(out),
    replace: options['force'] === true,
    engine: wordOf(options, 'engine', engineNames) ?? 'embedded',
    blender: text(options['blender']) === null ? null : resolve(text(options['blender']) ?? ''),
    preset: wordOf(options, 'preset', presets) ?? 'balanced',
    footage: wordOf(options, 'footage', footageTypes) ?? 'auto',
    robust: options['robust'] === true,
    smoothing: numberOf(options, 'smooth', share) ?? 0,
    policy: wordOf(options, 'policy', policyNames),
    retries: numberOf(options, 'retries', few),
    ownTracks: text(options['keepTracks']) === null ? null : tracksFromFile(resolve(text(options['keepTracks']) ?? '')),
    resume: options['resume'] === true,
    focal,
    focalIsExact: options['fixFocal'] === true,
    sensorWidthMm: sensorOf(options),
    settings: {
      patternSize: numberOf(options, 'pattern', whole),
      searchSize: numberOf(options, 'search', whole),
      correlation: numberOf(options, 'correlation', share),
      threshold: numberOf(options, 'threshold', share),
      motionModel: wordOf(options, 'motionModel', motionModels),
      tracks: numberOf(options, 'tracks', whole),
    },
    motion: options['tripod'] === true ? 'tripod' : 'auto',
    zoom: wordOf(options, 'zoom', ['auto', 'on', 'off']) ?? 'auto',
    lens: lensFrom(text(options['lens']) ?? 'auto'),
    maskFile: text(options['mask']) === null ? null : resolve(text(options['mask']) ?? ''),
    frames: framesOf(text(options['frames'])),
    seed: numberOf(options, 'seed', seed) ?? 0,
    exports: exportsOf(text(options['export'])),
    startFrame: numberOf(options, 'startFrame', whole) ?? 1,
  })
}

/** @throws usage, track.camera */
function sensorOf(options: Options): number | null {
  const [name, width] = [text(options['camera']), numberOf(options, 'sensorWidth', above0)]
  if (name === null) return width
  const { sensorWidthMm } = cameraByName(name)
  if (width === null) return sensorWidthMm
  throw fault('usage', { expected: 'one of --camera and --sensor-width', found: 'both', where: '--camera' })
}

interface Rule {
  readonly expected: string
  fits(value: number): boolean
}

const isWhole = (value: number, most: number) => Number.isInteger(value) && value >= 0 && value <= most
const above0: Rule = { expected: 'a number above 0', fits: (value) => value > 0 && value < Infinity }
const share: Rule = { expected: 'a number from 0 to 1', fits: (value) => value >= 0 && value <= 1 }
const few: Rule = { expected: 'a whole number up to 20', fits: (value) => isWhole(value, 20) }
const whole: Rule = { expected: 'a whole number', fits: (value) => isWhole(value, 1_000_000) }
const seed: Rule = { expected: 'a whole number below 4294967296', fits: (value) => isWhole(value, 2 ** 32 - 1) }

/** "sensorWidth" was given as --sensor-width. */
const flagOf = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

function numberOf(options: Options, name: string, { expected, fits }: Rule): number | null {
  const given = text(options[name])
  if (given === null) return null
  // An empty word would be the number 0.
  const value = given.trim() === '' ? NaN : Number(given)
  if (fits(value)) return value
  throw fault('usage', { expected, found: `"${given}"`, where: flagOf(name) })
}

function wordOf<T extends string>(options: Options, name: string, words: readonly T[]): T | null {
  const given = text(options[name])
  if (given === null) return null
  const found = words.find((word) => word.toLowerCase() === given.toLowerCase())
  if (found !== undefined) return found
  throw fault('usage', { expected: words.join(', '), found: `"${given}"`, where: flagOf(name) })
}

function focalOf(given: string | null): TrackRequest['focal'] {
  if (given === null || given === 'metadata') return given
  const [, digits = '', unit = ''] = /^([^a-z]*)([a-z]*)$/i.exec(given.trim()) ?? []
  const value = digits.trim() === '' ? NaN : Number(digits)
  if (above0.fits(value) && (unit === '' || unit === 'px')) return { value, unit: 'px' }
  if (above0.fits(value) && unit === 'mm') return { value, unit }
  throw fault('usage', {
    expected: '"metadata", or a length above 0 as "1200px" or "35mm"',
    found: `"${given}"`,
    where: '--focal',
  })
}

function lensFrom(given: string): TrackRequest['lens'] {
  const [model = '', list] = given.split(':')
  const coefficients =
    list === undefined ? [] : list.split(',').map((word) => (word.trim() === '' ? NaN : Number(word)))
  const lens = coefficients.every(Number.isFinite) ? lensOf(model, coefficients) : null
  if (lens !== null) return lens
  const models = Object.entries(lensCoefficients).map(([name, names]) => `${name}:${names.join(',')}`)
  throw fault('usage', { expected: `auto, none, ${models.join(', ')}`, found: `"${given}"`, where: '--lens' })
}

function exportsOf(given: string | null): TrackRequest['exports'] {
  if (given === null) return []
  const asked = given.split(',').map((word) => word.trim())
  const names = sceneWriters.map(({ name }) => name)
  const unknown = asked.find((word) => word !== 'all' && !names.some((name) => name === word))
  if (unknown === undefined) return names.filter((name) => asked.includes('all') || asked.includes(name))
  throw fault('usage', { expected: ['all', ...names].join(', '), found: `"${unknown}"`, where: '--export' })
}

function framesOf(given: string | null): TrackRequest['frames'] {
  if (given === null) return null
  const [, from, to] = /^(\d{1,9})-(\d{1,9})$/.exec(given) ?? []
  if (from !== undefined && to !== undefined && Number(from) <= Number(to))
    return { from: Number(from), to: Number(to) }
  throw fault('usage', { expected: 'first and last frame, as "0-99"', found: `"${given}"`, where: '--frames' })
}
