/**
 * Fits one model and judges it: five times on four fifths of the clips, each time asked about the last fifth, so that every
 * clip is judged by a model that has not seen it (cross-validation by group; Hastie, Tibshirani and Friedman, The elements of
 * statistical learning, 7.10). What then acts is fitted on all clips in the same way. Chances are calibrated on rows that the
 * model has not seen either.
 *
 * Where there are sessions of one's own, only those judge: a stranger's may train a model, and cannot vouch for it.
 */
import type { JsonObject } from '#core/json.ts'
import { type Calibration, calibrated, fitCalibration } from '#learn/models/calibration.ts'
import { type Comparison, compareLosses } from '#learn/models/compare.ts'
import { groupFolds } from '#learn/models/group-split.ts'
import { type Model, modelJson } from '#learn/models/kept-model.ts'
import { type NetworkModel, predictNetwork } from '#learn/models/network-model.ts'
import { rowsOf } from '#learn/models/table.ts'
import { auc, brier, calibrationError, logLoss, logLossOf } from '#learn/models/metrics.ts'
import { fitterOf, type OnUnseen, type Fitter } from './fitters.ts'
import type { ModelName } from './model-kinds.ts'
import { countOf, type RowSet, type TrainingSet } from './rows.ts'

export interface FittedModel {
  readonly model: JsonObject
  readonly algorithm: string
  readonly calibration: Calibration | null
  readonly comparison: Comparison | null
  readonly metrics: Readonly<Record<string, number | null>>
  readonly baselineMetrics: Readonly<Record<string, number | null>>
}

export const folds = 5

/**
 * @param progress told after each of the `folds` + 1 fits
 * @returns null when nothing can be learned from the rows
 */
export function fitModel(
  name: ModelName,
  set: TrainingSet,
  seed: number,
  progress: (fits: number) => void = () => {},
): FittedModel | null {
  const fitter = fitterOf(name, set, seed)
  const all = Array.from({ length: countOf(set) }, (_, row) => row)
  const unseen = askUnseen(fitter, set, seed, progress)
  const fitted = fitter.fit(all)
  progress(folds + 1)
  if (fitted === null) return null
  const calibration = fitter.isChance ? fitCalibration(unseen.truth, unseen.told) : null
  const judged = calibratedAcross(unseen, fitter.isChance)
  return { ...outcomeOf(fitted, judged, fitter.isChance, seed), calibration }
}

/** What models said of rows that they had not seen; `fold`: by which fold each row was left out. */
type Unseen = OnUnseen & { readonly clips: readonly string[]; readonly fold: readonly number[] }

function askUnseen(fitter: Fitter, set: TrainingSet, seed: number, progress: (fits: number) => void): Unseen {
  const { clips, foreign } = set
  const foldOf = groupFolds(clips, clips.length, folds, `folds ${seed}`)
  const hasOwn = foreign.some((one) => one === 0)
  const unseen = {
    truth: [] as number[],
    told: [] as number[],
    usual: [] as number[],
    clips: [] as string[],
    rows: [] as number[],
    fold: [] as number[],
  }
  for (let fold = 0; fold < folds; fold++) {
    const rows = [...clips.keys()]
    const asked = rows.filter((row) => foldOf[row] === fold && !(hasOwn && foreign[row] === 1))
    const found = fitter.ask(
      rows.filter((row) => foldOf[row] !== fold),
      asked,
    )
    progress(fold + 1)
    if (found === null) continue
    unseen.truth.push(...found.truth)
    unseen.told.push(...found.told)
    unseen.usual.push(...found.usual)
    unseen.clips.push(...found.rows.map((row) => clips[row]!))
    unseen.rows.push(...found.rows)
    unseen.fold.push(...found.rows.map(() => fold))
  }
  return unseen
}

