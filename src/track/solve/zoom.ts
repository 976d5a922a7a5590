/**
 * A lens that zooms: the focal length of each keyframe is free, held together by a prior on its bend. It is tried when the
 * one-focal model leaves evidence for it, and then from scratch, since a solve under the wrong model bends the path first.
 */
import { evidenceFor } from './evidence.ts'
import { cauchy } from './freedom.ts'
import type { Setting } from './general.ts'
import { adjustPart, solvedFrames, type Reconstruction, type SolveContext } from './reconstruction.ts'
import { noisePx } from './score.ts'
import type { Shot } from './shot.ts'
import { solveTripodKeyframes } from './tripod.ts'

/** Free focal lengths lower the cost by 0.1 to 1.2 % on generated clips of fixed lenses, by 6 % and more when they zoom. */
const LEAST_GAIN = 0.025
/** Longest over shortest focal length: below it nobody would call it a zoom. */
const LEAST_RANGE = 1.015

/** Do the keyframes ask for a focal length of their own each? */
export async function asksForZoom(
  shot: Shot,
  solved: Reconstruction,
  setting: Setting,
  ctx: SolveContext,
): Promise<boolean> {
  const frames = solvedFrames(solved)
  const loss = cauchy(3 * noisePx(shot, solved, frames))
  // The whole lens is free where any of it is: what it cannot take would look like a zoom.
  const radial = solved.intrinsics.lens.model === 'polynomial' && setting.lensFree ? 2 : 0
  const refine = async (start: Reconstruction, focal: 'shared' | 'per-camera') => {
    const options = { frames, focal, radial, loss, maxIterations: 30, tolerance: 1e-4 } as const
    return (await adjustPart(shot, start, options, ctx))?.reconstruction ?? null
  }
  const simple = await refine(solved, 'shared')
  const rich = simple && (await refine(simple, 'per-camera'))
  if (simple === null || rich === null || rich.focalsPx === null) return false
  const { gain } = evidenceFor(shot, simple, rich, noisePx(shot, rich, frames), frames)
  const focals = frames.map((frame) => rich.focalsPx![frame]!)
  return gain > LEAST_GAIN && Math.max(...focals) > LEAST_RANGE * Math.min(...focals)
}

/**
 * The likely course of the focal length, relative to its mean: what a turning camera with a free focal length per keyframe
 * would need. The distance of the scene hides the camera's steps well enough for a start.
 */
export async function zoomShapeOf(shot: Shot, setting: Setting, ctx: SolveContext): Promise<Float64Array> {
  const { base, freedom, keyframes, pxUnit } = setting
  const turned = await solveTripodKeyframes(shot, base, keyframes, { ...freedom, focal: 'per-camera' }, pxUnit, ctx)
  const shape = new Float64Array(shot.frameCount).fill(1)
  const focalsPx = turned?.focalsPx
  if (focalsPx == null) return shape
  const mean = Math.exp(keyframes.reduce((sum, frame) => sum + Math.log(focalsPx[frame]!), 0) / keyframes.length)
  for (let frame = 0, k = 0; frame < shot.frameCount; frame++) {
    while (k + 2 < keyframes.length && keyframes[k + 1]! <= frame) k++
    const [a, b] = [keyframes[k]!, keyframes[k + 1] ?? keyframes[k]!]
    const share = b > a ? Math.min(1, Math.max(0, (frame - a) / (b - a))) : 0
    shape[frame] = (focalsPx[a]! ** (1 - share) * focalsPx[b]! ** share) / mean
  }
  return shape
}
