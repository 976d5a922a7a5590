/**
 * Records runs of an application, and never gets in its way: `record` returns at once and throws nothing. What is recorded
 * goes into a spool first and from there to the engine, in order; while the engine is away it waits, across restarts of the
 * application where the spool is durable. `flush` says whether all of it arrived.
 */
import { fault } from '#core/faults.ts'
import { uuidv7 } from '#core/ids.ts'
import { canonicalJson, type Json } from '#core/json.ts'
import { createClient } from './client.ts'
import type { Problem } from './hindsight-error.ts'
import { plainJson } from './plain-json.ts'
import { problemFrom } from './problem-from.ts'
import { Sender } from './sender.ts'
import { entryBytes, oneByOne, type Spool, type SpoolEntry, type SpoolSize } from './spool.ts'

/** What came of a run. */
export interface RunOutcome {
  readonly status: 'succeeded' | 'partial' | 'failed' | 'cancelled' | null
  readonly durationMs?: number | null
  readonly error?: { readonly code?: string | null; readonly message: string } | null
}

/** A run. What is not known is left out or null. */
export interface RecordedRun {
  /** A UUID, best of version 7; made here when it is left out. */
  readonly id?: string
  readonly domain: 'camera' | 'images' | 'gui'
  /** When the run began; now, when it is left out. */
  readonly recordedAt?: Date | string
  /** Pseudonym of the person, never a name or address. */
  readonly contributor?: string | null
  readonly consent?: object | null
  /** The session before it on the same input. */
  readonly parent?: string | null
  readonly context: object
  readonly settings: {
    readonly values: object
    readonly reason?: string | null
    readonly propensity?: number | null
    readonly policy?: { readonly name: string; readonly version?: string | null } | null
  }
  /** With whatever else the domain knows of it, or the application. */
  readonly outcome: RunOutcome | (RunOutcome & Readonly<Record<string, unknown>>)
  readonly telemetry?: object | null
}

/** Bytes that belong to a run. */
export interface RecordedMedium {
  /** `input`, `output`, `mask`, `screenshot` … */
  readonly role: string
  readonly data: Blob | Uint8Array<ArrayBuffer> | ArrayBuffer
  /** "image/png"; of a Blob, its own unless told. */
  readonly mediaType?: string
  /** Pixels as displayed. */
  readonly width?: number
  readonly height?: number
}

/** What a person said or changed after a run. */
export interface RecordedEdit {
  readonly session: string
  /** `rating`, `verdict`, or a kind of the session's domain. */
  readonly kind: string
  readonly after: Json
  readonly before?: Json
  readonly reason?: string | null
}

export interface RecorderOptions {
  /** "http://127.0.0.1:4747" */
  readonly base: string
  /** An API token. A page that others open takes a `key`. */
  readonly token?: string | null
  /** An ingest key: it only records, in its project, and may stand in a page of the origins that it was made for. */
  readonly key?: string | null
  /** The application, as its sessions name it. */
  readonly host: { readonly name: string; readonly version?: string | null }
  readonly project?: string
  readonly spool: Spool
  /** Of the spool. What would go beyond is not recorded, and told as a problem. */
  readonly maxBytes?: number
  readonly maxEntries?: number
  /** Told of whatever was not recorded, or not taken, and why. */
  readonly onProblem?: (problem: Problem, id: string | null) => void
  /** Says each step on the console, or to a function. */
  readonly debug?: boolean | ((line: string) => void)
  readonly fetch?: typeof globalThis.fetch
}

/** How things stand. */
export interface FlushResult {
  /** Whether the engine has acknowledged all that was recorded. */
  readonly arrived: boolean
  /** Entries that still wait. */
  readonly waiting: number
  /** Since the recorder was made: refused by the engine for good, or given up here. */
  readonly lost: readonly { readonly id: string | null; readonly problem: Problem }[]
  /** Why what waits could not be sent the last time; null when nothing waits. */
  readonly problem: Problem | null
}

export interface Recorder {
  /** @returns the id of the session, whether or not it can be recorded */
  record(run: RecordedRun, media?: readonly RecordedMedium[]): string
  /** @returns the id of the edit */
  edit(edit: RecordedEdit): string
  /** Resolves when all that was recorded so far is in the spool: from here it survives the application, if the spool does. */
  stored(): Promise<void>
  /** Sends what waits now, and waits for it. Throws nothing. */
  flush(options?: { readonly timeoutMs?: number }): Promise<FlushResult>
  /** Stops sending. What waits stays in the spool. */
  close(): Promise<void>
}

const usual = { maxBytes: 256 * 2 ** 20, maxEntries: 10_000, flushMs: 10_000 }
/** Of what was lost, the latest. */
const keptLosses = 100

/** Nothing of it fails the application: what cannot be recorded is told by `onProblem`, and by `flush`. */
export const createRecorder = (options: RecorderOptions): Recorder => new SpoolingRecorder(options)

class SpoolingRecorder implements Recorder {
  readonly #options: RecorderOptions
  readonly #spool: Spool
  readonly #sender: Sender
  readonly #say: (line: string) => void
  readonly #lost: { id: string | null; problem: Problem }[] = []
  #size: SpoolSize = { entries: 0, bytes: 0 }
  /** One after the other, in the order of the calls. */
  #tail: Promise<void>

