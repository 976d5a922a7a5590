/**
 * Tracks that the person brought. Their markers stand as they are; where a track has no end on a side, the engine follows it
 * on from its outermost marker, and what it finds is joined to it.
 */
import type { Track, TrackerSettings } from '#track/tracks.ts'
import type { LiveTrack } from '#track/match/tracker.ts'
import type { EngineRun } from '../engines/engine.ts'

/** What the engine knows of a track that was brought. */
interface Legs {
  after: number | null
  before: number | null
}

export class BroughtTracks {
  readonly #tracks: readonly Track[]
  readonly #legs = new Map<Track, Legs>()

  constructor(tracks: readonly Track[]) {
    this.#tracks = tracks.filter(({ frames }) => frames.length > 0)
    for (const track of this.#tracks) this.#legs.set(track, { after: null, before: null })
  }

  /** Starts the tracks whose last marker is in this frame, and that have no end there. */
  async forwardsFrom(frame: number, run: EngineRun, settings: TrackerSettings): Promise<void> {
    const due = this.#tracks.filter(({ frames, end }) => end === null && frames.at(-1) === frame)
    for (const track of due) this.#legs.get(track)!.after = await started(track, -1, run, settings)
  }

  /** Starts the tracks whose first marker is in this frame, and that have no beginning there. */
  async backwardsFrom(frame: number, run: EngineRun, settings: TrackerSettings): Promise<void> {
    const due = this.#tracks.filter(({ frames, begin }) => begin === null && frames[0] === frame)
    for (const track of due) this.#legs.get(track)!.before = await started(track, 0, run, settings)
  }

  /** The last frame of a part from which one is to be followed backwards; before all frames when there is none. */
  lastBegin({ from, to }: { readonly from: number; readonly to: number }): number {
    const begins = this.#tracks.flatMap(({ frames, begin }) => (begin === null ? [frames[0]!] : []))
    return Math.max(-1, ...begins.filter((frame) => frame > from && frame <= to))
  }

  /** Where they are in a frame, by their own markers. */
  placesIn(frame: number): readonly LiveTrack[] {
    return this.#tracks.flatMap(({ id, frames, xy }) => {
      const at = frames.indexOf(frame)
      return at < 0 ? [] : [{ track: id, x: xy[2 * at]!, y: xy[2 * at + 1]! }]
    })
  }

  /** The engine's tracks, with those that were brought in the place of the legs that they grew. */
  merged(tracks: readonly Track[]): readonly Track[] {
    if (this.#tracks.length === 0) return tracks
    const legs = new Set([...this.#legs.values()].flatMap(({ after, before }) => [after, before]))
    const byId = new Map(tracks.map((track) => [track.id, track]))
    const own = tracks.filter(({ id }) => !legs.has(id))
    const free = tracks.reduce((next, { id }) => Math.max(next, id + 1), 0)
    const brought = this.#tracks.map((track, i): Track => {
      const { after, before } = this.#legs.get(track)!
      return joined({ ...track, id: free + i }, legOf(byId, before), legOf(byId, after))
    })
    return [...own, ...brought]
  }
}

const legOf = (tracks: ReadonlyMap<number, Track>, id: number | null) => (id === null ? null : (tracks.get(id) ?? null))

async function started(track: Track, at: 0 | -1, run: EngineRun, settings: TrackerSettings): Promise<number | null> {
  const index = at === 0 ? 0 : track.frames.length - 1
  const xy = track.xy.subarray(2 * index, 2 * index + 2)
  const [id = null] = await run.add(track.frames[index]!, xy, { settings, origin: track.origin })
  return id
}

/** The markers before the first and after the last of its own. */
function joined(track: Track, before: Track | null, after: Track | null): Track {
  const [first, last] = [track.frames[0]!, track.frames.at(-1)!]
  const head = before === null ? 0 : countWhile(before.frames, (frame) => frame < first)
  const tail = after === null ? 0 : after.frames.length - countWhile(after.frames, (frame) => frame <= last)
  const from = (after?.frames.length ?? 0) - tail
  return {
    ...track,
    frames: Int32Array.of(
      ...(before?.frames.slice(0, head) ?? []),
      ...track.frames,
      ...(after?.frames.slice(from) ?? []),
    ),
    xy: Float64Array.of(...(before?.xy.slice(0, 2 * head) ?? []), ...track.xy, ...(after?.xy.slice(2 * from) ?? [])),
    correlation: Float32Array.of(
      ...(before?.correlation.slice(0, head) ?? []),
      ...track.correlation,
      ...(after?.correlation.slice(from) ?? []),
    ),
    begin: track.begin ?? before?.begin ?? null,
    end: track.end ?? after?.end ?? null,
  }
}

function countWhile(frames: Int32Array, is: (frame: number) => boolean): number {
  const count = frames.findIndex((frame) => !is(frame))
  return count < 0 ? frames.length : count
}
