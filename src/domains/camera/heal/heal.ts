/** Gaps between tracks of one feature, closed where the pictures prove that it is one. */
import type { Track } from '#track/tracks.ts'

export interface HealReport {
  /** All tracks after healing. The joined one keeps the id of the earlier of the two. */
  readonly tracks: readonly Track[]
  /** Pairs of an end and a beginning that could be one feature. */
  readonly candidates: number
  /** One for each candidate, healed or not, by gap and ids. */
  readonly attempts: readonly HealAttempt[]
  /** Tracks that followed one feature at the same time, averaged into the first. */
  readonly merged: readonly MergedTracks[]
}

export interface MergedTracks {
  readonly kept: number
  readonly joined: readonly number[]
}

export interface HealAttempt {
  /** Ids of the track that ends and of the one that begins. */
  readonly earlier: number
  readonly later: number
  /** The last frame of the earlier track and the first of the later one: the gap lies between them. */
  readonly gapStartFrame: number
  readonly gapEndFrame: number
  /** How well the two fit before the pictures were asked, 0 to 1. */
  readonly matchScore: number
  /** Tracks that span the gap and led the way across it, by id. */
  readonly anchors: readonly number[]
  /** 2 for each frame between the two: x, y in pixels. */
  readonly bridge: Float64Array
  /** `retracked` when the feature was found in any frame of the gap, `interpolated` when in none. */
  readonly method: 'retracked' | 'interpolated'
  /** Distance in pixels between where the bridge arrives and where the later track begins; null when it was not tried. */
  readonly errorPx: number | null
  readonly healed: boolean
  /** Why it was rolled back; null when it was healed. */
  readonly why: string | null
}
