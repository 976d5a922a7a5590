/** Cameras that depend on fixed points alone have nothing to do with each other: each is adjusted at its own pace. */
import type { Rigid3 } from '../geometry/rigid3.ts'
import type { AdjustOptions, Problem } from './problem.ts'

/** Whether each camera could as well be adjusted alone. */
export function areApart(
  { cameras }: Problem,
  { points, focal, radial, principal, focalSmoothness }: AdjustOptions,
): boolean {
  const shares = focal === 'shared' || radial > 0 || principal || (focal === 'per-camera' && focalSmoothness > 0)
  return cameras.length > 1 && points === 'fixed' && !shares
}

/** The part of a problem that one camera sees: one camera, and only the points in its view. */
export interface View {
  readonly camera: number
  readonly problem: Problem
  readonly options: AdjustOptions
}

export function viewsOf(problem: Problem, options: AdjustOptions): View[] {
  const { cameras, points, focalsPx } = problem
  const { camera, xy, weight } = problem.observations
  const seen = cameras.map((): number[] => [])
  camera.forEach((each, i) => seen[each]!.push(i))
  const held = new Set(options.fixedCameras)
  return cameras.map((pose, c): View => {
    const mine = seen[c]!
    const point = mine.map((i) => problem.observations.point[i]!)
    return {
      camera: c,
      options: { ...options, fixedCameras: held.has(c) ? [0] : [] },
      problem: {
        intrinsics: focalsPx === null ? problem.intrinsics : { ...problem.intrinsics, focalPx: focalsPx[c]! },
        cameras: [pose],
        focalsPx: focalsPx === null ? null : focalsPx.slice(c, c + 1),
        points: Float64Array.from(point.flatMap((p) => [points[3 * p]!, points[3 * p + 1]!, points[3 * p + 2]!])),
        observations: {
          camera: new Int32Array(mine.length),
          point: Int32Array.from(mine.keys()),
          xy: Float64Array.from(mine.flatMap((i) => [xy[2 * i]!, xy[2 * i + 1]!])),
          weight: weight === null ? null : Float64Array.from(mine, (i) => weight[i]!),
        },
      },
    }
  })
}

/** The problem with each view's camera in its place. */
export function gatherViews(problem: Problem, options: AdjustOptions, views: readonly Problem[]): Problem {
  const cameras = views.map((view): Rigid3 => view.cameras[0]!)
  if (problem.focalsPx === null && options.focal !== 'per-camera') return { ...problem, cameras }
  const focalsPx = Float64Array.from(views, (view) => view.intrinsics.focalPx)
  const focalPx = focalsPx.reduce((sum, focal) => sum + focal, 0) / focalsPx.length
  return { ...problem, cameras, focalsPx, intrinsics: { ...problem.intrinsics, focalPx } }
}
