/**
 * Logistic regression with an L2 penalty by Newton's method (iteratively reweighted least squares; Hastie, Tibshirani and
 * Friedman, The elements of statistical learning, 4.4.1). Columns are standardised inside; a missing value is its column's mean.
 */
import { sigmoid } from './sigmoid.ts'
import { solveSpd } from './spd.ts'
import { usableRows, type RowInfo, type Table } from './table.ts'

export interface LogisticModel {
  readonly algorithm: 'logistic'
  readonly intercept: number
  readonly features: readonly LogisticFeature[]
  /** false where 100 steps did not reach the optimum: coefficients then are near it only. */
  readonly converged: boolean
}

export interface LogisticFeature {
  readonly name: string
  /** Of the standardised column: (value - mean) / deviation. 0 for a column that never changes. */
  readonly coefficient: number
  readonly mean: number
  /** 0 for a column that never changes. */
  readonly deviation: number
}

export interface LogisticOptions {
  /** Penalty on half the squared coefficients (not on the intercept) against the summed loss; scikit-learn's 1 / C. Default 1. */
  readonly l2: number
}

/**
 * Fits coefficients to targets from 0 to 1.
 *
 * With one class only, coefficients are 0 and the intercept says (successes + 1/2) / (rows + 1): it is likely, not certain.
 *
 * @param targets one per row; rows whose target is not finite are left out
 * @returns null when no row is left to learn from
 */
export function fitLogistic(
  table: Table,
  targets: ArrayLike<number>,
  { l2 = 1 }: Partial<LogisticOptions> = {},
  { weights }: RowInfo = {},
): LogisticModel | null {
  const rows = usableRows(targets, weights)
  if (rows.length === 0) return null
  const scaling = scalingOf(table, rows, weights)
  const work = { ...standardised(table, rows, scaling), ...takenOf(targets, weights, rows), l2 }
  const sum = work.weights.reduce((all, weight) => all + weight, 0)
  const successes = work.weights.reduce((all, weight, i) => all + weight * work.targets[i]!, 0)
  const oneClass = successes === 0 || successes === sum
  const start = new Float64Array(work.width)
  start[work.width - 1] = Math.log((successes + 0.5) / (sum - successes + 0.5))
  const { coefficients, converged } = oneClass ? { coefficients: start, converged: true } : newton(work, start)
  return {
    algorithm: 'logistic',
    intercept: coefficients.at(-1)!,
    features: scaling.map(({ name, mean, deviation }, feature) => ({
      name,
      coefficient: coefficients[feature]!,
      mean,
      deviation,
    })),
    converged,
  }
}

/** Of each row the chance of class 1. */
export function predictLogistic(model: LogisticModel, table: Table): Float64Array {
  return logisticScores(model, table).map(sigmoid)
}

/** Of each row the log odds of class 1. */
export function logisticScores({ intercept, features }: LogisticModel, { rowCount, values }: Table): Float64Array {
  const scores = new Float64Array(rowCount).fill(intercept)
  features.forEach(({ coefficient, mean, deviation }, feature) => {
    if (deviation === 0) return
    for (let row = 0; row < rowCount; row++) {
      const value = values[row * features.length + feature]!
      if (Number.isFinite(value)) scores[row]! += (coefficient * (value - mean)) / deviation
    }
  })
  return scores
}

type Scaling = Omit<LogisticFeature, 'coefficient'>

function scalingOf({ featureNames, values }: Table, rows: Int32Array, weights: RowInfo['weights']): Scaling[] {
  const width = featureNames.length
  return featureNames.map((name, feature) => {
    let [all, mean, squares] = [0, 0, 0]
    for (const row of rows) {
      const value = values[row * width + feature]!
      if (!Number.isFinite(value)) continue
      const weight = weights?.[row] ?? 1
      all += weight
      const step = value - mean
      mean += (weight / all) * step
      squares += weight * step * (value - mean)
    }
    const deviation = all === 0 ? 0 : Math.sqrt(squares / all)
    // What rounding leaves of a constant column is no deviation.
    return { name, mean, deviation: deviation > 1e-12 * Math.abs(mean) ? deviation : 0 }
  })
}

