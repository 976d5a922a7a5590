/**
 * Drift: a track that slid onto something else, as at the edge of an object before a background, agrees less and less with
 * its pattern, and less than the other tracks do. Tracks of a motion model that does not allow for the pattern's change of
 * shape get a second hearing with an affine warp (Shi and Tomasi, Good Features to Track, 1994: follow by translation,
 * watch by affine change).
 */
import type { Kernel, Pyramid } from '#vision/kernel.ts'
import type { TrackerSettings } from '../tracks.ts'
import type { Outcome } from './follow.ts'
import type { Follower } from './follower.ts'
import { refineFreely } from './refine-pattern.ts'

/** So much a pattern may disagree (1 less its correlation) whatever the others do. */
export const alwaysAllowed = 0.1
/** And so many times the median of all tracks in the frame: noise and blur make all of them disagree. */
const timesUsual = 3
/** Fewer tracks than this do not say what is usual. */
const tellingTracks = 8
/** The affine warp may move the pattern's centre by this share of its side. */
const centreShare = 0.05

/** The largest disagreement with its pattern that a track may have in a frame. */
export function allowedDisagreement(outcomes: readonly Outcome[]): number {
  const disagreements = outcomes
    .filter(({ found }) => found)
    .map(({ correlation }) => 1 - correlation)
    .sort((a, b) => a - b)
  if (disagreements.length < tellingTracks) return 1
  return Math.max(alwaysAllowed, timesUsual * disagreements[disagreements.length >> 1]!)
}

/** Whether a found track has drifted. */
export function hasDrifted(
  kernel: Kernel,
  image: Pyramid,
  follower: Follower,
  outcome: Outcome,
  settings: TrackerSettings,
  allowed: number,
): boolean {
  if (1 - outcome.correlation <= allowed) return false
  if (settings.motionModel === 'Affine' || settings.motionModel === 'Perspective') return true
  if (follower.pattern === null || outcome.warp === null) return true
  const { warps, correlation, ok } = refineFreely(kernel, image, [follower], outcome.warp, settings, 'Affine')
  const moved = Math.hypot(warps[2]! - outcome.x, warps[5]! - outcome.y)
  return ok[0] === 0 || 1 - correlation[0]! > allowed || moved > centreShare * settings.patternSize
}

/** A pattern that is seen this many times larger or smaller in area is cut anew. */
const outgrownArea = 2

/**
 * Whether a track should get a new pattern where it is. Each new pattern adds the error of one match for good, so it takes a
 * changed view and a sure match: never the fading agreement that drift shows as well.
 */
export function hasOutgrown({ warp, correlation }: Follower): boolean {
  const area = Math.abs(warp[0]! * warp[4]! - warp[1]! * warp[3]!)
  return (area > outgrownArea || area < 1 / outgrownArea) && 1 - correlation <= alwaysAllowed / 2
}
