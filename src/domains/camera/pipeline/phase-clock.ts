/** Which phase it is, and how long each took; between two of them a run can always be cancelled. */
import type { Phase } from './attempt.ts'

export class PhaseClock {
  readonly #now: () => number
  readonly #tell: (phase: Phase) => void
  readonly #signal: AbortSignal
  readonly #spent: { [P in Phase]?: number } = {}
  #since = 0
  #phase: Phase = 'settings'

  constructor(now: () => number, tell: (phase: Phase) => void, signal: AbortSignal) {
    this.#now = now
    this.#tell = tell
    this.#signal = signal
    this.#since = now()
  }

  get phase(): Phase {
    return this.#phase
  }

  /** @throws the reason of the signal */
  enter(phase: Phase): void {
    this.#settle()
    this.#phase = phase
    this.#tell(phase)
    this.#signal.throwIfAborted()
  }

  /** Up to now. */
  durations(): { readonly [P in Phase]?: number } {
    this.#settle()
    return { ...this.#spent }
  }

  #settle(): void {
    const now = this.#now()
    this.#spent[this.#phase] = (this.#spent[this.#phase] ?? 0) + Math.max(0, now - this.#since)
    this.#since = now
  }
}
