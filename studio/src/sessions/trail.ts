/** The list a session was opened from, so that its page can lead on to the next one and back to the same place. */
import type { SessionRow } from '../data/types.ts'

interface Trail {
  readonly href: string
  row(index: number): SessionRow | null
  readonly count: number
}

let trail: Trail | null = null
let at = 0

export function leaveTrail(next: Trail): void {
  trail = next
}

export function standAt(index: number): void {
  at = index
}

export const standing = (): number => at
export const listHref = (): string | null => trail?.href ?? null

/** The session `step` places further in the list; null when it is not loaded or the list does not hold `id`. */
export function beside(id: string, step: 1 | -1): { readonly id: string; readonly index: number } | null {
  if (!trail) return null
  const index = [at, at + 1, at - 1].find((candidate) => trail?.row(candidate)?.id === id)
  if (index === undefined) return null
  const row = trail.row(index + step)
  return row ? { id: row.id, index: index + step } : null
}
