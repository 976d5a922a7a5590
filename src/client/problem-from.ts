/** Whatever was thrown, as the problem that is told. */
import { Fault, fault } from '#core/faults.ts'
import { HindsightError, type Problem } from './hindsight-error.ts'

export function problemFrom(error: unknown): Problem {
  if (error instanceof HindsightError) {
    const { code, message, expected, found, fix, where } = error
    return { code, message, expected, found, fix, where }
  }
  if (error instanceof Fault) return error.toJSON()
  const found = error instanceof Error ? error.message : String(error)
  return fault('spool.failed', { expected: 'what was recorded kept and sent', found }).toJSON()
}
