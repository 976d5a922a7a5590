/** What learning may cost and has cost, and whether it is proven to help, in figures and in sentences. */
import { anchoredRules } from '#learn/choice/anchored.ts'
import { creditLimit } from '#learn/choice/credit.ts'
import { logEvidence } from '#learn/choice/e-process.ts'
import { logThreshold, type ProofEvent } from '#learn/choice/proof.ts'
import type { Learned } from '#learn/choice/state.ts'
import { counted, percent } from './status-words.ts'

export interface Safety {
  readonly credit: {
    /** First tries that were begun. */
    readonly sessions: number
    readonly spent: number
    readonly limit: number
    readonly start: number
    readonly rate: number
    readonly sentence: string
  }
  readonly proof: {
    readonly proven: boolean
    /** To 1, that what was learned is better than the default; beyond 1e12 it is that. */
    readonly evidence: number
    readonly threshold: number
    readonly rollbacks: number
    /** Oldest first. */
    readonly events: readonly ProofEvent[]
    readonly sentence: string
  }
}

export function safetyOf({ credit, proof }: Pick<Learned, 'credit' | 'proof'>): Safety {
  const { start, rate } = anchoredRules.credit
  const limit = creditLimit(credit.sessions, anchoredRules.credit)
  const evidence = Math.min(1e12, Math.exp(logEvidence(proof.better)))
  const threshold = Math.exp(logThreshold(proof, anchoredRules.proof))
  const { proven, rollbacks, events } = proof
  return {
    credit: { ...credit, limit, start, rate, sentence: creditWords(credit, limit, proven) },
    proof: {
      proven,
      evidence,
      threshold,
      rollbacks,
      events,
      sentence: proofWords(proven, evidence, threshold, rollbacks),
    },
  }
}

const amount = (value: number) => (value >= 100 ? Math.round(value).toString() : Number(value.toFixed(1)).toString())

function creditWords({ sessions, spent }: Learned['credit'], limit: number, proven: boolean): string {
  const { start, rate } = anchoredRules.credit
  const rule = `${start} and one more for every ${amount(1 / rate)} sessions`
  const sofar =
    sessions === 0
      ? 'Learning has cost nothing yet'
      : `In ${counted(sessions, 'session')} learning can have cost ${amount(spent)} good ${spent === 1 ? 'result' : 'results'} at the very most`
  const allowed = `it may never put more than ${amount(limit)} at risk (${rule})`
  return proven ? `${sofar}; proof has lifted the limit.` : `${sofar}; ${allowed}.`
}

function proofWords(proven: boolean, evidence: number, threshold: number, rollbacks: number): string {
  const { delta, holdback } = anchoredRules.proof
  const back = rollbacks === 0 ? '' : ` Proof was withdrawn ${counted(rollbacks, 'time')}, when results fell off.`
  if (proven) {
    return `Proven to help; the chance that this is wrong was ${percent(delta)} at most. One session in ${Math.round(1 / holdback)} keeps the default, to see whether it still does.${back}`
  }
  const standing =
    evidence > 1 ? `evidence stands ${amount(evidence)} to 1 for what was learned` : 'nothing speaks for it yet'
  return `Not proven: ${standing}, ${amount(threshold)} to 1 is asked for. Until then every second use of a learned setting is the default's, by a coin.${back}`
}