/** Rows of standardised values with a 1 behind them for the intercept. */
function standardised({ featureNames, values }: Table, rows: Int32Array, scaling: readonly Scaling[]) {
  const width = featureNames.length + 1
  const matrix = new Float64Array(rows.length * width)
  rows.forEach((row, index) => {
    scaling.forEach(({ mean, deviation }, feature) => {
      const value = values[row * (width - 1) + feature]!
      if (deviation > 0 && Number.isFinite(value)) matrix[index * width + feature] = (value - mean) / deviation
    })
    matrix[index * width + width - 1] = 1
  })
  return { matrix, width }
}

const takenOf = (targets: ArrayLike<number>, weights: RowInfo['weights'], rows: Int32Array) => ({
  targets: Float64Array.from(rows, (row) => targets[row]!),
  weights: Float64Array.from(rows, (row) => weights?.[row] ?? 1),
})

interface Work {
  readonly matrix: Float64Array
  readonly width: number
  readonly targets: Float64Array
  readonly weights: Float64Array
  readonly l2: number
}

/** Newton's steps, halved while they do not lower the loss. */
function newton(work: Work, start: Float64Array): { coefficients: Float64Array; converged: boolean } {
  let coefficients = start
  let loss = lossAt(work, coefficients)
  for (let round = 0; round < 100; round++) {
    const { hessian, downhill } = derivatives(work, coefficients)
    if (!solveSpd(hessian, downhill)) break
    const step = Math.max(...downhill.map(Math.abs))
    let share = 1
    let next = moved(coefficients, downhill, share)
    let nextLoss = lossAt(work, next)
    // The slack is what rounding may add where the loss is flat already.
    while (!(nextLoss <= loss + 1e-12 * Math.abs(loss)) && share > 1e-6) {
      share /= 2
      next = moved(coefficients, downhill, share)
      nextLoss = lossAt(work, next)
    }
    coefficients = next
    loss = nextLoss
    if (step < 1e-9) return { coefficients, converged: true }
  }
  return { coefficients, converged: false }
}

const moved = (from: Float64Array, by: Float64Array, share: number) => from.map((value, i) => value + share * by[i]!)

/** Summed loss, and half the squared coefficients times l2. */
export function lossAt({ matrix, width, targets, weights, l2 }: Work, coefficients: Float64Array): number {
  let loss = 0
  for (let i = 0; i < targets.length; i++) {
    const score = scoreAt(matrix, i * width, coefficients)
    // log(1 + e^score) - y score, so written that neither end overflows.
    loss += weights[i]! * (Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - targets[i]! * score)
  }
  for (let feature = 0; feature < width - 1; feature++) loss += (l2 / 2) * coefficients[feature]! ** 2
  return loss
}

/** The loss's matrix of second derivatives (lower half), and its gradient with the sign turned. */
export function derivatives({ matrix, width, targets, weights, l2 }: Work, coefficients: Float64Array) {
  const hessian = new Float64Array(width * width)
  const downhill = new Float64Array(width)
  for (let i = 0; i < targets.length; i++) {
    const at = i * width
    const p = sigmoid(scoreAt(matrix, at, coefficients))
    const slope = weights[i]! * (targets[i]! - p)
    const curvature = weights[i]! * p * (1 - p)
    for (let a = 0; a < width; a++) {
      const value = matrix[at + a]!
      downhill[a]! += slope * value
      const bent = curvature * value
      for (let b = 0; b <= a; b++) hessian[a * width + b]! += bent * matrix[at + b]!
    }
  }
  for (let feature = 0; feature < width - 1; feature++) downhill[feature]! -= l2 * coefficients[feature]!
  // A trace on the diagonal keeps columns without a spread, or without a penalty, from stopping the rest.
  for (let a = 0; a < width; a++) hessian[a * width + a]! += a < width - 1 ? Math.max(l2, 1e-9) : 1e-9
  return { hessian, downhill }
}

function scoreAt(matrix: Float64Array, at: number, coefficients: Float64Array): number {
  let score = 0
  for (let a = 0; a < coefficients.length; a++) score += coefficients[a]! * matrix[at + a]!
  return score
}
