/** A point of the world from the rays of two or more cameras (Hartley and Zisserman, Multiple View Geometry, 12). */

/** Rays into the world, 3 numbers each. */
export interface Rays {
  count: number
  /** Where each begins, and its unit direction. */
  readonly centre: ArrayLike<number>
  readonly direction: ArrayLike<number>
}

/**
 * The point nearest to all rays, least squares of its distances to them: sum of (I - d dᵀ) (x - c) = 0. Adjustment, which is
 * what follows, makes of it the point of least reprojection errors.
 *
 * @param leastAngleRad less than this between the first or the last ray and any other gives null, as does a single ray
 */
export function nearestToRays({ count, centre: c, direction: d }: Rays, leastAngleRad: number): Float64Array | null {
  if (!isWide(d, count, Math.cos(leastAngleRad))) return null
  let xx = 0
  let xy = 0
  let xz = 0
  let yy = 0
  let yz = 0
  let zz = 0
  let bx = 0
  let by = 0
  let bz = 0
  for (let i = 0; i < 3 * count; i += 3) {
    const dx = d[i]!
    const dy = d[i + 1]!
    const dz = d[i + 2]!
    const along = dx * c[i]! + dy * c[i + 1]! + dz * c[i + 2]!
    xx += 1 - dx * dx
    xy -= dx * dy
    xz -= dx * dz
    yy += 1 - dy * dy
    yz -= dy * dz
    zz += 1 - dz * dz
    bx += c[i]! - dx * along
    by += c[i + 1]! - dy * along
    bz += c[i + 2]! - dz * along
  }
  const a = yy * zz - yz * yz
  const b = xz * yz - xy * zz
  const e = xy * yz - xz * yy
  const det = xx * a + xy * b + xz * e
  if (!(Math.abs(det) > 1e-14 * count ** 3)) return null
  return Float64Array.of(
    (a * bx + b * by + e * bz) / det,
    (b * bx + (xx * zz - xz * xz) * by + (xy * xz - xx * yz) * bz) / det,
    (e * bx + (xy * xz - xx * yz) * by + (xx * yy - xy * xy) * bz) / det,
  )
}

/** In a video the widest angle has the first or the last ray in nearly all cases. */
function isWide(d: ArrayLike<number>, count: number, least: number): boolean {
  for (let i = 0; i < count; i++) {
    for (const j of [0, count - 1]) {
      const cosine = d[3 * i]! * d[3 * j]! + d[3 * i + 1]! * d[3 * j + 1]! + d[3 * i + 2]! * d[3 * j + 2]!
      if (cosine < least) return true
    }
  }
  return false
}
