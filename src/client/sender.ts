/**
 * Takes what waits in a spool to the engine, oldest first. When it fails it waits, longer each time and never as long as the
 * others (exponential backoff with jitter), and at least as long as the engine asks.
 */
import { fault } from '#core/faults.ts'
import { type JsonObject, parseJson } from '#core/json.ts'
import type { Client } from './client.ts'
import { HindsightError, type Problem } from './hindsight-error.ts'
import { problemFrom } from './problem-from.ts'
import { inPiecesAbove, uploadInPieces } from './upload.ts'
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
const pauseMs = { first: 500, most: 60_000, flushing: { first: 250, most: 4000 } }
/** However long it is asked to wait: an hour more or less is no load on anybody. */
const mostAskedMs = 3_600_000
/** Another recorder may have the session that an edit is of, and be away for as long. */
const mostPatienceMs = 7 * 24 * 3_600_000
/** An entry at which the engine itself fails so often is set aside, so that what follows gets through. */
const mostBlows = 5

export class Sender {
  readonly #given: SenderOptions
  readonly #stopper = new AbortController()
  /** Uploads of large media that are under way, by hash. */
  readonly #begun = new Map<string, string>()
  /** How often the engine failed at an entry, by key. While there are any, entries go one by one. */
  readonly #blows = new Map<number, number>()
  /** Edits whose session is not there yet, in this run: they went to the end of the queue. */
  readonly #early = new Set<string>()
  #failures = 0
  #timer: ReturnType<typeof setTimeout> | null = null
  /** Nothing but early edits waits for the timer: what is new need not. */
  #isFree = false
  #running: Promise<void> | null = null
  /** Why the last run left something. */
  #last: Problem | null = null
  /** The engine asked to be left alone until then. Unix milliseconds. */
  #askedUntil = 0

  constructor(options: SenderOptions) {
    this.#given = options
  }

