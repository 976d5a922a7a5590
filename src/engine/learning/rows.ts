/** Rows on their way from sessions to a model: gathered in bounded memory, and the same for the same sessions in the same order. */
import type { Context } from '#core/context.ts'
import type { Rng } from '#core/rng.ts'
import type { Life } from '#domains/camera/learning/examples/track-lives.ts'
import type { Example } from '#domains/camera/learning/examples/example.ts'

/** Plain arrays, so that a thread can be given them. */
export interface RowSet {
  readonly type: 'rows'
  readonly featureNames: readonly string[]
  /** Row after row; NaN: not known. */
  readonly values: Float64Array
  readonly targets: Float64Array
  readonly clips: readonly string[]
  /** 1 for rows of somebody else's sessions. */
  readonly foreign: Uint8Array
}

export interface LifeSet {
  readonly type: 'lives'
  readonly featureNames: readonly string[]
  readonly lives: readonly Life[]
  readonly clips: readonly string[]
  readonly foreign: Uint8Array
}

export type TrainingSet = RowSet | LifeSet

export const countOf = (set: TrainingSet): number => set.clips.length

interface Kept<T> {
  readonly item: T
  readonly clip: string
  readonly isForeign: boolean
}

/**
 * So many of all that come by, each with the same chance (reservoir sampling: Vitter, Random sampling with a reservoir, ACM
 * Transactions on Mathematical Software 1985).
 */
export class Sample<T> {
  readonly #most: number
  readonly #rng: Rng
  readonly #kept: Kept<T>[] = []
  #seen = 0

  constructor(most: number, rng: Rng) {
    this.#most = most
    this.#rng = rng
  }

  /** How many came by. */
  get seen(): number {
    return this.#seen
  }

  add(item: T, clip: string, isForeign: boolean): void {
    this.#seen++
    const one = { item, clip, isForeign }
    if (this.#kept.length < this.#most) {
      this.#kept.push(one)
      return
    }
    const place = this.#rng.int(this.#seen)
    if (place < this.#most) this.#kept[place] = one
  }

  get kept(): readonly Kept<T>[] {
    return this.#kept
  }
}

export function rowSet(featureNames: readonly string[], sample: Sample<Example>): RowSet {
  const width = featureNames.length
  const { kept } = sample
  const values = new Float64Array(kept.length * width).fill(Number.NaN)
  kept.forEach(({ item }, row) => item.values.forEach((value, i) => (values[row * width + i] = value ?? Number.NaN)))
  return {
    type: 'rows',
    featureNames,
    values,
    targets: Float64Array.from(kept, ({ item }) => item.target),
    ...whoseOf(kept),
  }
}

export function lifeSet(featureNames: readonly string[], sample: Sample<Life>): LifeSet {
  return { type: 'lives', featureNames, lives: sample.kept.map(({ item }) => item), ...whoseOf(sample.kept) }
}

const whoseOf = (kept: readonly Kept<unknown>[]) => ({
  clips: kept.map(({ clip }) => clip),
  foreign: Uint8Array.from(kept, ({ isForeign }) => Number(isForeign)),
})

/**
 * Raised with every change of how models are fitted or judged, or they would not be fitted anew for the same rows.
 * fit-model.test.ts fails where that was forgotten.
 */
export const fittingVersion = 1

/** SHA-256 of all that a model learns from, and of how: equal rows and equal code, equal hash. */
export function dataHash(set: TrainingSet, sha256: Context['sha256']): string {
  const numbers =
    set.type === 'rows'
      ? [set.values, set.targets]
      : set.lives.flatMap(({ frames, failed, signals }) => [Float64Array.of(frames, Number(failed)), ...signals])
  const head = JSON.stringify([fittingVersion, set.type, set.featureNames, set.clips, [...set.foreign]])
  const parts = [
    Buffer.from(head),
    ...numbers.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  ]
  return sha256(Buffer.concat(parts))
}

/**
 * Weights by which strangers' rows together count no more than one's own; where there are none of one's own, all count in full.
 */
export function fairWeights(foreign: Uint8Array): Float64Array {
  const strangers = foreign.reduce((sum, one) => sum + one, 0)
  const own = foreign.length - strangers
  const share = own === 0 || strangers <= own ? 1 : own / strangers
  return Float64Array.from(foreign, (one) => (one === 1 ? share : 1))
}
