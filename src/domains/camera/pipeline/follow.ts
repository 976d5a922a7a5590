/**
 * Following, with an eye on how it goes: forwards through each part, placing new points where old ones have gone, and back to
 * where the new ones came into the picture. Tracks that are started after a bad stretch get other settings than those before
 * it; a track itself keeps its settings to its end.
 */
import type { Context } from '#core/context.ts'
import { followPlan, isSparse, restFrames } from '#track/match/follow-clip.ts'
import type { DetectReport } from '#track/match/detect.ts'
import { regionIndex, regions } from '#track/match/region.ts'
import type { LiveTrack } from '#track/match/tracker.ts'
import type { Track } from '#track/tracks.ts'
import type { EngineRun, EngineStep, FoundTracks, TrackStart } from '../engines/engine.ts'
import type { SettingsSpace } from '#core/settings-space.ts'
import type { Foresight } from './advice.ts'
import type { Adaptation, AttemptSettings, Phase, PipelineRequest } from './attempt.ts'
import { BroughtTracks } from './brought-tracks.ts'
import { Foreseen } from './foreseen.ts'
import { Monitor } from './monitor.ts'

export interface Followed {
  readonly tracks: readonly Track[]
  /** First frames of new shots. */
  readonly cuts: readonly number[]
  readonly detections: readonly DetectReport[]
  readonly adaptations: readonly Adaptation[]
}

export interface Range {
  readonly from: number
  readonly to: number
}

export interface FollowTask {
  readonly settings: AttemptSettings
  readonly ranges: readonly Range[]
  readonly space: SettingsSpace
  readonly request: Pick<PipelineRequest, 'chosen' | 'tracks'>
  /** null: nobody foresees how long tracks last. */
  readonly foresight: Foresight | null
}

interface Watch {
  phase(phase: Phase): void
  step(step: EngineStep): void
}

type FollowContext = Pick<Context, 'signal' | 'progress'>

/**
 * One attempt's tracks, made step by step, so that what there is can be had when it breaks off.
 */
export class Following {
  readonly cuts: number[] = []
  readonly detections: DetectReport[] = []
  readonly #run: EngineRun
  readonly #task: FollowTask
  readonly #ctx: FollowContext
  readonly #watch: Watch
  readonly #monitor: Monitor
  readonly #brought: BroughtTracks
  readonly #foreseen: Foreseen | null
  #start: TrackStart['settings']
  #done = 0

  constructor(run: EngineRun, task: FollowTask, watch: Watch, ctx: FollowContext) {
    this.#run = run
    this.#task = task
    this.#watch = watch
    this.#ctx = ctx
    this.#start = task.settings.tracker
    this.#monitor = new Monitor(task)
    this.#brought = new BroughtTracks(task.request.tracks)
    this.#foreseen = task.foresight && new Foreseen(task.foresight)
  }

  get adaptations(): readonly Adaptation[] {
    return this.#monitor.adaptations
  }

  /** What was foreseen of the tracks, in sentences. */
  get foreseen(): readonly string[] {
    return this.#foreseen?.words() ?? []
  }

  /** @throws media.*, engine.*, and the reason of the signal */
  async all(): Promise<Followed> {
    for (const range of this.#task.ranges) await this.#part(range)
    return { tracks: await this.tracks(), cuts: this.cuts, detections: this.detections, adaptations: this.adaptations }
  }

  /** As far as it has come. */
  async tracks(): Promise<readonly Track[]> {
    return this.#brought.merged(await this.#run.tracks())
  }

  async #part(range: Range): Promise<void> {
    this.#start = this.#task.settings.tracker
    this.#watch.phase('detect')
    await this.#brought.forwardsFrom(range.from, this.#run, this.#start)
    await this.#place(range.from, 'detected')
    this.#watch.phase('track')
    this.#done = 1
    this.#say(range, 'tracking')
    await this.#forwards(range)
    await this.#run.stop(null, 'range-end')
    await this.#backwards(range)
  }

