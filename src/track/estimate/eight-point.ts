/**
 * Fundamental matrices from eight or more correspondences, for pictures of an unknown lens, and refined from a start.
 *
 * Hartley, In defense of the eight-point algorithm, PAMI 1997. The refinement turns the singular vectors and changes the ratio
 * of the singular values, 7 parameters without a constraint (Bartoli and Sturm, Nonlinear estimation of the fundamental
 * matrix with minimal parameters, PAMI 2004).
 */
import { frobenius3, multiply3, multiplyTransposed3, skew, transpose3 } from '../geometry/linear.ts'
import { expSo3 } from '../geometry/so3.ts'
import { leastVector, nullSpace, svd3, type Svd3 } from '../geometry/svd.ts'
import { epipolarRow, refineEpipolar, sampsonSquared, type EpipolarParameters } from './epipolar.ts'
import { normalisationOf, normalised, toNormal, toOriginal } from './normalisation.ts'
import { msac, type RobustFit, type RobustOptions } from './robust.ts'

/**
 * @param a points in the first picture, 2 numbers each, pixels or rays
 * @param b the same in the second
 * @param subset at least eight of them
 * @returns F (3 x 3, rank 2, Frobenius norm 1) with bᵀ F a = 0; null where they do not determine it (as on a plane)
 */
export function eightPoint(a: Float64Array, b: Float64Array, subset: ArrayLike<number>): Float64Array | null {
  const normalA = normalisationOf(a, subset)
  const normalB = normalisationOf(b, subset)
  if (subset.length < 8 || normalA === null || normalB === null) return null
  const rows = new Float64Array(subset.length * 9)
  const from = normalised(normalA, a, subset)
  const to = normalised(normalB, b, subset)
  for (let i = 0; i < subset.length; i++) {
    epipolarRow(from[2 * i]!, from[2 * i + 1]!, to[2 * i]!, to[2 * i + 1]!, rows, 9 * i)
  }
  const vector = subset.length === 8 ? fromEight(rows) : fromMany(rows, subset.length)
  if (vector === null) return null
  return ofUnitSize(multiply3(multiplyTransposed3(toNormal(normalB), ofRankTwo(vector)), toNormal(normalA)))
}

function fromEight(rows: Float64Array): Float64Array | null {
  const out = new Float64Array(9)
  return nullSpace(rows, 8, 9, out) ? out : null
}

function fromMany(rows: Float64Array, n: number): Float64Array | null {
  const { vector, sizes } = leastVector(rows, n, 9)
  return sizes[7]! > 1e-10 * sizes[0]! ? vector : null
}

function ofUnitSize(f: Float64Array): Float64Array {
  const size = frobenius3(f)
  return f.map((value) => value / size)
}

/** The nearest matrix of rank 2 in the Frobenius norm. */
function ofRankTwo(f: Float64Array): Float64Array {
  const { u, s, v } = svd3(f)
  return multiply3(multiply3(u, Float64Array.of(s[0]!, 0, 0, 0, s[1]!, 0, 0, 0, 0)), transpose3(v))
}

/** Turns of u and v from the left, and the angle whose cosine and sine are the two singular values. */
const fundamentalParameters: EpipolarParameters<Svd3> = {
  count: 7,
  matrix: ({ u, s, v }) => multiply3(multiply3(u, diagonal(s[0]!, s[1]!)), transpose3(v)),
  tangents(model, out) {
    const { u, s, v } = model
    const f = fundamentalParameters.matrix(model)
    for (let k = 0; k < 3; k++) {
      const axis = new Float64Array(3)
      axis[k] = 1
      out.set(multiply3(skew(axis), f), 9 * k)
      out.set(multiply3(f, transpose3(skew(axis))), 27 + 9 * k)
    }
    out.set(multiply3(multiply3(u, diagonal(-s[1]!, s[0]!)), transpose3(v)), 54)
  },
  step({ u, s, v }, by) {
    const angle = Math.atan2(s[1]!, s[0]!) + by[6]!
    return {
      u: multiply3(expSo3(by[0]!, by[1]!, by[2]!), u),
      s: Float64Array.of(Math.cos(angle), Math.sin(angle), 0),
      v: multiply3(expSo3(by[3]!, by[4]!, by[5]!), v),
    }
  },
}

const diagonal = (a: number, b: number) => Float64Array.of(a, 0, 0, 0, b, 0, 0, 0, 0)

/** The F that makes the squared Sampson errors of a subset least, from a start near by; null with fewer than seven. */
export function refineFundamental(
  start: Float64Array,
  a: Float64Array,
  b: Float64Array,
  subset: Int32Array,
): Float64Array | null {
  const normalA = normalisationOf(a, subset)
  const ownB = normalisationOf(b, subset)
  if (normalA === null || ownB === null) return null
  // One scale for both pictures, so that a normalised error is still the error times a constant.
  const normalB = { ...ownB, scale: normalA.scale }
  const f = multiply3(multiplyTransposed3(toOriginal(normalB), start), toOriginal(normalA))
  const { u, s, v } = svd3(f)
  const size = Math.hypot(s[0]!, s[1]!)
  const best = refineEpipolar(
    fundamentalParameters,
    { u, s: Float64Array.of(s[0]! / size, s[1]! / size, 0), v },
    normalised(normalA, a, subset),
    normalised(normalB, b, subset),
    subset.map((_, i) => i),
  )
  if (best === null) return null
  const refined = fundamentalParameters.matrix(best)
  return ofUnitSize(multiply3(multiplyTransposed3(toNormal(normalB), refined), toNormal(normalA)))
}

/** @param options `threshold` in the unit of the points */
export const robustFundamental = (
  a: Float64Array,
  b: Float64Array,
  options: RobustOptions,
): RobustFit<Float64Array> | null =>
  msac<Float64Array>(
    {
      dataCount: a.length / 2,
      sampleSize: 8,
      residualFreedom: 1,
      solve: (sample) => listed(eightPoint(a, b, sample)),
      residuals: (f, squared) => sampsonSquared(f, a, b, squared),
      refine: (f, data) => refineFundamental(f, a, b, data),
    },
    options,
  )

const listed = (f: Float64Array | null) => (f === null ? [] : [f])
