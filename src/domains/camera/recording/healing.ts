/** Gaps that were tried to be closed, and the tracks that led the way across them. */
import type { Track } from '#track/tracks.ts'
import type { HealAttempt } from '../heal/heal.ts'
import type { Attempt } from '../pipeline/attempt.ts'
import type { CameraTelemetry } from '../session.ts'
import type { HealingAttempt, TrackRecord } from '../telemetry.ts'
import { type Pair, regions } from '../terms.ts'
import { meanOf, pairOf, rounded, share } from './rounded.ts'
import {
  anchorQuality,
  isAnchor,
  meanRegion,
  type PictureSize,
  sampleFrames,
  signatureMarkers,
  trackName,
} from './track-records.ts'

interface Range {
  readonly from: number
  readonly to: number
}

const mostAnchors = 10

/** The tracks that say most of how the picture moved, the best first. */
export function anchorsOf(tracks: readonly TrackRecord[], { from, to }: Range): CameraTelemetry['anchors'] {
  return tracks
    .filter((track) => isAnchor(track.lifespanFrames ?? 0, to - from))
    .map(({ name, startFrame, endFrame, anchorQuality: quality }) => ({ name, startFrame, endFrame, quality }))
    .sort((a, b) => (b.quality ?? 0) - (a.quality ?? 0))
    .slice(0, mostAnchors)
}

/** Of those that led the way, so many are recorded, the nearest first. */
const mostLeaders = 3
/** Of a longer gap only every few frames of their paths are. */
const shortGapFrames = 5

export function healingFields(
  { healing, followed }: Attempt,
  size: PictureSize,
  { from, to }: Range,
): Pick<CameraTelemetry, 'healingAttempts' | 'healing'> {
  if (healing === null) return { healingAttempts: null, healing: null }
  const { attempts, candidates, merged } = healing
  const tried = attempts.filter(({ errorPx }) => errorPx !== null)
  const healed = attempts.filter((attempt) => attempt.healed)
  const whole = new Map(followed.map((track) => [track.id, track]))
  const scene = { whole, mended: new Map(healing.tracks.map((track) => [track.id, track])), size, length: to - from }
  return {
    healingAttempts: attempts.map((attempt) => attemptRecord(attempt, scene)),
    healing: {
      candidates,
      attempted: tried.length,
      succeeded: healed.length,
      averageGapFrames: rounded(meanOf(attempts.map((a) => a.gapEndFrame - a.gapStartFrame - 1))),
      averageMatchScore: rounded(meanOf(attempts.map((a) => a.matchScore))),
      averageErrorPx: rounded(meanOf(healed.flatMap(({ errorPx }) => errorPx ?? []))),
      merged: merged.reduce((sum, { joined }) => sum + joined.length, 0),
    },
  }
}

interface Scene {
  /** By id, as they were followed. */
  readonly whole: ReadonlyMap<number, Track>
  readonly mended: ReadonlyMap<number, Track>
  readonly size: PictureSize
  /** Of the clip, frames from first to last. */
  readonly length: number
}

function attemptRecord(attempt: HealAttempt, { whole, mended, size, length }: Scene): HealingAttempt {
  const { earlier, later, gapStartFrame, gapEndFrame, bridge } = attempt
  // A chain of joins: the end may be that of a track that is part of the earlier one by now.
  const before = [whole.get(earlier), mended.get(earlier)].find((track) => track && placeOf(track, gapStartFrame) >= 0)
  const after = whole.get(later)
  const leaders = attempt.anchors.slice(0, mostLeaders).flatMap((id) => whole.get(id) ?? [])
  const frames = framesAcross(gapStartFrame, gapEndFrame)
  return {
    gapStartFrame,
    gapEndFrame,
    gapStartUv: before ? placeUv(before, placeOf(before, gapStartFrame), size) : null,
    gapEndUv: after ? placeUv(after, placeOf(after, gapEndFrame), size) : null,
    gapStartVelocityUv: before ? velocityUv(before, placeOf(before, gapStartFrame), -signatureMarkers, size) : null,
    gapEndVelocityUv: after ? velocityUv(after, placeOf(after, gapEndFrame), signatureMarkers, size) : null,
    anchorCount: attempt.anchors.length,
    anchorPositionsUv: leaders.map((track) => byFrame(track, frames, (at) => placeUv(track, at, size))),
    anchorVelocitiesUv: leaders.map((track) => byFrame(track, frames, (at) => velocityUv(track, at, -1, size))),
    anchorRegions: leaders.map((track) => regions[meanRegion(track, size)] ?? null),
    anchorQualities: leaders.map((track) => anchorQuality(track, length)),
    interpolatedUv: Array.from({ length: bridge.length / 2 }, (_, i) => uv(bridge[2 * i]!, bridge[2 * i + 1]!, size)),
    method: attempt.method,
    errorPx: rounded(attempt.errorPx),
    healed: attempt.healed,
    earlier: trackName(earlier),
    later: trackName(later),
    matchScore: share(attempt.matchScore),
    why: attempt.why,
  }
}

function framesAcross(from: number, to: number): readonly number[] {
  const step = to - from <= shortGapFrames ? 1 : sampleFrames
  const frames = Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step)
  return [...frames, to]
}

function byFrame(track: Track, frames: readonly number[], value: (at: number) => Pair | null): Record<string, Pair> {
  return Object.fromEntries(
    frames.flatMap((frame) => {
      const at = placeOf(track, frame)
      const pair = at < 0 ? null : value(at)
      return pair === null ? [] : [[frameKey(frame), pair] as const]
    }),
  )
}

/** With leading zeros, a key is no index of a list: those JavaScript puts in an order of its own, which makes writing slow. */
const frameKey = (frame: number): string => String(frame).padStart(5, '0')

const placeOf = ({ frames }: Track, frame: number): number => frames.indexOf(frame)

const uv = (x: number, y: number, { widthPx, heightPx }: PictureSize): Pair => pairOf(x / widthPx, 1 - y / heightPx)

const placeUv = ({ xy }: Track, at: number, size: PictureSize): Pair | null =>
  at < 0 ? null : uv(xy[2 * at]!, xy[2 * at + 1]!, size)

/** From or to the marker so many further on, or as many as there are; per frame. */
function velocityUv({ frames, xy }: Track, at: number, markers: number, size: PictureSize): Pair | null {
  const other = Math.min(frames.length - 1, Math.max(0, at + markers))
  if (at < 0 || other === at) return null
  const elapsed = frames[other]! - frames[at]!
  const [dx, dy] = [xy[2 * other]! - xy[2 * at]!, xy[2 * other + 1]! - xy[2 * at + 1]!]
  return pairOf(dx / size.widthPx / elapsed, 0 - dy / size.heightPx / elapsed)
}
