/**
 * Cleans tracks before a solve: what is burnt into the picture, jumps, doubles, what moves on its own, what is too short. In
 * this order, since a jump shortens a track and a double says nothing of the scene. What a person brought is never touched,
 * and no frame is left with too few tracks to be solved. Same tracks in any order, same result.
 */
import type { Track } from '#track/tracks.ts'
import type { ClipInfo } from '#vision/frames.ts'
import { pixelUnit } from '../heal/markers.ts'
import { isBrought, mergeOverlaps } from '../heal/overlaps.ts'
import type { AttemptSettings } from '../pipeline/attempt.ts'
import type { DeletionReason } from '../terms.ts'
import type { CleanReport, RemovedMarker, RemovedTrack } from './clean.ts'
import { findDoubles } from './doubles.ts'
import { rigidityOf } from './rigid.ts'
import { removeSpikes } from './spikes.ts'

export interface CleanOptions {
  readonly info: Pick<ClipInfo, 'widthPx' | 'heightPx'>
  readonly settings: Pick<AttemptSettings, 'minLifespanFrames' | 'rejectNonRigid' | 'robust'>
  /** First frames of new shots. */
  readonly cuts: readonly number[]
  /** Ids of tracks that stand still in the picture while the camera moves: logos, text, bars. */
  readonly statics: readonly number[]
  /** Of the search for the rigid scene; 1. */
  readonly seed?: number
}

/** Footage that fights back is judged less strictly. */
const robustFactor = 1.5
/** A frame keeps so many tracks, or as many as it has, when short ones go. */
const fewestInFrame = 20
/** Of all tracks, at most this share is taken for moving on its own; so many are kept in all, and so many in a frame. */
const mostMoving = 0.3
const fewestRigid = 20
const fewestRigidInFrame = 8
/** A track is clearly not of the scene when it was asked so often and broke the rule in this share of cases. */
const fewestAsked = 2
const brokenShare = 0.6

export function clean(tracks: readonly Track[], options: CleanOptions): CleanReport {
  const { info, settings } = options
  const unit = pixelUnit(info.widthPx) * (settings.robust ? robustFactor : 1)
  const statics = new Set(options.statics)
  const work = new Cleaning(tracks)
  work.remove('burnt-in', (track) => statics.has(track.id))
  work.remove('invalid', (track) => !isWhole(track))
  const removedMarkers = work.removeSpikes(unit)
  const averaged = work.average(unit)
  const doubles = new Map(findDoubles(work.tracks, unit).map(({ index, frame }) => [work.tracks[index]!.id, frame]))
  work.remove(
    'duplicate',
    ({ id }) => doubles.has(id),
    ({ id }) => doubles.get(id)!,
  )
  if (settings.rejectNonRigid) {
    const moving = movingTracks(work.tracks, options, unit)
    const most = Math.min(Math.floor(mostMoving * work.tracks.length), work.tracks.length - fewestRigid)
    work.removeSparingly('non-rigid', moving, most, fewestRigidInFrame)
  }
  const short = shortTracks(work.tracks, settings.minLifespanFrames)
  work.removeSparingly('short-lifespan', short, Infinity, fewestInFrame)
  return { tracks: work.tracks, removed: work.removed, removedMarkers, averaged }
}

/** A track that should go, and the frame in which that showed. */
interface Doomed {
  readonly track: Track
  readonly frame: number
}

/** The tracks that are left, by id, and those that are not. */
class Cleaning {
  tracks: readonly Track[]
  readonly removed: RemovedTrack[] = []

  constructor(tracks: readonly Track[]) {
    this.tracks = tracks.toSorted((a, b) => a.id - b.id)
  }

