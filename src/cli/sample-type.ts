import { fault } from '#core/faults.ts'
import type { SampleType } from '#core/sample.ts'

export const sampleTypes = ['image', 'pair', 'row', 'trajectory'] as const satisfies readonly SampleType[]

/** @throws usage */
export function sampleTypeOf(word: string): SampleType {
  const type = sampleTypes.find((known) => known === word)
  if (type) return type
  throw fault('usage', { expected: sampleTypes.join(', '), found: `"${word}"`, where: '--type' })
}
