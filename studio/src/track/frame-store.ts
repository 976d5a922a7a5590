/** The clip's pictures near the playhead: fetched ahead of it, decoded, and forgotten when there are too many. */
import { frameUrl } from './track-api.ts'

export interface Wanted {
  /** Of playing; negative is backwards. */
  readonly direction: number
  /** Pixels; only this frame is fetched finer than usual. */
  readonly fineWidth: number
  /** The frames that come next are fetched too. */
  readonly readsAhead: boolean
}

interface Held {
  readonly picture: ImageBitmap
  /** As it was asked for: a small clip's picture may be narrower. */
  readonly width: number
  used: number
}

const mostBytes = 256 * 2 ** 20
const mostAtOnce = 4
const ahead = 24
const behind = 4

export class FrameStore {
  readonly #fingerprint: string
  readonly #last: number
  readonly #usualWidth: number
  readonly #held = new Map<number, Held>()
  readonly #flying = new Map<number, AbortController>()
  readonly #failed = new Set<number>()
  readonly #listeners = new Set<() => void>()
  #wanted: readonly number[] = []
  #fine = { frame: 0, width: 0 }
  #bytes = 0
  #uses = 0
  #problem: string | null = null
  #isOpen = false

  /** @param usualWidth of pictures, pixels: a clip that plays needs no finer ones */
  constructor(fingerprint: string, frameCount: number, usualWidth: number) {
    this.#fingerprint = fingerprint
    this.#last = Math.max(0, frameCount - 1)
    this.#usualWidth = usualWidth
  }

  /** Begins to fetch; what is returned stops it and forgets all pictures. */
  open(): () => void {
    this.#isOpen = true
    return () => {
      this.#isOpen = false
      for (const stop of this.#flying.values()) stop.abort()
      this.#flying.clear()
      for (const { picture } of this.#held.values()) picture.close()
      this.#held.clear()
      this.#bytes = 0
    }
  }

  /** The picture of a frame; null while it is not here. */
  get(frame: number): ImageBitmap | null {
    const found = this.#held.get(frame)
    if (found) found.used = ++this.#uses
    return found?.picture ?? null
  }

  /** The nearest picture that is here, to stand in while one is on its way. */
  nearest(frame: number): ImageBitmap | null {
    let best: Held | null = null
    let distance = Number.POSITIVE_INFINITY
    for (const [one, entry] of this.#held) {
      if (Math.abs(one - frame) >= distance) continue
      distance = Math.abs(one - frame)
      best = entry
    }
    return best?.picture ?? null
  }

  /** Fetches a frame, and those around it; what is no longer wanted is given up. */
  want(frame: number, { direction, fineWidth, readsAhead }: Wanted): void {
    this.#fine = { frame, width: fineWidth }
    const way = direction < 0 ? -1 : 1
    const list = [frame]
    for (let i = 1; readsAhead && i <= ahead; i++) list.push(this.#around(frame + way * i))
    for (let i = 1; readsAhead && i <= behind; i++) list.push(this.#around(frame - way * i))
    this.#wanted = [...new Set(list)]
    // A frame that failed is tried again when somebody comes back to it.
    this.#failed.delete(frame)
    for (const [one, stop] of this.#flying) {
      if (this.#wanted.includes(one)) continue
      stop.abort()
      this.#flying.delete(one)
    }
    this.#fetchNext()
  }

  /** Frames whose pictures are here. */
  ready(): Iterable<number> {
    return this.#held.keys()
  }

  /** Why no picture came the last time. */
  readonly problem = (): string | null => this.#problem

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Playing goes around, and so does fetching ahead. */
  #around(frame: number): number {
    const length = this.#last + 1
    return ((frame % length) + length) % length
  }

  #widthOf(frame: number): number {
    return frame === this.#fine.frame ? Math.max(this.#usualWidth, this.#fine.width) : this.#usualWidth
  }

  #fetchNext(): void {
    if (!this.#isOpen) return
    for (const frame of this.#wanted) {
      if (this.#flying.size >= mostAtOnce) return
      const there = this.#held.get(frame)
      const isFine = there !== undefined && there.width >= this.#widthOf(frame)
      if (!isFine && !this.#flying.has(frame) && !this.#failed.has(frame)) void this.#fetch(frame)
    }
  }

  async #fetch(frame: number): Promise<void> {
    const stop = new AbortController()
    this.#flying.set(frame, stop)
    const width = this.#widthOf(frame)
    try {
      const response = await fetch(frameUrl(this.#fingerprint, frame, width), { signal: stop.signal })
      if (!response.ok) throw new Error(await reasonOf(response))
      const picture = await createImageBitmap(await response.blob())
      if (stop.signal.aborted) return picture.close()
      this.#keep(frame, picture, width)
      this.#problem = null
    } catch (error) {
      if (stop.signal.aborted) return
      this.#failed.add(frame)
      this.#problem = error instanceof Error ? error.message : String(error)
    }
    this.#flying.delete(frame)
    this.#fetchNext()
    for (const listener of this.#listeners) listener()
  }

  #keep(frame: number, picture: ImageBitmap, width: number): void {
    this.#drop(frame)
    this.#held.set(frame, { picture, width, used: ++this.#uses })
    this.#bytes += bytesOf(picture)
    while (this.#bytes > mostBytes) {
      const spare = [...this.#held].filter(([one]) => !this.#wanted.includes(one))
      const oldest = spare.toSorted(([, a], [, b]) => a.used - b.used)[0]
      if (!oldest) return
      this.#drop(oldest[0])
    }
  }

  #drop(frame: number): void {
    const old = this.#held.get(frame)
    if (!old) return
    this.#bytes -= bytesOf(old.picture)
    old.picture.close()
    this.#held.delete(frame)
  }
}

const bytesOf = ({ width, height }: ImageBitmap): number => width * height * 4

async function reasonOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null)
  const { fix, found } = (body ?? {}) as { readonly fix?: unknown; readonly found?: unknown }
  return typeof fix === 'string' ? `${String(found)}: ${fix}` : `the engine answered ${response.status}`
}
