/**
 * Real roots of polynomials in one unknown.
 *
 * Between two neighbouring roots of its derivative a polynomial is monotone, so that each interval holds at most one root,
 * which Newton steps find inside a bracket; the derivative's roots are found in the same way, from the linear one up. Roots
 * beyond 1 are those of the reversed polynomial within it, so that nothing grows, however small the leading coefficient is.
 */

const maxDegree = 10
const maxSteps = 100
/** Where "within 1" ends: off the number 1 itself, so that rounding cannot hide a root of exactly 1 from both halves. */
const rim = 1 + 1e-6

// Scratch of one call; nothing here calls back.
const scaled = new Float64Array(maxDegree + 1)
const derivative = new Float64Array(maxDegree + 1)
const edges = new Float64Array(maxDegree + 2)
const found = new Float64Array(maxDegree + 2)

/**
 * Real roots of c[0] + c[1] x + ... + c[degree] x^degree, degree at most 10; a double root may be missed, as rounding decides
 * whether it is one. Of the zero polynomial: none.
 *
 * @returns how many were written to `out` (which holds `degree` numbers), ascending within |x| <= 1 and then beyond.
 */
export function realRoots(c: Float64Array, degree: number, out: Float64Array): number {
  let largest = 0
  for (let i = 0; i <= degree; i++) largest = Math.max(largest, Math.abs(c[i]!))
  if (!(largest > 0 && largest < Infinity)) return 0
  for (let i = 0; i <= degree; i++) scaled[i] = c[i]! / largest
  let count = rootsWithinRim(degree)
  for (let i = 0; i < count; i++) out[i] = found[i]!
  for (let i = 0; i <= degree; i++) scaled[i] = c[degree - i]! / largest
  const far = rootsWithinRim(degree)
  for (let i = 0; i < far && count < degree; i++) {
    // Zero stands for a root at infinity, and what is within the rim has been found before.
    if (found[i] !== 0 && Math.abs(1 / found[i]!) > rim) out[count++] = 1 / found[i]!
  }
  return count
}

/** The smallest positive root, or Infinity. */
export function smallestPositiveRoot(c: Float64Array, degree: number): number {
  const roots = new Float64Array(degree)
  const count = realRoots(c, degree, roots)
  let smallest = Infinity
  for (let i = 0; i < count; i++) if (roots[i]! > 0 && roots[i]! < smallest) smallest = roots[i]!
  return smallest
}

/** Roots of `scaled` within the rim, ascending, in `found`. */
function rootsWithinRim(degree: number): number {
  let count = 0
  for (let order = degree - 1; order >= 0; order--) {
    differentiate(degree, order)
    edges[0] = -rim
    for (let i = 0; i < count; i++) edges[i + 1] = found[i]!
    edges[count + 1] = rim
    count = rootsBetweenEdges(degree - order, count + 2)
  }
  return count
}

/** `derivative` = the derivative of `scaled` of this order, divided by order! so that it keeps its size. */
function differentiate(degree: number, order: number): void {
  for (let i = 0; i <= degree - order; i++) {
    let binomial = 1
    for (let k = 1; k <= order; k++) binomial *= (i + k) / k
    derivative[i] = scaled[i + order]! * binomial
  }
}

function rootsBetweenEdges(degree: number, edgeCount: number): number {
  let count = 0
  let before = valueAt(edges[0]!, degree)
  if (before === 0) found[count++] = edges[0]!
  for (let i = 1; i < edgeCount; i++) {
    if (edges[i] === edges[i - 1]) continue
    const after = valueAt(edges[i]!, degree)
    if (after === 0 || (before < 0 && after > 0) || (before > 0 && after < 0)) {
      found[count++] = after === 0 ? edges[i]! : rootInBracket(edges[i - 1]!, edges[i]!, before, degree)
    }
    before = after
  }
  return count
}

function valueAt(x: number, degree: number): number {
  let sum = 0
  for (let i = degree; i >= 0; i--) sum = sum * x + derivative[i]!
  return sum
}

/** The one root between `low` and `high`, where the polynomial has different signs: Newton, else halving. */
function rootInBracket(low: number, high: number, atLow: number, degree: number): number {
  let x = 0.5 * (low + high)
  for (let step = 0; step < maxSteps; step++) {
    let value = 0
    let slope = 0
    for (let i = degree; i >= 0; i--) {
      slope = slope * x + value
      value = value * x + derivative[i]!
    }
    if (value === 0) return x
    if (value > 0 === atLow > 0) low = x
    else high = x
    let next = x - value / slope
    if (!(next > low && next < high)) next = 0.5 * (low + high)
    if (Math.abs(next - x) <= 1e-16 * Math.abs(x) || next === low || next === high) return next
    x = next
  }
  return x
}
