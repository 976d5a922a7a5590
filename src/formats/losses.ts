import type { Loss } from '#core/report.ts'

/** Counts what a format could not hold, so that an export never loses anything silently. */
export class LossCount {
  readonly #losses = new Map<string, Loss>()

  /** @param field the path in the sample, without positions: `annotations.shape` */
  add(what: Loss['what'], field: string, why: string): void {
    const key = `${field}\n${what}\n${why}`
    const count = (this.#losses.get(key)?.count ?? 0) + 1
    this.#losses.set(key, { field, what, count, why })
  }

  /** Sorted by field. */
  report(): readonly Loss[] {
    const entries = [...this.#losses].sort(([a], [b]) => (a < b ? -1 : 1))
    return entries.map(([, loss]) => loss)
  }
}
