/**
 * Makes a model's chances mean what they say: of rows that are given 0.7, seven in ten succeed. Fitted on rows that the model was
 * not grown on (held out, or out of fold), for on its own rows a model is always too sure.
 *
 * Platt, Probabilistic outputs for support vector machines, 1999, with the targets and the Newton steps of Lin, Lin and Weng,
 * Machine Learning 2007; isotonic regression by pooling adjacent violators, as in Zadrozny and Elkan, KDD 2002.
 */
import { orderOf } from './metrics.ts'
import { logOdds, sigmoid } from './sigmoid.ts'
import { solveSpd } from './spd.ts'

export type Calibration =
  | { readonly type: 'platt'; readonly slope: number; readonly offset: number }
  /** The calibrated chance at rising raw ones; straight lines between, flat outside. */
  | { readonly type: 'isotonic'; readonly raw: readonly number[]; readonly chance: readonly number[] }

/** Below this many rows isotonic regression overfits (Niculescu-Mizil and Caruana, ICML 2005). */
const isotonicRows = 1000

/**
 * Fits the kind of calibration that so many rows bear.
 *
 * @param outcomes 0 or 1
 * @param predicted chances by the model, 0 to 1
 * @returns null unless both outcomes are there
 */
export function fitCalibration(outcomes: ArrayLike<number>, predicted: ArrayLike<number>): Calibration | null {
  return outcomes.length < isotonicRows ? fitPlatt(outcomes, predicted) : fitIsotonic(outcomes, predicted)
}

/** chance = sigmoid(slope x log odds + offset). A slope below 0 is not taken: the offset alone is fitted then. */
export function fitPlatt(outcomes: ArrayLike<number>, predicted: ArrayLike<number>): Calibration | null {
  const ones = countOnes(outcomes)
  const zeros = outcomes.length - ones
  if (ones === 0 || zeros === 0) return null
  const scores = Float64Array.from(predicted, logOdds)
  // Platt's targets: as if each class had been seen once more, so that separable rows do not drive the slope to infinity.
  const [high, low] = [(ones + 1) / (ones + 2), 1 / (zeros + 2)]
  const targets = Float64Array.from(outcomes, (outcome) => (outcome === 0 ? low : high))
  const offset = Math.log((ones + 1) / (zeros + 1))
  const fitted = plattSteps(scores, targets, offset)
  if (fitted.slope > 0) return { type: 'platt', ...fitted }
  const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length
  return { type: 'platt', slope: 0, offset: logOdds(mean) }
}

function plattSteps(scores: Float64Array, targets: Float64Array, start: number) {
  let [slope, offset] = [0, start]
  let loss = plattLoss(scores, targets, slope, offset)
  for (let round = 0; round < 100; round++) {
    // The trace keeps the matrix definite where all scores are one.
    const hessian = new Float64Array([1e-12, 0, 0, 1e-12])
    const step = new Float64Array(2)
    for (let i = 0; i < scores.length; i++) {
      const [score, p] = [scores[i]!, sigmoid(slope * scores[i]! + offset)]
      const [gap, bend] = [targets[i]! - p, p * (1 - p)]
      hessian[0]! += bend * score * score
      hessian[2]! += bend * score
      hessian[3]! += bend
      step[0]! += gap * score
      step[1]! += gap
    }
    if (!solveSpd(hessian, step)) break
    let share = 1
    const at = () => plattLoss(scores, targets, slope + share * step[0]!, offset + share * step[1]!)
    while (at() > loss && share > 1e-8) share /= 2
    if (at() > loss) break
    slope += share * step[0]!
    offset += share * step[1]!
    loss = plattLoss(scores, targets, slope, offset)
    if (Math.max(Math.abs(step[0]!), Math.abs(step[1]!)) < 1e-10) break
  }
  return { slope, offset }
}

function plattLoss(scores: Float64Array, targets: Float64Array, slope: number, offset: number): number {
  let loss = 0
  for (let i = 0; i < scores.length; i++) {
    const score = slope * scores[i]! + offset
    loss += Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - targets[i]! * score
  }
  return loss
}

/** The rising step function of least squared error, through the middle of its steps. */
export function fitIsotonic(outcomes: ArrayLike<number>, predicted: ArrayLike<number>): Calibration | null {
  const ones = countOnes(outcomes)
  if (ones === 0 || ones === outcomes.length) return null
  const blocks: { first: number; last: number; sum: number; count: number }[] = []
  for (const row of orderOf(predicted)) {
    const raw = predicted[row]!
    const top = blocks.at(-1)
    if (top !== undefined && top.first === raw) {
      top.sum += outcomes[row]!
      top.count++
    } else blocks.push({ first: raw, last: raw, sum: outcomes[row]!, count: 1 })
  }
  const pooled: typeof blocks = []
  for (let block of blocks) {
    for (let top = pooled.at(-1); top && top.sum / top.count >= block.sum / block.count; top = pooled.at(-1)) {
      pooled.pop()
      block = { first: top.first, last: block.last, sum: top.sum + block.sum, count: top.count + block.count }
    }
    pooled.push(block)
  }
  const ends = pooled.flatMap(({ first, last, sum, count }) =>
    first === last ? [[first, sum / count] as const] : [[first, sum / count] as const, [last, sum / count] as const],
  )
  return { type: 'isotonic', raw: ends.map(([raw]) => raw), chance: ends.map(([, chance]) => chance) }
}

/** The calibrated chance of a raw one. */
export function calibrated(calibration: Calibration, predicted: number): number {
  if (calibration.type === 'platt') return sigmoid(calibration.slope * logOdds(predicted) + calibration.offset)
  const { raw, chance } = calibration
  let [low, high] = [0, raw.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (raw[middle]! < predicted) low = middle + 1
    else high = middle
  }
  if (low === 0) return chance[0]!
  if (low === raw.length) return chance.at(-1)!
  const share = (predicted - raw[low - 1]!) / (raw[low]! - raw[low - 1]!)
  return chance[low - 1]! + share * (chance[low]! - chance[low - 1]!)
}

function countOnes(outcomes: ArrayLike<number>): number {
  let ones = 0
  for (let i = 0; i < outcomes.length; i++) if (outcomes[i] !== 0) ones++
  return ones
}
