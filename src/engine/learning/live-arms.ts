/**
 * How sessions came out in which a model acted, beside those in which it would have and was held back by a coin: what a model
 * is worth where it is used. It is taken out where it did worse; that it did better is no proof, and needs none.
 */
import type { JsonObject } from '#core/json.ts'
import { meanInterval, studentQuantile } from '#core/mean-interval.ts'
import type { AnySession } from '#core/session.ts'
import type { ModelUse } from '#domains/camera/pipeline/advice.ts'
import { asCamera } from '#domains/camera/classes.ts'
import type { ModelRecord } from '#learn/models/registry.ts'

/** By "NAME VERSION": the value of each session, by whether the model acted. */
export type LiveArms = ReadonlyMap<string, { readonly used: readonly number[]; readonly held: readonly number[] }>

const keyOf = ({ name, version }: Pick<ModelRecord, 'name' | 'version'>) => `${name} ${version}`

/** Counts what sessions say of the models that had something to say in them. */
export class ArmTally {
  readonly #arms = new Map<string, { used: number[]; held: number[] }>()

  /** @param value of the session, 0 worst to 1 best */
  add(session: AnySession, value: number): void {
    for (const use of usesOf(session)) {
      const own = this.#arms.get(keyOf(use)) ?? { used: [], held: [] }
      this.#arms.set(keyOf(use), own)
      ;(use.used ? own.used : own.held).push(value)
    }
  }

  get arms(): LiveArms {
    return this.#arms
  }
}

function usesOf(session: AnySession): readonly ModelUse[] {
  const models: unknown = asCamera(session).settings.values.models
  if (!Array.isArray(models)) return []
  return (models as readonly JsonObject[]).flatMap(({ name, version, used, reason }) =>
    typeof name === 'string' && typeof version === 'string' && typeof used === 'boolean'
      ? [{ name, version, used, reason: typeof reason === 'string' ? reason : '' }]
      : [],
  )
}

export interface LiveVerdict {
  readonly used: number
  readonly held: number
  /** Mean value with the model less that without, and its 95 % interval. */
  readonly gain: number
  readonly low: number
  readonly high: number
  readonly isWorse: boolean
  readonly sentence: string
}

/** Of each arm at least, before anything is said. */
const fewest = 8

/** @returns null while there are too few sessions of either arm */
export function liveVerdict(arms: LiveArms, record: Pick<ModelRecord, 'name' | 'version'>): LiveVerdict | null {
  const { used, held } = arms.get(keyOf(record)) ?? { used: [], held: [] }
  if (used.length < fewest || held.length < fewest) return null
  const [withIt, without] = [meanInterval(used), meanInterval(held)]
  const gain = withIt!.mean - without!.mean
  // At the degrees of freedom of the smaller arm: a little too wide, since Welch's are never fewer.
  const quantile = studentQuantile(Math.min(used.length, held.length) - 1)
  const half = quantile * Math.hypot(withIt!.error!, without!.error!)
  const [low, high] = [gain - half, gain + half]
  const sentence = `outcomes differed by ${short(gain)} (${short(low)} to ${short(high)}) over ${used.length} sessions with it and ${held.length} without`
  return { used: used.length, held: held.length, gain, low, high, isWorse: high < 0, sentence }
}

const short = (value: number) => Number(value.toPrecision(3)).toString()
