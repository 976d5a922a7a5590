/** What the calling side of the writer has seen since it was opened. */
import { type Figure, gauge, Histogram } from '#core/figures.ts'

/** Seconds; a commit that syncs takes a few milliseconds, one that waits for another program up to ten seconds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

export class WriterFigures {
  readonly #latency = new Histogram(bounds)
  #groups = 0

  /** @param waitedMs of each call of a group, from when it was made */
  settled(waitedMs: readonly number[]): void {
    this.#groups++
    for (const ms of waitedMs) this.#latency.observe(ms / 1000)
  }

  figures(waiting: number, inFlight: number): readonly Figure[] {
    return [
      {
        name: 'commit_groups_total',
        help: 'Transactions; calls that come in together share one.',
        type: 'counter',
        samples: [{ suffix: '', labels: {}, value: this.#groups }],
      },
      {
        name: 'commit_seconds',
        help: 'How long a call waited until what it wrote was durable.',
        type: 'histogram',
        samples: this.#latency.samples({}),
      },
      gauge('commit_calls_waiting', 'Calls that no transaction has taken up yet.', waiting),
      gauge('commit_groups_in_flight', 'Transactions that are under way.', inFlight),
    ]
  }
}
