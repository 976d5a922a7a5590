/** How a solved shot is laid into a scene, by itself or by a person: shared by what is exported and what the studio shows. */
import type { Similarity } from '../estimate/similarity.ts'
import { apply3, cross, det3, dot, multiplyTransposed3, unit } from '../geometry/linear.ts'
import { centreOf, identity3, type Rigid3 } from '../geometry/rigid3.ts'
import { perpendicularTo } from '../geometry/svd.ts'

/** The points of a tripod shot are directions: they are put as far away as a room is wide. */
export const tripodDistance = 10

/** sceneFromWorld: up (y) is the cameras' mean up, and the first camera stands at the origin and heads along -z. */
export function placement(cameras: readonly { readonly camFromWorld: Rigid3 }[]): Rigid3 {
  const first = cameras[0]?.camFromWorld ?? identity3()
  const axisOf = ({ rotation }: Rigid3, row: number) => rotation.slice(3 * row, 3 * row + 3)
  const down = new Float64Array(3)
  for (const { camFromWorld } of cameras) axisOf(camFromWorld, 1).forEach((value, i) => (down[i]! += value))
  const up = (unit(down) ?? axisOf(first, 1)).map((value) => -value)
  // A camera that lies on its side has no right that is level.
  const right = unit(without(axisOf(first, 0), up)) ?? perpendicularTo(up)
  const rotation = Float64Array.of(...right, ...up, ...cross(right, up))
  const translation = apply3(rotation, centreOf(first)).map((value) => -value)
  return { rotation, translation }
}

/** What of a vector is perpendicular to a unit vector. */
function without(a: Float64Array, direction: Float64Array): Float64Array {
  const share = dot(a, direction)
  return a.map((value, i) => value - share * direction[i]!)
}

/** A placement as text for addresses: the scale, the rotation row by row, the translation; 13 numbers with commas between. */
export const placementText = ({ scale, rotation, translation }: Similarity): string =>
  [scale, ...rotation, ...translation].join(',')

/** Reads `placementText`; null where the text is not 13 numbers, the scale not positive or the rotation none (to 1e-6). */
export function parsePlacement(text: string): Similarity | null {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
  const [scale = NaN] = numbers
  if (numbers.length !== 13 || !numbers.every(Number.isFinite) || !(scale > 0)) return null
  const rotation = Float64Array.from(numbers.slice(1, 10))
  const isOrthonormal = multiplyTransposed3(rotation, rotation).every(
    (value, i) => Math.abs(value - (i % 4 === 0 ? 1 : 0)) < 1e-6,
  )
  if (!isOrthonormal || det3(rotation) < 0) return null
  return { scale, rotation, translation: Float64Array.from(numbers.slice(10)) }
}