/** Each fold by a calibration of the others, so that none was fitted to what it is judged by. */
function calibratedAcross(unseen: Unseen, isChance: boolean): Unseen {
  if (!isChance) return unseen
  const { truth, told, fold } = unseen
  const calibrations = Array.from({ length: folds }, (_, out) => {
    const others = [...fold.keys()].filter((i) => fold[i] !== out)
    return fitCalibration(
      others.map((i) => truth[i]!),
      others.map((i) => told[i]!),
    )
  })
  const mended = told.map((chance, i) => {
    const calibration = calibrations[fold[i]!]
    return calibration ? calibrated(calibration, chance) : chance
  })
  return { ...unseen, told: mended }
}

const outcomeOf = (model: Model, unseen: Unseen, isChance: boolean, seed: number) => ({
  model: modelJson(model),
  algorithm: model.algorithm,
  ...comparedOn(unseen, isChance, seed),
})

type Compared = Pick<Unseen, 'truth' | 'told' | 'usual' | 'clips'>

function comparedOn({ truth, told, usual, clips }: Compared, isChance: boolean, seed: number): Judged {
  const losses = (predicted: readonly number[]) =>
    truth.map((y, i) => (isChance ? logLossOf(y, within(predicted[i]!)) : (y - predicted[i]!) ** 2))
  const metrics = (predicted: readonly number[]): Record<string, number | null> =>
    isChance
      ? {
          rows: truth.length,
          auc: auc(truth, predicted),
          logLoss: logLoss(truth, predicted.map(within)),
          brier: brier(truth, predicted),
          calibrationError: calibrationError(truth, predicted),
        }
      : { rows: truth.length, rmse: rootMeanSquare(truth, predicted) }
  const isOneClass = isChance && new Set(truth).size < 2
  return {
    // Where nothing else ever happened there is nothing to tell apart, however small the loss.
    comparison: isOneClass ? null : compareLosses(losses(told), losses(usual), clips, seed),
    metrics: metrics(told),
    baselineMetrics: metrics(usual),
  }
}

/** A chance of 0 or 1 that is wrong once would decide the whole comparison, for the model and for what it is compared with. */
const within = (chance: number) => Math.min(0.999, Math.max(0.001, chance))

function rootMeanSquare(truth: readonly number[], told: readonly number[]): number | null {
  if (truth.length === 0) return null
  return Math.sqrt(truth.reduce((sum, y, i) => sum + (y - told[i]!) ** 2, 0) / truth.length)
}

export interface Judged {
  readonly comparison: Comparison | null
  readonly metrics: Readonly<Record<string, number | null>>
  readonly baselineMetrics: Readonly<Record<string, number | null>>
}

/**
 * Judges a network that was brought on rows of clips that it cannot have seen, against what acts without it.
 *
 * @param rivals `model`: against our own model, each row told by one that was fitted without it; else against the baseline
 * @param clips those that came after the network
 */
export function judgeNetwork(
  name: ModelName,
  set: RowSet,
  seed: number,
  { network, rivals, clips }: { network: NetworkModel; rivals: 'model' | 'baseline'; clips: readonly string[] },
): Judged {
  const fitter = fitterOf(name, set, seed)
  const {
    truth,
    told,
    usual,
    rows,
    clips: asked,
  } = calibratedAcross(
    askUnseen(fitter, set, seed, () => {}),
    fitter.isChance,
  )
  const allowed = new Set(clips)
  const kept = [...truth.keys()].filter((i) => allowed.has(asked[i]!))
  const pick = <T>(list: readonly T[]) => kept.map((i) => list[i]!)
  const table = rowsOf({ featureNames: set.featureNames, rowCount: set.clips.length, values: set.values }, pick(rows))
  const against = rivals === 'model' ? told : usual
  const unseen = {
    truth: pick(truth),
    told: [...predictNetwork(network, table)],
    usual: pick(against),
    clips: pick(asked),
  }
  const { comparison, metrics, baselineMetrics } = comparedOn(unseen, fitter.isChance, seed)
  return { comparison, metrics, baselineMetrics }
}
