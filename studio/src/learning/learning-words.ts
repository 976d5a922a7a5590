/** Outcomes, intervals and names of learning in words. */
import { sayMany, sayPercent } from '../data/say.ts'

interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

export const sayPlain = (value: number): string => value.toFixed(2)
export const saySigned = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`

/** "0.71 (0.64 to 0.78)"; unknown is a dash. */
export const sayInterval = (estimate: Estimate | null, say = sayPlain): string =>
  estimate === null ? '–' : `${say(estimate.value)} (${say(estimate.low)} to ${say(estimate.high)})`

export const sayOutcome = ({ mean, sessions }: { readonly mean: number | null; readonly sessions: number }): string =>
  mean === null ? '–' : `${sayPlain(mean)} in ${sayMany(sessions, 'session')}`

/** Of a measure: "85 %", "0.45 px", "1.2". */
export function sayMeasure(value: number | null, unit: 'share' | 'px' | 'attempts'): string {
  if (value === null) return '–'
  return unit === 'share' ? sayPercent(value) : unit === 'px' ? `${sayPlain(value)} px` : sayPlain(value)
}

/** Of evidence: "12 to 1". */
export const sayOdds = (evidence: number): string =>
  evidence >= 1000 ? 'over 1000 to 1' : `${evidence < 10 ? evidence.toFixed(1) : Math.round(evidence)} to 1`

export const sourceNames: Readonly<Record<string, string>> = {
  own: 'chosen by the program',
  person: 'with settings of a person',
  import: 'imported',
}

export const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
