/**
 * Essential matrices: E = [t]x R of a pair of cameras, the four poses behind one, which of them has the points in front, and
 * the pose refined. Points are rays (x, y, 1), 2 numbers each. Hartley and Zisserman, Multiple View Geometry, 9.6.
 */
import { apply3, cross, dot, multiply3, skew, transpose3, unit } from '../geometry/linear.ts'
import type { Rigid3 } from '../geometry/rigid3.ts'
import { expSo3 } from '../geometry/so3.ts'
import { perpendicularTo, svd3 } from '../geometry/svd.ts'
import { refineEpipolar, type EpipolarParameters } from './epipolar.ts'

/** bᵀ E a = 0 for rays of a point that both cameras see. Only the direction of the translation matters to it. */
export const essentialOf = (bFromA: Rigid3): Float64Array => multiply3(skew(bFromA.translation), bFromA.rotation)

/** The four motions that an essential matrix (or what is near to one) allows, with translations of length 1. */
export function decomposeEssential(essential: Float64Array): Rigid3[] {
  const { u, v } = svd3(essential)
  const vTransposed = transpose3(v)
  const quarterTurn = Float64Array.of(0, -1, 0, 1, 0, 0, 0, 0, 1)
  const axis = Float64Array.of(u[2]!, u[5]!, u[8]!)
  const opposite = axis.map((value) => -value)
  return [quarterTurn, transpose3(quarterTurn)].flatMap((turn) => {
    const rotation = multiply3(multiply3(u, turn), vTransposed)
    return [
      { rotation, translation: axis },
      { rotation, translation: opposite },
    ]
  })
}

export interface RelativePose {
  /** The second camera from the first, with a translation of length 1. */
  readonly bFromA: Rigid3
  /** How many of the correspondences lie in front of both cameras. */
  readonly inFront: number
}

/**
 * The one of the four motions that has most of the points in front of both cameras.
 *
 * @param subset the correspondences that fit the matrix
 * @returns null when no point is in front, or a second motion has at least three quarters as many: then the points do not
 * decide, as happens without parallax.
 */
export function relativePose(
  essential: Float64Array,
  a: Float64Array,
  b: Float64Array,
  subset: ArrayLike<number>,
): RelativePose | null {
  const poses = decomposeEssential(essential)
    .map((bFromA) => ({ bFromA, inFront: countInFront(bFromA, a, b, subset) }))
    .sort((first, second) => second.inFront - first.inFront)
  const [best, next] = [poses[0]!, poses[1]!]
  return best.inFront > 0 && next.inFront < 0.75 * best.inFront ? best : null
}

/** From depthB b = depthA R a + t, crossed with b and with R a: both depths have the sign of a triple product. */
function countInFront({ rotation, translation }: Rigid3, a: Float64Array, b: Float64Array, subset: ArrayLike<number>) {
  const rayA = new Float64Array(3)
  const rayB = new Float64Array(3)
  const normal = new Float64Array(3)
  const side = new Float64Array(3)
  let count = 0
  for (let k = 0; k < subset.length; k++) {
    const at = 2 * subset[k]!
    rayA.set([a[at]!, a[at + 1]!, 1])
    rayB.set([b[at]!, b[at + 1]!, 1])
    apply3(rotation, rayA, rayA)
    cross(rayB, rayA, normal)
    const depthA = -dot(cross(rayB, translation, side), normal)
    const depthB = -dot(cross(rayA, translation, side), normal)
    if (depthA > 0 && depthB > 0) count++
  }
  return count
}

/** Three for the rotation (from the left), two for the direction of the translation. */
const poseParameters: EpipolarParameters<Rigid3> = {
  count: 5,
  matrix: essentialOf,
  tangents({ rotation, translation }, out) {
    const across = skew(translation)
    for (let k = 0; k < 3; k++) {
      const axis = new Float64Array(3)
      axis[k] = 1
      out.set(multiply3(across, multiply3(skew(axis), rotation)), 9 * k)
    }
    const [first, second] = tangentPlane(translation)
    out.set(multiply3(skew(first), rotation), 27)
    out.set(multiply3(skew(second), rotation), 36)
  },
  step({ rotation, translation }, by) {
    const [first, second] = tangentPlane(translation)
    const moved = translation.map((value, i) => value + by[3]! * first[i]! + by[4]! * second[i]!)
    return {
      rotation: multiply3(expSo3(by[0]!, by[1]!, by[2]!), rotation),
      translation: unit(moved) ?? translation,
    }
  },
}

function tangentPlane(direction: Float64Array): [Float64Array, Float64Array] {
  const first = perpendicularTo(direction)
  return [first, cross(direction, first)]
}

/**
 * The motion that makes the squared Sampson errors of a subset least, from a start near by (translation of length 1).
 * Null with fewer than five correspondences.
 */
export const refineRelativePose = (start: Rigid3, a: Float64Array, b: Float64Array, subset: Int32Array) =>
  refineEpipolar(poseParameters, start, a, b, subset)
