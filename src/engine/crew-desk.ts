/** Where one call at a time is handed from a thread to its helper: shared memory, with a futex for each to sleep on. */
import type { KernelCall } from '#vision/wasm/crew.ts'
import type { CallName } from '#vision/wasm/engine.ts'

/** A call's number is its index here. */
const names: readonly CallName[] = [
  'corners',
  'cut',
  'fillFromBytes',
  'fillFromWords',
  'flow',
  'halve',
  'refine',
  'search',
]
const mostArguments = 24
const headBytes = 64
export const deskBytes = headBytes + 8 * mostArguments

/**
 * What `state` says. At first 0: the helper has not come yet. Then it looks out for a call (`free`) or sleeps; has a call that is
 * also looked out for (`given`) or slept for (`awaited`); or its call failed.
 */
const [free, asleep, given, awaited, failed] = [1, 2, 3, 4, 5]
/** Words of the head. */
const [state, name, count] = [0, 1, 2]

/**
 * How long a thread looks before it sleeps: about what waking it takes where that is dear, as on virtual machines. So whoever
 * waits never loses more than twice what the best choice would have cost (the rule of the rented skis).
 */
const lookMs = 1
/** The clock is read once for so many looks. */
const looksPerReading = 64
/** A part takes milliseconds. */
const patienceMs = 60_000

export class Desk {
  readonly buffer: SharedArrayBuffer
  readonly #head: Int32Array
  readonly #args: Float64Array

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.#head = new Int32Array(buffer, 0, 3)
    this.#args = new Float64Array(buffer, headBytes)
  }

  /** Whether a call would be taken up at once, or only after the helper was woken; null where nobody is there to take it. */
  get helper(): 'awake' | 'asleep' | null {
    const now = Atomics.load(this.#head, state)
    return now === free ? 'awake' : now === asleep ? 'asleep' : null
  }

  /** Puts a call down. False when nobody is there to take it. */
  give(call: KernelCall): boolean {
    if (this.helper === null) return false
    this.#args.set(call.args)
    this.#head[name] = names.indexOf(call.name)
    this.#head[count] = call.args.length
    if (Atomics.exchange(this.#head, state, given) === asleep) Atomics.notify(this.#head, state)
    return true
  }

  /** Blocks until the call given last is done. */
  untilDone(): void {
    this.#while(given, awaited, patienceMs)
    if (Atomics.load(this.#head, state) === failed) throw new Error('a kernel thread failed')
  }

  /** The helper's life: takes calls for ever. */
  serve(perform: (call: KernelCall) => void): never {
    Atomics.store(this.#head, state, free)
    for (;;) {
      this.#while(free, asleep, Infinity)
      try {
        perform({ name: names[this.#head[name] ?? -1] ?? 'flow', args: [...this.#args.subarray(0, this.#head[count])] })
        this.#leave(free)
      } catch (error) {
        this.#leave(failed)
        throw error
      }
    }
  }

  /** Says how a call ended; a wake-up only for those who sleep. */
  #leave(next: number): void {
    if (Atomics.exchange(this.#head, state, next) === awaited) Atomics.notify(this.#head, state)
  }

  /**
   * Looks as long as the state is the first, then sleeps as the second as long as that lasts. A wake-up alone says nothing: it may
   * have been meant for an earlier wait.
   */
  #while(looking: number, sleeping: number, mostMs: number): void {
    const until = performance.now() + lookMs
    do {
      for (let i = 0; i < looksPerReading; i++) if (Atomics.load(this.#head, state) !== looking) return
    } while (performance.now() < until)
    if (Atomics.compareExchange(this.#head, state, looking, sleeping) !== looking) return
    while (Atomics.load(this.#head, state) === sleeping) {
      if (Atomics.wait(this.#head, state, sleeping, mostMs) === 'timed-out') throw new Error('a kernel thread is stuck')
    }
  }
}
