/**
 * When a track will fail: a hazard per frame by boosted trees on window features, and from it a survival curve (discrete-time
 * survival; Singer and Willett, Journal of Educational Statistics 1993).
 *
 * A frame is labelled by whether the track fails within the next `horizon` frames; the last frames of a track that did not fail
 * have no label, for what came after them nobody saw. The chance p is spread evenly: a frame's hazard is 1 - (1 - p)^(1/horizon).
 */
import { boostDefaults, type BoostOptions, fitBoostedTrees } from './boosted-trees.ts'
import { concordance, medianOf } from './metrics.ts'
import { expectedFrames, kaplanMeier, medianLife, type Seen, survivalOf } from './survival.ts'
import type { Table } from './table.ts'
import { predictTrees, type TreeModel } from './tree-model.ts'
import { type Signals, windowFeatureNames, writeWindowFeatures } from './window-features.ts'

/** A track's life as it was seen. `frames` is the length of its signals: it failed in the frame after, or was not watched on. */
export interface TrackLife extends Seen {
  readonly signals: Signals
  /** The clip. */
  readonly group: string
}

export interface HazardOptions {
  /** Frames ahead that a label looks. Default 10. */
  readonly horizon: number
  /** Frames back that window features look. Default 5. */
  readonly window: number
  readonly boost: Partial<BoostOptions>
}

export interface HazardModel {
  readonly algorithm: 'hazard'
  readonly signalNames: readonly string[]
  readonly horizon: number
  readonly window: number
  readonly trees: TreeModel
}

/**
 * Fits the hazard of tracks.
 *
 * @returns null when no frame of them has a label
 */
export function fitHazard(
  signalNames: readonly string[],
  lives: readonly TrackLife[],
  given: Partial<HazardOptions> = {},
): HazardModel | null {
  const { horizon = 10, window = 5, boost = {} } = given
  const table = tableOfLives(signalNames, lives, window)
  const labels = lives.flatMap((life) => failureLabels(life, horizon))
  const groups = lives.flatMap(({ frames, group }) => Array.from({ length: frames }, () => group))
  const options = { ...boostDefaults, minLeaf: 50, ...boost, loss: 'logistic' as const }
  const trees = fitBoostedTrees(table, labels, options, { groups })
  return trees === null ? null : { algorithm: 'hazard', signalNames, horizon, window, trees }
}

/** Of each frame 1 if the track fails within `horizon` frames, 0 if not, NaN if nobody saw. */
export function failureLabels({ frames, failed }: Seen, horizon: number): number[] {
  return Array.from({ length: frames }, (_, frame) => {
    // The frame after the last is the one of failure.
    if (failed) return frame + horizon >= frames ? 1 : 0
    return frame + horizon < frames ? 0 : Number.NaN
  })
}

function tableOfLives(signalNames: readonly string[], lives: readonly TrackLife[], window: number): Table {
  const featureNames = windowFeatureNames(signalNames, window)
  const rowCount = lives.reduce((sum, { frames }) => sum + frames, 0)
  const values = new Float64Array(rowCount * featureNames.length)
  let at = 0
  for (const { signals, frames } of lives) {
    for (let frame = 0; frame < frames; frame++, at += featureNames.length) {
      writeWindowFeatures(signals, frame, window, values, at)
    }
  }
  return { featureNames, rowCount, values }
}

/** Of each frame of a life the chance that the track fails within `horizon` frames of it. */
export function failureChances(
  model: HazardModel,
  life: Pick<TrackLife, 'signals' | 'frames' | 'group'>,
): Float64Array {
  return predictTrees(model.trees, tableOfLives(model.signalNames, [{ ...life, failed: false }], model.window))
}

/**
 * Chances to be there still 1, 2, … `ahead` frames after `frame`, from what is known at `frame`: the track grows older, and all
 * else is taken to stay as it is.
 */
export function survivalAhead(model: HazardModel, signals: Signals, frame: number, ahead: number): Float64Array {
  const featureNames = windowFeatureNames(model.signalNames, model.window)
  const width = featureNames.length
  const values = new Float64Array(ahead * width)
  for (let step = 0; step < ahead; step++) {
    if (step === 0) writeWindowFeatures(signals, frame, model.window, values, 0)
    else values.copyWithin(step * width, 0, width)
    // The hazard of the frame after this age; the age is the first feature.
    values[step * width] = frame + step
  }
  const chances = predictTrees(model.trees, { featureNames, rowCount: ahead, values })
  return survivalOf(chances.map((chance) => 1 - (1 - chance) ** (1 / model.horizon)))
}

/** The frame of the track's life by which it has failed with a chance of one half; null when that is not within `ahead`. */
export function failureFrame(model: HazardModel, signals: Signals, frame: number, ahead: number): number | null {
  const median = medianLife(survivalAhead(model, signals, frame, ahead))
  return median === null ? null : frame + 1 + median
}

export interface HazardScore {
  /** Tracks alive at the frame of the forecast; those that failed later. */
  readonly tracks: number
  readonly failed: number
  /** Harrell's C of the forecast; a guess has 0.5. null when no order is known. */
  readonly concordance: number | null
  /** Median distance of told and true failure frame, over tracks that failed. */
  readonly medianFrameError: number | null
  /** The same for the median lifetime of the known tracks, which needs no model. */
  readonly baselineFrameError: number | null
}

/**
 * Judges forecasts made at one frame of each track's life, on tracks that took no part in the fit.
 *
 * @param known the lives that the model was fitted on: the baseline
 * @param frame of life at which is foretold; tracks that are gone by then do not count
 * @param ahead frames that are looked ahead; a later failure is told as just beyond
 */
export function judgeHazard(
  model: HazardModel,
  known: readonly Seen[],
  lives: readonly TrackLife[],
  frame: number,
  ahead: number,
): HazardScore {
  const alive = lives.filter(({ frames }) => frames > frame)
  const curves = alive.map(({ signals }) => survivalAhead(model, signals, frame, ahead))
  const risks = curves.map((curve) => -expectedFrames(curve))
  const beyond = frame + 1 + ahead
  const baseline = baselineLife(known, frame, beyond)
  const errors = (told: (index: number) => number) =>
    medianOf(alive.flatMap(({ frames, failed }, index) => (failed ? [Math.abs(told(index) - frames)] : [])))
  return {
    tracks: alive.length,
    failed: alive.filter(({ failed }) => failed).length,
    concordance: concordance(
      alive.map(({ frames }) => frames),
      alive.map(({ failed }) => (failed ? 1 : 0)),
      risks,
    ),
    medianFrameError: errors((index) => {
      const median = medianLife(curves[index]!)
      return median === null ? beyond : frame + 1 + median
    }),
    baselineFrameError: errors(() => baseline),
  }
}

/** The frame by which half of those alive at `frame` had failed. */
function baselineLife(known: readonly Seen[], frame: number, beyond: number): number {
  const curve = kaplanMeier(known)
  const median = medianLife(curve, curve[frame] ?? 1)
  return median === null ? beyond : Math.min(beyond, median)
}
