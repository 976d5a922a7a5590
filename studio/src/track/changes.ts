/** What a person changed by hand since the last solve: a list that can be undone, and what it makes of the tracks. */
import type { TrackChange } from '#http/contract.ts'
import { markerAt, type ClipTrack, type ClipTracks, type RemovedTrack } from './track-data.ts'

export type { TrackChange }

/** One action of a person, which may change many tracks. */
export interface Step {
  readonly title: string
  readonly changes: readonly TrackChange[]
}

export interface History {
  readonly done: readonly Step[]
  /** The next to redo is the last. */
  readonly undone: readonly Step[]
}

export const noHistory: History = { done: [], undone: [] }

export const withStep = ({ done }: History, step: Step): History =>
  step.changes.length === 0 ? { done, undone: [] } : { done: [...done, step], undone: [] }

export function undo({ done, undone }: History): History {
  const last = done.at(-1)
  return last ? { done: done.slice(0, -1), undone: [...undone, last] } : { done, undone }
}

export function redo({ done, undone }: History): History {
  const next = undone.at(-1)
  return next ? { done: [...done, next], undone: undone.slice(0, -1) } : { done, undone }
}

/** A step in the middle of the list is taken back by itself; what came after it stays. */
export const without = ({ done }: History, index: number): History => ({
  done: done.filter((_, i) => i !== index),
  undone: [],
})

/** Gives the deletions of the newest step the reason that the person named. */
export function withReason({ done, undone }: History, reason: string): History {
  const last = done.at(-1)
  if (!last) return { done, undone }
  const changes = last.changes.map((change) =>
    change.op === 'delete' || change.op === 'disable' ? { ...change, reason, inferred: false } : change,
  )
  return { done: [...done.slice(0, -1), { ...last, changes }], undone }
}

export const changesOf = ({ done }: History): readonly TrackChange[] => done.flatMap(({ changes }) => changes)

/** The tracks as they are after some changes. */
export interface EditedTracks {
  readonly tracks: readonly ClipTrack[]
  readonly byId: ReadonlyMap<number, ClipTrack>
  readonly deleted: ReadonlySet<number>
  readonly disabled: ReadonlySet<number>
  /** Taken out by the program, before the solve. */
  readonly removed: readonly RemovedTrack[]
  /** Frames of a track whose markers a person moved. */
  readonly moved: ReadonlyMap<number, ReadonlySet<number>>
  readonly added: readonly { readonly frame: number; readonly x: number; readonly y: number }[]
}

export function edited(before: ClipTracks, changes: readonly TrackChange[]): EditedTracks {
  const changed = new Map<number, ClipTrack>()
  const deleted = new Set<number>()
  const disabled = new Set(before.disabled)
  const removed = before.removed ?? []
  const moved = new Map<number, Set<number>>()
  const added: { frame: number; x: number; y: number }[] = []
  const now = (id: number) => changed.get(id) ?? before.byId.get(id)
  for (const change of changes) {
    if (change.op === 'add') {
      added.push(change)
      continue
    }
    const track = now(change.track)
    if (!track) continue
    if (change.op === 'delete') deleted.add(track.id)
    else if (change.op === 'disable') disabled.add(track.id)
    else if (change.op === 'enable') disabled.delete(track.id)
    else if (change.op === 'delete-markers') changed.set(track.id, withoutMarkers(track, change.from, change.to))
    else {
      const at = markerAt(track, change.frame)
      if (at < 0) continue
      changed.set(track.id, withMarker(track, at, change.x, change.y))
      moved.set(track.id, (moved.get(track.id) ?? new Set()).add(change.frame))
    }
  }
  if (changed.size === 0) return { tracks: before.tracks, byId: before.byId, deleted, disabled, removed, moved, added }
  const tracks = before.tracks.map((track) => changed.get(track.id) ?? track)
  return { tracks, byId: new Map(tracks.map((track) => [track.id, track])), deleted, disabled, removed, moved, added }
}

function withMarker(track: ClipTrack, at: number, x: number, y: number): ClipTrack {
  const xy = track.xy.slice()
  xy[2 * at] = x
  xy[2 * at + 1] = y
  return { ...track, xy }
}

function withoutMarkers(track: ClipTrack, from: number, to: number): ClipTrack {
  const kept = [...track.frames.keys()].filter((i) => {
    const frame = track.frames[i] as number
    return frame < from || frame > to
  })
  return {
    ...track,
    frames: Int32Array.from(kept, (i) => track.frames[i] as number),
    xy: Float64Array.from(kept.flatMap((i) => [track.xy[2 * i] as number, track.xy[2 * i + 1] as number])),
    correlation: Float32Array.from(kept, (i) => track.correlation[i] as number),
  }
}
