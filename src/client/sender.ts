/** Takes what waits in a spool to the engine, oldest first, and waits longer each time that it fails. */
import { type JsonObject, parseJson } from '#core/json.ts'
import type { Client } from './client.ts'
import { HindsightError, type Problem } from './hindsight-error.ts'
import { problemFrom } from './problem-from.ts'
import type { Spool, SpoolEntry, SpoolSize } from './spool.ts'

export interface SenderOptions {
  readonly client: Client
  readonly spool: Spool
  readonly say: (line: string) => void
  readonly onSize: (size: SpoolSize) => void
  /** The engine will never take it. */
  readonly onRefused: (entry: SpoolEntry, problem: Problem) => void
}

const batchEntries = 50
const batchChars = 2 ** 21
const requestMs = 120_000
const pauseMs = { first: 500, most: 60_000, whenAsked: 250 }
/** An entry at which the engine itself fails so often is set aside, so that what follows gets through. */
const mostBlows = 5

export class Sender {
  readonly #given: SenderOptions
  readonly #stopper = new AbortController()
  /** How often the engine failed at an entry, by key. While there are any, entries go one by one. */
  readonly #blows = new Map<number, number>()
  #failures = 0
  #timer: ReturnType<typeof setTimeout> | null = null
  #running: Promise<Problem | null> | null = null

  constructor(options: SenderOptions) {
    this.#given = options
  }

  /** Something waits. While the engine is away this changes nothing: it is tried again in its time. */
  wake(): void {
    if (this.#timer === null && !this.#stopper.signal.aborted) void this.#run()
  }

  /** Sends now. @returns why something still waits after `timeoutMs`; null when nothing does */
  async drain(timeoutMs: number): Promise<Problem | null> {
    const until = Date.now() + timeoutMs
    const left = () => Math.max(0, until - Date.now())
    let last: Problem | null = null
    for (;;) {
      last = (await Promise.race([this.#run(), after(left()).then((): Problem | null => null)])) ?? last
      if ((await this.#given.spool.oldest(1)).length === 0) return null
      if (left() === 0 || this.#stopper.signal.aborted) return last ?? tooLate(timeoutMs)
      await after(Math.min(pauseMs.whenAsked, left()))
    }
  }

  async stop(): Promise<void> {
    this.#stopper.abort()
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#running
  }

  #run(): Promise<Problem | null> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#running ??= this.#sendAll()
      .catch(problemFrom)
      .then((problem) => {
        this.#running = null
        if (problem !== null && !this.#stopper.signal.aborted) this.#tryLater(problem)
        return problem
      })
    return this.#running
  }

  /** Spread out, so that all who wait for one engine do not come back at the same moment. */
  #tryLater({ message }: Problem): void {
    const most = Math.min(pauseMs.most, pauseMs.first * 2 ** (this.#failures - 1))
    const pause = most * (0.5 + Math.random() / 2)
    this.#given.say(`waiting ${Math.round(pause)} ms: ${message}`)
    this.#timer = setTimeout(() => void this.#run(), pause)
    unref(this.#timer)
  }

  async #sendAll(): Promise<Problem | null> {
    const { spool, say } = this.#given
    while (!this.#stopper.signal.aborted) {
      const entries = leading(await spool.oldest(this.#blows.size > 0 ? 1 : batchEntries))
      if (entries.length === 0) break
      try {
        if (entries.length === 1) await this.#sendOne(entries[0]!)
        else await this.#sendBatch(entries)
        this.#failures = 0
        say(`sent ${entries.length}`)
      } catch (error) {
        // The engine's own failure may be one entry's doing: from here they go one by one.
        if (isBlow(error) && entries.length > 1) this.#blows.set(entries[0]!.key, 0)
        this.#failures++
        return problemFrom(error)
      }
    }
    return null
  }

  async #sendBatch(entries: readonly SpoolEntry[]): Promise<void> {
    const { client, spool, onSize } = this.#given
    await this.#sendMedia(entries)
    const body = new Blob(entries.map(({ text }) => `${text}\n`))
    const type = { contentType: 'application/x-ndjson' }
    const reply = await client.call('POST /api/v1/sessions/batch', { body }, { ...this.#options(), ...type })
    // The lines of the first hundred that were refused are told; a batch is smaller.
    const refused = new Set(reply.problems.map(({ line }) => line))
    onSize(await spool.remove(entries.filter((_, i) => !refused.has(i + 1))))
    for (const [i, entry] of entries.entries()) if (refused.has(i + 1)) await this.#sendOne(entry)
  }

  /** Alone: then the answer is about this one. */
  async #sendOne(entry: SpoolEntry): Promise<void> {
    const { client, spool, onSize } = this.#given
    try {
      await this.#sendMedia([entry])
      const body = parseJson(entry.text, 'an entry of the spool') as JsonObject
      if (entry.kind === 'session') await client.call('POST /api/v1/sessions', { body }, this.#options())
      else await client.call('POST /api/v1/edits', { body: body as never }, this.#options())
    } catch (error) {
      if (isPassing(error) && !isBlow(error)) throw error
      const count = (this.#blows.get(entry.key) ?? 0) + 1
      this.#blows.set(entry.key, count)
      if (isBlow(error) && count < mostBlows) throw error
      return this.#refuse(entry, problemFrom(error))
    }
    this.#blows.delete(entry.key)
    onSize(await spool.remove([entry]))
  }

  async #sendMedia(entries: readonly SpoolEntry[]): Promise<void> {
    const { client, spool } = this.#given
    for (const sha256 of new Set(entries.flatMap(({ media }) => media))) {
      const blob = await spool.medium(sha256)
      // A blob that is gone here may be there already: the engine says so when the session names it.
      if (blob) await client.call('PUT /api/v1/blobs/{sha256}', { params: { sha256 }, body: blob }, this.#options())
    }
  }

  async #refuse(entry: SpoolEntry, problem: Problem): Promise<void> {
    const { spool, onSize, onRefused } = this.#given
    onSize(await spool.setAside(entry, problem))
    this.#blows.delete(entry.key)
    onRefused(entry, problem)
  }

  #options() {
    return { signal: AbortSignal.any([this.#stopper.signal, AbortSignal.timeout(requestMs)]) }
  }
}

/** Sessions that can go in one request; an edit goes alone, in its place. */
function leading(entries: readonly SpoolEntry[]): readonly SpoolEntry[] {
  let chars = 0
  const end = entries.findIndex(({ kind, text }) => kind !== 'session' || (chars += text.length) > batchChars)
  return end < 0 ? entries : entries.slice(0, Math.max(1, end))
}

/** No answer, an engine that is busy or full, or one that does not know this key yet: the entry itself may be well. */
const isPassing = (error: unknown): boolean =>
  !(error instanceof HindsightError) ||
  error.status === null ||
  error.status >= 500 ||
  [401, 403, 408, 425, 429].includes(error.status)

/** The engine failed, and not for want of room or time. */
const isBlow = (error: unknown): boolean => error instanceof HindsightError && error.status === 500

const tooLate = (ms: number): Problem => problemFrom(new Error(`not all was taken within ${ms} ms`))

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** A program that has nothing else to do may end: what waits is in the spool. */
function unref(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
    timer.unref()
}