  remove(
    reason: DeletionReason,
    isWrong: (track: Track) => boolean,
    since: (track: Track) => number = ({ frames, startFrame }) => frames[0] ?? startFrame,
  ): void {
    const doomed = this.tracks.filter((track) => !isBrought(track) && isWrong(track))
    this.#take(
      reason,
      doomed.map((track) => ({ track, frame: since(track) })),
    )
  }

  /** Worst first, `most` at most, and none that leaves a frame with fewer than `fewest`. */
  removeSparingly(reason: DeletionReason, doomed: readonly Doomed[], most: number, fewest: number): void {
    const inFrame = new Map<number, number>()
    for (const { frames } of this.tracks) for (const f of frames) inFrame.set(f, (inFrame.get(f) ?? 0) + 1)
    const going: Doomed[] = []
    for (const one of doomed) {
      if (going.length >= most) break
      if (isBrought(one.track) || one.track.frames.some((f) => inFrame.get(f)! <= fewest)) continue
      for (const f of one.track.frames) inFrame.set(f, inFrame.get(f)! - 1)
      going.push(one)
    }
    this.#take(reason, going)
  }

  removeSpikes(unit: number): readonly RemovedMarker[] {
    const judged = [...this.tracks.keys()].filter((index) => !isBrought(this.tracks[index]!))
    const changed = removeSpikes(this.tracks, judged, unit)
    const hopeless = [...changed].flatMap(([index, { track, removed }]) =>
      track === null ? [{ track: this.tracks[index]!, frame: removed[0]!.frame }] : [],
    )
    this.tracks = this.tracks.map((track, index) => changed.get(index)?.track ?? track)
    this.#take('motion-spike', hopeless)
    return [...changed.values()].flatMap(({ track, removed }) => (track === null ? [] : removed))
  }

  average(unit: number): CleanReport['averaged'] {
    const { tracks, merged } = mergeOverlaps(this.tracks, unit)
    this.tracks = tracks
    return merged
  }

  #take(reason: DeletionReason, doomed: readonly Doomed[]): void {
    const ids = new Set(doomed.map(({ track }) => track.id))
    this.tracks = this.tracks.filter(({ id }) => !ids.has(id))
    this.removed.push(...doomed.map(({ track, frame }) => ({ track, frame, reason })))
  }
}

/** Has markers, ascending, at places that are numbers. */
function isWhole({ frames, xy }: Track): boolean {
  return frames.length > 0 && xy.every(Number.isFinite) && frames.every((f, i) => i === 0 || f > frames[i - 1]!)
}

/** Tracks that break the rigid scene's rule again and again, worst first. */
function movingTracks(
  tracks: readonly Track[],
  { info: { widthPx, heightPx }, cuts, seed = 1 }: CleanOptions,
  unit: number,
): Doomed[] {
  const rigidity = rigidityOf(tracks, shotsOf(tracks, cuts), Math.hypot(widthPx, heightPx), unit, seed)
  return [...rigidity]
    .filter(([, { asked, broken }]) => asked >= fewestAsked && broken >= brokenShare * asked)
    .sort(([a, one], [b, other]) => other.excess - one.excess || a - b)
    .map(([index, { frame }]) => ({ track: tracks[index]!, frame }))
}

/** First and last frame of each stretch between cuts. */
function shotsOf(tracks: readonly Track[], cuts: readonly number[]): { readonly from: number; readonly to: number }[] {
  const first = tracks.reduce((least, { frames }) => Math.min(least, frames[0]!), Infinity)
  const last = tracks.reduce((most, { frames }) => Math.max(most, frames.at(-1)!), -Infinity)
  if (first > last) return []
  const starts = [first, ...cuts.filter((cut) => cut > first && cut <= last).sort((a, b) => a - b)]
  return starts.map((from, i) => ({ from, to: (starts[i + 1] ?? last + 1) - 1 }))
}

/** The shortest first; of equals the one that was placed last. */
const shortTracks = (tracks: readonly Track[], minLifespanFrames: number): Doomed[] =>
  tracks
    .filter(({ frames }) => frames.length < minLifespanFrames)
    .sort((a, b) => a.frames.length - b.frames.length || b.id - a.id)
    .map((track) => ({ track, frame: track.frames.at(-1)! }))
