/** A choice in one sentence, with what it rests on. */
import { defaultKey } from '#core/learnable.ts'
import type { Arm, Table } from './arms.ts'
import { type Beta, meanOf, quantile } from './beta.ts'

/** A share with the interval in which it lies with nine chances in ten. */
export interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

export const intervalOf = (beta: Beta): Interval => ({
  mean: meanOf(beta),
  low: quantile(beta, 0.05),
  high: quantile(beta, 0.95),
})

const inWords = ({ mean, low, high }: Interval) => `${mean.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`

/** What the wanted setting has shown against the default. */
function evidenceOf({ wanted, known }: Table): string {
  if (wanted === null) return 'nothing has the evidence to replace it'
  const { key, observations, confidence, level } = wanted.verdict
  const from = level ?? 0
  const [own, base] = [intervalOf(known.posterior(key, from)), intervalOf(known.posterior(defaultKey, from))]
  const count = `${formatCount(observations)} ${observations === 1 ? 'session' : 'sessions'} like this`
  return `${key}: ${inWords(own)} in ${count}, the default ${inWords(base)}; better with ${percent(confidence ?? 0)}`
}

/** Capped evidence counts in parts of a session. */
const formatCount = (count: number) => (Number.isInteger(count) ? String(count) : count.toFixed(1))
const percent = (share: number) => `${Math.floor(share * 100)} %`

export function reasonFor({ role, candidate }: Arm, table: Table): string {
  switch (role) {
    case 'default':
      return `the default: ${table.wanted && !table.free ? 'the credit for what is not proven is spent' : evidenceOf({ ...table, wanted: null })}`
    case 'control':
      return table.replay && table.free
        ? 'the default, as a control for what did best on this clip'
        : `the default, as a control for ${evidenceOf(table)}`
    case 'wanted':
      return evidenceOf(table)
    case 'probe': {
      const { mean, low, high } = intervalOf(table.known.posterior(candidate.key))
      return `a try, to learn: ${candidate.key}, expected ${inWords({ mean, low, high })}`
    }
    case 'replay': {
      const { runs, mean, defaultMean } = table.replay!
      const against = defaultMean === null ? '' : `, the default ${defaultMean.toFixed(2)}`
      return `did best on this very clip: ${mean.toFixed(2)} in ${runs} ${runs === 1 ? 'run' : 'runs'}${against}`
    }
  }
}
