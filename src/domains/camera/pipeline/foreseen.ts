/**
 * Remembers where live tracks have been, and asks how many of them will still be there when points could next be placed. When
 * those are too few, points are placed now: what is lost and found again later has lost its place in the solve.
 */
import type { LiveTrack } from '#track/match/tracker.ts'
import type { Foresight } from './advice.ts'

/** A track that is more likely gone than there is not counted on. */
const countedOn = 0.5
/** So few frames of a life tell nothing. */
const leastFrames = 4
/** Nor do so few tracks of how many will be lost. */
const leastTracks = 8

interface Walk {
  readonly startFrame: number
  readonly xy: number[]
}

export class Foreseen {
  readonly #foresight: Foresight
  #walks = new Map<number, Walk>()
  /** Frames in which points were placed because tracks were expected to be lost. */
  readonly #early: number[] = []
  /** What was told of the first points, once. */
  #expected: { readonly at: number; readonly by: number | null } | null = null

  constructor(foresight: Foresight) {
    this.#foresight = foresight
  }

  /** To be told of every frame. */
  saw(frame: number, live: readonly LiveTrack[]): void {
    const walks = new Map<number, Walk>()
    for (const { track, x, y } of live) {
      const known = this.#walks.get(track)
      const goesOn = known !== undefined && known.startFrame + known.xy.length / 2 === frame
      const walk = goesOn ? known : { startFrame: frame, xy: [] }
      walk.xy.push(x, y)
      walks.set(track, walk)
    }
    this.#walks = walks
  }

  /** Ids of live tracks that are more likely gone than there when points can be placed again; none where it only watches. */
  doomed(frame: number, live: readonly LiveTrack[]): ReadonlySet<number> {
    const known = live.flatMap(({ track }) => {
      const walk = this.#walks.get(track)
      return walk !== undefined && walk.xy.length / 2 >= leastFrames ? [{ track, walk }] : []
    })
    const walks = known.map(({ walk }) => walk)
    if (this.#expected === null && known.length >= leastTracks) {
      this.#expected = { at: frame, by: this.#foresight.halfLost(walks, frame) }
    }
    if (!this.#foresight.use.used) return new Set()
    const chances = this.#foresight.chances(walks, frame)
    return new Set(known.filter((_, i) => chances[i]! < countedOn).map(({ track }) => track))
  }

  placedEarly(frame: number): void {
    this.#early.push(frame)
  }

  /** Sentences for the forecast. */
  words(): readonly string[] {
    const { at, by } = this.#expected ?? { at: 0, by: null }
    const early = this.#early
    return [
      ...(by === null ? [] : [`As seen at frame ${at}, half of the points were expected to be lost by frame ${by}.`]),
      ...(early.length === 0 ? [] : [`New points were placed in ${framesOf(early)}, before too many were lost.`]),
    ]
  }
}

const framesOf = (frames: readonly number[]) =>
  frames.length === 1 ? `frame ${frames[0]}` : `frames ${frames.join(', ')}`
