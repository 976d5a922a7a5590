/**
 * Relative pose from five correspondences: all essential matrices that fit them.
 *
 * Nistér, An efficient solution to the five-point relative pose problem, PAMI 2004: the four-dimensional null space of the
 * epipolar equations, ten cubic equations on it, elimination to a polynomial of degree 10 in one unknown. Here its real roots
 * are polished by Gauss-Newton steps on the ten cubics, since the elimination loses digits.
 */
import { eliminate, solveCholesky } from '../geometry/dense.ts'
import { realRoots } from '../geometry/polynomial.ts'
import { nullSpace } from '../geometry/svd.ts'
import { epipolarRow } from './epipolar.ts'

/** Exponents of x, y and z in the monomials of degree 1, 2 and 3, the last in the order that the elimination needs. */
const linear = ['100', '010', '001', '000'].map(digits)
const quadratic = ['200', '110', '101', '100', '020', '011', '010', '002', '001', '000'].map(digits)
const cubic = '300 030 210 120 201 200 021 020 111 110 102 101 100 012 011 010 003 002 001 000'.split(' ').map(digits)
const [cubicX, cubicY, cubicZ] = [0, 1, 2].map((axis) => Uint8Array.from(cubic, (powers) => powers[axis]!)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
]

function digits(text: string): number[] {
  return Array.from(text, Number)
}

/** Where the product of two monomials stands. */
function productTable(a: readonly number[][], b: readonly number[][], products: readonly number[][]): Uint8Array {
  const place = ([x, y, z]: number[], [u, v, w]: number[]) =>
    products.findIndex(([p, q, r]) => p === x! + u! && q === y! + v! && r === z! + w!)
  return Uint8Array.from(a.flatMap((first) => b.map((second) => place(first, second))))
}

const linearTimesLinear = productTable(linear, linear, quadratic)
const quadraticTimesLinear = productTable(quadratic, linear, cubic)

// Scratch of one call; nothing here calls back.
const epipolar = new Float64Array(5 * 9)
const basis = new Float64Array(4 * 9)
/** The entry (i, j) of E as a linear polynomial in x, y, z: 4 coefficients each. */
const entries = new Float64Array(9 * 4)
const gram = new Float64Array(9 * 10)
const minor = new Float64Array(10)
const constraints = new Float64Array(10 * 20)
const reduced = new Float64Array(10 * 20)
const roots = new Float64Array(10)
const point = new Float64Array(3)

/**
 * @param a correspondences in the first picture, x and y of the ray (x, y, 1), 2 each
 * @param b the same in the second
 * @param sample five of them
 * @returns essential matrices E (3 x 3, row-major, of Frobenius norm sqrt 2) with bᵀ E a = 0: at most ten, none where the
 * five points do not determine them (as without parallax, or with a point given twice).
 */
export function fivePoint(a: Float64Array, b: Float64Array, sample: ArrayLike<number>): Float64Array[] {
  for (let i = 0; i < 5; i++) {
    const at = 2 * sample[i]!
    epipolarRow(a[at]!, a[at + 1]!, b[at]!, b[at + 1]!, epipolar, 9 * i)
  }
  if (!nullSpace(epipolar, 5, 9, basis)) return []
  for (let i = 0; i < 9; i++) for (let k = 0; k < 4; k++) entries[4 * i + k] = basis[9 * k + i]!
  writeConstraints()
  reduced.set(constraints)
  if (!eliminate(reduced, 10, 20)) return []
  const essentials: Float64Array[] = []
  const depths = hiddenVariable()
  const count = realRoots(depths.determinant, 10, roots)
  for (let i = 0; i < count; i++) {
    if (!backSubstitute(depths.rows, roots[i]!) || !polish()) continue
    essentials.push(essentialAt(point))
  }
  return essentials
}

