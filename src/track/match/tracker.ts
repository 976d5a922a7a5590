/**
 * The tracker: holds one frame, follows its tracks to the next when told to, one way or the other through time. Between
 * steps points may be added or stopped and settings changed; each change is logged.
 *
 * A track that has no end yet on the side the tracker moves to joins when the tracker comes by its outermost marker. So a
 * pass backwards over a clip carries on every track that was only followed forwards.
 */
import type { LumaFrame } from '#vision/frames.ts'
import type { Kernel, Pyramid } from '#vision/kernel.ts'
import type { EndReason, SettingsChange, Track, TrackerSettings } from '../tracks.ts'
import { allowedDisagreement, alwaysAllowed, hasDrifted, hasOutgrown } from './drift.ts'
import { fitsInPicture, follow, type Outcome } from './follow.ts'
import { dropPattern, type Follower, keyFollowers, newFollower } from './follower.ts'
import { type Mask, maskTest } from './mask.ts'
import { type FrameLook, isBlank, isSceneCut, lookOf, shortestShotFrames } from './scene-cut.ts'
import { checkSettings } from './settings.ts'
import { type Direction, TrackLog } from './track-log.ts'

export interface TrackerOptions {
  readonly widthPx: number
  readonly heightPx: number
  readonly settings: TrackerSettings
  readonly masks?: readonly Mask[]
}

export interface StepReport {
  readonly frame: number
  /** Tracks that have a marker in this frame and can be followed on. */
  readonly alive: number
  readonly ended: readonly { readonly track: number; readonly reason: EndReason }[]
  /** Another shot begins between the frame before and this one; all tracks ended. */
  readonly cut: boolean
  /** Tracks of keyframe matching that got a new pattern in this frame, because they came much nearer or went far off. */
  readonly rekeyed: readonly number[]
}

/** A track's place in the frame that the tracker holds. */
export interface LiveTrack {
  readonly track: number
  readonly x: number
  readonly y: number
}

export interface Tracker {
  /** The frame that it holds, made ready; null before the first. It is released with the next step. */
  readonly image: Pyramid | null
  /** Takes a frame without following: the first one, or one to go on from elsewhere. */
  load(frame: LumaFrame): void
  /**
   * New tracks in the frame that it holds, at positions in pixels (2 for each).
   *
   * @param settings of their own, to their end; the tracker's when absent. Tracks of one value are followed together.
   * @returns their ids; null for a point that lies outside the picture or in a mask
   * @throws settings.invalid
   */
  add(points: ArrayLike<number>, origin: Track['origin'], settings?: TrackerSettings): (number | null)[]
  /** Follows all live tracks to a frame. Of a track that is lost the last few markers may be taken back. */
  step(frame: LumaFrame): StepReport
  /**
   * Changes settings from here on: of one track, or of all that have none of their own.
   *
   * @throws settings.invalid
   */
  change(settings: Partial<TrackerSettings>, of: { readonly track?: number; readonly cause: string }): void
  /** Ends live tracks: these, or all. */
  stop(ids?: readonly number[], reason?: 'stopped' | 'range-end'): void
  /** In the frame that it holds. */
  live(): LiveTrack[]
  tracks(): Track[]
  changes(): SettingsChange[]
  /** Gives back the frame and the patterns. */
  release(): void
}

/** A flash or a thing that flies past disturbs a track for so many frames; drift lasts. */
const forgiven = 1
/** Ends before which a track may have slid for a while without being found out. */
const lossReasons: ReadonlySet<EndReason> = new Set(['drift', 'occluded', 'low-correlation'])
/** So many of its last markers are taken back if they agreed half as badly as is not allowed. */
const suspectMarkers = 4

/** Levels of the pyramids: flow reaches about half the pattern's side times 8. */
const levels = 4

/**
 * @throws settings.invalid when a setting or a mask makes no sense
 */
export function createTracker(kernel: Kernel, options: TrackerOptions): Tracker {
  return new SteppableTracker(kernel, options)
}

class SteppableTracker implements Tracker {
  readonly #kernel: Kernel
  readonly #allowed: ReturnType<typeof maskTest>
  readonly #logs: TrackLog[] = []
  readonly #changes: SettingsChange[] = []
  readonly #size: readonly [number, number]
  #settings: TrackerSettings
  /** Settings of the tracks that have their own. */
  readonly #own = new Map<number, TrackerSettings>()
  #followers: Follower[] = []
  #direction: Direction = 1
  #frame = 0
  #image: Pyramid | null = null
  /** Of the frame that it holds, or the last one before it that was not blank. */
  #look: (() => FrameLook) | null = null
  /** By the first frame after it: whether there is a cut. A pass the other way keeps to what the first one decided. */
  readonly #cuts = new Map<number, boolean>()

