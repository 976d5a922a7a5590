/** A track that is being followed, and the pattern it is recognised by. */
import type { Kernel, Patterns, Pyramid } from '#vision/kernel.ts'
import type { TrackLog } from './track-log.ts'

export interface Follower {
  readonly log: TrackLog
  /** What it looked like where it was keyed; null when it lay too near to the border to be cut out. */
  pattern: PatternShare | null
  /** 8 numbers, row-major homography from the pattern's coordinates to the picture; its translation is the position. */
  readonly warp: Float32Array
  /** How little the warp's shape is known: variance, in units of the variance of an exact pattern's one measurement. */
  shapeVariance: number
  x: number
  y: number
  /** Pixels per frame in the direction it is followed; 0 until two markers are known. */
  vx: number
  vy: number
  /** Its last correlation with the pattern; 1 where the pattern was cut. */
  correlation: number
  /** Frames in a row in which it disagreed with its pattern more than is allowed. */
  strikes: number
}

/** One pattern of a batch. The batch is released when the last track that uses it lets go. */
export interface PatternShare {
  readonly batch: PatternBatch
  readonly index: number
}

export interface PatternBatch {
  readonly patterns: Patterns
  users: number
}

/** A follower of a track from a marker of it; it has no pattern yet. */
export function newFollower(log: TrackLog, x: number, y: number): Follower {
  return {
    log,
    pattern: null,
    warp: new Float32Array(8),
    shapeVariance: 0,
    x,
    y,
    vx: 0,
    vy: 0,
    correlation: 1,
    strikes: 0,
  }
}

/** Cuts new patterns at the positions of followers, all of one size, and lets go of their old ones. */
export function keyFollowers(kernel: Kernel, image: Pyramid, followers: readonly Follower[], sizePx: number): void {
  if (followers.length === 0) return
  const points = Float32Array.from(followers.flatMap(({ x, y }) => [x, y]))
  const { patterns, inside } = kernel.cutPatterns(image, points, sizePx)
  const batch: PatternBatch = { patterns, users: 0 }
  followers.forEach((follower, index) => {
    dropPattern(follower)
    follower.warp.set([1, 0, follower.x, 0, 1, follower.y, 0, 0])
    follower.shapeVariance = 0
    follower.correlation = 1
    if (inside[index] === 0) return
    batch.users++
    follower.pattern = { batch, index }
  })
  if (batch.users === 0) patterns.release()
}

/** Lets go of a follower's pattern. */
export function dropPattern(follower: Pick<Follower, 'pattern'>): void {
  const batch = follower.pattern?.batch
  follower.pattern = null
  if (batch === undefined) return
  batch.users--
  if (batch.users === 0) batch.patterns.release()
}
