/** What is asked of a tracking job: the values of `hindsight track`, as they come over the wire and lie in the job table. */
import type { EngineName } from '#domains/camera/engines/engine.ts'
import type { Preset } from '#domains/camera/pipeline/attempt.ts'
import type { FootageType, MotionModel } from '#domains/camera/terms.ts'
import { type SceneName, sceneWriters } from '#track/scenes/scenes.ts'

export { inferredReasons } from '#domains/camera/behavior.ts'
export { engineNames } from '#domains/camera/engines/engine.ts'
export { phases, presets } from '#domains/camera/pipeline/attempt.ts'
export { footageTypes, motionModels } from '#domains/camera/terms.ts'

/** null: left to the program. */
export interface TrackOptions {
  readonly project: string
  readonly engine: EngineName
  readonly preset: Preset
  readonly footage: FootageType
  readonly robust: boolean
  readonly tripod: boolean
  readonly zoom: 'auto' | 'on' | 'off'
  readonly lens: 'auto' | 'none' | { readonly model: string; readonly coefficients: readonly number[] }
  /** `metadata`: as the clip itself says; null: to be found out. */
  readonly focal: { readonly value: number; readonly unit: 'px' | 'mm' } | 'metadata' | null
  readonly focalIsExact: boolean
  /** null: taken for a full frame. */
  readonly sensorWidthMm: number | null
  /** Of the tracks before the solve, 0 to 1. */
  readonly smoothing: number
  readonly policy: string | null
  readonly retries: number | null
  readonly settings: {
    readonly patternSize: number | null
    readonly searchSize: number | null
    readonly correlation: number | null
    readonly threshold: number | null
    readonly motionModel: MotionModel | null
    readonly tracks: number | null
  }
  /** Polygons in pixels from the top-left corner: points are kept out of them, or within them. */
  readonly masks: readonly { readonly points: readonly (readonly [number, number])[]; readonly exclude: boolean }[]
  readonly frames: { readonly from: number; readonly to: number } | null
  /** SHA-256 of a blob: a person's own tracks, as tracks.json or tracks.csv; they are kept and followed on. */
  readonly tracks: string | null
  readonly seed: number
}

/** The programs that a solved shot can be given to. */
export const scenePrograms: readonly (SceneName | 'colmap')[] = [...sceneWriters.map(({ name }) => name), 'colmap']
