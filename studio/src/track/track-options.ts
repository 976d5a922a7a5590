/** What a person chooses before a run, as the form holds it, and as the engine is asked. */
import type { SolveAgain, TrackOptions } from '#http/contract.ts'
import type { Outline } from './paint.ts'

/** Of all choices the values as they stand in the fields; '' and null leave it to the program. */
export interface Choices {
  readonly preset: NonNullable<TrackOptions['preset']>
  readonly footage: NonNullable<TrackOptions['footage']>
  readonly engine: NonNullable<TrackOptions['engine']>
  readonly robust: boolean
  readonly tripod: boolean
  readonly zoom: 'auto' | 'on' | 'off'
  /** `auto`, `none`, or a model with coefficients. */
  readonly lens: string
  /** "-0.1, 0.02" */
  readonly coefficients: string
  readonly focal: string
  /** `metadata`: as the file says it. */
  readonly focalUnit: 'mm' | 'px' | 'metadata'
  readonly focalIsExact: boolean
  /** One of `sensors` by name, `own`, or '' for not known. */
  readonly sensor: string
  readonly sensorWidthMm: string
  readonly smoothing: number
  readonly patternSize: string
  readonly searchSize: string
  readonly correlation: string
  readonly threshold: string
  readonly tracks: string
  readonly motionModel: string
  readonly retries: string
  readonly from: string
  readonly to: string
  readonly seed: string
  readonly masks: readonly Outline[]
  /** A file of tracks that was sent: they are kept and followed on. */
  readonly ownTracks: { readonly name: string; readonly sha256: string } | null
}

export const usualChoices: Choices = {
  preset: 'balanced',
  footage: 'auto',
  engine: 'embedded',
  robust: false,
  tripod: false,
  zoom: 'auto',
  lens: 'auto',
  coefficients: '',
  focal: '',
  focalUnit: 'mm',
  focalIsExact: false,
  sensor: '',
  sensorWidthMm: '',
  smoothing: 0,
  patternSize: '',
  searchSize: '',
  correlation: '',
  threshold: '',
  tracks: '',
  motionModel: '',
  retries: '',
  from: '',
  to: '',
  seed: '',
  masks: [],
  ownTracks: null,
}

/** Widths of film backs and sensors as their makers give them, millimetres. */
export const sensors: readonly (readonly [name: string, widthMm: number])[] = [
  ['Full frame', 36],
  ['Super 35', 24.89],
  ['APS-C', 23.5],
  ['APS-C (Canon)', 22.3],
  ['Micro Four Thirds', 17.3],
  ['Super 16', 12.52],
  ['1 inch', 13.2],
  ['1/1.3 inch (phones)', 9.8],
  ['1/2.3 inch (drones, action)', 6.17],
  ['ALEXA 35 (4.6K)', 27.99],
  ['ALEXA LF', 36.7],
  ['RED V-RAPTOR (8K VV)', 40.96],
]

export const presetNames: readonly (readonly [Choices['preset'], string])[] = [
  ['fast', 'Fast'],
  ['balanced', 'Balanced'],
  ['quality', 'Quality'],
]

export const footageNames: readonly (readonly [Choices['footage'], string])[] = [
  ['auto', 'Find out'],
  ['indoor', 'Indoor'],
  ['outdoor', 'Outdoor'],
  ['drone', 'Drone'],
  ['handheld', 'Handheld'],
  ['gimbal', 'Gimbal'],
  ['action', 'Action'],
  ['vfx', 'VFX'],
  ['tripod', 'Tripod'],
]

export const motionModelNames = ['Loc', 'LocRot', 'LocScale', 'LocRotScale', 'Affine', 'Perspective'] as const
export const lensNames: readonly (readonly [string, string])[] = [
  ['auto', 'Find out'],
  ['none', 'No distortion'],
  ['polynomial', 'Polynomial (k1 k2 k3)'],
  ['division', 'Division (k1 k2)'],
  ['nuke', 'Nuke (k1 k2)'],
  ['brown', 'Brown (k1–k4 p1 p2)'],
]

const figure = (text: string): number | null => {
  const value = Number.parseFloat(text.replace(',', '.'))
  return Number.isFinite(value) ? value : null
}

