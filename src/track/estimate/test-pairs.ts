/** Pairs of pictures with known motion, for the tests of this folder. Rays are x, y of (x, y, 1). */
import { seededRng } from '#core/rng.ts'
import { unit } from '../geometry/linear.ts'
import { transform, type Rigid3 } from '../geometry/rigid3.ts'
import { expSo3 } from '../geometry/so3.ts'

export interface PairOptions {
  readonly seed: number
  readonly count?: number
  readonly scene?: 'depth' | 'plane' | 'turn'
  /** Standard deviation, in pixels of a focal length of `focalPx`. */
  readonly noisePx?: number
  /** Share of the correspondences that lie anywhere in the second picture; they come first. */
  readonly outliers?: number
  /** How far the camera moves, the scene being 2.5 to 6.5 away. */
  readonly baseline?: number
}

export const focalPx = 900

export interface Pair {
  readonly a: Float64Array
  readonly b: Float64Array
  readonly bFromA: Rigid3
  /** 3 for each correspondence, in the first camera. */
  readonly points: Float64Array
  /** The correspondences that are right. */
  readonly right: Int32Array
}

/** Seeded; uniform in [-1, 1). */
export function uniform(seed: number | string): () => number {
  const rng = seededRng(seed)
  return () => 2 * rng.next() - 1
}

/** Seeded; normal with variance 1 (Box and Muller). */
export function normal(seed: number | string): () => number {
  const rng = seededRng(seed)
  return () => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next())
}

export function makePair(options: PairOptions): Pair {
  const { seed, count = 200, scene = 'depth', noisePx = 0, outliers = 0, baseline = 0.8 } = options
  const [any, gauss] = [uniform(`pair ${seed}`), normal(`noise ${seed}`)]
  const direction = unit(Float64Array.of(any(), any(), 0.7 * any()))!
  const bFromA = {
    rotation: expSo3(0.06 * any(), 0.15 * any(), 0.05 * any()),
    translation: direction.map((value) => (scene === 'turn' ? 0 : baseline * value)),
  }
  const tilt = [0.5 * any(), 0.5 * any()] as const
  const [a, b, points] = [new Float64Array(2 * count), new Float64Array(2 * count), new Float64Array(3 * count)]
  const noise = () => (noisePx / focalPx) * gauss()
  for (let i = 0; i < count; i++) {
    const [x, y] = [0.55 * any(), 0.32 * any()]
    const z = scene === 'plane' ? 4.5 / (1 - tilt[0] * x - tilt[1] * y) : 4.5 + 2 * any()
    const point = Float64Array.of(x * z, y * z, z)
    const there = transform(bFromA, point)
    points.set(point, 3 * i)
    a.set([x + noise(), y + noise()], 2 * i)
    b.set([there[0]! / there[2]! + noise(), there[1]! / there[2]! + noise()], 2 * i)
    if (i < outliers * count) b.set([0.6 * any(), 0.35 * any()], 2 * i)
  }
  const right = Int32Array.from({ length: count }, (_, i) => i).filter((i) => i >= outliers * count)
  return { a, b, bFromA, points, right }
}

export const all = (count: number) => Int32Array.from({ length: count }, (_, i) => i)

export const median = (values: readonly number[]) => values.toSorted((p, q) => p - q)[values.length >> 1]!
