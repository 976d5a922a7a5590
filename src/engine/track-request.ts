/** What can be asked of tracking a clip, in the units of people who do it. */
import { type EngineName, engineNames } from '#domains/camera/engines/engine.ts'
import { type Preset, presets } from '#domains/camera/pipeline/attempt.ts'
import { policyNames } from '#domains/camera/policies/policies.ts'
import { type FootageType, footageTypes, motionModels } from '#domains/camera/terms.ts'
import type { Mask } from '#track/match/mask.ts'
import { type SceneName, sceneWriters } from '#track/scenes/scenes.ts'
import type { SolveOptions } from '#track/solution.ts'
import type { MotionModel } from '#vision/kernel.ts'

export { engineNames, footageTypes, motionModels, policyNames, presets, sceneWriters, type SceneName }

export interface TrackRequest {
  /** A video file, a folder of pictures, one of them, or their pattern ("shot.%04d.png"). */
  readonly clip: string
  /** The folder that the results go to; null: they are only recorded. */
  readonly out: string | null
  /** Whether earlier results in `out` may be replaced. */
  readonly replace: boolean
  readonly engine: EngineName
  /** The Blender to use with that engine; null: the one that is found. */
  readonly blender: string | null
  readonly preset: Preset
  readonly footage: FootageType
  readonly robust: boolean
  /** Of the tracks before the solve, 0 none to 1. */
  readonly smoothing: number
  /** null: the one that is best for the engine. */
  readonly policy: string | null
  /** Attempts after the first, at the most; null: as the preset has it. */
  readonly retries: number | null
  /** null: to be found out; `metadata`: as the clip itself says. */
  readonly focal: { readonly value: number; readonly unit: 'px' | 'mm' } | 'metadata' | null
  /** `focal` is exact and stays as it is; else it is where the search starts. */
  readonly focalIsExact: boolean
  /** Width of the film back, for focal lengths in millimetres; null: nobody said, and it is taken for a full frame. */
  readonly sensorWidthMm: number | null
  /** What is null is chosen to suit the clip. */
  readonly settings: {
    /** Pixels, odd. */
    readonly patternSize: number | null
    readonly searchSize: number | null
    /** 0 to 1. */
    readonly correlation: number | null
    readonly threshold: number | null
    readonly motionModel: MotionModel | null
    /** How many tracks to keep alive. */
    readonly tracks: number | null
  }
  readonly motion: SolveOptions['motion']
  readonly zoom: SolveOptions['zoom']
  readonly lens: SolveOptions['lens']
  /** A JSON file of polygons, see docs/spec.md. */
  readonly maskFile: string | null
  /** More of them. */
  readonly masks: readonly Mask[]
  /** Tracks that are kept and followed on: the text of our tracks.json or tracks.csv. */
  readonly ownTracks: OwnTracks | null
  /** Goes on with the tracks of a recorded run that was stopped, where they are those that this run would make. */
  readonly resume: boolean
  /** First and last frame, counted from 0; null: all. */
  readonly frames: { readonly from: number; readonly to: number } | null
  readonly seed: number
  /** The programs that get a scene of each solved shot. */
  readonly exports: readonly SceneName[]
  /** In scenes: the number of the clip's first frame. */
  readonly startFrame: number
}

/** A file that a person brings, wherever it is. */
export interface OwnTracks {
  /** By which it is called where something is wrong with it. */
  readonly name: string
  /** @throws file.missing, blob.unknown */
  read(): Promise<string>
}

/** What a person chose of the settings, by name; the rest was left to the program. */
export function chosenSettings(request: TrackRequest): readonly string[] {
  const { settings, focal, motion, zoom, lens, maskFile, masks, frames, ownTracks } = request
  const chosen = {
    focal: focal !== null,
    tripod: motion === 'tripod',
    zoom: zoom !== 'auto',
    lens: lens !== 'auto',
    masks: maskFile !== null || masks.length > 0,
    frames: frames !== null,
    'own tracks': ownTracks !== null,
  }
  return [
    ...Object.entries(settings).flatMap(([name, value]) => (value === null ? [] : [name])),
    ...Object.entries(chosen).flatMap(([name, isChosen]) => (isChosen ? [name] : [])),
  ]
}

/** What is asked of a clip when nothing else is said. */
export function trackRequest(clip: string, said: Partial<TrackRequest> = {}): TrackRequest {
  return {
    clip,
    out: null,
    replace: false,
    engine: 'embedded',
    blender: null,
    preset: 'balanced',
    footage: 'auto',
    robust: false,
    smoothing: 0,
    policy: null,
    retries: null,
    focal: null,
    focalIsExact: false,
    sensorWidthMm: null,
    settings: {
      patternSize: null,
      searchSize: null,
      correlation: null,
      threshold: null,
      motionModel: null,
      tracks: null,
    },
    motion: 'auto',
    zoom: 'auto',
    lens: 'auto',
    maskFile: null,
    masks: [],
    ownTracks: null,
    resume: false,
    frames: null,
    seed: 0,
    exports: [],
    startFrame: 1,
    ...said,
  }
}

/** Of a full-frame camera: what a focal length in millimetres usually means. */
export const usualSensorWidthMm = 36

/** Lens models and the coefficients that describe them, in order. */
export const lensCoefficients = {
  polynomial: ['k1', 'k2', 'k3'],
  division: ['k1', 'k2'],
  nuke: ['k1', 'k2'],
  brown: ['k1', 'k2', 'k3', 'k4', 'p1', 'p2'],
} as const

/**
 * A lens of one of the models; coefficients that are not given are 0.
 *
 * @returns null for an unknown model or too many coefficients
 */
export function lensOf(model: string, coefficients: readonly number[]): SolveOptions['lens'] | null {
  if (model === 'auto' || model === 'none') return coefficients.length > 0 ? null : model === 'auto' ? model : { model }
  const [k1 = 0, k2 = 0, k3 = 0, k4 = 0, p1 = 0, p2 = 0] = coefficients
  const names = Object.entries(lensCoefficients).find(([known]) => known === model)?.[1]
  if (!names || coefficients.length === 0 || coefficients.length > names.length) return null
  switch (model) {
    case 'polynomial':
      return { model, k1, k2, k3 }
    case 'division':
    case 'nuke':
      return { model, k1, k2 }
    case 'brown':
      return { model, k1, k2, k3, k4, p1, p2 }
    default:
      return null
  }
}