/** What the engine is asked; it checks the values itself and says what is wrong with them. */
export function optionsOf(choices: Choices, project: string, frameCount: number): TrackOptions {
  const { masks, smoothing, seed, retries } = choices
  const { preset, footage, engine, robust, tripod } = choices
  const [from, to] = [figure(choices.from), figure(choices.to)]
  const motionModel = motionModelNames.find((name) => name === choices.motionModel) ?? null
  return {
    project,
    preset,
    footage,
    engine,
    robust,
    tripod,
    smoothing,
    ...lensOptions(choices),
    settings: {
      patternSize: figure(choices.patternSize),
      searchSize: figure(choices.searchSize),
      correlation: figure(choices.correlation),
      threshold: figure(choices.threshold),
      tracks: figure(choices.tracks),
      motionModel,
    },
    retries: figure(retries),
    masks: masks.map(({ points, exclude }) => ({ points: points.map(([x, y]): [number, number] => [x, y]), exclude })),
    frames: from === null && to === null ? null : { from: from ?? 0, to: to ?? frameCount - 1 },
    tracks: choices.ownTracks?.sha256 ?? null,
    seed: figure(seed) ?? 0,
  }
}

interface LensOptions {
  readonly zoom: Choices['zoom']
  readonly lens: 'auto' | 'none' | { model: string; coefficients: number[] }
  readonly focal: { value: number; unit: 'mm' | 'px' } | 'metadata' | null
  readonly focalIsExact: boolean
  readonly sensorWidthMm: number | null
}

/** The part of the choices that a solve by itself can take. */
export function lensOptions(choices: Choices): LensOptions {
  const { zoom, lens, coefficients, focalUnit, focalIsExact } = choices
  const value = figure(choices.focal)
  const given = coefficients.split(/[\s;]+|,(?=\s)/).flatMap((part) => figure(part) ?? [])
  return {
    zoom,
    lens: lens === 'auto' || lens === 'none' ? lens : { model: lens, coefficients: given },
    focal: focalUnit === 'metadata' ? focalUnit : value === null ? null : { value, unit: focalUnit },
    focalIsExact: value !== null && focalUnit !== 'metadata' && focalIsExact,
    sensorWidthMm: figure(choices.sensorWidthMm),
  }
}

/** Only what was chosen: a solve by itself keeps the rest as it was. */
export function changedLens(choices: Choices): NonNullable<SolveAgain['settings']> {
  const { zoom, lens, focal, focalIsExact, sensorWidthMm } = lensOptions(choices)
  return {
    ...(zoom !== 'auto' && { zoom }),
    ...(lens !== 'auto' && { lens }),
    ...(focal !== null && focal !== 'metadata' && { focal, focalIsExact }),
    ...(sensorWidthMm !== null && { sensorWidthMm }),
    ...(choices.tripod && { tripod: true }),
  }
}

/** What differs from the usual, in words, so that the folded panel still says it. */
export function saidChoices(choices: Choices): readonly string[] {
  const said: (string | null)[] = [
    choices.engine === 'embedded' ? null : `engine ${choices.engine}`,
    choices.robust ? 'robust' : null,
    choices.tripod ? 'tripod' : null,
    choices.zoom === 'auto' ? null : `zoom ${choices.zoom}`,
    choices.lens === 'auto' ? null : `lens ${choices.lens}`,
    focalWords(choices),
    choices.sensor === '' ? null : choices.sensorWidthMm === '' ? null : `sensor ${choices.sensorWidthMm} mm`,
    choices.from === '' && choices.to === '' ? null : `frames ${choices.from || '0'}–${choices.to || 'last'}`,
    choices.masks.length === 0 ? null : `${choices.masks.length} ${choices.masks.length === 1 ? 'mask' : 'masks'}`,
    choices.ownTracks === null ? null : 'own tracks',
    choices.smoothing === 0 ? null : `smoothing ${choices.smoothing}`,
    ...(['patternSize', 'searchSize', 'correlation', 'threshold', 'tracks', 'motionModel'] as const).map((name) =>
      choices[name] === '' ? null : `${settingNames[name]} ${choices[name]}`,
    ),
  ]
  return said.filter((part) => part !== null)
}

function focalWords({ focal, focalUnit, focalIsExact }: Choices): string | null {
  if (focalUnit === 'metadata') return 'focal from the file'
  return focal === '' ? null : `${focal} ${focalUnit}${focalIsExact ? ' fixed' : ''}`
}

export const settingNames = {
  patternSize: 'pattern',
  searchSize: 'search',
  correlation: 'correlation',
  threshold: 'threshold',
  tracks: 'tracks',
  motionModel: 'model',
} as const
