/**
 * The Beta distribution: density, incomplete integral, quantiles, and the chance that one share is above another.
 *
 * Densities are taken about their peak with Stirling's error (Loader, "Fast and accurate computation of binomial
 * probabilities", 2000), so that nothing is lost to cancellation at a hundred thousand sessions; the incomplete integral is
 * the continued fraction of DiDonato and Morris by the method of Lentz (Numerical Recipes, 6.4). All to 1e-9 or better for
 * parameters from 0.05 to a million.
 */
export interface Beta {
  /** Successes, those that were lent included; above 0. */
  readonly a: number
  /** Failures; above 0. */
  readonly b: number
}

export const meanOf = ({ a, b }: Beta): number => a / (a + b)

export const deviationOf = ({ a, b }: Beta): number => Math.sqrt((a * b) / (a + b + 1)) / (a + b)

/** ln Γ(x) less Stirling's formula for it, x above 0. */
function stirlingError(x: number): number {
  let error = 0
  let z = x
  for (; z < 12; z++) error += (z + 0.5) * Math.log1p(1 / z) - 1
  const w = 1 / (z * z)
  return error + (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188)))) / z
}

/** ln of the density of the log odds where it is highest, at x = a / (a + b): x^a (1 - x)^b / B(a, b). */
function logPeak({ a, b }: Beta): number {
  const n = a + b
  return 0.5 * Math.log((a * b) / (2 * Math.PI * n)) + stirlingError(n) - stirlingError(a) - stirlingError(b)
}

/** How far below its peak the density of the log odds is, as a logarithm. */
function belowPeak({ a, b }: Beta, logOdds: number): number {
  const shift = logOdds - Math.log(a / b)
  // Of ln(1 - x), and with it of ln x, from the peak to here.
  const overPeak = logOnePlusShare(a / (a + b), Math.expm1(shift))
  return a * (shift - overPeak) - b * overPeak
}

/** ln(1 + share * growth), also where `growth` has overflowed. */
const logOnePlusShare = (share: number, growth: number): number =>
  growth === Infinity ? Infinity : Math.log1p(share * growth)

/**
 * I_x(a, b), the chance that the share is at most x.
 *
 * @param logOdds ln(x / (1 - x)); odds keep what x near 1 would lose
 * @param peak by {@link logPeak}
 */
function chanceBelowOdds(beta: Beta, logOdds: number, peak: number): number {
  const { a, b } = beta
  if (logOdds === -Infinity) return 0
  if (logOdds === Infinity) return 1
  const x = 1 / (1 + Math.exp(-logOdds))
  const front = Math.exp(peak + belowPeak(beta, logOdds))
  if (x < (a + 1) / (a + b + 2)) return (front * continuedFraction(a, b, x)) / a
  return 1 - (front * continuedFraction(b, a, 1 / (1 + Math.exp(logOdds)))) / b
}

/** I_x(a, b) for x from 0 to 1. */
export function chanceBelow(beta: Beta, x: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  return chanceBelowOdds(beta, Math.log(x) - Math.log1p(-x), logPeak(beta))
}

const tiny = 1e-300
const awayFromZero = (value: number): number => (Math.abs(value) < tiny ? tiny : value)
/** It takes about the root of the larger parameter, so this is far above what a million needs. */
const mostTerms = 20_000

function continuedFraction(a: number, b: number, x: number): number {
  let c = 1
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m < mostTerms; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / awayFromZero(1 + even * d)
    c = awayFromZero(1 + even / c)
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / awayFromZero(1 + odd * d)
    c = awayFromZero(1 + odd / c)
    const change = d * c
    value *= change
    if (Math.abs(change - 1) < 1e-15) break
  }
  return value
}

/**
 * The value that the share is below with this chance: Newton's steps, halved where they leave the bracket.
 *
 * @param chance above 0 and below 1
 */
export function quantile(beta: Beta, chance: number): number {
  const peak = logPeak(beta)
  let [low, high] = [0, 1]
  let x = meanOf(beta)
  for (let step = 0; step < 100 && high - low > 1e-12; step++) {
    const logOdds = Math.log(x) - Math.log1p(-x)
    const excess = chanceBelowOdds(beta, logOdds, peak) - chance
    if (excess > 0) high = x
    else low = x
    const density = Math.exp(peak + belowPeak(beta, logOdds)) / (x * (1 - x))
    const next = x - excess / density
    const inside = next > low && next < high
    if (inside && Math.abs(next - x) < 1e-13) return next
    x = inside ? next : (low + high) / 2
  }
  return x
}

/** Spread of the log odds near their peak. */
const logOddsDeviation = ({ a, b }: Beta): number => Math.sqrt(1 / a + 1 / b)

/** What is left out at either end of the sum, as the logarithm of its height against the peak's. */
const negligible = -34

/**
 * The chance that the first share is above the second, independent of each other.
 *
 * By the trapezoidal rule over log odds, whose density is smooth and falls off at both ends, so that the error falls
 * exponentially with the step (Trefethen and Weideman, 2014). The sum goes over the narrower of the two, because the step
 * must suit the sharper part of what is summed.
 */
export function chanceAbove(first: Beta, second: Beta): number {
  if (logOddsDeviation(first) < logOddsDeviation(second)) return expectedBelow(first, second)
  return 1 - expectedBelow(second, first)
}

/** The mean over `narrow` of the chance that `wide` is below. */
function expectedBelow(narrow: Beta, wide: Beta): number {
  const peak = Math.log(narrow.a / narrow.b)
  const step = Math.min(0.4, 0.4 * logOddsDeviation(narrow))
  const wideTop = logPeak(wide)
  let [sum, weights] = [0, 0]
  const add = (at: number): boolean => {
    const log = belowPeak(narrow, at)
    if (log < negligible) return false
    const weight = Math.exp(log)
    sum += weight * chanceBelowOdds(wide, at, wideTop)
    weights += weight
    return true
  }
  add(peak)
  for (let i = 1; add(peak + i * step); i++);
  for (let i = 1; add(peak - i * step); i++);
  return sum / weights
}