  constructor(options: RecorderOptions) {
    const { base, token = null, key = null, fetch } = options
    this.#options = options
    this.#spool = oneByOne(options.spool)
    this.#say = speaker(options.debug)
    this.#sender = new Sender({
      client: createClient({ base, token, key, ...(fetch && { fetch }) }),
      spool: this.#spool,
      say: this.#say,
      onSize: (size) => (this.#size = size),
      onRefused: ({ id }, problem) => this.#lose(problem, id),
    })
    this.#tail = this.#open()
  }

  record(run: RecordedRun, media: readonly RecordedMedium[] = []): string {
    // Callers without types may hand over anything at all.
    const id = (run as RecordedRun | null | undefined)?.id ?? newId()
    this.#attempt(id, () => {
      // Made plain at once: the application may go on to change its values.
      const session = sessionOf(id, run, this.#options)
      const blobs = media.map(blobOf)
      this.#enqueue(id, async () => {
        const refs = await Promise.all(media.map((medium, i) => refOf(medium, blobs[i]!)))
        const text = textOf(refs.length === 0 ? session : { ...session, media: refs })
        const hashes = refs.map(({ sha256 }) => sha256)
        const entry = { kind: 'session', id, text, media: hashes } as const
        return this.#add(entry, new Map(hashes.map((hash, i) => [hash, blobs[i]!])))
      })
    })
    return id
  }

  edit(edit: RecordedEdit): string {
    const id = newId()
    this.#attempt(id, () => {
      const text = textOf(plainJson({ id, at: new Date(), ...edit }))
      this.#enqueue(id, () => this.#add({ kind: 'edit', id, text, media: [] }, new Map()))
    })
    return id
  }

  stored(): Promise<void> {
    return this.#tail
  }

  async flush({ timeoutMs = usual.flushMs }: { readonly timeoutMs?: number } = {}): Promise<FlushResult> {
    await this.#tail
    const problem = await this.#sender.drain(timeoutMs).catch(problemFrom)
    const { entries } = this.#size
    return { arrived: entries === 0 && this.#lost.length === 0, waiting: entries, lost: [...this.#lost], problem }
  }

  async close(): Promise<void> {
    await this.#tail
    await this.#sender.stop()
    await this.#spool.close().catch((error: unknown) => this.#say(`the spool: ${String(error)}`))
  }

  async #open(): Promise<void> {
    try {
      this.#size = await this.#spool.open()
      if (this.#size.entries > 0) this.#say(`${this.#size.entries} entries wait from before`)
      this.#sender.wake()
    } catch (error) {
      this.#lose(problemFrom(error), null)
    }
  }

  #enqueue(id: string, add: () => Promise<SpoolSize>): void {
    this.#tail = this.#tail.then(async () => {
      try {
        this.#size = await add()
        this.#say(`kept ${id}: ${this.#size.entries} entries, ${this.#size.bytes} bytes`)
        this.#sender.wake()
      } catch (error) {
        this.#lose(problemFrom(error), id)
      }
    })
  }

  /** @throws spool.full */
  async #add(entry: Omit<SpoolEntry, 'key'>, media: ReadonlyMap<string, Blob>): Promise<SpoolSize> {
    const { maxBytes = usual.maxBytes, maxEntries = usual.maxEntries } = this.#options
    const { entries, bytes } = this.#size
    const more = [...media.values()].reduce((sum, blob) => sum + blob.size, entryBytes(entry))
    if (entries >= maxEntries || bytes + more > maxBytes) {
      const expected = `at most ${maxEntries} entries and ${maxBytes} bytes`
      throw fault('spool.full', { expected, found: `${entries} entries of ${bytes} bytes that wait` })
    }
    return this.#spool.add(entry, media)
  }

  /** Whatever the application handed over, it does not fail by it. */
  #attempt(id: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#lose(problemFrom(error), id)
    }
  }

  #lose(problem: Problem, id: string | null): void {
    this.#lost.push({ id, problem })
    if (this.#lost.length > keptLosses) this.#lost.shift()
    this.#say(`not recorded: ${id ?? 'an entry'}: ${problem.message}`)
    quietly(() => this.#options.onProblem?.(problem, id))
  }
}

function sessionOf(id: string, run: RecordedRun, { host, project }: RecorderOptions): { readonly [key: string]: Json } {
  const { recordedAt = new Date(), ...rest } = run
  return plainJson({ ...rest, id, recordedAt, host, ...(project !== undefined && { project }) }) as {
    readonly [key: string]: Json
  }
}

const textOf = (value: unknown) => canonicalJson(value, 'what is recorded')

const blobOf = ({ data, mediaType }: RecordedMedium): Blob =>
  data instanceof Blob ? data : new Blob([data], mediaType === undefined ? {} : { type: mediaType })

async function refOf({ role, mediaType, width, height }: RecordedMedium, blob: Blob) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()))
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const type = mediaType ?? (blob.type || 'application/octet-stream')
  return { role, sha256, mediaType: type, bytes: blob.size, width: width ?? null, height: height ?? null }
}

const random = {
  int: (below: number) => Math.floor((crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32) * below),
}
const newId = () => uuidv7(Date.now(), random)

function speaker(debug: RecorderOptions['debug']): (line: string) => void {
  if (debug === undefined || debug === false) return () => {}
  const out = debug === true ? (line: string) => console.debug(`hindsight: ${line}`) : debug
  return (line) => quietly(() => out(line))
}

/** What the application hands in to be called may fail as it likes. */
function quietly(work: () => void): void {
  try {
    work()
  } catch {
    // its own business
  }
}
