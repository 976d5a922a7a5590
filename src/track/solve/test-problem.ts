/** Problems for tests of the adjustment, out of synthetic shots. */
import { seededRng } from '#core/rng.ts'
import { multiply3 } from '../geometry/linear.ts'
import { expSo3 } from '../geometry/so3.ts'
import { gaussianPair, type SyntheticShot } from '../synthetic.ts'
import type { AdjustOptions, Problem } from './problem.ts'

/** Poses and points free, the first camera held, nothing robust, to the last digit. */
export const base: AdjustOptions = {
  cameras: 'free',
  points: 'free',
  fixedCameras: [0],
  focal: 'fixed',
  radial: 0,
  principal: false,
  focalSmoothness: 0,
  loss: { kind: 'none', scalePx: 1 },
  maxIterations: 40,
  tolerance: 1e-12,
}

export interface Wrong {
  /** Standard deviation of each coordinate of a camera's translation, and a tenth of it in radians of its rotation. */
  readonly pose?: number
  readonly point?: number
  /** Factor of the focal length. */
  readonly focal?: number
  readonly straightLens?: boolean
}

/** The problem that the tracks of a shot pose, its true answer made wrong. Cameras in `keep` stay true. */
export function problemOf({ tracks, truth, options }: SyntheticShot, wrong: Wrong = {}, keep = [0]): Problem {
  const rng = seededRng('wrong')
  const off = (size = 0) => size * gaussianPair(rng)[0]
  const cameras = truth.camFromWorld.map(({ rotation, translation }, i) => {
    const size = keep.includes(i) ? 0 : (wrong.pose ?? 0)
    const turn = expSo3(off(size / 10), off(size / 10), off(size / 10))
    return { rotation: multiply3(turn, rotation), translation: translation.map((value) => value + off(size)) }
  })
  const points = Float64Array.from(truth.points.flatMap((point) => [...(point ?? [NaN, NaN, NaN])]))
  return {
    intrinsics: {
      ...truth.intrinsics,
      focalPx: truth.intrinsics.focalPx * (wrong.focal ?? 1),
      ...(wrong.straightLens ? { lens: { model: 'none' as const } } : {}),
    },
    cameras,
    focalsPx: options.zoomToFocalPx === null ? null : truth.focalsPx.map((focal) => focal * (wrong.focal ?? 1)),
    points: points.map((value) => value + off(wrong.point)),
    observations: {
      camera: Int32Array.from(tracks.flatMap(({ frames }) => [...frames])),
      point: Int32Array.from(tracks.flatMap(({ id, frames }) => Array.from(frames, () => id))),
      xy: Float64Array.from(tracks.flatMap(({ xy }) => [...xy])),
      weight: null,
    },
  }
}