  async #forwards(range: Range): Promise<void> {
    const { settings } = this.#task
    const known = new Set(settings.cutFrames)
    if (known.has(range.from + 1)) await this.#run.stop(null, 'range-end')
    for await (const step of this.#run.follow(range, this.#ctx.signal)) {
      this.#ctx.signal.throwIfAborted()
      const { frame } = step
      this.#done++
      this.#watch.step(step)
      await this.#brought.forwardsFrom(frame, this.#run, this.#start)
      await this.#tend(step, known.has(frame))
      // What is known to end here is not carried into another shot.
      if (known.has(frame + 1)) await this.#run.stop(null, 'range-end')
      this.#say(range, 'tracking')
    }
  }

  /** Places what is missing after a step, with other settings where too many tracks were lost. */
  async #tend(step: EngineStep, isKnownCut: boolean): Promise<void> {
    const { frame, cut } = step
    const { widthPx, heightPx } = this.#run.info
    if (cut || isKnownCut) {
      if (!this.cuts.includes(frame)) this.cuts.push(frame)
      this.#monitor.newShot()
      await this.#place(frame, 'detected')
      return
    }
    const adapted = this.#monitor.look(step, this.#start)
    if (adapted !== null) this.#start = adapted
    const rested = frame - (this.detections.at(-1)?.frame ?? frame) >= restFrames
    const live = [...step.live, ...this.#brought.placesIn(frame)]
    this.#foreseen?.saw(frame, step.live)
    if (!rested) return
    const { corners, avoidRegions } = this.#task.settings
    const isBare = (some: readonly LiveTrack[]) => isSparse(some, corners.count, widthPx, heightPx, avoidRegions)
    if (isBare(live)) return await this.#place(frame, 'replenished')
    // Those that are as good as lost are made up for while they can still be seen.
    const doomed = this.#foreseen?.doomed(frame, step.live) ?? new Set()
    const lasting = live.filter(({ track }) => !doomed.has(track))
    if (doomed.size === 0 || !isBare(lasting)) return
    this.#foreseen?.placedEarly(frame)
    await this.#place(frame, 'replenished', doomed.size)
  }

  /** @param beyond so many more than are aimed at */
  async #place(frame: number, origin: Track['origin'], beyond = 0): Promise<void> {
    const { corners: aimed, avoidRegions } = this.#task.settings
    const corners = { ...aimed, count: aimed.count + beyond }
    const { windowPx } = followPlan(this.#run.info.widthPx, { settings: this.#start, ...corners })
    // What was adapted to a bad stretch holds for the whole picture.
    const own = this.#start === this.#task.settings.tracker ? this.#task.settings.regions : undefined
    const start = { settings: this.#start, origin, ...(own === undefined ? {} : { regions: own }) }
    const found = await this.#run.detect({ ...corners, windowPx, frame }, start)
    this.detections.push(found.report)
    const unwanted = [
      ...(avoidRegions.length === 0 ? [] : this.#inRegions(found, new Set(avoidRegions))),
      ...doubles(found, this.#brought.placesIn(frame), corners.minDistancePx),
    ]
    if (unwanted.length > 0) await this.#run.remove(unwanted)
    this.#monitor.placed(found.tracks)
  }

  #inRegions({ report, tracks }: FoundTracks, avoided: ReadonlySet<string>): readonly number[] {
    const { widthPx, heightPx } = this.#run.info
    return tracks.filter((_, i) => {
      const region = regions[regionIndex(report.xy[2 * i]!, report.xy[2 * i + 1]!, widthPx, heightPx)]
      return region !== undefined && avoided.has(region)
    })
  }

  /** Follows backwards what was placed after the first frame, through the part from the last such place. */
  async #backwards(range: Range): Promise<void> {
    const { from } = range
    const starts = (await this.#run.tracks()).map(({ startFrame }) => startFrame)
    const last = Math.max(from, ...starts.filter((frame) => frame <= range.to), this.#brought.lastBegin(range))
    if (last > from) {
      const known = new Set(this.#task.settings.cutFrames)
      this.#done = 1
      await this.#brought.backwardsFrom(last, this.#run, this.#start)
      for await (const step of this.#run.follow({ from: last, to: from }, this.#ctx.signal)) {
        this.#ctx.signal.throwIfAborted()
        this.#done++
        this.#watch.step(step)
        await this.#brought.backwardsFrom(step.frame, this.#run, this.#start)
        if (known.has(step.frame)) await this.#run.stop(null, 'range-end')
        this.#say({ from, to: last }, 'tracking backwards')
      }
    }
    await this.#run.stop(null, 'range-end')
  }

  #say({ from, to }: Range, note: string): void {
    this.#ctx.progress({ done: this.#done, total: to - from + 1, unit: 'frames', note })
  }
}

/** Those that were placed on a track that the person brought. */
function doubles(
  { report, tracks }: FoundTracks,
  brought: readonly LiveTrack[],
  distancePx: number,
): readonly number[] {
  if (brought.length === 0) return []
  return tracks.filter((_, i) =>
    brought.some(({ x, y }) => Math.hypot(report.xy[2 * i]! - x, report.xy[2 * i + 1]! - y) < distancePx),
  )
}
