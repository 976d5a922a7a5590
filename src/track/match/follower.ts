/** A track that is being followed, and the pattern it is recognised by. */
import type { Kernel, Patterns, Pyramid } from '#vision/kernel.ts'
import type { TrackLog } from './track-log.ts'

export interface Follower {
  readonly log: TrackLog
  /** What it looked like where it was keyed; null when it lay too near to the border to be cut out. */
  pattern: PatternShare | null
  /** 8 numbers, row-major homography from the pattern's coordinates to the picture; its translation is the position. */
  readonly warp: Float32Array
  x: number
  y: number
  /** Pixels per frame in the direction it is followed; 0 until two markers are known. */
  vx: number
  vy: number
  /** Running mean of its correlations: what is normal for it. */
  usualCorrelation: number
}

/** One pattern of a batch. The batch is released when the last track that uses it lets go. */
export interface PatternShare {
  readonly batch: PatternBatch
  readonly index: number
}

interface PatternBatch {
  readonly patterns: Patterns
  users: number
}

/** Sets a warp to the pure translation to a position. */
export function placeWarp(warp: Float32Array, x: number, y: number): void {
  warp.set([1, 0, x, 0, 1, y, 0, 0])
}

/** Cuts new patterns at the positions of followers, all of one size, and lets go of their old ones. */
export function keyFollowers(kernel: Kernel, image: Pyramid, followers: readonly Follower[], sizePx: number): void {
  if (followers.length === 0) return
  const points = Float32Array.from(followers.flatMap(({ x, y }) => [x, y]))
  const { patterns, inside } = kernel.cutPatterns(image, points, sizePx)
  const batch: PatternBatch = { patterns, users: 0 }
  followers.forEach((follower, index) => {
    dropPattern(follower)
    placeWarp(follower.warp, follower.x, follower.y)
    if (inside[index] === 0) return
    batch.users++
    follower.pattern = { batch, index }
  })
  if (batch.users === 0) patterns.release()
}

/** Lets go of a follower's pattern. */
export function dropPattern(follower: Follower): void {
  const batch = follower.pattern?.batch
  follower.pattern = null
  if (batch === undefined) return
  batch.users--
  if (batch.users === 0) batch.patterns.release()
}
