/** Tracks as sessions hold them: every one that was ever placed, whatever became of it. */
import type { DetectReport } from '#track/match/detect.ts'
import { regionIndex } from '#track/match/region.ts'
import type { SolvedPoint, UnsolvedTrack } from '#track/solution.ts'
import type { EndReason as TrackerEnd, Track, TrackEnd } from '#track/tracks.ts'
import type { EndpointSignature, TrackRecord, Trajectory } from '../telemetry.ts'
import { type EndReason, regions } from '../terms.ts'
import { meanOf, pairOf, rounded, share } from './rounded.ts'

/** A track that lived for so many frames counts as one that survived, as the training-data guide has it. */
export const survivalFrames = 5
/** Frames from one sample of a trajectory to the next. */
export const sampleFrames = 5

export interface PictureSize {
  readonly widthPx: number
  readonly heightPx: number
}

/** What is known of the run beside the tracks. */
export interface TrackFates {
  /** First and last frame of the clip. */
  readonly clip: { readonly from: number; readonly to: number }
  readonly points: ReadonlyMap<number, SolvedPoint>
  readonly unsolved: ReadonlyMap<number, UnsolvedTrack['reason']>
  /** By track: strength of its corner as a share of the strongest that was taken with it. */
  readonly quality: ReadonlyMap<number, number>
  /** By track: frames that were taken out of it; null when nobody looked for any. */
  readonly cleaned: ReadonlyMap<number, readonly number[]> | null
}

/** Names are for people, and count from 1. */
export const trackName = (id: number): string => `track ${id + 1}`
/** The other way; null for what is no such name. */
export function trackNumber(name: string): number | null {
  const [, number] = /^track ([1-9]\d{0,8})$/.exec(name) ?? []
  return number === undefined ? null : Number(number) - 1
}

export function trackRecord(track: Track, size: PictureSize, fates: TrackFates): TrackRecord {
  const { frames } = track
  const [first, last] = [frames[0]!, frames.at(-1)!]
  const path = uvPath(track, size)
  const point = fates.points.get(track.id)
  const matched = [...track.correlation].filter((value) => !Number.isNaN(value))
  const lifespan = last - first
  const length = fates.clip.to - fates.clip.from
  return {
    name: trackName(track.id),
    region: regions[meanRegion(track, size)] ?? null,
    startFrame: first,
    endFrame: last,
    lifespanFrames: lifespan,
    markerCount: frames.length,
    averageVelocityUv: lifespan === 0 ? null : rounded(distance(path, 0, frames.length - 1) / lifespan),
    jitter: jitterOf(path),
    survived: lifespan >= survivalFrames,
    contributedToSolve: point !== undefined,
    reprojectionErrorPx: rounded(point?.errorPx ?? null),
    initialUv: pairOf(path.u[0]!, path.v[0]!),
    featureQuality: share(fates.quality.get(track.id) ?? null),
    trajectory: trajectoryOf(track, path),
    averageConfidence: share(meanOf(matched)),
    startSignature: signature(track, path, 1),
    endSignature: signature(track, path, -1),
    isAnchorCandidate: isAnchor(lifespan, length),
    anchorQuality: anchorQuality(track, length),
    origin: track.origin,
    placedFrame: track.startFrame,
    beginReason: endReason(track.begin, fates.clip.from),
    endReason: endReason(track.end, fates.clip.to),
    unsolvedReason: fates.unsolved.get(track.id) ?? null,
    droppedFrames: point?.droppedFrames ?? null,
    cleanedFrames: fates.cleaned === null ? null : (fates.cleaned.get(track.id) ?? []),
  }
}

/** Tracks that last so long, or for half of a shorter clip, tell how the picture moves. */
const anchorFrames = 30

/** @param length of the clip, frames from first to last */
export const isAnchor = (lifespan: number, length: number): boolean =>
  lifespan > 0 && lifespan >= Math.min(anchorFrames, length / 2)

/** The share of the clip that it spans, times how well it was found again. */
export function anchorQuality({ frames, correlation }: Track, length: number): number {
  const matched = [...correlation].filter((value) => !Number.isNaN(value))
  const spanned = length === 0 ? 0 : (frames.at(-1)! - frames[0]!) / length
  return share(spanned * (meanOf(matched) ?? 1)) ?? 0
}

const endReasons: Readonly<Record<Exclude<TrackerEnd, 'range-end'>, EndReason>> = {
  'left-frame': 'left-frame',
  'low-correlation': 'lost-match',
  drift: 'drift',
  occluded: 'occluded',
  'scene-cut': 'scene-cut',
  masked: 'masked',
  stopped: 'stopped',
}

/** Where the range that was asked for ends before the clip does, following was stopped. */
function endReason(end: TrackEnd | null, clipEnd: number): EndReason | null {
  if (end === null) return null
  if (end.reason === 'range-end') return end.frame === clipEnd ? 'clip-end' : 'stopped'
  return endReasons[end.reason]
}