  constructor(kernel: Kernel, { widthPx, heightPx, settings, masks = [] }: TrackerOptions) {
    this.#kernel = kernel
    this.#size = [widthPx, heightPx]
    this.#settings = checkSettings(settings)
    this.#allowed = maskTest(masks)
  }

  get image(): Pyramid | null {
    return this.#image
  }

  load(frame: LumaFrame): void {
    this.#dropFollowers(this.#followers)
    this.#followers = []
    this.#take(this.#kernel.pyramid(frame, levels), frame)
    this.#look = () => lookOf(frame)
  }

  add(points: ArrayLike<number>, origin: Track['origin'], settings?: TrackerSettings): (number | null)[] {
    const [width, height] = this.#size
    const own = settings === undefined ? null : checkSettings(settings)
    const started: Follower[] = []
    const ids = Array.from({ length: points.length >> 1 }, (_, i) => {
      const [x, y] = [points[2 * i]!, points[2 * i + 1]!]
      const isInside = x >= 0 && y >= 0 && x <= width && y <= height
      if (!isInside || !this.#allowed(this.#frame, x, y)) return null
      const log = new TrackLog(this.#logs.length, origin, this.#frame, x, y)
      this.#logs.push(log)
      if (own !== null) this.#own.set(log.id, own)
      started.push(newFollower(log, x, y))
      return log.id
    })
    this.#start(started)
    return ids
  }

  step(frame: LumaFrame): StepReport {
    const from = this.#image
    if (from === null) throw new Error('a tracker takes its first frame by load')
    this.#turn(frame.index >= this.#frame ? 1 : -1)
    const to = this.#kernel.pyramid(frame, levels)
    const outcomes = this.#follow(from, to)
    const cut = this.#isCut(frame, outcomes)
    const ended: { track: number; reason: EndReason }[] = []
    const gone: Follower[] = []
    const staying: Follower[] = []
    const elapsed = Math.abs(frame.index - this.#frame)
    const allowed = allowedDisagreement(outcomes)
    this.#followers.forEach((follower, i) => {
      const reason = cut ? 'scene-cut' : this.#judge(follower, outcomes[i]!, frame.index, to, allowed)
      if (reason === null) {
        this.#advance(follower, outcomes[i]!, frame.index, elapsed)
        staying.push(follower)
      } else {
        if (lossReasons.has(reason)) follower.log.takeBack(this.#direction, suspectMarkers, 1 - allowed / 2)
        follower.log.close(this.#direction, reason)
        ended.push({ track: follower.log.id, reason })
        gone.push(follower)
      }
    })
    this.#dropFollowers(gone)
    this.#followers = staying
    this.#take(to, frame)
    const rekeyed = this.#keyAgain()
    this.#join()
    return { frame: frame.index, alive: this.#followers.length, ended, cut, rekeyed }
  }

  change(
    settings: Partial<TrackerSettings>,
    { track = null, cause }: { readonly track?: number | null; readonly cause: string },
  ): void {
    const before = this.#settingsOf(track)
    const after = checkSettings({ ...before, ...settings })
    this.#changes.push({ frame: this.#frame, track, before, after, cause })
    if (track === null) this.#settings = after
    else this.#own.set(track, after)
    if (after.patternSize === before.patternSize || this.#image === null) return
    const resized = this.#followers.filter(({ log }) => (track === null ? !this.#own.has(log.id) : log.id === track))
    keyFollowers(this.#kernel, this.#image, resized, after.patternSize)
  }

  stop(ids?: readonly number[], reason: 'stopped' | 'range-end' = 'stopped'): void {
    const stopping = this.#followers.filter(({ log }) => ids?.includes(log.id) ?? true)
    for (const { log } of stopping) log.close(this.#direction, reason)
    this.#dropFollowers(stopping)
    this.#followers = this.#followers.filter((follower) => !stopping.includes(follower))
  }

  live(): LiveTrack[] {
    return this.#followers.map(({ log, x, y }) => ({ track: log.id, x, y }))
  }

  tracks(): Track[] {
    return this.#logs.map((log) => log.read())
  }

  changes(): SettingsChange[] {
    return [...this.#changes]
  }

  release(): void {
    this.#dropFollowers(this.#followers)
    this.#followers = []
    this.#image?.release()
    this.#image = null
  }

  #settingsOf(track: number | null): TrackerSettings {
    return (track === null ? null : this.#own.get(track)) ?? this.#settings
  }

  #take(image: Pyramid, frame: LumaFrame): void {
    this.#image?.release()
    this.#image = image
    this.#frame = frame.index
  }

  /** Tracks are followed one way at a time; those of the other way stay as they are and may be joined again. */
  #turn(direction: Direction): void {
    if (direction !== this.#direction) {
      this.#dropFollowers(this.#followers)
      this.#followers = []
      this.#direction = direction
    }
    if (this.#followers.length === 0) this.#join()
  }

  /** Takes up the tracks whose outermost marker is in the frame that is held. */
  #join(): void {
    const following = new Set(this.#followers.map(({ log }) => log.id))
    this.#start(
      this.#logs.flatMap((log) => {
        if (following.has(log.id) || !log.isOpen(this.#direction)) return []
        const { frame, x, y } = log.outermost(this.#direction)
        return frame === this.#frame ? [newFollower(log, x, y)] : []
      }),
    )
  }

  #start(followers: readonly Follower[]): void {
    this.#key(followers)
    this.#followers.push(...followers)
  }

  /** Cuts patterns in the frame that is held. */
  #key(followers: readonly Follower[]): void {
    if (this.#image === null) return
    for (const [settings, members] of this.#bySettings(followers)) {
      keyFollowers(this.#kernel, this.#image, members, settings.patternSize)
    }
  }

  #bySettings(followers: readonly Follower[]): Map<TrackerSettings, Follower[]> {
    return Map.groupBy(followers, ({ log }) => this.#settingsOf(log.id))
  }

  #follow(from: Pyramid, to: Pyramid): Outcome[] {
    const outcomes = new Map<Follower, Outcome>()
    for (const [settings, members] of this.#bySettings(this.#followers)) {
      const results = follow(this.#kernel, from, to, members, settings)
      members.forEach((follower, i) => outcomes.set(follower, results[i]!))
    }
    return this.#followers.map((follower) => outcomes.get(follower)!)
  }

  /** Whether another shot begins between the frame that is held and this one. */
  #isCut(frame: LumaFrame, outcomes: readonly Outcome[]): boolean {
    const later = Math.max(frame.index, this.#frame)
    const known = this.#cuts.get(later)
    if (known !== undefined) {
      this.#look = () => lookOf(frame)
      return known
    }
    const [before, after] = [this.#look?.(), lookOf(frame)]
    const kept = outcomes.filter(({ found }) => found).length
    const cut =
      before !== undefined && !this.#isNearCut(later) && isSceneCut(before, after, { tried: outcomes.length, kept })
    this.#cuts.set(later, cut)
    // Of black or white frames nothing can be told: what follows is compared with what came before them.
    if (!isBlank(after)) this.#look = () => after
    return cut
  }

  /** Nobody edits shots this short: pictures that keep changing wholly are noise, a strobe or damage. */
  #isNearCut(frame: number): boolean {
    for (let away = 1; away < shortestShotFrames; away++) {
      if (this.#cuts.get(frame - away) === true || this.#cuts.get(frame + away) === true) return true
    }
    return false
  }

  /** Why a track ends with the frame before; null when it goes on. */
  #judge(follower: Follower, outcome: Outcome, frame: number, image: Pyramid, allowed: number): EndReason | null {
    const settings = this.#settingsOf(follower.log.id)
    const { x, y } = outcome
    if (outcome.found) {
      if (!this.#allowed(frame, x, y)) return 'masked'
      const strike = hasDrifted(this.#kernel, image, follower, outcome, settings, allowed)
      follower.strikes = strike ? follower.strikes + 1 : 0
      return follower.strikes > forgiven ? 'drift' : null
    }
    if (!fitsInPicture(outcome, image, settings)) return 'left-frame'
    // What looked as it should a frame ago and like nothing now was covered; what faded away was not.
    return 1 - follower.correlation <= alwaysAllowed ? 'occluded' : 'low-correlation'
  }

  #advance(follower: Follower, outcome: Outcome, frame: number, elapsed: number): void {
    follower.vx = (outcome.x - follower.x) / elapsed
    follower.vy = (outcome.y - follower.y) / elapsed
    follower.x = outcome.x
    follower.y = outcome.y
    follower.correlation = outcome.correlation
    if (outcome.warp !== null) follower.warp.set(outcome.warp)
    follower.log.mark(this.#direction, frame, outcome.x, outcome.y, outcome.correlation)
  }

  /**
   * New patterns for the tracks that are matched with the previous frame, and for those whose pattern has come to be seen at
   * another size, which no warp makes good: it lacks the detail, or has more than the picture.
   *
   * @returns the latter
   */
  #keyAgain(): number[] {
    const isKeyframe = ({ log }: Follower) => this.#settingsOf(log.id).patternMatch === 'keyframe'
    const outgrown = this.#followers.filter((follower) => isKeyframe(follower) && hasOutgrown(follower))
    this.#key([...this.#followers.filter((follower) => !isKeyframe(follower)), ...outgrown])
    return outgrown.map(({ log }) => log.id)
  }

  #dropFollowers(followers: readonly Follower[]): void {
    followers.forEach(dropPattern)
  }
}
