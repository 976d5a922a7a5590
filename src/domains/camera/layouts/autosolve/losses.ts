import type { Loss } from '#core/report.ts'
/** Counts what an export could not hold, so that nothing is lost silently. */

export interface LossCounter {
  dropped(field: string, why: string, count?: number): void
  approximated(field: string, why: string, count?: number): void
  losses(): readonly Loss[]
}

export function lossCounter(): LossCounter {
  const all = new Map<string, Loss>()
  const add = (what: Loss['what'], field: string, why: string, count: number) => {
    if (count === 0) return
    const key = `${what} ${field}`
    all.set(key, { field, what, count: (all.get(key)?.count ?? 0) + count, why })
  }
  return {
    dropped: (field, why, count = 1) => add('dropped', field, why, count),
    approximated: (field, why, count = 1) => add('approximated', field, why, count),
    losses: () => [...all.values()].sort((a, b) => (a.field < b.field ? -1 : a.field > b.field ? 1 : 0)),
  }
}
