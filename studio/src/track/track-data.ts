/**
 * What the Track page and its views share: the two result files of a run (docs/spec.md), read and joined. Frames count from
 * 0, positions are pixels from the top-left corner of the picture, x right, y down; pixel centres at halves. Lengths in
 * space have no unit. Unknown is null.
 */
import type { Intrinsics } from '#track/geometry/intrinsics.ts'
import type { Rigid3 } from '#track/geometry/rigid3.ts'
import type { CameraSession } from '#domains/camera/session.ts'

export interface ClipSize {
  readonly widthPx: number
  readonly heightPx: number
  readonly frameCount: number
}

export interface TrackEnd {
  /** The last frame that has a marker on this side. */
  readonly frame: number
  readonly reason: string
}

/** What became of a track. `unsolved`: it was in the solve and got no point; `unknown`: its shot was not solved. */
export type Fate = 'solved' | 'unsolved' | 'unknown'

export interface ClipTrack {
  readonly id: number
  readonly origin: string
  /** Where it was placed; it was followed both ways from here. */
  readonly startFrame: number
  readonly begin: TrackEnd | null
  readonly end: TrackEnd | null
  /** Ascending; may have gaps. */
  readonly frames: Int32Array
  /** 2 for each frame: x, y. */
  readonly xy: Float64Array
  /** For each frame, with its pattern, 0 to 1; NaN where it was placed and not matched. */
  readonly correlation: Float32Array
  readonly fate: Fate
  /** Why it has no point; null of a solved one, and where no solve said. */
  readonly unsolvedReason: string | null
  /** Root mean square in pixels; null without a point. */
  readonly errorPx: number | null
}

export interface RemovedTrack extends ClipTrack {
  /** Why it was taken out. */
  readonly removedReason: string
}

export interface ClipTracks {
  readonly clip: ClipSize & { readonly name: string }
  /** First and last frame that were looked at, inclusive. */
  readonly frames: { readonly from: number; readonly to: number }
  /** By the names of the five settings. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The first frame of each new shot. */
  readonly cuts: readonly number[]
  readonly tracks: readonly ClipTrack[]
  /** Tracks that a person left out of the solve. */
  readonly disabled?: readonly number[]
  /** Tracks that were taken out on the way, and so had no part in the solve; ids are unique over all tracks. */
  readonly removed?: readonly RemovedTrack[]
  readonly byId: ReadonlyMap<number, ClipTrack>
}

export interface SolvedCamera {
  readonly frame: number
  /** x_cam = R x_world + t; camera coordinates: x right, y down, z into the picture. */
  readonly camFromWorld: Rigid3
  readonly positionInWorld: readonly [number, number, number]
  /** Of this frame: differs from the intrinsics' where the lens zooms. */
  readonly focalPx: number
  readonly errorPx: number
  readonly observations: number
  readonly positionSigma: number | null
  readonly rotationSigmaDeg: number | null
}

export interface SolvedPoint {
  readonly track: number
  /** In the world; of a tripod shot a direction of length 1. */
  readonly xyz: readonly [number, number, number]
  readonly errorPx: number
  /** Frames of the track that were kept out as wrong. */
  readonly droppedFrames: readonly number[]
}

export interface SolvedShot {
  readonly fromFrame: number
  readonly toFrame: number
  readonly solved: true
  readonly motion: 'general' | 'tripod'
  readonly zoom: boolean
  readonly intrinsics: Intrinsics
  readonly focalSigmaPx: number | null
  /** Ascending by frame; a frame that could not be solved is absent. */
  readonly cameras: readonly SolvedCamera[]
  readonly points: readonly SolvedPoint[]
  readonly unsolved: readonly { readonly track: number; readonly reason: string }[]
  readonly errorPx: number
  readonly meanTrackErrorPx: number
  readonly heldOutErrorPx: number | null
  readonly observations: { readonly used: number; readonly dropped: number; readonly heldOut: number }
  /** Chance that the path is right, 0 to 1. */
  readonly confidence: number
  readonly notes: readonly string[]
}

export interface UnsolvedShot {
  readonly fromFrame: number
  readonly toFrame: number
  readonly solved: false
  readonly code: string
  readonly why: string
}

export type Shot = SolvedShot | UnsolvedShot

export interface Solve {
  readonly clip: ClipSize & {
    readonly name: string
    readonly frameRate: { readonly numerator: number; readonly denominator: number } | null
    readonly pixelAspect: number
  }
  readonly frames: { readonly from: number; readonly to: number }
  readonly options: Readonly<Record<string, unknown>>
  /** Between cuts, in order of time. */
  readonly shots: readonly Shot[]
}

/** One attempt at the clip, newest last; each is a session of its own. */
export interface AttemptFacts {
  /** null where nothing was recorded. */
  readonly session: string | null
  /** Counted from 1 over all attempts at the clip. */
  readonly number: number
  readonly title: string
  readonly status: string | null
  readonly errorPx: number | null
  readonly heldOutErrorPx: number | null
  readonly confidence: number | null
  readonly totalTracks: number | null
  readonly solvedTracks: number | null
  readonly solvedFrames: number | null
  /** Pattern size, search size and so on, by name. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Why it was made with these settings. */
  readonly reason: string | null
  /** It is the one whose solve is shown and exported unless another is chosen. */
  readonly isKept: boolean
}

