/** What a recorded session says of why an attempt went as it did. Recorders of other programs may have none of it. */
import type { CameraSession } from '#domains/camera/session.ts'

export interface Evidence {
  readonly name: string
  readonly value: number
  /** From which the value counts. */
  readonly limit: number
  readonly unit: string
}

export interface Finding {
  readonly pattern: string
  /** 0 to 1; null: not said. */
  readonly confidence: number | null
  readonly sentence: string
  readonly evidence: readonly Evidence[]
  /** What the next attempt was to do about it, by name. */
  readonly fix: Readonly<Record<string, unknown>>
}

export interface Warned {
  /** That the solve comes out right, 0 to 1, as it was judged before the solve; null: not said. */
  readonly probability: number | null
  readonly warnings: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
const numberOf = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : null)

/** Most likely first, as recorded. */
export function findingsOf(session: CameraSession | null): readonly Finding[] {
  return listOf(fieldsOf(session?.telemetry)['diagnoses']).flatMap((item): Finding[] => {
    const { pattern, confidence, sentence, evidence, fix } = fieldsOf(item)
    if (textOf(sentence) === '') return []
    return [
      {
        pattern: textOf(pattern),
        confidence: numberOf(confidence),
        sentence: textOf(sentence),
        evidence: listOf(evidence).flatMap(evidenceOf),
        fix: fieldsOf(fix),
      },
    ]
  })
}

function evidenceOf(item: unknown): Evidence[] {
  const { name, value, limit, unit } = fieldsOf(item)
  const [measured, from] = [numberOf(value), numberOf(limit)]
  return measured === null || from === null
    ? []
    : [{ name: textOf(name), value: measured, limit: from, unit: textOf(unit) }]
}

/** null where nobody judged it before the solve. */
export function warnedOf(session: CameraSession | null): Warned | null {
  const { forecast, preSolve } = fieldsOf(session?.telemetry)
  const { probability, confidence, warnings } = fieldsOf(forecast ?? preSolve)
  const known = numberOf(probability) ?? numberOf(confidence)
  const sentences = listOf(warnings).filter((one): one is string => typeof one === 'string')
  return known === null && sentences.length === 0 ? null : { probability: known, warnings: sentences }
}

/** How far a value and its limit reach on a scale that holds both: shares of its length. */
export function barOf({ value, limit }: Pick<Evidence, 'value' | 'limit'>): {
  readonly value: number
  readonly limit: number
} {
  const end = Math.max(Math.abs(value), Math.abs(limit)) * 1.15 || 1
  return { value: Math.min(1, Math.abs(value) / end), limit: Math.min(1, Math.abs(limit) / end) }
}