/** Positions in shares of the picture, y up. */
export interface UvPath {
  readonly u: Float64Array
  readonly v: Float64Array
}

export function uvPath({ xy, frames }: Track, { widthPx, heightPx }: PictureSize): UvPath {
  const u = new Float64Array(frames.length)
  const v = new Float64Array(frames.length)
  for (let i = 0; i < frames.length; i++) {
    u[i] = xy[2 * i]! / widthPx
    v[i] = 1 - xy[2 * i + 1]! / heightPx
  }
  return { u, v }
}

const distance = ({ u, v }: UvPath, i: number, j: number) => Math.hypot(u[j]! - u[i]!, v[j]! - v[i]!)

export function meanRegion({ xy, frames }: Track, { widthPx, heightPx }: PictureSize): number {
  let [x, y] = [0, 0]
  for (let i = 0; i < frames.length; i++) {
    x += xy[2 * i]! / frames.length
    y += xy[2 * i + 1]! / frames.length
  }
  return regionIndex(x, y, widthPx, heightPx)
}

/** Standard deviation of the step lengths over their mean; null below three markers, or when nothing moved. */
function jitterOf(path: UvPath): number | null {
  const steps = Array.from({ length: path.u.length - 1 }, (_, i) => distance(path, i, i + 1))
  const mean = meanOf(steps)
  if (steps.length < 2 || mean === null || mean === 0) return null
  return rounded(Math.sqrt(steps.reduce((sum, step) => sum + (step - mean) ** 2, 0) / steps.length) / mean)
}

/** A sample every few frames, and the last marker. */
function trajectoryOf({ frames, correlation }: Track, path: UvPath): Trajectory {
  const at: number[] = []
  frames.forEach((frame, i) => {
    const isDue = at.length === 0 || frame >= frames[at.at(-1)!]! + sampleFrames
    if (isDue || i === frames.length - 1) at.push(i)
  })
  return {
    everyMarkers: sampleFrames,
    frames: at.map((i) => frames[i]!),
    positionsUv: at.map((i) => pairOf(path.u[i]!, path.v[i]!)),
    stepsUv: at.slice(1).map((i, n) => rounded(distance(path, at[n]!, i) / (frames[i]! - frames[at[n]!]!)) ?? 0),
    // Where a point was placed, its picture is the pattern: it fits by itself.
    confidences: at.map((i) => share(Number.isNaN(correlation[i]!) ? 1 : correlation[i]!) ?? 0),
  }
}

/** Over so many markers from its end. */
export const signatureMarkers = 5

/** How the point moves at its first (`direction` 1) or last markers; frames without a marker count as evenly passed. */
function signature({ frames, correlation }: Track, { u, v }: UvPath, direction: 1 | -1): EndpointSignature {
  const count = Math.min(signatureMarkers, frames.length)
  const low = direction === 1 ? 0 : frames.length - count
  const end = direction === 1 ? 0 : frames.length - 1
  const velocity = (i: number) => {
    const elapsed = frames[i + 1]! - frames[i]!
    return [(u[i + 1]! - u[i]!) / elapsed, (v[i + 1]! - v[i]!) / elapsed] as const
  }
  const all = Array.from({ length: count - 1 }, (_, i) => velocity(low + i))
  const average = (axis: 0 | 1) => meanOf(all.map((pair) => pair[axis])) ?? 0
  const change = (axis: 0 | 1) => ((all.at(-1)?.[axis] ?? 0) - (all[0]?.[axis] ?? 0)) / (all.length - 1)
  const near = [...correlation.subarray(low, low + count)].filter((value) => !Number.isNaN(value))
  return {
    positionUv: pairOf(u[end]!, v[end]!),
    velocityUv: all.length < 1 ? null : pairOf(average(0), average(1)),
    accelerationUv: all.length < 2 ? null : pairOf(change(0), change(1)),
    confidence: share(meanOf(near)),
  }
}

/**
 * How strong the corner was that each track was placed on, as a share of the strongest that was taken in the same search.
 * Tracks of a search come in the order of its corners.
 */
export function featureQualities(tracks: readonly Track[], detections: readonly DetectReport[]): Map<number, number> {
  const searches = new Map(detections.map((report) => [report.frame, { ...report, next: 0 }]))
  const qualities = new Map<number, number>()
  for (const { id, startFrame, frames, xy } of tracks) {
    const search = searches.get(startFrame)
    if (!search) continue
    const at = frames.indexOf(startFrame)
    while (2 * search.next < search.xy.length && !isAt(search.xy, search.next, xy, at)) search.next++
    const strongest = search.strength.reduce((most, value) => Math.max(most, value), 0)
    const strength = search.strength[search.next++]
    if (strength !== undefined && strongest > 0) qualities.set(id, strength / strongest)
  }
  return qualities
}

const isAt = (a: Float64Array, i: number, b: Float64Array, j: number) =>
  a[2 * i] === b[2 * j] && a[2 * i + 1] === b[2 * j + 1]
