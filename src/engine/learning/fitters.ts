/** How each model is fitted to rows, and what it and its baseline say of others. */
import { clipFeatureNames } from '#domains/camera/learning/examples/clip-features.ts'
import { trackBaselineFeature } from '#domains/camera/learning/examples/track-examples.ts'
import { signalNames } from '#domains/camera/learning/examples/track-lives.ts'
import { fitForest } from '#learn/models/forest.ts'
import { fitHazard, survivalCurves, type TrackLife } from '#learn/models/hazard.ts'
import type { Model } from '#learn/models/kept-model.ts'
import { fitLogistic, predictLogistic } from '#learn/models/logistic.ts'
import { kaplanMeier } from '#learn/models/survival.ts'
import { rowsOf, type Table } from '#learn/models/table.ts'
import { predictTrees } from '#learn/models/tree-model.ts'
import { fitBag } from '#learn/models/uplift.ts'
import type { ModelName } from './model-kinds.ts'
import { fairWeights, type LifeSet, type RowSet, type TrainingSet } from './rows.ts'

/** Of rows that took no part in a fit: what was, what the model told, and what is told without it. */
export interface OnUnseen {
  readonly truth: readonly number[]
  readonly told: readonly number[]
  readonly usual: readonly number[]
  /** Number of the row that each is of. */
  readonly rows: readonly number[]
}

export interface Fitter {
  /** Whether chances are told; else amounts. */
  readonly isChance: boolean
  /** @returns null when nothing can be learned from these rows */
  fit(rows: readonly number[]): Model | null
  /** Fits model and baseline on some rows and asks them about others. */
  ask(rows: readonly number[], about: readonly number[]): OnUnseen | null
}

export function fitterOf(name: ModelName, set: TrainingSet, seed: number): Fitter {
  if (set.type === 'lives') return lifeFitter(set, seed)
  if (name === 'settings') return settingsFitter(new Rows(set), seed)
  return name === 'dead-zones' ? deadZoneFitter(new Rows(set), seed) : trackFitter(new Rows(set))
}

/** A row set, part by part. */
class Rows {
  readonly #set: RowSet
  readonly #weights: Float64Array
  readonly #table: Table

  constructor(set: RowSet) {
    this.#set = set
    this.#weights = fairWeights(set.foreign)
    this.#table = { featureNames: set.featureNames, rowCount: set.clips.length, values: set.values }
  }

