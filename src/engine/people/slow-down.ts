/** Makes guessing slow: after a few failures each further attempt must wait, twice as long each time. */
import { fault } from '#core/faults.ts'

/** Mistyping is human. */
const freeAttempts = 5
const firstWaitMs = 1_000
const longestWaitMs = 5 * 60_000
/** Without an attempt for this long it is forgotten. */
const forgottenAfterMs = 60 * 60_000
/** Of more, those that were quiet longest are forgotten. */
const mostKept = 20_000

const waitMs = (failures: number): number =>
  failures < freeAttempts ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - freeAttempts))

interface Count {
  readonly failures: number
  readonly waitUntilMs: number
  readonly lastMs: number
}

export class SlowDown {
  readonly #counts = new Map<string, Count>()

  /** Counts an attempt under each key as a failure, until {@link SlowDown.clear}. @throws people.slow with the seconds to wait */
  admit(keys: readonly string[], nowMs: number): void {
    const waitUntilMs = Math.max(...keys.map((key) => this.#of(key, nowMs)?.waitUntilMs ?? 0))
    if (waitUntilMs > nowMs) {
      const retryAfterS = Math.ceil((waitUntilMs - nowMs) / 1000)
      throw fault('people.slow', { expected: `no attempt for ${retryAfterS} s`, found: 'one more', retryAfterS })
    }
    for (const key of keys) {
      const failures = (this.#of(key, nowMs)?.failures ?? 0) + 1
      // Put at the end, so that the first of the map is the one that was quiet longest.
      this.#counts.delete(key)
      this.#counts.set(key, { failures, waitUntilMs: nowMs + waitMs(failures), lastMs: nowMs })
    }
    for (const key of this.#counts.keys()) {
      if (this.#counts.size <= mostKept) break
      this.#counts.delete(key)
    }
  }

  /** An attempt that was let in has failed: the wait begins now, however long the checking took. */
  failed(keys: readonly string[], nowMs: number): void {
    for (const key of keys) {
      const count = this.#of(key, nowMs)
      if (count) this.#counts.set(key, { ...count, waitUntilMs: nowMs + waitMs(count.failures), lastMs: nowMs })
    }
  }

  clear(keys: readonly string[]): void {
    for (const key of keys) this.#counts.delete(key)
  }

  #of(key: string, nowMs: number): Count | undefined {
    const count = this.#counts.get(key)
    return count && nowMs - count.lastMs < forgottenAfterMs ? count : undefined
  }
}
