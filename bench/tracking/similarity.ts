/**
 * The rotation, scale and shift that bring one set of points nearest to another (least squares). The rotation is Horn's
 * (1987): the eigenvector of the largest eigenvalue of a symmetric 4 x 4 matrix, as a quaternion; here by Jacobi turns.
 */
import type { Vector } from '#test/footage/truth.ts'

export interface Similarity {
  readonly scale: number
  apply(point: Vector): Vector
}

export function similarity(from: readonly Vector[], to: readonly Vector[]): Similarity {
  const [p, q] = [centroid(from), centroid(to)]
  const s = new Float64Array(9)
  let spread = 0
  for (const [k, a] of from.entries()) {
    const b = to[k] ?? a
    for (let i = 0; i < 3; i++) {
      spread += ((a[i] ?? 0) - (p[i] ?? 0)) ** 2
      for (let j = 0; j < 3; j++)
        s[3 * i + j] = (s[3 * i + j] ?? 0) + ((a[i] ?? 0) - (p[i] ?? 0)) * ((b[j] ?? 0) - (q[j] ?? 0))
    }
  }
  const rotation = hornRotation(s)
  // tr(R S) over the spread is the scale of least squares.
  const gain = [0, 1, 2].reduce(
    (sum, i) => sum + [0, 1, 2].reduce((t, j) => t + (rotation[3 * i + j] ?? 0) * (s[3 * j + i] ?? 0), 0),
    0,
  )
  const scale = spread === 0 ? 1 : gain / spread
  return {
    scale,
    apply: (x) => {
      const d = x.map((v, i) => v - (p[i] ?? 0))
      return [0, 1, 2].map(
        (i) => (q[i] ?? 0) + scale * d.reduce((sum, v, j) => sum + (rotation[3 * i + j] ?? 0) * v, 0),
      ) as unknown as Vector
    },
  }
}

function hornRotation(s: Float64Array): number[] {
  const [xx = 0, xy = 0, xz = 0, yx = 0, yy = 0, yz = 0, zx = 0, zy = 0, zz = 0] = s
  const n = [
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
  ]
  const [w = 1, x = 0, y = 0, z = 0] = largestEigenvector(n)
  return [
    1 - 2 * (y * y + z * z),
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    1 - 2 * (x * x + z * z),
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    1 - 2 * (x * x + y * y),
  ]
}

/** Of a symmetric 4 x 4 matrix, by cyclic Jacobi rotations. */
function largestEigenvector(matrix: readonly (readonly number[])[]): number[] {
  const a = Float64Array.from(matrix.flat())
  const vectors = Float64Array.from({ length: 16 }, (_, k) => (k % 5 === 0 ? 1 : 0))
  for (let sweep = 0; sweep < 30; sweep++)
    for (const [p, q] of pairs) {
      const angle = 0.5 * Math.atan2(2 * (a[4 * p + q] ?? 0), (a[5 * q] ?? 0) - (a[5 * p] ?? 0))
      turn(a, [p, q], 4, angle)
      turn(a, [4 * p, 4 * q], 1, angle)
      turn(vectors, [p, q], 4, angle)
    }
  const best = [0, 1, 2, 3].reduce((k, i) => ((a[5 * i] ?? 0) > (a[5 * k] ?? 0) ? i : k))
  return [0, 1, 2, 3].map((row) => vectors[4 * row + best] ?? 0)
}

const pairs = [0, 1, 2].flatMap((p) => [1, 2, 3].filter((q) => q > p).map((q) => [p, q] as const))

/** Turns two columns, or rows, of four numbers `step` apart into each other. */
function turn(m: Float64Array, [p, q]: readonly [number, number], step: number, angle: number): void {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  for (let i = 0; i < 4 * step; i += step) {
    const [x, y] = [m[p + i] ?? 0, m[q + i] ?? 0]
    m[p + i] = c * x - s * y
    m[q + i] = s * x + c * y
  }
}

function centroid(points: readonly Vector[]): Vector {
  return [0, 1, 2].map((i) => points.reduce((sum, p) => sum + (p[i] ?? 0), 0) / points.length) as unknown as Vector
}
