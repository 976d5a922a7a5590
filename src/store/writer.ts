/**
 * The calling side of the one connection that writes, usually in a thread. Calls that come in while a transaction is under way
 * are gathered and sent together, so that many small writes share one sync, and none waits for a timer.
 */
import { fault } from '#core/faults.ts'
import type { Figure } from '#core/figures.ts'
import type { CommitArgs, CommitName, CommitResult } from './commits.ts'
import { WriterFigures } from './writer-figures.ts'
import { type LineEnd, ownLine, threadLine, type WriterLine } from './writer-line.ts'
import { type Call, type Reply, receiveError } from './writer-messages.ts'

/** Two, so that the writer always finds the next group ready. */
const groupsInFlight = 2
const rowsPerGroup = 500
/** What may wait, text only: in memory it takes several times as much. */
const usualWaitingBytes = 32 * 2 ** 20

interface Waiting {
  readonly call: Call
  readonly rows: number
}

interface Pending {
  /** When the call was made, as `performance.now` tells. */
  readonly atMs: number
  readonly bytes: number
  resolve(value: unknown): void
  reject(error: Error): void
}

export class Writer {
  readonly #pending = new Map<number, Pending>()
  readonly #waiting: Waiting[] = []
  #line: WriterLine | null = null
  readonly #figures = new WriterFigures()
  #nextId = 1
  #inFlight = 0
  #scheduled = false
  #failure: Error | null = null
  #closing = false
  #waitingBytes = 0
  readonly #mostBytes: number

  private constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  /**
   * @param inThread whether commits are made in a thread of their own
   * @param mostBytes what may wait to be committed
   */
  static async open(dataDir: string, inThread: boolean, mostBytes: number = usualWaitingBytes): Promise<Writer> {
    const writer = new Writer(mostBytes)
    const end: LineEnd = {
      settle: (replies) => writer.#settle(replies),
      fail: (error) => writer.#fail(error),
    }
    writer.#line = inThread ? threadLine(dataDir, end) : await ownLine(dataDir, end)
    // A store that is open but idle must not keep a program alive.
    writer.#line.keepAlive(false)
    return writer
  }

  /**
   * Runs one commit; what it resolves with is durable.
   *
   * @param bytes of data that come in with it; 0 for what must not be refused (ends of jobs, erasures)
   * @throws store.overloaded when too much waits already; nothing of it is kept then
   */
  call<Name extends CommitName>(op: Name, args: CommitArgs<Name>, rows = 1, bytes = 0): Promise<CommitResult<Name>> {
    if (this.#closing || this.#failure) return Promise.reject(this.#failure ?? closed())
    if (bytes > 0 && this.#waitingBytes > 0 && this.#waitingBytes + bytes > this.#mostBytes)
      return Promise.reject(overloaded(this.#mostBytes, this.#waitingBytes, this.#pending.size))
    this.#waitingBytes += bytes
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#pending.set(id, { atMs: performance.now(), bytes, resolve: resolve as (value: unknown) => void, reject })
      if (this.#pending.size === 1) this.#line?.keepAlive(true)
      this.#waiting.push({ call: { id, op, args }, rows })
      this.#schedule()
    })
  }

  /** Waits for one turn of the event loop, so that calls made in the same turn travel together. */
  #schedule(): void {
    if (this.#scheduled || this.#inFlight >= groupsInFlight || this.#waiting.length === 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#send()
    })
  }

  #send(): void {
    const calls: Call[] = []
    let rows = 0
    while (this.#waiting[0] && (calls.length === 0 || rows + this.#waiting[0].rows <= rowsPerGroup)) {
      const next = this.#waiting.shift()
      if (!next) break
      rows += next.rows
      calls.push(next.call)
    }
    if (calls.length === 0) return
    this.#inFlight++
    this.#line?.send(calls)
    this.#schedule()
  }

  #settle(replies: readonly Reply[]): void {
    this.#inFlight--
    const nowMs = performance.now()
    this.#figures.settled(replies.map(({ id }) => nowMs - (this.#pending.get(id)?.atMs ?? nowMs)))
    for (const reply of replies) {
      const pending = this.#pending.get(reply.id)
      this.#pending.delete(reply.id)
      this.#waitingBytes -= pending?.bytes ?? 0
      if ('error' in reply) pending?.reject(receiveError(reply.error))
      else pending?.resolve(reply.value)
    }
    if (this.#pending.size === 0) this.#line?.keepAlive(false)
    this.#schedule()
  }

  #fail(error: Error): void {
    this.#failure ??= this.#closing ? closed() : error
    for (const { reject } of this.#pending.values()) reject(this.#failure)
    this.#pending.clear()
    this.#waitingBytes = 0
    this.#waiting.length = 0
  }

  figures(): readonly Figure[] {
    return this.#figures.figures(this.#waiting.length, this.#inFlight)
  }

  /** Waits for what was called, then lets go of the catalog. */
  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    this.#line?.keepAlive(true)
    while (this.#pending.size > 0) await new Promise((resolve) => setTimeout(resolve, 2))
    await this.#line?.close()
  }
}

const overloaded = (most: number, waiting: number, calls: number) =>
  fault('store.overloaded', {
    expected: `at most ${most} bytes that wait to be written`,
    found: `${waiting} in ${calls} calls`,
    retryAfterS: 1 + (calls % 5),
  })

const closed = () =>
  fault('store.missing', { expected: 'an open store', found: 'one that was closed', fix: 'open the store again' })
