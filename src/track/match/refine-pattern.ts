/**
 * Refinement of warps with a memory. What a pattern's shape does (turning, growing, shearing) it does slowly, while a single
 * frame measures it badly: with noise or blur the six numbers of an affine warp drag the position with them. So the shape
 * is a running estimate that each frame corrects by as much as it can be trusted (a Kalman filter of one gain), and the
 * position is found again by translation with the shape held.
 */
import type { Kernel, MotionModel, Pyramid, RefineOptions, RefineResult } from '#vision/kernel.ts'
import type { TrackerSettings } from '../tracks.ts'
import type { Follower } from './follower.ts'

/** Of the measurement of a shape, which is only partly believed; views that change fast need all the iterations. */
const roughly = { maxIterations: 5, epsilonPx: 0.1 }
/** Of the position that is kept. */
const exactly = { maxIterations: 6, epsilonPx: 0.02 }

/** How much the shape may change from one frame to the next, against one measurement by a pattern with correlation 0.71. */
const shapeChange = 0.0007

/** The entries of a warp that are not its translation. */
const shapeEntries = [0, 1, 3, 4, 6, 7] as const

/**
 * Refines the warps (8n) of followers whose patterns are all in one batch, within the motion model of the settings.
 * Followers' shape variances are brought up to date.
 */
export function refineSteadily(
  kernel: Kernel,
  image: Pyramid,
  followers: readonly Follower[],
  warps: Float32Array,
  settings: TrackerSettings,
): RefineResult {
  // A pattern of the previous frame has no shape to remember.
  const isSteady = settings.motionModel !== 'Loc' && settings.patternMatch === 'keyframe'
  const free = refineFreely(
    kernel,
    image,
    followers,
    warps,
    settings,
    settings.motionModel,
    isSteady ? roughly : exactly,
  )
  if (!isSteady) return free
  const steadied = free.warps.slice()
  followers.forEach((follower, k) => {
    if (free.ok[k] === 0) return
    const gain = shapeGain(follower, free.correlation[k]!)
    for (const j of shapeEntries) {
      const before = warps[8 * k + j]!
      steadied[8 * k + j] = before + gain * (free.warps[8 * k + j]! - before)
    }
  })
  return refineFreely(kernel, image, followers, steadied, settings, 'Loc', exactly)
}

/** One step of the filter: how far the shape goes from what was expected to what was measured, 0 to 1. */
function shapeGain(follower: Follower, correlation: number): number {
  const c2 = Math.min(0.9998, Math.max(0.01, correlation * Math.abs(correlation)))
  // Variance of the residual over that of the pattern's part in the picture.
  const measured = (1 - c2) / c2
  const predicted = follower.shapeVariance + shapeChange
  const gain = predicted / (predicted + measured)
  follower.shapeVariance = predicted * (1 - gain)
  return gain
}

/** Refinement of the warps of followers whose patterns are all in one batch, without a memory. */
export function refineFreely(
  kernel: Kernel,
  image: Pyramid,
  followers: readonly Follower[],
  warps: Float32Array,
  { normalize }: TrackerSettings,
  model: MotionModel,
  effort: Pick<RefineOptions, 'maxIterations' | 'epsilonPx'> = exactly,
): RefineResult {
  const which = Int32Array.from(followers, ({ pattern }) => pattern!.index)
  const { patterns } = followers[0]!.pattern!.batch
  return kernel.refine(image, patterns, which, warps, { model, normalize, ...effort })
}
