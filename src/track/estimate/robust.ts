/**
 * Robust estimation: MSAC (Torr and Zisserman, MLESAC, 2000) with local optimisation (Chum, Matas and Kittler 2003; Lebeda,
 * Matas and Chum, Fixing the locally optimized RANSAC, 2012), for any model that can be found from a few data, scored on all
 * and refined on many. Seeded, and it stops as soon as a better model is unlikely enough.
 */
import type { Rng } from '#core/rng.ts'

export interface RobustModel<M> {
  readonly dataCount: number
  /** How many data determine the model (up to a few answers). */
  readonly sampleSize: number
  /** Degrees of freedom of a residual: 1 for a distance from a line, 2 for one from a point. */
  readonly residualFreedom: 1 | 2
  /** All models that fit a sample; none where it is degenerate. */
  solve(sample: Int32Array): readonly M[]
  /** Squared residuals of all data. What cannot be scored gets Infinity. */
  residuals(model: M, squared: Float64Array): void
  /** The least-squares model of these data, near the given one; null where they do not determine it. */
  refine(model: M, data: Int32Array): M | null
}

export interface RobustOptions {
  /** Residuals up to this count as fitting; in the unit of the residuals (not squared). Better too wide than too narrow. */
  readonly threshold: number
  readonly rng: Rng
  /** The chance to have drawn at least one sample without outliers, as far as the best model tells; default 0.9999. */
  readonly confidence?: number
  /** Most samples drawn; default 2000. */
  readonly maxSamples?: number
  /** Fewest samples drawn, however good the first; default 20. */
  readonly minSamples?: number
}

export interface RobustFit<M> {
  readonly model: M
  /** The data that fit, ascending. */
  readonly inliers: Int32Array
  /** Share of the data that fit, 0 to 1. */
  readonly inlierShare: number
  /** Sum over all data of min(residual^2, threshold^2). */
  readonly cost: number
  /** Standard deviation of a residual's component, estimated from what fits. */
  readonly sigma: number
  readonly samples: number
}

/** Subsets that the local optimisation tries each time a new best model is met. */
const localTries = 6

/** Of so many models, the last that were the best for a while, one is chosen in the end. */
const finalists = 5

/** The model that fits best; null where no sample gave one, or nothing but its own sample fits it. */
export function msac<M>(problem: RobustModel<M>, options: RobustOptions): RobustFit<M> | null {
  const { dataCount, sampleSize } = problem
  const { threshold, rng, confidence = 0.9999, maxSamples = 2000, minSamples = 20 } = options
  if (dataCount < sampleSize) return null
  const scorer = scorerOf(problem, threshold)
  const sample = new Int32Array(sampleSize)
  const bests: Scored<M>[] = []
  let samples = 0
  for (let needed = maxSamples; samples < Math.min(maxSamples, Math.max(minSamples, needed)); samples++) {
    drawDistinct(rng, dataCount, sample)
    const drawn = bestOf(scorer, problem.solve(sample))
    if (drawn === null || (bests[0] !== undefined && drawn.cost >= bests[0].cost)) continue
    bests.unshift(locallyOptimised(problem, scorer, drawn, rng))
    needed = samplesNeeded(bests[0]!.fitting / dataCount, sampleSize, confidence)
  }
  if (bests[0] === undefined || bests[0].fitting <= sampleSize) return null
  const models = bests.slice(0, finalists).map(({ model }) => model)
  return { ...sharpest(problem, models, threshold)!, samples }
}

/** A model that one method finds from few data and from many, by least squares. */
export interface FittedModel<M>
  extends Pick<RobustModel<M>, 'dataCount' | 'sampleSize' | 'residualFreedom' | 'residuals'> {
  /** null where the data do not determine it. */
  fit(data: Int32Array): M | null
}

/** `msac` of such a model. */
export const msacByFit = <M>({ fit, ...model }: FittedModel<M>, options: RobustOptions): RobustFit<M> | null =>
  msac<M>(
    {
      ...model,
      solve(sample) {
        const found = fit(sample)
        return found === null ? [] : [found]
      },
      refine: (_, data) => fit(data),
    },
    options,
  )

/**
 * The best of several models by the noise that the data show, where the threshold is much wider than that: an outlier that
 * happens to fit the wide threshold pulls at its model, and may outweigh what the others lose by it.
 *
 * @returns null of no model; `samples` are 0
 */
export function sharpest<M>(problem: RobustModel<M>, models: readonly M[], threshold: number): RobustFit<M> | null {
  const fits = models.map((model) => fitOf(problem, sharpened(problem, model, threshold), threshold))
  const most = fits.reduce((count, fit) => Math.max(count, fit.inliers.length), 0)
  const sigma = fits.reduce(
    (least, fit) => (fit.inliers.length < 0.9 * most ? least : Math.min(least, fit.sigma)),
    Infinity,
  )
  const scorer = scorerOf(problem, narrowed(threshold, sigma))
  let best: { fit: RobustFit<M>; cost: number } | null = null
  for (const fit of fits) {
    const { cost } = scorer.score(fit.model)
    if (best === null || cost < best.cost) best = { fit, cost }
  }
  return best && best.fit
}

/** The threshold, or three standard deviations where they are less; not nothing where the data are free of noise. */
export const narrowed = (threshold: number, sigma: number) => Math.min(threshold, Math.max(3 * sigma, 1e-3 * threshold))

