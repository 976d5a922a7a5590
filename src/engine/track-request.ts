/** What can be asked of tracking a clip, in the units of people who do it. */
import { motionModels } from '#domains/camera/terms.ts'
import { type SceneName, sceneWriters } from '#track/scenes/scenes.ts'
import type { SolveOptions } from '#track/solution.ts'
import type { MotionModel } from '#vision/kernel.ts'

export { motionModels, sceneWriters, type SceneName }

export interface TrackRequest {
  /** A video file, a folder of pictures, one of them, or their pattern ("shot.%04d.png"). */
  readonly clip: string
  /** The folder that the results go to; null: they are only recorded. */
  readonly out: string | null
  /** Whether earlier results in `out` may be replaced. */
  readonly replace: boolean
  /** null: to be found out. */
  readonly focal: { readonly value: number; readonly unit: 'px' | 'mm' } | null
  /** `focal` is exact and stays as it is; else it is where the search starts. */
  readonly focalIsExact: boolean
  /** Width of the film back, for focal lengths in millimetres. */
  readonly sensorWidthMm: number
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
  /** First and last frame, counted from 0; null: all. */
  readonly frames: { readonly from: number; readonly to: number } | null
  readonly seed: number
  /** The programs that get a scene of each solved shot. */
  readonly exports: readonly SceneName[]
  /** In scenes: the number of the clip's first frame. */
  readonly startFrame: number
}

/** What a person chose of the settings, by name; the rest was left to the program. */
export function chosenSettings(request: TrackRequest): readonly string[] {
  const { settings, focal, motion, zoom, lens, maskFile, frames } = request
  const chosen = { focal: focal !== null, tripod: motion === 'tripod', zoom: zoom !== 'auto', lens: lens !== 'auto' }
  return [
    ...Object.entries(settings).flatMap(([name, value]) => (value === null ? [] : [name])),
    ...Object.entries({ ...chosen, masks: maskFile !== null, frames: frames !== null }).flatMap(([name, isChosen]) =>
      isChosen ? [name] : [],
    ),
  ]
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
