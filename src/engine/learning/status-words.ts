/** Figures of learning in words: the same on the command line and on the page. */
import type { ArmSide } from '#learn/choice/compare-arms.ts'
import type { Estimate } from '#learn/choice/ope.ts'

export const plain = (value: number): string => value.toFixed(2)
export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`

/** "0.71 (0.64 to 0.78)". */
export const estimateWords = ({ value, low, high }: Estimate, write = plain): string =>
  `${write(value)} (${write(low)} to ${write(high)})`

/** "0.71 in 42 sessions". */
export const meanWords = ({ mean, sessions }: ArmSide): string =>
  mean === null ? 'never drawn' : `${plain(mean)} in ${counted(sessions, 'session')}`

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

/** Capped evidence counts in parts of a session. */
export const formatCount = (count: number): string => (Number.isInteger(count) ? String(count) : count.toFixed(1))

export const percent = (share: number): string => `${Math.round(100 * share)} %`
