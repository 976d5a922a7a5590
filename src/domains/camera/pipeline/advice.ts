/**
 * What trained models have to say of an attempt before and while it is made. They choose no settings: a model keeps points out
 * of hopeless parts of the picture, or has new ones placed before tracks are lost. Each holds back in a share of the runs, by
 * a coin, so that what it is worth can be told; either way it is recorded.
 */
import type { ClipInfo } from '#vision/frames.ts'
import type { Path } from '../learning/examples/track-lives.ts'
import type { Probe } from '../probe/probe.ts'
import type { Region } from '../terms.ts'

/** That a model had something to say of an attempt. */
export interface ModelUse {
  readonly name: string
  readonly version: string
  /** Whether it was heard; else it was held back as a control. */
  readonly used: boolean
  /** A sentence. */
  readonly reason: string
}

export interface Foresight {
  readonly use: ModelUse
  /** That each track is still there `aheadFrames` later, from where all tracks have been until `frame`. */
  chances(paths: readonly Path[], frame: number): Float64Array
  readonly aheadFrames: number
  /** The frame by which half of these tracks are expected to be lost; null when that is not to be seen yet. */
  halfLost(paths: readonly Path[], frame: number): number | null
}

export interface Advice {
  /** Parts of the picture in which points would come to nothing; null where nothing is to be said. */
  deadRegions(
    info: ClipInfo,
    probe: Probe | null,
  ): { readonly regions: readonly Region[]; readonly use: ModelUse } | null
  /** null where no model foresees how long tracks last. */
  foresight(info: ClipInfo): Foresight | null
}