/** det E = 0 and the nine entries of (E Eᵀ - trace / 2) E = 0, as rows of coefficients of the 20 monomials. */
function writeConstraints(): void {
  constraints.fill(0)
  gram.fill(0)
  for (let i = 0; i < 3; i++) {
    for (let j = i; j < 3; j++) {
      for (let k = 0; k < 3; k++) addLinearProduct(3 * i + k, 3 * j + k, 1, gram, 10 * (3 * i + j))
      if (j > i) gram.copyWithin(10 * (3 * j + i), 10 * (3 * i + j), 10 * (3 * i + j) + 10)
    }
  }
  for (let m = 0; m < 10; m++) {
    const half = 0.5 * (gram[m]! + gram[40 + m]! + gram[80 + m]!)
    for (let i = 0; i < 3; i++) gram[40 * i + m]! -= half
  }
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      for (let k = 0; k < 3; k++) addCubicProduct(gram, 10 * (3 * i + k), 3 * k + j, 20 * (3 * i + j))
    }
  }
  for (let j = 0; j < 3; j++) {
    const [p, q] = [(j + 1) % 3, (j + 2) % 3]
    minor.fill(0)
    addLinearProduct(3 + p, 6 + q, 1, minor, 0)
    addLinearProduct(3 + q, 6 + p, -1, minor, 0)
    addCubicProduct(minor, 0, j, 20 * 9)
  }
}

function addLinearProduct(first: number, second: number, sign: number, out: Float64Array, at: number): void {
  for (let i = 0; i < 4; i++) {
    const factor = sign * entries[4 * first + i]!
    for (let j = 0; j < 4; j++) out[at + linearTimesLinear[4 * i + j]!]! += factor * entries[4 * second + j]!
  }
}

function addCubicProduct(quadratics: Float64Array, from: number, entry: number, at: number): void {
  for (let i = 0; i < 10; i++) {
    const factor = quadratics[from + i]!
    for (let j = 0; j < 4; j++) {
      constraints[at + quadraticTimesLinear[4 * i + j]!]! += factor * entries[4 * entry + j]!
    }
  }
}

/**
 * From the reduced rows of x^2 z and x^2 (then y^2 z and y^2, xyz and xy) the row of x^2 z less z times that of x^2 holds
 * only x, y and 1, with polynomials in z as coefficients: three such rows vanish together where their determinant does.
 * Each row holds 4 + 4 + 5 coefficients in ascending powers of z.
 */
function hiddenVariable(): { rows: Float64Array[]; determinant: Float64Array } {
  const rows = [4, 6, 8].map((row) => {
    const upper = (column: number) => reduced[20 * row + column]!
    const lower = (column: number) => reduced[20 * (row + 1) + column]!
    const byX = [upper(12), upper(11) - lower(12), upper(10) - lower(11), -lower(10)]
    const byY = [upper(15), upper(14) - lower(15), upper(13) - lower(14), -lower(13)]
    const byOne = [upper(19), upper(18) - lower(19), upper(17) - lower(18), upper(16) - lower(17), -lower(16)]
    return Float64Array.from([byX, byY, byOne].flat())
  })
  const determinant = new Float64Array(11)
  for (let i = 0; i < 3; i++) {
    const [p, q] = [rows[(i + 1) % 3]!, rows[(i + 2) % 3]!]
    const cofactor = new Float64Array(7)
    addProduct(p, 0, 4, q, 4, 4, 1, cofactor)
    addProduct(p, 4, 4, q, 0, 4, -1, cofactor)
    addProduct(cofactor, 0, 7, rows[i]!, 8, 5, 1, determinant)
  }
  return { rows, determinant }
}

/** out += sign p q for polynomials of `np` and `nq` coefficients. */
function addProduct(
  p: Float64Array,
  pAt: number,
  np: number,
  q: Float64Array,
  qAt: number,
  nq: number,
  sign: number,
  out: Float64Array,
): void {
  for (let i = 0; i < np; i++) for (let j = 0; j < nq; j++) out[i + j]! += sign * p[pAt + i]! * q[qAt + j]!
}

const system = new Float64Array(9)

