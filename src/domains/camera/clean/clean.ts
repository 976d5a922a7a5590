/** What is removed, averaged and smoothed between tracking and solving. */
import type { Track } from '#track/tracks.ts'
import type { MergedTracks } from '../heal/heal.ts'
import type { DeletionReason } from '../terms.ts'

export interface CleanReport {
  /** What is left, by id. */
  readonly tracks: readonly Track[]
  readonly removed: readonly RemovedTrack[]
  /** Frames of tracks that stay, taken out because the track jumped there. */
  readonly removedMarkers: readonly RemovedMarker[]
  /** Tracks of one feature that were joined into the first. */
  readonly averaged: readonly MergedTracks[]
}

export interface RemovedTrack {
  readonly track: Track
  /** Where it showed. */
  readonly frame: number
  readonly reason: DeletionReason
}

export interface RemovedMarker {
  readonly track: number
  readonly frame: number
  readonly reason: DeletionReason
}
