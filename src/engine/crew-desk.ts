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

/** What `state` says: the helper sleeps; it has a call; its call failed. At first 0: it has not come yet. */
const [free, given, failed] = [1, 2, 3]
/** Words of the head. */
const [state, name, count] = [0, 1, 2]

/** Looks so many times before sleeping: waking takes longer than most parts differ by. */
const looks = 2000
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

  /** Puts a call down. False when nobody is there to take it. */
  give(call: KernelCall): boolean {
    if (Atomics.load(this.#head, state) !== free) return false
    this.#args.set(call.args)
    this.#head[name] = names.indexOf(call.name)
    this.#head[count] = call.args.length
    this.#turnTo(given)
    return true
  }

  /** Blocks until the call given last is done. */
  untilDone(): void {
    this.#while(given, patienceMs)
    if (Atomics.load(this.#head, state) === failed) throw new Error('a kernel thread failed')
  }

  /** The helper's life: takes calls for ever. */
  serve(perform: (call: KernelCall) => void): never {
    this.#turnTo(free)
    for (;;) {
      this.#while(free, Infinity)
      try {
        perform({ name: names[this.#head[name] ?? -1] ?? 'flow', args: [...this.#args.subarray(0, this.#head[count])] })
        this.#turnTo(free)
      } catch (error) {
        this.#turnTo(failed)
        throw error
      }
    }
  }

  /** Waits as long as the state is this one. A wake-up alone says nothing: it may have been meant for an earlier wait. */
  #while(current: number, mostMs: number): void {
    for (let i = 0; i < looks; i++) if (Atomics.load(this.#head, state) !== current) return
    while (Atomics.load(this.#head, state) === current) {
      if (Atomics.wait(this.#head, state, current, mostMs) === 'timed-out') throw new Error('a kernel thread is stuck')
    }
  }

  #turnTo(next: number): void {
    Atomics.store(this.#head, state, next)
    Atomics.notify(this.#head, state)
  }
}