  table(rows: readonly number[]): Table {
    return rowsOf(this.#table, rows)
  }

  targets(rows: readonly number[]): Float64Array {
    return Float64Array.from(rows, (row) => this.#set.targets[row]!)
  }

  info(rows: readonly number[]) {
    return { weights: rows.map((row) => this.#weights[row]!), groups: rows.map((row) => this.#set.clips[row]!) }
  }

  column(name: string, rows: readonly number[]): Float64Array {
    const { featureNames, values } = this.#set
    const at = featureNames.indexOf(name)
    return Float64Array.from(rows, (row) => values[row * featureNames.length + at]!)
  }

  /** The same rows with some columns only. */
  narrow(names: readonly string[], rows: readonly number[]): Table {
    const columns = names.map((name) => this.column(name, rows))
    const values = Float64Array.from(rows.flatMap((_, row) => columns.map((column) => column[row]!)))
    return { featureNames: names, rowCount: rows.length, values }
  }
}

/** Leaves of small sets must be small too, or nothing can be told apart. */
const minLeafOf = (rows: number) => Math.min(20, Math.max(3, Math.round(rows / 25)))

function settingsFitter(data: Rows, seed: number): Fitter {
  const options = (rows: readonly number[]) =>
    ({ loss: 'squared', clip: [0, 1], leaves: 15, minLeaf: minLeafOf(rows.length), seed }) as const
  const fit = (rows: readonly number[]) => fitBag(data.table(rows), data.targets(rows), options(rows), data.info(rows))
  return {
    isChance: false,
    fit,
    ask(rows, about) {
      const bag = fit(rows)
      const bare = fitBag(data.narrow(clipFeatureNames, rows), data.targets(rows), options(rows), data.info(rows))
      if (bag === null || bare === null) return null
      const mean = (members: typeof bag.members, table: Table) => {
        const each = members.map((member) => predictTrees(member, table))
        return Array.from(
          { length: table.rowCount },
          (_, i) => each.reduce((sum, one) => sum + one[i]!, 0) / each.length,
        )
      }
      return {
        truth: [...data.targets(about)],
        told: mean(bag.members, data.table(about)),
        usual: mean(bare.members, data.narrow(clipFeatureNames, about)),
        rows: about,
      }
    },
  }
}

function deadZoneFitter(data: Rows, seed: number): Fitter {
  const fit = (rows: readonly number[]) =>
    // Dead regions are few: leaves must be small, and the columns that tell them must be seen often, or none is ever sure.
    fitForest(data.table(rows), data.targets(rows), { seed, columnRate: 0.5 }, data.info(rows))
  return {
    isChance: true,
    fit,
    ask(rows, about) {
      const forest = fit(rows)
      if (forest === null) return null
      const place = regionShares(data, rows)
      const [row, column] = [data.column('row', about), data.column('column', about)]
      return {
        truth: [...data.targets(about)],
        told: [...predictTrees(forest, data.table(about))],
        usual: about.map((_, i) => place(row[i]!, column[i]!)),
        rows: about,
      }
    },
  }
}

/** How often each part of the picture was dead, by Laplace's rule. */
function regionShares(data: Rows, rows: readonly number[]): (row: number, column: number) => number {
  const [row, column, dead] = [data.column('row', rows), data.column('column', rows), data.targets(rows)]
  const seen = new Map<number, { all: number; dead: number }>()
  rows.forEach((_, i) => {
    const at = 3 * row[i]! + column[i]!
    const own = seen.get(at) ?? { all: 0, dead: 0 }
    seen.set(at, { all: own.all + 1, dead: own.dead + dead[i]! })
  })
  return (r, c) => {
    const { all, dead: died } = seen.get(3 * r + c) ?? { all: 0, dead: 0 }
    return (died + 1) / (all + 2)
  }
}

function trackFitter(data: Rows): Fitter {
  const fit = (rows: readonly number[]) => fitLogistic(data.table(rows), data.targets(rows), {}, data.info(rows))
  return {
    isChance: true,
    fit,
    ask(rows, about) {
      const model = fit(rows)
      const byError = [trackBaselineFeature]
      const simple = fitLogistic(data.narrow(byError, rows), data.targets(rows), {}, data.info(rows))
      if (model === null || simple === null) return null
      return {
        truth: [...data.targets(about)],
        told: [...predictLogistic(model, data.table(about))],
        usual: [...predictLogistic(simple, data.narrow(byError, about))],
        rows: about,
      }
    },
  }
}

/** Frames ahead for which it is judged, and acts. */
export const aheadFrames = 6
/** Of a life, every so many frames are asked about. */
const askEvery = 3

function lifeFitter(set: LifeSet, seed: number): Fitter {
  const livesOf = (rows: readonly number[]): TrackLife[] =>
    rows.map((row) => ({ ...set.lives[row]!, group: set.clips[row]! }))
  const fit = (rows: readonly number[]) =>
    fitHazard(signalNames, livesOf(rows), { spanEnds, boost: { seed, leaves: 15, minLeaf: 30, trees: 200 } })
  return {
    isChance: true,
    fit,
    ask(rows, about) {
      const model = fit(rows)
      if (model === null) return null
      const curve = kaplanMeier(livesOf(rows))
      const asked = about.flatMap((row) => {
        const { frames, failed, signals } = set.lives[row]!
        const starts = Array.from({ length: Math.ceil(frames / askEvery) }, (_, i) => i * askEvery)
        // Of a life that was not watched for so long nobody knows whether it would have failed.
        const known = starts.filter((frame) => frame + aheadFrames < frames || failed)
        return known.map((frame) => ({ row, signals, frame, failed: failed && frames - frame <= aheadFrames }))
      })
      return {
        truth: asked.map(({ failed }) => Number(failed)),
        told: survivalCurves(model, asked, aheadFrames).map((chances) => 1 - chances.at(-1)!),
        usual: asked.map(({ frame }) => usualFailure(curve, frame)),
        rows: asked.map(({ row }) => row),
      }
    },
  }
}

/** Short spans, as far as anything is done about them. */
const spanEnds = [1, 2, 4, 6, 9, 13, 20]

/** By the lives that were seen: that a track of this age fails within the frames ahead. */
function usualFailure(curve: Float64Array, age: number): number {
  const now = curve[Math.min(age, curve.length - 1)] ?? 1
  const later = curve[Math.min(age + aheadFrames, curve.length - 1)] ?? 1
  return now <= 0 ? 1 : 1 - later / now
}
