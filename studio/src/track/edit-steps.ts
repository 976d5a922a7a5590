/** The actions of the edit tools, made into changes. */
import type { EditedTracks, Step, TrackChange } from './changes.ts'
import { inferReason } from './infer-reason.ts'
import type { ClipSize } from './track-data.ts'

const many = (ids: readonly number[]) => (ids.length === 1 ? `track ${ids[0]}` : `${ids.length} tracks`)

/** Each with the reason that its track suggests, marked as guessed, until the person says one. */
export function deleteStep(selected: ReadonlySet<number>, of: EditedTracks, size: ClipSize): Step {
  const ids = [...selected].filter((id) => !of.deleted.has(id))
  const changes = ids.flatMap((id): TrackChange[] => {
    const track = of.byId.get(id)
    return track ? [{ op: 'delete', track: id, reason: inferReason(track, size), inferred: true }] : []
  })
  return { title: `Delete ${many(ids)}`, changes }
}

/** Enables when all of them are disabled already. */
export function disableStep(selected: ReadonlySet<number>, of: EditedTracks, size: ClipSize): Step {
  const ids = [...selected].filter((id) => !of.deleted.has(id))
  const areOff = ids.length > 0 && ids.every((id) => of.disabled.has(id))
  if (areOff) return { title: `Enable ${many(ids)}`, changes: ids.map((track) => ({ op: 'enable', track })) }
  const on = ids.filter((id) => !of.disabled.has(id))
  const changes = on.flatMap((id): TrackChange[] => {
    const track = of.byId.get(id)
    return track ? [{ op: 'disable', track: id, reason: inferReason(track, size), inferred: true }] : []
  })
  return { title: `Disable ${many(on)}`, changes }
}

/** Markers of the chosen tracks in some frames; tracks without one there are left alone. */
export function deleteMarkersStep(selected: ReadonlySet<number>, of: EditedTracks, from: number, to: number): Step {
  const ids = [...selected].filter((id) => {
    const track = of.byId.get(id)
    return track && !of.deleted.has(id) && track.frames.some((frame) => frame >= from && frame <= to)
  })
  const frames = from === to ? `frame ${from}` : `frames ${from}–${to}`
  const changes = ids.map((track): TrackChange => ({ op: 'delete-markers', track, from, to }))
  return { title: `Delete markers of ${many(ids)}, ${frames}`, changes }
}
