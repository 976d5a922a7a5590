/** How it goes over time: the four measures of success, outcomes with what was learned and with the default, and what learning cost. */
import { intervalOf } from '#learn/choice/reason.ts'
import type { LessonAbout } from './about.ts'
import { decisionIn, wasUsed } from './decisions.ts'

/** A stretch of sessions, in the order in which they were learned from. */
export interface ProgressPoint {
  /** Counted from 1; both ends are in it. */
  readonly from: number
  readonly to: number
  /** UTC, of the last of them. */
  readonly at: string
  readonly firstTries: number
  /** Share of first tries that succeeded; null: nobody says of any. */
  readonly success: number | null
  /** Attempts for each first try. */
  readonly attempts: number | null
  /** Means and medians of what the domain measures, by name. */
  readonly figures: Readonly<Record<string, number | null>>
  /** Mean outcome of first tries. */
  readonly value: Band | null
}

/** A mean, and where it lies with nine chances in ten. */
export interface Band {
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly sessions: number
}

/** Running means after so many tosses of the coin between what was learned and the default. */
export interface LivePoint {
  readonly sessions: number
  readonly learned: Band | null
  readonly base: Band | null
}

export interface Progress {
  readonly points: readonly ProgressPoint[]
  readonly live: readonly LivePoint[]
  /** After each point: what first tries that were not the default brought above what the default was expected to. */
  readonly gained: readonly number[]
}

export interface ProgressGatherer {
  add(about: LessonAbout): void
  result(): Progress
}

const mostPoints = 24
/** Sessions in a point, at least. */
const leastInPoint = 5
const mostLive = 60

/** @param expected how many sessions will come */
export function gatherProgress(expected: number): ProgressGatherer {
  const perPoint = Math.max(leastInPoint, Math.ceil(expected / mostPoints))
  const points: ProgressPoint[] = []
  const gained: number[] = []
  const tosses: [learned: Standing | null, base: Standing | null][] = []
  const arms = { learned: new Mean(), base: new Mean() }
  let open = new Stretch(1)
  let [seen, gain] = [0, 0]
  const close = () => {
    if (open.size === 0) return
    points.push(open.point())
    gained.push(gain)
    open = new Stretch(seen + 1)
  }
  return {
    add(about) {
      seen++
      open.add(about)
      const decision = decisionIn(about.decision)
      if (about.firstTry && decision !== null && wasUsed(decision, about)) {
        if (decision.role !== 'default' && decision.role !== 'control') gain += about.value - decision.expected
        if (decision.coin?.of === 'wanted') {
          const isLearned = decision.role === 'wanted'
          const { chance } = decision.coin
          arms[isLearned ? 'learned' : 'base'].add(about.value, isLearned ? 1 - chance : chance)
          tosses.push([arms.learned.standing(), arms.base.standing()])
        }
      }
      if (open.size >= perPoint) close()
    },
    result() {
      close()
      return { points, live: thinned(tosses), gained }
    },
  }
}

/** About so many, the last one among them. */
function thinned(tosses: readonly (readonly [Standing | null, Standing | null])[]): readonly LivePoint[] {
  const step = Math.max(1, Math.ceil(tosses.length / mostLive))
  return tosses.flatMap(([learned, base], i) =>
    (tosses.length - 1 - i) % step === 0 ? [{ sessions: i + 1, learned: bandOf(learned), base: bandOf(base) }] : [],
  )
}

class Stretch {
  size = 0
  readonly #from: number
  readonly #values = new Mean()
  readonly #figures = new Map<string, number[]>()
  #firstTries = 0
  #known = 0
  #succeeded = 0
  #at = ''

  constructor(from: number) {
    this.#from = from
  }

  add({ recordedAt, firstTry, status, value, figures }: LessonAbout): void {
    this.size++
    this.#at = recordedAt
    if (!firstTry) return
    this.#firstTries++
    if (status !== null) this.#known++
    if (status === 'succeeded') this.#succeeded++
    this.#values.add(value, 1)
    for (const [name, figure] of Object.entries(figures)) {
      const seen = this.#figures.get(name) ?? []
      if (figure !== null) seen.push(figure)
      this.#figures.set(name, seen)
    }
  }

  point(): ProgressPoint {
    return {
      from: this.#from,
      to: this.#from + this.size - 1,
      at: this.#at,
      firstTries: this.#firstTries,
      success: this.#known > 0 ? this.#succeeded / this.#known : null,
      attempts: this.#firstTries > 0 ? this.size / this.#firstTries : null,
      figures: Object.fromEntries([...this.#figures].map(([name, seen]) => [name, median(seen)])),
      value: bandOf(this.#values.standing()),
    }
  }
}

/** One clip that went wrong by far must not be the whole picture. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return null
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** A weighted mean of values from 0 to 1, as it stands. */
interface Standing {
  readonly sessions: number
  readonly mean: number
  /** Sessions that the weights are worth (Kish). */
  readonly effective: number
}

/** A weighted mean that is added to. */
class Mean {
  #count = 0
  #weight = 0
  #sum = 0
  #weightSquares = 0

  add(value: number, weight: number): void {
    this.#count++
    this.#weight += weight
    this.#weightSquares += weight * weight
    this.#sum += weight * value
  }

  /** null: nothing was added. */
  standing(): Standing | null {
    if (this.#count === 0) return null
    return {
      sessions: this.#count,
      mean: this.#sum / this.#weight,
      effective: this.#weight ** 2 / this.#weightSquares,
    }
  }
}

/** As the posterior of a share has it: wider than the truth where outcomes are not all or nothing, and never empty. */
function bandOf(standing: Standing | null): Band | null {
  if (standing === null) return null
  const { mean, effective, sessions } = standing
  const { low, high } = intervalOf({ a: 0.5 + effective * mean, b: 0.5 + effective * (1 - mean) })
  return { mean, low: Math.min(low, mean), high: Math.max(high, mean), sessions }
}
