/** A short look at the clip before any setting is chosen, really measured. */
import type { Level, Region } from '../terms.ts'
import type { Letterbox } from './letterbox.ts'

/** Speeds in shares of the picture's width per frame. null: too little texture or too few frames to tell. */
export interface Probe {
  /** Which frames were looked at; they end at a cut. */
  readonly fromFrame: number
  readonly toFrame: number
  readonly motionClass: Level | null
  readonly textureClass: Level | null
  /** Where points could be followed best, best first. */
  readonly bestRegions: readonly Region[]
  readonly meanSpeed: number | null
  readonly maxSpeed: number | null
  /** The same as sessions record speeds: x in shares of the width, y of the height. */
  readonly meanSpeedUv: number | null
  readonly maxSpeedUv: number | null
  /** Side of the window in which the fastest points' patterns are found from one frame to the next, pixels, odd. */
  readonly searchSizePx: number | null
  readonly regions: readonly ProbeRegion[]
  /** Black bars that all frames have; null where there are none. */
  readonly letterbox: Letterbox | null
}

export interface ProbeRegion {
  readonly region: Region
  readonly placed: number
  readonly survived: number
  /** Of each survivor. */
  readonly speeds: readonly number[]
  readonly speedsUv: readonly number[]
  /** Spread of a survivor's steps around their trend, shares of the picture's width. */
  readonly jitters: readonly number[]
}