/** Least squares on what is within three standard deviations, as often as this makes the fit better. */
function sharpened<M>(problem: RobustModel<M>, start: M, threshold: number): M {
  let model = start
  for (let round = 0; round < 6; round++) {
    const scorer = scorerOf(problem, narrowed(threshold, fitOf(problem, model, threshold).sigma))
    const before = scorer.score(model)
    if (before.fitting < 2 * problem.sampleSize) break
    const refined = problem.refine(model, scorer.inliersOf(model))
    if (refined === null) break
    const gained = before.cost - scorer.score(refined).cost
    if (!(gained > 0)) break
    model = refined
    if (gained < 1e-4 * before.cost) break
  }
  return model
}

/** Medians of chi-squared, by degrees of freedom. */
const chiSquaredMedian = { 1: 0.4549, 2: 1.3863 } as const

/** A model with what fits it; `samples` are 0. */
export function fitOf<M>(problem: RobustModel<M>, model: M, threshold: number): RobustFit<M> {
  const squared = new Float64Array(problem.dataCount)
  problem.residuals(model, squared)
  const limit = threshold * threshold
  const inliers = indicesBelow(squared, limit)
  const fitting = new Float64Array(inliers.length)
  let sum = 0
  for (let k = 0; k < inliers.length; k++) {
    fitting[k] = squared[inliers[k]!]!
    sum += fitting[k]!
  }
  const cost = sum + limit * (squared.length - inliers.length)
  const median = fitting.sort()[fitting.length >> 1] ?? limit
  const sigma = Math.sqrt(median / chiSquaredMedian[problem.residualFreedom])
  return { model, inliers, inlierShare: inliers.length / problem.dataCount, cost, sigma, samples: 0 }
}

/** So many that all of them hold an outlier with a chance of only 1 - confidence. */
function samplesNeeded(share: number, sampleSize: number, confidence: number): number {
  const clean = share ** sampleSize
  return clean >= 1 ? 1 : Math.log(1 - confidence) / Math.log1p(-clean)
}

interface Scored<M> {
  readonly model: M
  readonly cost: number
  readonly fitting: number
}

interface Scorer<M> {
  score(model: M): Scored<M>
  inliersOf(model: M): Int32Array
}

function scorerOf<M>(problem: RobustModel<M>, threshold: number): Scorer<M> {
  const squared = new Float64Array(problem.dataCount)
  const limit = threshold * threshold
  return {
    score(model) {
      problem.residuals(model, squared)
      let cost = 0
      let fitting = 0
      for (let i = 0; i < squared.length; i++) {
        // Written so that NaN counts as not fitting.
        if (squared[i]! < limit) {
          cost += squared[i]!
          fitting++
        } else cost += limit
      }
      return { model, cost, fitting }
    },
    inliersOf(model) {
      problem.residuals(model, squared)
      return indicesBelow(squared, limit)
    },
  }
}

function indicesBelow(values: Float64Array, limit: number): Int32Array {
  const found = new Int32Array(values.length)
  let count = 0
  for (let i = 0; i < values.length; i++) if (values[i]! < limit) found[count++] = i
  return found.slice(0, count)
}

function bestOf<M>(scorer: Scorer<M>, models: readonly M[]): Scored<M> | null {
  let best: Scored<M> | null = null
  for (const model of models) {
    const scored = scorer.score(model)
    if (best === null || scored.cost < best.cost) best = scored
  }
  return best
}

/** A minimal sample carries its own noise: least squares on what fits, and on random parts of that, mostly does better. */
function locallyOptimised<M>(problem: RobustModel<M>, scorer: Scorer<M>, drawn: Scored<M>, rng: Rng): Scored<M> {
  let best = settled(problem, scorer, drawn)
  const inliers = scorer.inliersOf(best.model)
  const size = Math.min(7 * problem.sampleSize, Math.floor(inliers.length / 2))
  if (size <= problem.sampleSize) return best
  const subset = new Int32Array(size)
  for (let tries = 0; tries < localTries; tries++) {
    drawDistinct(rng, inliers.length, subset)
    const model = problem.refine(best.model, Int32Array.from(subset, (i) => inliers[i]!).sort())
    if (model === null) continue
    const scored = scorer.score(model)
    // Only what comes near is worth the way to the end.
    if (scored.cost > 1.2 * best.cost) continue
    const candidate = settled(problem, scorer, scored)
    if (candidate.cost < best.cost) best = candidate
  }
  return best
}

/** Least squares on what fits, again and again until the cost stops falling. */
function settled<M>(problem: RobustModel<M>, scorer: Scorer<M>, start: Scored<M>): Scored<M> {
  let best = start
  for (let round = 0; round < 8; round++) {
    const model = problem.refine(best.model, scorer.inliersOf(best.model))
    if (model === null) break
    const scored = scorer.score(model)
    if (!(scored.cost < best.cost)) break
    const gained = best.cost - scored.cost
    best = scored
    if (gained < 1e-4 * best.cost) break
  }
  return best
}

/** Different indices below `count`, in random order (Floyd's algorithm would need a set: samples are small). */
function drawDistinct(rng: Rng, count: number, out: Int32Array): void {
  for (let i = 0; i < out.length; i++) {
    let index = rng.int(count)
    for (let j = 0; j < i; j++) {
      if (out[j] === index) {
        index = rng.int(count)
        j = -1
      }
    }
    out[i] = index
  }
}