/** What the views beside the player are given: `import { ViewsPanel } from './views/views-panel.tsx'`. */
export interface ViewsProps {
  /** null while there is no solve. */
  readonly solve: Solve | null
  readonly tracks: ClipTracks
  /** How the clip is known here, for pictures: `frameUrl(clip, frame, widthPx)`. */
  readonly clip: { readonly fingerprint: string; readonly name: string; readonly isThere: boolean } & ClipSize
  readonly frame: number
  readonly onFrame: (frame: number) => void
  /** Ids of tracks. */
  readonly selected: ReadonlySet<number>
  readonly onSelect: (tracks: ReadonlySet<number>) => void
  readonly attempts: readonly AttemptFacts[]
  /** Id of the session or job that is shown. */
  readonly run: string
  /** The recorded session that is shown; null when it was not recorded. */
  readonly session: CameraSession | null
}

/** A result file that this page cannot read, said so that a person can act on it. */
export class UnreadableResult extends Error {
  override readonly name = 'UnreadableResult'
}

type Fields = Readonly<Record<string, unknown>>

interface WrittenTrack {
  readonly id: number
  readonly origin: string
  readonly startFrame: number
  readonly begin: TrackEnd | null
  readonly end: TrackEnd | null
  readonly frames: readonly number[]
  readonly xy: readonly (readonly [number, number])[]
  readonly correlation: readonly (number | null)[]
}

type WrittenCamera = Omit<SolvedCamera, 'camFromWorld'> & {
  readonly camFromWorld: { readonly rotation: readonly number[]; readonly translation: readonly number[] }
}

/** solve.json. @throws UnreadableResult of another format or version */
export function solveOf(json: unknown): Solve {
  const head = checked(json, 'hindsight-solve')
  const shots = (head['shots'] as readonly Fields[]).map((shot): Shot => {
    if (shot['solved'] !== true) return shot as unknown as UnsolvedShot
    const cameras = (shot['cameras'] as readonly WrittenCamera[]).map(({ camFromWorld, ...camera }) => ({
      ...camera,
      camFromWorld: {
        rotation: Float64Array.from(camFromWorld.rotation),
        translation: Float64Array.from(camFromWorld.translation),
      },
    }))
    return { ...(shot as unknown as SolvedShot), cameras }
  })
  return { ...(head as unknown as Solve), shots }
}

/** tracks.json, with what the solve says of each track. @throws UnreadableResult of another format or version */
export function tracksOf(json: unknown, solve: Solve | null): ClipTracks {
  const head = checked(json, 'hindsight-tracks')
  const verdicts = verdictsOf(solve)
  const tracks = (head['tracks'] as readonly WrittenTrack[]).map((track) => trackOf(track, verdicts))
  const removed = ((head['removed'] ?? []) as readonly WrittenRemoval[]).map(({ reason, ...track }): RemovedTrack => {
    return { ...trackOf(track, new Map()), removedReason: reason }
  })
  const byId = new Map(tracks.map((track) => [track.id, track]))
  return { ...(head as unknown as ClipTracks), tracks, removed, byId }
}

type WrittenRemoval = WrittenTrack & { readonly reason: string }

function trackOf(track: WrittenTrack, verdicts: ReadonlyMap<number, Verdict>): ClipTrack {
  const xy = new Float64Array(track.frames.length * 2)
  for (const [i, place] of track.xy.entries()) xy.set(place, 2 * i)
  const { id, origin, startFrame, begin, end } = track
  return {
    id,
    origin,
    startFrame,
    begin,
    end,
    frames: Int32Array.from(track.frames),
    xy,
    correlation: Float32Array.from(track.correlation, (value) => value ?? Number.NaN),
    ...(verdicts.get(id) ?? { fate: 'unknown', unsolvedReason: null, errorPx: null }),
  }
}

type Verdict = Pick<ClipTrack, 'fate' | 'unsolvedReason' | 'errorPx'>

function verdictsOf(solve: Solve | null): ReadonlyMap<number, Verdict> {
  const verdicts = new Map<number, Verdict>()
  for (const shot of solve?.shots ?? []) {
    if (!shot.solved) continue
    for (const { track, reason } of shot.unsolved)
      if (!verdicts.has(track)) verdicts.set(track, { fate: 'unsolved', unsolvedReason: reason, errorPx: null })
    for (const { track, errorPx } of shot.points) verdicts.set(track, { fate: 'solved', unsolvedReason: null, errorPx })
  }
  return verdicts
}

function checked(json: unknown, format: string): Fields {
  const { format: found, version } = (json ?? {}) as Fields
  if (found === format && version === 1) return json as Fields
  throw new UnreadableResult(`expected ${format} version 1, found ${String(found)} version ${String(version)}`)
}

/** The index of a frame in a track; -1 where it has no marker. */
export function markerAt({ frames }: Pick<ClipTrack, 'frames'>, frame: number): number {
  let low = 0
  let high = frames.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const there = frames[middle] as number
    if (there === frame) return middle
    if (there < frame) low = middle + 1
    else high = middle - 1
  }
  return -1
}

/** The shot that a frame lies in. */
export const shotAt = (solve: Solve | null, frame: number): Shot | null =>
  solve?.shots.find(({ fromFrame, toFrame }) => frame >= fromFrame && frame <= toFrame) ?? null
