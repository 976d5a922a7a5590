/** The tracks of a running job, put together from what is told of each moment: short tails, what is fresh, what ended. */
import type { Live } from '#http/contract.ts'

export interface LiveTrack {
  /** 2 each, the newest last. */
  readonly tail: readonly number[]
  /** How many times it was seen; few means fresh. */
  readonly seen: number
  /** When it was seen last, counted in moments. */
  readonly at: number
}

export interface LiveTracks {
  /** How many moments were told. */
  readonly moment: number
  readonly phase: string | null
  readonly retry: number
  readonly tracks: ReadonlyMap<number, LiveTrack>
}

export const noLiveTracks: LiveTracks = { moment: 0, phase: null, retry: 0, tracks: new Map() }

const tailPlaces = 10
/** For so many moments an ended track is still drawn. */
const afterglow = 4

/** Moments without points (probing, solving) leave the tracks as they are; another attempt begins anew. */
export function withMoment(before: LiveTracks, { phase, retry, points }: Live): LiveTracks {
  const old = retry === before.retry ? before.tracks : new Map<number, LiveTrack>()
  const moment = before.moment + 1
  if (points.length === 0) return { moment: before.moment, phase, retry, tracks: old }
  const tracks = new Map<number, LiveTrack>()
  for (const [id, track] of old) if (moment - track.at <= afterglow) tracks.set(id, track)
  for (const [id, x, y] of points) {
    const known = old.get(id)
    const tail = [...(known?.tail ?? []), x, y].slice(-2 * tailPlaces)
    tracks.set(id, { tail, seen: (known?.seen ?? 0) + 1, at: moment })
  }
  return { moment, phase, retry, tracks }
}
