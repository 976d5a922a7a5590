/** Every dataset format: the whole list. */
import { brief, fault } from '#core/faults.ts'
import type { Format } from '#core/format.ts'

export const formats: readonly Format[] = []

/** @throws format.unknown */
export function formatByName(name: string): Format {
  const format = formats.find((candidate) => candidate.name === name)
  if (format) return format
  throw fault('format.unknown', { expected: formats.map((known) => known.name).join(', '), found: brief(name) })
}
