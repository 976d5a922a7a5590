/** Decoding a clip for playback: one run through it serves all who ask for frames that are about to come. */
import type { PictureSource } from '#media/frame-pictures.ts'

export const framesAhead = 48
/** A run that nobody asks of any more ends, and its decoder with it. */
const usualIdleMs = 8000

interface Waiter {
  readonly resolve: (jpeg: Uint8Array) => void
  readonly reject: (error: unknown) => void
}

/** One decode of a clip from a frame on, ahead of what is asked for. */
export class FrameRun {
  readonly from: number
  readonly #keep: (index: number, jpeg: Uint8Array) => void
  readonly #stop = new AbortController()
  readonly #waiters = new Map<number, Set<Waiter>>()
  /** The frame that comes next. */
  #next: number
  /** The farthest that was asked for. */
  #asked: number
  #isLeft = false
  readonly #idleMs: number
  #wake = () => {}

  constructor(from: number, keep: (index: number, jpeg: Uint8Array) => void, idleMs = usualIdleMs) {
    this.#idleMs = idleMs
    this.from = from
    this.#next = from
    this.#asked = from
    this.#keep = keep
  }

  /** Whether a frame will come soon enough to wait for it. */
  comesBy(index: number): boolean {
    return !this.#isLeft && index >= this.#next && index <= this.#next + framesAhead
  }

  /** Lets the run go on behind this frame. */
  ask(index: number): void {
    this.#asked = Math.max(this.#asked, index)
    this.#wake()
  }

  wait(index: number, signal: AbortSignal): Promise<Uint8Array> {
    this.ask(index)
    return new Promise((resolve, reject) => {
      const gone = () => {
        waiters.delete(waiter)
        reject(signal.reason as Error)
        this.#endWhenLeft()
      }
      const settled = () => signal.removeEventListener('abort', gone)
      const waiter: Waiter = {
        resolve: (jpeg) => (settled(), resolve(jpeg)),
        reject: (error) => (settled(), reject(error as Error)),
      }
      const waiters = this.#waiters.get(index) ?? new Set()
      this.#waiters.set(index, waiters.add(waiter))
      if (signal.aborted) gone()
      else signal.addEventListener('abort', gone, { once: true })
    })
  }

  /** Another run takes its place: it ends once those who wait for it have what they want. */
  leave(): void {
    this.#isLeft = true
    this.#endWhenLeft()
  }

  stop(): void {
    this.#stop.abort()
    this.#wake()
  }

  #endWhenLeft(): void {
    for (const [index, waiters] of this.#waiters) if (waiters.size === 0) this.#waiters.delete(index)
    if (this.#isLeft && this.#waiters.size === 0) this.stop()
  }

  /** Never throws: errors go to those who wait. */
  async go(source: PictureSource, widthPx: number): Promise<void> {
    const { signal } = this.#stop
    try {
      const range = { from: this.from, to: source.frameCount - 1, widthPx, signal }
      for await (const { index, jpeg } of source.pictures(range)) {
        this.#keep(index, jpeg)
        this.#next = index + 1
        for (const { resolve } of this.#waiters.get(index) ?? []) resolve(jpeg)
        this.#waiters.delete(index)
        this.#endWhenLeft()
        if (!(await this.#isWanted())) return
      }
    } catch (error) {
      for (const waiters of this.#waiters.values()) for (const { reject } of waiters) reject(error)
      this.#waiters.clear()
    } finally {
      this.#isLeft = true
    }
  }

  /** Waits while enough is ready; false when nobody asked for more. */
  async #isWanted(): Promise<boolean> {
    while (this.#next > this.#asked + framesAhead && !this.#stop.signal.aborted) {
      const asked = this.#asked
      await new Promise<void>((wake) => {
        const timer = setTimeout(wake, this.#idleMs)
        timer.unref()
        this.#wake = () => (clearTimeout(timer), wake())
      })
      if (this.#asked === asked) return false
    }
    return !this.#stop.signal.aborted
  }
}
