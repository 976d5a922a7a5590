/** Ties behavior records to the sessions that they followed. */
import type { Json, JsonObject } from '#core/json.ts'
import { textOf } from './reading.ts'

/** When a session that was read ended: all that is kept of it, to find the one that a behavior record followed. */
export interface Ended {
  readonly session: string
  readonly contributor: string | null
  readonly endMs: number
  /** Its name in an export of Hindsight. */
  readonly exportedId: string | null
}

export interface EndedSessions {
  add(end: Ended): void
  near(atMs: number): readonly Ended[]
  exported(id: string): Ended | null
}

/** A record is named by the second at which the run ended; saving the session takes a moment more. */
const toleranceMs = 5000

/** Sessions by the time at which they ended, so that a record finds its own without looking at all. */
export function endedSessions(): EndedSessions {
  const byTime = new Map<number, Ended[]>()
  const byExport = new Map<string, Ended>()
  const bucket = (ms: number) => Math.floor(ms / toleranceMs)
  return {
    add(end) {
      const slot = byTime.get(bucket(end.endMs))
      if (slot) slot.push(end)
      else byTime.set(bucket(end.endMs), [end])
      if (end.exportedId !== null) byExport.set(end.exportedId, end)
    },
    near: (atMs) =>
      [-1, 0, 1]
        .flatMap((offset) => byTime.get(bucket(atMs) + offset) ?? [])
        .filter((end) => Math.abs(end.endMs - atMs) <= toleranceMs),
    exported: (id) => byExport.get(id) ?? null,
  }
}

/**
 * Nothing in the record names the session that it followed, and the fingerprints of the two are different hashes: only
 * time ties them. Two sessions that fit leave it open.
 */
export function sessionBefore(
  raw: JsonObject,
  followed: Json | undefined,
  contributor: string | null,
  ended: EndedSessions,
): string | null {
  const exported = textOf(followed)
  if (exported !== null) return ended.exported(exported)?.session ?? null
  const stamp = /^(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})$/.exec(textOf(raw['session_id']) ?? '')
  if (!stamp) return null
  const [, year, month, day, hour, minute, second] = stamp
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  const near = ended.near(at).filter((end) => end.contributor === contributor)
  const ids = new Set(near.map((end) => end.session))
  return ids.size === 1 ? (near[0]?.session ?? null) : null
}
