/**
 * A run in Blender. Blender follows, one frame at a time; which tracks there are, where they stand, why they ended, what is
 * masked and where a scene is cut is kept and decided here, from Blender's positions and the clip's own frames. So tracks
 * can still be read when Blender is gone.
 */
import { maskTest, type MaskTest } from '#track/match/mask.ts'
import { checkSettings } from '#track/match/settings.ts'
import type { LiveTrack } from '#track/match/tracker.ts'
import { type Direction, TrackLog } from '#track/match/track-log.ts'
import type { SolveShots } from '#track/track-clip.ts'
import type { EndReason, Track, TrackerSettings } from '#track/tracks.ts'
import type { ClipInfo, LumaFrame } from '#vision/frames.ts'
import type { EngineClip, EngineContext, EngineRun, EngineStep, FoundTracks, TrackStart } from '../engine.ts'
import type { Bridge } from './bridge-process.ts'
import { fromBlender, halfSide, toBlender, toBlenderFrame } from './coordinates.ts'
import { chooseBlenderCorners } from './corners.ts'
import { CutWatch } from './cut-watch.ts'
import type { Pair } from './protocol.ts'

/** Blender's operator takes no threshold below. */
const lowestThreshold = 0.0001

/** A track, and how it moves in the direction that is being followed. */
interface Follower {
  readonly log: TrackLog
  readonly settings: TrackerSettings
  x: number
  y: number
  /** Pixels per frame; 0 until two markers are known. */
  vx: number
  vy: number
}

interface Ended {
  readonly track: number
  readonly reason: EndReason
}

export class BlenderRun implements EngineRun {
  readonly info: ClipInfo
  readonly solve: SolveShots
  readonly #bridge: Bridge
  readonly #clip: EngineClip
  readonly #signal: AbortSignal
  readonly #allowed: MaskTest
  readonly #followers = new Map<number, Follower>()
  readonly #cuts = new CutWatch()
  /** Those that are being followed, or would be if it went on. */
  #live = new Set<Follower>()
  #direction: Direction = 1
  /** The frame that was looked at last. */
  #held: LumaFrame | null = null
  #next = 0

  constructor(bridge: Bridge, clip: EngineClip, solve: SolveShots, { signal }: EngineContext) {
    this.info = clip.source.info
    this.solve = solve
    this.#bridge = bridge
    this.#clip = clip
    this.#signal = signal
    this.#allowed = maskTest(clip.masks)
  }

