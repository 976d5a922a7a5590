/** What a solve gives, and what it is asked. Lengths in space have no unit: a camera alone does not know the scale. */
import type { Intrinsics } from './geometry/intrinsics.ts'
import type { Rigid3 } from './geometry/rigid3.ts'
import type { Track } from './tracks.ts'

/** `fixed`: trusted as given. `refine`: a start that may be wrong. `unknown`: found from the tracks alone. */
export type FocalKnowledge = 'fixed' | 'refine' | 'unknown'

export interface SolveOptions {
  readonly widthPx: number
  readonly heightPx: number
  readonly pixelAspect: number
  readonly focal: FocalKnowledge
  /** Start or known value; null only with `unknown`. */
  readonly focalPx: number | null
  /** `auto` decides by evidence. */
  readonly motion: 'auto' | 'general' | 'tripod'
  /** Focal length per frame. */
  readonly zoom: 'auto' | 'off' | 'on'
  /** `auto` frees k1, then k2, only where the evidence carries it; an explicit lens stays as given. */
  readonly lens: 'auto' | Intrinsics['lens']
  /** With `auto`: k1 and k2 are free in the last adjustment, however weak the evidence. */
  readonly freeLens?: boolean
  readonly principal: 'centre' | 'refine'
  /** Share of the tracks' observations that is hidden from the solver and scored at the end. */
  readonly heldOutShare: number
  readonly seed: number
}

export interface SolvedCamera {
  readonly frame: number
  readonly camFromWorld: Rigid3
  /** Equals the shared one unless the lens zooms. */
  readonly focalPx: number
  /** Root mean square over its observations. */
  readonly errorPx: number
  readonly observations: number
  /** One standard deviation; null where it was not computed. */
  readonly positionSigma: number | null
  readonly rotationSigmaDeg: number | null
}

export interface SolvedPoint {
  /** Id of its track. */
  readonly track: number
  readonly xyz: readonly [number, number, number]
  /** Root mean square over its kept observations. */
  readonly errorPx: number
  /** Frames of the track that were kept out as wrong. */
  readonly droppedFrames: readonly number[]
}

/** A track that has no point, and why. */
export interface UnsolvedTrack {
  readonly track: number
  readonly reason: 'too-short' | 'no-parallax' | 'moves-on-its-own' | 'high-error' | 'behind-camera' | 'other-part'
}

/** One shot that was solved as a whole. */
export interface Solution {
  readonly motion: 'general' | 'tripod'
  readonly zoom: boolean
  /** First and last frame of the shot, inclusive. */
  readonly fromFrame: number
  readonly toFrame: number
  /** `focalPx` is the mean over the shot where the lens zooms. */
  readonly intrinsics: Intrinsics
  /** One standard deviation of the focal length; null where it was fixed, or nothing can be told of it (see `notes`). */
  readonly focalSigmaPx: number | null
  /** Ascending by frame; frames that could not be solved are absent. */
  readonly cameras: readonly SolvedCamera[]
  /** Of a tripod shot the points are directions: unit vectors in world coordinates. */
  readonly points: readonly SolvedPoint[]
  readonly unsolved: readonly UnsolvedTrack[]
  /** Root mean square over all kept observations. */
  readonly errorPx: number
  /** Mean over tracks of their errors, as Blender reports it. */
  readonly meanTrackErrorPx: number
  /** Over observations that the solver never saw; null where none could be spared. */
  readonly heldOutErrorPx: number | null
  readonly observations: { readonly used: number; readonly dropped: number; readonly heldOut: number }
  /** Chance that the cameras are right, 0 to 1, calibrated on generated shots (docs/measurements-confidence.md). */
  readonly confidence: number
  /** What the confidence was made from, by name; absent in solutions that are not the solver's own. */
  readonly signs?: Readonly<Record<string, number>>
  readonly notes: readonly string[]
}

export type SolveFailureCode =
  | 'too-few-tracks'
  | 'too-few-frames'
  | 'no-parallax'
  | 'no-rigid-motion'
  | 'unstable'
  | 'cancelled'

export type SolveResult =
  | { readonly ok: true; readonly solution: Solution }
  /** `why`: one plain sentence, and what to try. */
  | { readonly ok: false; readonly code: SolveFailureCode; readonly why: string }

/** What the solver reads of a track. */
export type SolverTrack = Pick<Track, 'id' | 'frames' | 'xy'>
