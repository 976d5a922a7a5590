/**
 * When a track will fail: hazards by boosted trees on window features, and from them a survival curve (discrete-time survival;
 * Singer and Willett, Journal of Educational Statistics 1993).
 *
 * What is known at a frame is not what will be known later: a point drifts on to the picture's border. So the hazard of each span
 * of frames ahead is learned from the features of the frame at which it is asked, as a landmark model does (van Houwelingen,
 * Scandinavian Journal of Statistics 2007), instead of from features that are held still. A span that a track was not watched to
 * the end of has no label, for what happened in it nobody saw.
 */
import { seededRng } from '#core/rng.ts'
import { type BoostOptions, fitBoostedTrees } from './boosted-trees.ts'
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
  /** Last frame ahead of each span, rising; the hazard is one within a span, and the last one's holds for ever after. */
  readonly spanEnds: readonly number[]
  /** Frames back that window features look. Default 5. */
  readonly window: number
  /** It is learned from every so many frames of a track, since neighbours tell the same. Default 3. */
  readonly stride: number
  readonly boost: Partial<BoostOptions>
}

export interface HazardModel {
  readonly algorithm: 'hazard'
  readonly signalNames: readonly string[]
  readonly spanEnds: readonly number[]
  readonly window: number
  /** Chance to fail within a span for a track that has come to it. */
  readonly trees: TreeModel
}

/** Short spans near by, where a frame matters, and long ones far off. */
const defaultSpans = [1, 2, 4, 7, 10, 15, 22, 32, 47, 70, 100]

/**
 * Fits the hazards of tracks.
 *
 * @returns null when no frame of them has a label
 */
export function fitHazard(
  signalNames: readonly string[],
  lives: readonly TrackLife[],
  given: Partial<HazardOptions> = {},
): HazardModel | null {
  const { spanEnds = defaultSpans, window = 5, stride = 3, boost = {} } = given
  const rng = seededRng(`frames ${boost.seed ?? 1}`)
  const asked: Asked[] = []
  const labels: number[] = []
  const groups: string[] = []
  for (const { signals, group, ...seen } of lives) {
    for (let frame = rng.int(stride); frame < seen.frames; frame += stride) {
      const known = spanLabels(seen, frame, spanEnds)
      asked.push({ signals, frame, spans: known.length })
      labels.push(...known)
      groups.push(...known.map(() => group))
    }
  }
  const table = spanTable(signalNames, window, spanEnds, asked)
  const trees = fitBoostedTrees(table, labels, { minLeaf: 50, ...boost, loss: 'logistic' }, { groups })
  return trees === null ? null : { algorithm: 'hazard', signalNames, spanEnds, window, trees }
}

/** Of each span that the track comes to, seen from `frame`: 1 if it fails within, 0 if it outlives it; no span that nobody saw the end of. */
export function spanLabels({ frames, failed }: Seen, frame: number, spanEnds: readonly number[]): number[] {
  const labels: number[] = []
  // The frame after the last one that was seen is the one of failure.
  const lives = frames - frame
  for (const end of spanEnds) {
    if (failed && lives <= end) return [...labels, 1]
    if (lives <= end) return labels
    labels.push(0)
  }
  return labels
}

interface Asked {
  readonly signals: Signals
  readonly frame: number
  /** So many spans from the first. */
  readonly spans: number
}

/** For each frame that is asked for and each of its spans a row: the window features, and how far ahead the span starts. */
function spanTable(
  signalNames: readonly string[],
  window: number,
  spanEnds: readonly number[],
  asked: readonly Asked[],
): Table {
  const featureNames = [...windowFeatureNames(signalNames, window), 'ahead']
  const width = featureNames.length
  const rowCount = asked.reduce((sum, { spans }) => sum + spans, 0)
  const values = new Float64Array(rowCount * width)
  let at = 0
  for (const { signals, frame, spans } of asked) {
    const first = at
    for (let span = 0; span < spans; span++, at += width) {
      if (span === 0) writeWindowFeatures(signals, frame, window, values, at)
      else values.copyWithin(at, first, first + width)
      values[at + width - 1] = spanEnds[span - 1] ?? 0
    }
  }
  return { featureNames, rowCount, values }
}

/** Of each frame that is asked for the chances to be there still 1, 2, … `ahead` frames later, from what is known at it. */
export function survivalCurves(
  model: HazardModel,
  asked: readonly { readonly signals: Signals; readonly frame: number }[],
  ahead: number,
): Float64Array[] {
  const { signalNames, window, spanEnds, trees } = model
  const reaching = spanEnds.findIndex((end) => end >= ahead)
  const spans = reaching === -1 ? spanEnds.length : reaching + 1
  const rows = asked.map(({ signals, frame }) => ({ signals, frame, spans }))
  const chances = predictTrees(trees, spanTable(signalNames, window, spanEnds, rows))
  return asked.map((_, index) => {
    const hazards = new Float64Array(ahead)
    let span = 0
    for (let step = 0; step < ahead; step++) {
      if (step >= spanEnds[span]! && span < spans - 1) span++
      const length = spanEnds[span]! - (spanEnds[span - 1] ?? 0)
      hazards[step] = 1 - (1 - chances[index * spans + span]!) ** (1 / length)
    }
    return survivalOf(hazards)
  })
}

/** Of each frame of a life the chance that the track fails within so many frames of it. */
export function failureChances(model: HazardModel, signals: Signals, frames: number, within: number): Float64Array {
  const asked = Array.from({ length: frames }, (_, frame) => ({ signals, frame }))
  return Float64Array.from(survivalCurves(model, asked, within), (curve) => 1 - curve.at(-1)!)
}

/** The frame of the track's life by which it has failed with a chance of one half; null when that is not within `ahead`. */
export function failureFrame(model: HazardModel, signals: Signals, frame: number, ahead: number): number | null {
  const [curve] = survivalCurves(model, [{ signals, frame }], ahead)
  const median = medianLife(curve!)
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
  const curves = survivalCurves(
    model,
    alive.map(({ signals }) => ({ signals, frame })),
    ahead,
  )
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
