/** Which phase it is, and how long each took. */
import type { Phase } from './attempt.ts'

export class PhaseClock {
  readonly #now: () => number
  readonly #tell: (phase: Phase) => void
  readonly #spent: { [P in Phase]?: number } = {}
  #since = 0
  #phase: Phase = 'settings'

  constructor(now: () => number, tell: (phase: Phase) => void) {
    this.#now = now
    this.#tell = tell
    this.#since = now()
  }

  get phase(): Phase {
    return this.#phase
  }

  enter(phase: Phase): void {
    this.#settle()
    this.#phase = phase
    this.#tell(phase)
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