/** x and y that go with a root z, from the two of the three rows that determine them best. */
function backSubstitute(rows: Float64Array[], z: number): boolean {
  for (let i = 0; i < 3; i++) {
    for (let k = 0; k < 3; k++) {
      let value = 0
      for (let power = k === 2 ? 4 : 3; power >= 0; power--) value = value * z + rows[i]![4 * k + power]!
      system[3 * i + k] = value
    }
  }
  let best = 0
  for (let i = 0; i < 3; i++) {
    const p = 3 * i
    const q = 3 * ((i + 1) % 3)
    const det = system[p]! * system[q + 1]! - system[p + 1]! * system[q]!
    if (Math.abs(det) <= Math.abs(best)) continue
    best = det
    point[0] = (system[p + 1]! * system[q + 2]! - system[p + 2]! * system[q + 1]!) / det
    point[1] = (system[p + 2]! * system[q]! - system[p]! * system[q + 2]!) / det
  }
  point[2] = z
  return best !== 0
}

/** Powers 0 to 3 of x, y and z; the monomials' values, then their derivatives by x, y and z. */
const powers = new Float64Array(12)
const monomials = new Float64Array(4 * 20)
const normal = new Float64Array(9)
const step = new Float64Array(3)
const start = new Float64Array(3)

/** Gauss-Newton steps of `point` on the ten cubics; false where it is no root of them after all. */
function polish(): boolean {
  start.set(point)
  for (let round = 0; round < 2; round++) {
    writeMonomials()
    normal.fill(0)
    step.fill(0)
    for (let at = 0; at < 200; at += 20) addEquation(at)
    if (!solveCholesky(normal, step, 3)) break
    for (let i = 0; i < 3; i++) point[i]! += step[i]!
  }
  // A root that runs away was noise of the elimination, or of a double root.
  const moved = Math.hypot(point[0]! - start[0]!, point[1]! - start[1]!, point[2]! - start[2]!)
  return moved <= 1e-2 * (1 + Math.hypot(start[0]!, start[1]!, start[2]!))
}

function writeMonomials(): void {
  for (let i = 0; i < 3; i++) {
    powers[4 * i] = 1
    for (let k = 1; k < 4; k++) powers[4 * i + k] = powers[4 * i + k - 1]! * point[i]!
  }
  for (let m = 0; m < 20; m++) {
    const p = cubicX[m]!
    const q = cubicY[m]!
    const r = cubicZ[m]!
    const x = powers[p]!
    const y = powers[4 + q]!
    const z = powers[8 + r]!
    monomials[m] = x * y * z
    monomials[20 + m] = p === 0 ? 0 : p * powers[p - 1]! * y * z
    monomials[40 + m] = q === 0 ? 0 : q * powers[3 + q]! * x * z
    monomials[60 + m] = r === 0 ? 0 : r * powers[7 + r]! * x * y
  }
}

/** Adds one of the cubics to the normal equations of the step. */
function addEquation(at: number): void {
  let value = 0
  let byX = 0
  let byY = 0
  let byZ = 0
  for (let m = 0; m < 20; m++) {
    const c = constraints[at + m]!
    value += c * monomials[m]!
    byX += c * monomials[20 + m]!
    byY += c * monomials[40 + m]!
    byZ += c * monomials[60 + m]!
  }
  normal[0]! += byX * byX
  normal[3]! += byY * byX
  normal[4]! += byY * byY
  normal[6]! += byZ * byX
  normal[7]! += byZ * byY
  normal[8]! += byZ * byZ
  step[0]! -= byX * value
  step[1]! -= byY * value
  step[2]! -= byZ * value
}

function essentialAt([x, y, z]: Float64Array): Float64Array {
  const out = new Float64Array(9)
  let square = 0
  for (let i = 0; i < 9; i++) {
    out[i] = x! * basis[i]! + y! * basis[9 + i]! + z! * basis[18 + i]! + basis[27 + i]!
    square += out[i]! ** 2
  }
  const scale = Math.SQRT2 / Math.sqrt(square)
  return out.map((value) => value * scale)
}