  async detect(corners: Parameters<EngineRun['detect']>[0], start: TrackStart): Promise<FoundTracks> {
    const image = await this.#hold(corners.frame)
    const found = await this.#bridge.ask(
      'detect',
      {
        frame: toBlenderFrame(corners.frame),
        threshold: Math.max(lowestThreshold, corners.threshold),
        // Half of it here, the rest when it is known which of two neighbours may be used.
        distance: Math.max(1, Math.round(corners.minDistancePx / 2)),
      },
      this.#signal,
    )
    const xy = found.flatMap((at) => fromBlender(this.info, at))
    const existing = this.#standing(corners.frame).flatMap(({ x, y }) => [x, y])
    const options = { ...corners, existing, masks: this.#clip.masks }
    const report = chooseBlenderCorners(this.#clip.kernel, image, xy, options)
    return { report, tracks: await this.#place(corners.frame, report.xy, start) }
  }

  async add(frame: number, xy: ArrayLike<number>, start: TrackStart): Promise<readonly number[]> {
    const inside: number[] = []
    for (let i = 0; i + 1 < xy.length; i += 2) {
      const [x, y] = [xy[i]!, xy[i + 1]!]
      const isInPicture = x >= 0 && y >= 0 && x <= this.info.widthPx && y <= this.info.heightPx
      if (isInPicture && this.#allowed(frame, x, y)) inside.push(x, y)
    }
    return this.#place(frame, inside, start)
  }

  async #place(frame: number, xy: ArrayLike<number>, { settings, origin }: TrackStart): Promise<readonly number[]> {
    checkSettings(settings)
    const tracks: Record<string, Pair> = {}
    const placed = Array.from({ length: xy.length >> 1 }, (_, i) => {
      const [x, y] = [xy[2 * i]!, xy[2 * i + 1]!]
      const log = new TrackLog(this.#next++, origin, frame, x, y)
      tracks[log.id] = toBlender(this.info, x, y)
      return newFollower(log, settings, x, y)
    })
    if (placed.length === 0) return []
    await this.#bridge.ask(
      'add',
      {
        frame: toBlenderFrame(frame),
        tracks,
        pattern: halfSide(this.info, settings.patternSize),
        search: halfSide(this.info, settings.searchSize),
        settings: blenderSettings(settings),
      },
      this.#signal,
    )
    for (const follower of placed) {
      this.#followers.set(follower.log.id, follower)
      if (this.#held?.index === frame) this.#live.add(follower)
    }
    return placed.map(({ log }) => log.id)
  }

  async *follow(
    { from, to }: { readonly from: number; readonly to: number },
    signal: AbortSignal,
  ): AsyncGenerator<EngineStep> {
    const either = AbortSignal.any([signal, this.#signal])
    this.#turn(to < from ? -1 : 1, from)
    for await (const frame of this.#clip.source.frames({ from, to, signal: either })) {
      either.throwIfAborted()
      if (frame.index !== from) yield await this.#step(frame, either)
      else {
        if (this.#held?.index !== from) this.#cuts.load(frame)
        this.#held = frame
      }
    }
  }

  async #step(frame: LumaFrame, signal: AbortSignal): Promise<EngineStep> {
    const [before, direction] = [frame.index - this.#direction, this.#direction]
    const going = [...this.#live]
    const ids = going.map(({ log }) => String(log.id))
    const question = { frame: toBlenderFrame(before), to: toBlenderFrame(frame.index), ids }
    const places = ids.length === 0 ? [] : await this.#bridge.ask('step', question, signal)
    const kept = places.filter((at) => at !== null).length
    const cut = this.#cuts.step(frame, { tried: going.length, kept })
    const ended: Ended[] = []
    going.forEach((follower, i) => {
      const at = places[i] ?? null
      const [x, y] = at === null ? [follower.x, follower.y] : fromBlender(this.info, at)
      const reason = cut ? 'scene-cut' : this.#judge(follower, at === null ? null : [x, y], frame.index)
      if (reason === null) {
        advance(follower, x, y)
        follower.log.mark(direction, frame.index, x, y, Number.NaN)
      } else {
        follower.log.close(direction, reason)
        this.#live.delete(follower)
        ended.push({ track: follower.log.id, reason })
      }
    })
    this.#held = frame
    this.#join(frame.index)
    const live = this.#placesOf(this.#live)
    return { frame: frame.index, alive: live.length, ended, cut, rekeyed: [], live }
  }

  /** Why a track ends with the frame before; null when it goes on. Blender says only that it was lost. */
  #judge(follower: Follower, at: Pair | null, frame: number): EndReason | null {
    if (at !== null) return this.#allowed(frame, at[0], at[1]) ? null : 'masked'
    const { x, y, vx, vy, settings } = follower
    // Blender does not follow on what reaches over the border, and finds no pattern that has gone beyond it.
    const stays = this.#fits(x, y, settings) && this.#fits(x + vx, y + vy, settings)
    return stays ? 'low-correlation' : 'left-frame'
  }

  #fits(x: number, y: number, { patternSize }: TrackerSettings): boolean {
    const reach = patternSize / 2
    return x >= reach && y >= reach && x <= this.info.widthPx - reach && y <= this.info.heightPx - reach
  }

  #turn(direction: Direction, from: number): void {
    if (direction !== this.#direction || this.#held?.index !== from) this.#live.clear()
    this.#direction = direction
    this.#join(from)
  }

  /** Takes up the tracks whose outermost marker is in a frame, if they have no end on that side. */
  #join(frame: number): void {
    for (const follower of this.#followers.values()) {
      const { log } = follower
      if (this.#live.has(follower) || !log.isOpen(this.#direction)) continue
      const { frame: last, x, y } = log.outermost(this.#direction)
      if (last === frame) this.#live.add(Object.assign(follower, { x, y, vx: 0, vy: 0 }))
    }
  }

  /** Where tracks are alive in a frame: those being followed, if it is the one that is held; else those that pass through it. */
  #standing(frame: number): readonly LiveTrack[] {
    if (this.#held?.index === frame && this.#live.size > 0) return this.#placesOf(this.#live)
    return [...this.#followers.values()].flatMap(({ log }) => {
      const { frames, xy } = log.read()
      const at = frames.indexOf(frame)
      return at < 0 ? [] : [{ track: log.id, x: xy[2 * at]!, y: xy[2 * at + 1]! }]
    })
  }

  #placesOf(followers: Iterable<Follower>): readonly LiveTrack[] {
    return Array.from(followers, ({ log, x, y }) => ({ track: log.id, x, y }))
  }

  async #hold(frame: number): Promise<LumaFrame> {
    if (this.#held?.index === frame) return this.#held
    for await (const image of this.#clip.source.frames({ from: frame, to: frame, signal: this.#signal })) {
      this.#live.clear()
      this.#cuts.load(image)
      this.#held = image
      return image
    }
    throw new Error(`a source that promised frame ${frame} did not give it`)
  }

  async stop(ids: readonly number[] | null, reason: 'stopped' | 'range-end'): Promise<void> {
    const wanted = ids === null ? null : new Set(ids)
    for (const follower of this.#live) {
      if (wanted?.has(follower.log.id) === false) continue
      follower.log.close(this.#direction, reason)
      this.#live.delete(follower)
    }
  }

  async remove(ids: readonly number[]): Promise<void> {
    const known = ids.filter((id) => this.#followers.has(id))
    for (const id of known) {
      this.#live.delete(this.#followers.get(id)!)
      this.#followers.delete(id)
    }
    if (known.length > 0) await this.#bridge.ask('remove', { ids: known.map(String) }, this.#signal)
  }

  async tracks(): Promise<readonly Track[]> {
    return Array.from(this.#followers.values(), ({ log }) => log.read())
  }

  close(): Promise<void> {
    return this.#bridge.close()
  }
}

const newFollower = (log: TrackLog, settings: TrackerSettings, x: number, y: number): Follower => ({
  log,
  settings,
  x,
  y,
  vx: 0,
  vy: 0,
})

function advance(follower: Follower, x: number, y: number): void {
  follower.vx = x - follower.x
  follower.vy = y - follower.y
  follower.x = x
  follower.y = y
}

/** Under the names of a Blender track. */
const blenderSettings = ({ correlation, motionModel, patternMatch, normalize }: TrackerSettings) => ({
  correlation_min: correlation,
  motion_model: motionModel,
  pattern_match: patternMatch === 'keyframe' ? 'KEYFRAME' : 'PREV_FRAME',
  use_normalization: normalize,
})
