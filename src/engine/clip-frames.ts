/**
 * Frames of clips for people to look at and to play. A frame that is asked for begins a run: the clip is decoded from there
 * on, ahead of what is asked for next, and what came is kept while there is room. So playing costs one decode of the clip,
 * however many requests it is made of, and going back a few frames costs nothing.
 */
import { fault } from '#core/faults.ts'
import { openPictures, type PictureSource } from '#media/frame-pictures.ts'
import type { ClipInfo } from '#vision/frames.ts'
import { clipPath, knownClip } from './clips.ts'
import type { Engine } from './engine.ts'

export interface FrameRequest {
  readonly fingerprint: string
  readonly index: number
  /** At most. */
  readonly widthPx: number
  /** Whoever asked is gone. */
  readonly signal: AbortSignal
}

const keptBytes = 96 * 2 ** 20
const framesAhead = 48
const keptSources = 4
/** A run that nobody asks of any more ends, and its decoder with it. */
const idleMs = 8000

const desks = new WeakMap<Engine, FrameDesk>()

/** @throws clip.unknown, clip.gone, media.*; the reason of `signal` */
export function clipFrame(engine: Engine, request: FrameRequest): Promise<Uint8Array> {
  const desk = desks.get(engine) ?? new FrameDesk(engine)
  desks.set(engine, desk)
  return desk.frame(request)
}

/** Ends all decoders; to be called before the engine is closed. */
export async function closeClipFrames(engine: Engine): Promise<void> {
  await desks.get(engine)?.close()
  desks.delete(engine)
}

class FrameDesk {
  readonly #engine: Engine
  readonly #shelf = new PictureShelf(keptBytes)
  /** By fingerprint and width: the latest. */
  readonly #runs = new Map<string, FrameRun>()
  readonly #sources = new Map<string, Promise<PictureSource>>()
  readonly #ending = new Set<Promise<void>>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async frame({ fingerprint, index, widthPx, signal }: FrameRequest): Promise<Uint8Array> {
    const clip = await knownClip(this.#engine, fingerprint)
    const { frameCount } = clip.info as unknown as ClipInfo
    if (index >= frameCount) {
      throw fault('media.range', { expected: `a frame from 0 to ${frameCount - 1}`, found: String(index) })
    }
    const key = `${fingerprint} ${widthPx}`
    const kept = this.#shelf.get(key, index)
    const run = this.#runs.get(key)
    if (kept) {
      run?.ask(index)
      return kept
    }
    if (run?.comesBy(index)) return run.wait(index, signal)
    const source = await this.#source(fingerprint, signal)
    // While that was opened, another request may have begun the same run.
    const other = this.#runs.get(key)
    if (other !== run && other?.comesBy(index)) return other.wait(index, signal)
    return this.#begin(key, source, this.#startOf(run, index), widthPx).wait(index, signal)
  }

  /** Who goes backwards is given the frames before as well. */
  #startOf(before: FrameRun | undefined, index: number): number {
    const back = before === undefined ? 0 : before.from - index
    return back > 0 && back <= framesAhead / 2 ? Math.max(0, index - framesAhead / 2) : index
  }

  #begin(key: string, source: PictureSource, from: number, widthPx: number): FrameRun {
    this.#runs.get(key)?.leave()
    const run = new FrameRun(from, (index, jpeg) => this.#shelf.put(key, index, jpeg))
    this.#runs.set(key, run)
    const ended = run.go(source, widthPx).finally(() => {
      if (this.#runs.get(key) === run) this.#runs.delete(key)
      this.#ending.delete(ended)
    })
    this.#ending.add(ended)
    return run
  }

  async #source(fingerprint: string, signal: AbortSignal): Promise<PictureSource> {
    const path = await clipPath(this.#engine, fingerprint, { signal })
    const key = `${fingerprint} ${path}`
    // Not with the signal of this request: others may be waiting for the same.
    const opened = this.#sources.get(key) ?? openPictures(path)
    this.#sources.delete(key)
    this.#sources.set(key, opened)
    opened.catch(() => this.#sources.delete(key))
    for (const oldest of this.#sources.keys()) {
      if (this.#sources.size <= keptSources) break
      this.#sources.delete(oldest)
    }
    return opened
  }

  async close(): Promise<void> {
    for (const run of this.#runs.values()) run.stop()
    await Promise.all(this.#ending)
  }
}

interface Waiter {
  readonly resolve: (jpeg: Uint8Array) => void
  readonly reject: (error: unknown) => void
}

/** One decode of a clip from a frame on. */
class FrameRun {
  readonly from: number
  readonly #keep: (index: number, jpeg: Uint8Array) => void
  readonly #stop = new AbortController()
  readonly #waiters = new Map<number, Set<Waiter>>()
  /** The frame that comes next. */
  #next: number
  /** The farthest that was asked for. */
  #asked: number
  #isLeft = false
  #wake = () => {}

  constructor(from: number, keep: (index: number, jpeg: Uint8Array) => void) {
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
        const timer = setTimeout(wake, idleMs)
        timer.unref()
        this.#wake = () => (clearTimeout(timer), wake())
      })
      if (this.#asked === asked) return false
    }
    return !this.#stop.signal.aborted
  }
}

/** The pictures that were used last, up to a size. */
class PictureShelf {
  readonly #maxBytes: number
  readonly #pictures = new Map<string, Uint8Array>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get(key: string, index: number): Uint8Array | null {
    const name = `${key} ${index}`
    const found = this.#pictures.get(name)
    if (!found) return null
    this.#pictures.delete(name)
    this.#pictures.set(name, found)
    return found
  }

  put(key: string, index: number, jpeg: Uint8Array): void {
    const name = `${key} ${index}`
    this.#bytes += jpeg.length - (this.#pictures.get(name)?.length ?? 0)
    this.#pictures.delete(name)
    this.#pictures.set(name, jpeg)
    for (const [oldest, { length }] of this.#pictures) {
      if (this.#bytes <= this.#maxBytes) break
      this.#pictures.delete(oldest)
      this.#bytes -= length
    }
  }
}
