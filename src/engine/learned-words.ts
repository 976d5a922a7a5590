/** What runs learn from each other, said the same at every door; not sentences yet, since the command line has them in columns. */
import type { RunLearning } from './learning/run-learning.ts'
import { counted } from './learning/status-words.ts'
import type { AttemptReport } from './track-results.ts'

/** What a run taught. @param learning null: it is not recorded */
export function learnedFrom(learning: RunLearning | null): string {
  if (learning === null) return 'nothing: this run is not recorded'
  const { isOn, taught, total } = learning
  if (!isOn) return 'nothing: learning is switched off'
  const soFar = `${counted(total, 'session')} taught so far`
  return taught === 0 ? `nothing from this run; ${soFar}` : `from ${counted(taught, 'session')} of this run; ${soFar}`
}

/** What of it was used in a run's first try. */
export function appliedIn(first: Pick<AttemptReport, 'policy' | 'reason' | 'isLearned'>): string {
  if (first.isLearned) return `learned settings: ${first.reason}`
  return `no learned settings: ${first.reason}${first.policy === 'learned' ? '' : ` (${first.policy})`}`
}
