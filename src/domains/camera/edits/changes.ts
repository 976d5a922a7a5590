/** What a person changes on the tracks of a run by hand, and what it makes of them. */
import { fault } from '#core/faults.ts'
import type { Track } from '#track/tracks.ts'

interface Why {
  /** One of `inferredReasons`, or the person's own words; null: not said. */
  readonly reason: string | null
  /** Whether the program guessed it. */
  readonly inferred: boolean
}

type Change<Op extends string, Body> = { readonly op: Op } & Body & Why
interface OfTrack {
  readonly track: number
}
interface Place {
  readonly frame: number
  readonly x: number
  readonly y: number
}

/** Positions in pixels from the top-left corner, frames from 0. */
export type TrackChange =
  | Change<'delete', OfTrack>
  | Change<'disable', OfTrack>
  | Change<'enable', OfTrack>
  | Change<'move', OfTrack & Place>
  | Change<'delete-markers', OfTrack & { readonly from: number; readonly to: number }>
  | Change<'add', Place>

export type AddedPoint = Extract<TrackChange, { readonly op: 'add' }>

/** Tracks, and which of them take no part in the solve. */
export interface EditableTracks {
  readonly tracks: readonly Track[]
  readonly disabled: readonly number[]
}

export interface ChangedTracks extends EditableTracks {
  /** To be followed from where they were put. */
  readonly added: readonly AddedPoint[]
}

/**
 * Applies changes in their order. A track whose last marker is deleted is deleted.
 *
 * @throws edit.invalid for a track that is not there, or not any more
 */
export function applyChanges(before: EditableTracks, changes: readonly TrackChange[]): ChangedTracks {
  const tracks = new Map(before.tracks.map((track) => [track.id, track]))
  const disabled = new Set(before.disabled)
  const added: AddedPoint[] = []
  for (const [index, change] of changes.entries()) {
    if (change.op === 'add') {
      added.push(change)
      continue
    }
    const track = tracks.get(change.track)
    if (!track) {
      const where = `change ${index + 1}`
      throw fault('edit.invalid', { expected: 'a track of the session', found: `track ${change.track}`, where })
    }
    if (change.op === 'disable') disabled.add(track.id)
    else if (change.op === 'enable') disabled.delete(track.id)
    else {
      const after = changed(track, change)
      if (after === null || after.frames.length === 0) tracks.delete(track.id)
      else tracks.set(track.id, after)
    }
  }
  return {
    tracks: [...tracks.values()],
    disabled: [...disabled].filter((id) => tracks.has(id)).sort((a, b) => a - b),
    added,
  }
}

function changed(
  track: Track,
  change: Extract<TrackChange, { readonly op: 'delete' | 'move' | 'delete-markers' }>,
): Track | null {
  if (change.op === 'move') return withMarker(track, change.frame, change.x, change.y)
  if (change.op === 'delete-markers') return withMarkers(track, (frame) => frame < change.from || frame > change.to)
  return null
}

/** Where it has a marker already, that moves; a marker by hand was matched with nothing. */
function withMarker(track: Track, frame: number, x: number, y: number): Track {
  const others = withMarkers(track, (own) => own !== frame)
  const at = [...others.frames].findIndex((own) => own > frame)
  const index = at < 0 ? others.frames.length : at
  return {
    ...track,
    frames: Int32Array.from([...others.frames].toSpliced(index, 0, frame)),
    xy: Float64Array.from([...others.xy].toSpliced(2 * index, 0, x, y)),
    correlation: Float32Array.from([...others.correlation].toSpliced(index, 0, Number.NaN)),
  }
}

function withMarkers(track: Track, stays: (frame: number) => boolean): Track {
  const kept = Array.from(track.frames.keys()).filter((i) => stays(track.frames[i]!))
  return {
    ...track,
    frames: Int32Array.from(kept, (i) => track.frames[i]!),
    xy: Float64Array.from(kept.flatMap((i) => [track.xy[2 * i]!, track.xy[2 * i + 1]!])),
    correlation: Float32Array.from(kept, (i) => track.correlation[i]!),
  }
}
