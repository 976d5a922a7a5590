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
import { framesAhead, FrameRun } from './frame-run.ts'
import { PictureShelf } from './picture-shelf.ts'

export interface FrameRequest {
  readonly fingerprint: string
  readonly index: number
  /** At most. */
  readonly widthPx: number
  /** Whoever asked is gone. */
  readonly signal: AbortSignal
}

const keptBytes = 96 * 2 ** 20
const keptSources = 4

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