  /** Something waits. While the engine is away this changes nothing: it is tried again in its time. */
  wake(): void {
    if ((this.#timer === null || this.#isFree) && !this.#stopper.signal.aborted) void this.#run()
  }

  /** Sends now, as soon as the engine lets us. @returns why something still waits after `timeoutMs`; null when nothing does */
  async drain(timeoutMs: number): Promise<Problem | null> {
    const until = Date.now() + timeoutMs
    const left = () => Math.max(0, until - Date.now())
    for (let tries = 0; ; tries++) {
      const asked = this.#askedUntil - Date.now()
      if (asked > left()) return this.#last ?? tooLate(timeoutMs)
      await after(asked).done
      await this.#runFor(left())
      if ((await this.#given.spool.oldest(1)).length === 0) return null
      if (left() === 0 || this.#stopper.signal.aborted) return this.#last ?? tooLate(timeoutMs)
      await after(Math.min(left(), spread(pauseMs.flushing, tries))).done
    }
  }

  async stop(): Promise<void> {
    this.#stopper.abort()
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#running
  }

  /** Until all is sent, or cannot be, but no longer than that. */
  async #runFor(ms: number): Promise<void> {
    const late = after(ms)
    try {
      await Promise.race([this.#run(), late.done])
    } finally {
      late.cancel() // a timer that is left keeps the program running
    }
  }

  #run(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#running ??= this.#sendAll()
      .catch(problemFrom)
      .then((problem) => {
        this.#running = null
        this.#last = problem
        if (problem !== null && !this.#stopper.signal.aborted) this.#tryLater(problem)
      })
    return this.#running
  }

  #tryLater({ message }: Problem): void {
    const asked = Math.max(0, this.#askedUntil - Date.now())
    const pause = asked + spread(pauseMs, this.#failures - 1)
    this.#given.say(`waiting ${Math.round(pause)} ms: ${message}`)
    this.#timer = setTimeout(() => void this.#run(), pause)
    unref(this.#timer)
  }

  async #sendAll(): Promise<Problem | null> {
    const { spool, say } = this.#given
    this.#early.clear()
    this.#isFree = false
    while (!this.#stopper.signal.aborted) {
      const entries = leading(await spool.oldest(this.#blows.size > 0 ? 1 : batchEntries))
      if (entries.length === 0) break
      const [{ problem } = {}] = entries
      if (problem) {
        await this.#refuse(entries[0]!, problem)
        continue
      }
      if (this.#early.has(entries[0]!.id)) {
        this.#failures++
        this.#isFree = true
        return waitsForSession(entries[0]!)
      }
      try {
        if (entries.length === 1) await this.#sendOne(entries[0]!)
        else await this.#sendBatch(entries)
        if (!this.#early.has(entries[0]!.id)) {
          this.#failures = 0
          say(`sent ${entries.length}`)
        }
      } catch (error) {
        // The engine's own failure may be one entry's doing: from here they go one by one.
        if (isBlow(error) && entries.length > 1) this.#blows.set(entries[0]!.key, 0)
        this.#failures++
        if (error instanceof HindsightError && error.retryAfterMs !== null)
          this.#askedUntil = Date.now() + Math.min(mostAskedMs, error.retryAfterMs)
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
      if (isEarly(entry, error)) return this.#postpone(entry)
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
      if (blob === null) continue
      if (blob.size > inPiecesAbove) await this.#sendInPieces(sha256, blob)
      else await client.call('PUT /api/v1/blobs/{sha256}', { params: { sha256 }, body: blob }, this.#options())
    }
  }

  /** What one attempt could not send is left to the next one. */
  async #sendInPieces(sha256: string, blob: Blob): Promise<void> {
    await uploadInPieces(this.#given.client, blob, {
      kind: 'blob',
      sha256,
      resume: this.#begun.get(sha256) ?? null,
      onBegun: (id) => this.#begun.set(sha256, id),
      onSent: (bytes) => this.#given.say(`sent ${bytes} of ${blob.size} bytes of ${sha256}`),
      signal: this.#stopper.signal,
    })
    this.#begun.delete(sha256)
  }

  /** To the end of the queue: added there first, so that a crash in between leaves it twice and not never. */
  async #postpone(entry: SpoolEntry): Promise<void> {
    const { spool, onSize, say } = this.#given
    const { kind, id, text, media } = entry
    await spool.add({ kind, id, text, media }, new Map())
    onSize(await spool.remove([entry]))
    this.#early.add(id)
    say(`${id} waits for its session`)
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

/** Sessions that can go in one request; an edit goes alone, in its place, and so does what is damaged. */
function leading(entries: readonly SpoolEntry[]): readonly SpoolEntry[] {
  let chars = 0
  const end = entries.findIndex(
    ({ kind, text, problem }) => kind !== 'session' || problem !== undefined || (chars += text.length) > batchChars,
  )
  return end < 0 ? entries : entries.slice(0, Math.max(1, end))
}

/** No answer, an engine that is busy or full, or one that does not know this key yet: the entry itself may be well. */
const isPassing = (error: unknown): boolean =>
  !(error instanceof HindsightError) ||
  error.status === null ||
  error.status >= 500 ||
  // Another key than this one would have to be made for what belongs to another project: that holds up nothing else.
  ([401, 403, 408, 425, 429].includes(error.status) && error.code !== 'request.project')

/** The engine failed, and not for want of room or time. */
const isBlow = (error: unknown): boolean => error instanceof HindsightError && error.status === 500

/** Whether it may yet be taken: an edit of a session that is known elsewhere, and not yet at the engine. */
function isEarly({ kind, text }: SpoolEntry, error: unknown): boolean {
  if (kind !== 'edit' || !(error instanceof HindsightError) || error.code !== 'session.unknown') return false
  const { at } = parseJson(text, 'an entry of the spool') as JsonObject
  return typeof at === 'string' && Date.now() - Date.parse(at) < mostPatienceMs
}

const waitsForSession = ({ id }: SpoolEntry): Problem =>
  fault('session.unknown', { expected: `the session of edit ${id} at the engine`, found: 'none yet' }).toJSON()

/** Longer each time, and never the same for all, so that those who wait for one engine do not come back at one moment. */
const spread = ({ first, most }: { readonly first: number; readonly most: number }, failures: number): number =>
  Math.min(most, first * 2 ** failures) * (0.5 + Math.random() / 2)

const tooLate = (ms: number): Problem => problemFrom(new Error(`not all was taken within ${ms} ms`))

function after(ms: number): { readonly done: Promise<void>; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  const done = new Promise<void>((resolve) => {
    if (ms <= 0) resolve()
    else timer = setTimeout(resolve, ms)
  })
  return { done, cancel: () => clearTimeout(timer) }
}

/** A program that has nothing else to do may end: what waits is in the spool. */
function unref(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
    timer.unref()
}
