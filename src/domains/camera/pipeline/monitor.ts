/** How many tracks last, and what tracks that are started later get when too few do. */
import { nearestLegal, type SettingsSpace } from '#core/settings-space.ts'
import type { EndReason, TrackerSettings } from '#track/tracks.ts'
import type { EngineStep } from '../engines/engine.ts'
import type { Adaptation, AttemptSettings, PipelineRequest } from './attempt.ts'
import { frozen } from './frozen.ts'

/** Below these shares of survivors the windows of later tracks grow: the worse, the more. */
const bands = [
  { below: 0.3, search: 1.3, pattern: 1.2 },
  { below: 0.5, search: 1.15, pattern: 1 },
] as const
/** Settings that did not help three times will not help the fourth. */
const mostAdaptations = 3
/** A share of fewer tracks says nothing. */
const leastTracks = 12
/** A wider window would not have kept these. */
const naturalEnds: ReadonlySet<EndReason> = new Set(['left-frame', 'masked', 'range-end', 'stopped'])

interface Rules {
  readonly settings: Pick<AttemptSettings, 'monitorFrames'>
  readonly space: SettingsSpace
  readonly request: Pick<PipelineRequest, 'chosen'>
}

export class Monitor {
  readonly adaptations: Adaptation[] = []
  readonly #rules: Rules
  /** Alive at the last look. */
  #before = new Set<number>()
  #lastLook: number | null = null
  readonly #left = new Set<number>()

  constructor(rules: Rules) {
    this.#rules = rules
  }

  newShot(): void {
    this.#lastLook = null
  }

  /** The first tracks of a part are looked at from here. */
  placed(tracks: readonly number[]): void {
    if (this.#lastLook === null) this.#before = new Set(tracks)
  }

  /**
   * @param current what tracks are started with
   * @returns what they are started with from here on; null when nothing changes
   */
  look({ frame, live, ended }: EngineStep, current: TrackerSettings): TrackerSettings | null {
    this.#lastLook ??= frame - 1
    for (const { track, reason } of ended) if (naturalEnds.has(reason)) this.#left.add(track)
    if (frame - this.#lastLook < this.#rules.settings.monitorFrames) return null
    const alive = new Set(live.map(({ track }) => track))
    const counted = [...this.#before].filter((track) => !this.#left.has(track))
    const survival = counted.filter((track) => alive.has(track)).length / counted.length
    this.#before = alive
    this.#left.clear()
    this.#lastLook = frame
    if (counted.length < leastTracks || this.adaptations.length >= mostAdaptations) return null
    return this.#adapted(frame, survival, current)
  }

  #adapted(frame: number, survival: number, before: TrackerSettings): TrackerSettings | null {
    const band = bands.find(({ below }) => survival < below)
    if (band === undefined) return null
    const { chosen } = this.#rules.request
    const patternSize = chosen.tracker.patternSize ?? this.#grown('patternSize', before.patternSize, band.pattern)
    const searchSize = chosen.tracker.searchSize ?? this.#grown('searchSize', before.searchSize, band.search)
    if (patternSize === before.patternSize && searchSize === before.searchSize) return null
    const after = frozen({ ...before, patternSize, searchSize: Math.max(searchSize, patternSize) })
    const cause = `${Math.round(survival * 100)} % of the tracks lasted since the last look`
    this.adaptations.push({ frame, survival, cause, before, after })
    return after
  }

  /** Never smaller than it was, even where a large picture begins beyond the range. */
  #grown(name: 'patternSize' | 'searchSize', value: number, by: number): number {
    const dimension = this.#rules.space[name]
    const legal = dimension === undefined ? value : nearestLegal(dimension, value * by)
    return Math.max(value, typeof legal === 'number' ? legal : value)
  }
}
