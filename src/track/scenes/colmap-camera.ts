/**
 * A camera's inside in COLMAP's models. Their distortion goes from the ideal ray to the distorted one (as OpenCV's, whose
 * names they have): FULL_OPENCV multiplies by (1 + k1 r^2 + k2 r^4 + k3 r^6) / (1 + k4 r^2 + k5 r^4 + k6 r^6) and adds
 * tangential terms. Our polynomial, division and Brown lenses are cases of that and are written as they are, in the
 * smallest model that holds them. Of the others the radial part is fitted.
 */
import { solveCholesky } from '../geometry/dense.ts'
import type { Intrinsics, Lens } from '../geometry/intrinsics.ts'
import { lensMap, undistort } from '../geometry/lens.ts'

export interface ColmapCamera {
  readonly model: 'SIMPLE_PINHOLE' | 'PINHOLE' | 'SIMPLE_RADIAL' | 'RADIAL' | 'OPENCV' | 'FULL_OPENCV'
  /** In the order that COLMAP wants. */
  readonly params: readonly number[]
  /** By how much a fitted lens differs from the true one at most, over the picture; 0 where nothing was fitted. */
  readonly lensOffPx: number
}

/** In OpenCV's order. The divisor's k6 is always 0 here. */
type Coefficients = readonly [k1: number, k2: number, p1: number, p2: number, k3: number, k4: number, k5: number]

export function colmapCamera(intrinsics: Intrinsics): ColmapCamera {
  const { lens } = intrinsics
  const exact = coefficientsOf(lens)
  if (exact) return smallestModel(intrinsics, exact, 0)
  const { k1, k2, k3, offPx } = fitRadial(intrinsics)
  const [p1, p2] = lens.model === 'brown' ? [lens.p2, lens.p1] : [0, 0]
  return smallestModel(intrinsics, [k1, k2, p1, p2, k3, 0, 0], offPx)
}

function coefficientsOf(lens: Lens): Coefficients | null {
  switch (lens.model) {
    case 'none':
      return [0, 0, 0, 0, 0, 0, 0]
    case 'polynomial':
      return [lens.k1, lens.k2, 0, 0, lens.k3, 0, 0]
    case 'division':
      return [0, 0, 0, 0, 0, lens.k1, lens.k2]
    case 'brown':
      // Blender's p1 belongs to x, OpenCV's to y.
      return lens.k4 === 0 ? [lens.k1, lens.k2, lens.p2, lens.p1, lens.k3, 0, 0] : null
    case 'nuke':
      return null
  }
}

function smallestModel(intrinsics: Intrinsics, lens: Coefficients, lensOffPx: number): ColmapCamera {
  const { focalPx, pixelAspect, principalXPx, principalYPx } = intrinsics
  const centre = [principalXPx, principalYPx]
  const [k1, k2, p1, p2, k3, k4, k5] = lens
  const two = [focalPx, focalPx * pixelAspect, ...centre]
  if (k3 !== 0 || k4 !== 0 || k5 !== 0) return { model: 'FULL_OPENCV', params: [...two, ...lens, 0], lensOffPx }
  if (p1 !== 0 || p2 !== 0 || (pixelAspect !== 1 && (k1 !== 0 || k2 !== 0))) {
    return { model: 'OPENCV', params: [...two, k1, k2, p1, p2], lensOffPx }
  }
  if (pixelAspect !== 1) return { model: 'PINHOLE', params: two, lensOffPx }
  const one = [focalPx, ...centre]
  if (k2 !== 0) return { model: 'RADIAL', params: [...one, k1, k2], lensOffPx }
  if (k1 !== 0) return { model: 'SIMPLE_RADIAL', params: [...one, k1], lensOffPx }
  return { model: 'SIMPLE_PINHOLE', params: one, lensOffPx }
}

const steps = 64

/** The polynomial that bends rays most like the radial part of a lens does, by least squares out to the farthest corner. */
function fitRadial(intrinsics: Intrinsics): { k1: number; k2: number; k3: number; offPx: number } {
  const { lens, focalPx, pixelAspect } = intrinsics
  const radial = lensMap(lens.model === 'brown' ? { ...intrinsics, lens: { ...lens, p1: 0, p2: 0 } } : intrinsics)
  const far = farthestCorner(intrinsics)
  const ideal = new Float64Array(2)
  const samples: { readonly terms: readonly number[]; readonly offset: number }[] = []
  for (let i = 1; i <= steps; i++) {
    const bent = (far * i) / steps
    // Where the lens folds there is no ray.
    if (!undistort(radial, bent, 0, ideal)) break
    const r = ideal[0] ?? NaN
    samples.push({ terms: [r ** 3, r ** 5, r ** 7], offset: bent - r })
  }
  const [k1 = 0, k2 = 0, k3 = 0] = leastSquares(samples)
  const offs = samples.map(({ terms: [a = 0, b = 0, c = 0], offset }) => Math.abs(k1 * a + k2 * b + k3 * c - offset))
  return { k1, k2, k3, offPx: Math.max(0, ...offs) * focalPx * Math.max(1, pixelAspect) }
}

/** From the principal point, on the plane at distance 1. */
function farthestCorner({ widthPx, heightPx, focalPx, pixelAspect, principalXPx, principalYPx }: Intrinsics): number {
  const x = Math.max(principalXPx, widthPx - principalXPx)
  const y = Math.max(principalYPx, heightPx - principalYPx)
  return Math.hypot(x / focalPx, y / (focalPx * pixelAspect))
}

/** Three coefficients by their normal equations; none where these are singular. */
function leastSquares(samples: readonly { terms: readonly number[]; offset: number }[]): readonly number[] {
  const normal = new Float64Array(9)
  const right = new Float64Array(3)
  for (const { terms, offset } of samples) {
    for (const [i, a] of terms.entries()) {
      right[i]! += a * offset
      for (const [j, b] of terms.entries()) normal[3 * i + j]! += a * b
    }
  }
  return solveCholesky(normal, right, 3) ? [...right] : []
}
