/** Tracks that an attempt had and its solve did not get: a learner needs what failed as much as what did not. */
import type { Track } from '#track/tracks.ts'
import type { Attempt } from '../pipeline/attempt.ts'
import type { TrackRecord } from '../telemetry.ts'
import type { DeletionReason } from '../terms.ts'
import { type PictureSize, type TrackFates, trackName, trackRecord } from './track-records.ts'

interface Deleted {
  /** As it was followed, and as it was when it went. */
  readonly followed: Track
  readonly track: Track
  readonly reason: DeletionReason
  /** Where it showed; null where it did not show in any one frame. */
  readonly frame: number | null
  /** Id of the track that it became part of. */
  readonly into: number | null
}

/**
 * In the order in which they were placed.
 *
 * @param earlier attempts of the same run, the first try first: parts of the clip may have been taken over from them
 */
export function deletedTracks(
  attempt: Attempt,
  earlier: readonly Attempt[],
  size: PictureSize,
  fates: TrackFates,
): readonly TrackRecord[] {
  return deletionsOf(attempt, earlier).map(({ track, reason, frame, into }) => ({
    ...trackRecord(track, size, fates),
    deletion: { reason, noticedFrame: frame, into: into === null ? null : trackName(into) },
  }))
}

function deletionsOf(
  { followed, tracks, healing, cleaning }: Attempt,
  earlier: readonly Attempt[],
): readonly Deleted[] {
  const before = earlier.at(-1)
  // What was taken over is the same value, whatever number it has.
  const taken = new Set(before?.followed)
  const long = before && followed.some((track) => taken.has(track)) ? deletionsOf(before, earlier.slice(0, -1)) : []
  const known = new Map(long.map((one) => [one.followed, one]))
  const heirs = new Map<number, { readonly into: number; readonly frame: number | null }>()
  for (const { earlier, later, gapEndFrame, healed } of healing?.attempts ?? []) {
    if (healed) heirs.set(later, { into: earlier, frame: gapEndFrame })
  }
  for (const { kept, joined } of [...(healing?.merged ?? []), ...(cleaning?.averaged ?? [])]) {
    for (const id of joined) heirs.set(id, { into: kept, frame: null })
  }
  const removed = new Map(cleaning?.removed.map((one) => [one.track.id, one]))
  const stays = new Set(tracks.map(({ id }) => id))
  return followed.flatMap((track): Deleted[] => {
    if (stays.has(track.id)) return []
    const same = known.get(track)
    if (same !== undefined) return [same]
    const gone = removed.get(track.id)
    if (gone !== undefined) return [{ ...gone, followed: track, into: null }]
    const heir = heirs.get(track.id)
    if (heir === undefined) return [{ followed: track, track, reason: 'unknown', frame: null, into: null }]
    const frame = heir.frame ?? track.frames[0] ?? null
    return [{ followed: track, track, reason: 'joined', frame, into: heirOf(track.id, heirs) }]
  })
}

/** Joins go in chains: the last of them is the track that is left. */
function heirOf(id: number, heirs: ReadonlyMap<number, { readonly into: number }>): number {
  let last = id
  for (let next = heirs.get(last); next !== undefined; next = heirs.get(last)) last = next.into
  return last
}

/** By track: frames whose markers were taken out because it jumped there. */
export function cleanedFrames({ cleaning }: Attempt): ReadonlyMap<number, readonly number[]> {
  const frames = new Map<number, number[]>()
  for (const { track, frame } of cleaning?.removedMarkers ?? []) {
    const own = frames.get(track)
    if (own === undefined) frames.set(track, [frame])
    else own.push(frame)
  }
  return frames
}
