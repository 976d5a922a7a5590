/**
 * The calling side of the one writer thread. Calls that come in while a transaction is under way are gathered and sent
 * together, so that many small writes share one sync, and none waits for a timer.
 */
import { Worker } from 'node:worker_threads'
import { fault } from '#core/faults.ts'
import type { CommitArgs, CommitName, CommitResult } from './commits.ts'
import { type Call, type Reply, receiveError } from './writer-messages.ts'

/** Two, so that the writer always finds the next group ready. */
const groupsInFlight = 2
const rowsPerGroup = 500

interface Waiting {
  readonly call: Call
  readonly rows: number
}

interface Pending {
  resolve(value: unknown): void
  reject(error: Error): void
}

export class Writer {
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  readonly #waiting: Waiting[] = []
  #nextId = 1
  #inFlight = 0
  #scheduled = false
  #failure: Error | null = null
  #closing = false
  readonly #ended: Promise<void>

  private constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (replies: readonly Reply[]) => this.#settle(replies))
    worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))))
    this.#ended = new Promise((resolve) => {
      worker.on('exit', (code) => {
        this.#fail(new Error(`the writer thread ended with status ${code}`))
        resolve()
      })
    })
    // A store that is open but idle must not keep a program alive.
    worker.unref()
  }

  static open(dataDir: string): Writer {
    return new Writer(new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData: { dataDir } }))
  }

  /** Runs one commit in the writer thread; what it resolves with is durable. */
  call<Name extends CommitName>(op: Name, args: CommitArgs<Name>, rows = 1): Promise<CommitResult<Name>> {
    if (this.#closing || this.#failure) return Promise.reject(this.#failure ?? closed())
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject })
      if (this.#pending.size === 1) this.#worker.ref()
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
    this.#worker.postMessage(calls)
    this.#schedule()
  }

  #settle(replies: readonly Reply[]): void {
    this.#inFlight--
    for (const reply of replies) {
      const pending = this.#pending.get(reply.id)
      this.#pending.delete(reply.id)
      if ('error' in reply) pending?.reject(receiveError(reply.error))
      else pending?.resolve(reply.value)
    }
    if (this.#pending.size === 0) this.#worker.unref()
    this.#schedule()
  }

  #fail(error: Error): void {
    this.#failure ??= this.#closing ? closed() : error
    for (const { reject } of this.#pending.values()) reject(this.#failure)
    this.#pending.clear()
    this.#waiting.length = 0
  }

  /** Waits for what was called, then ends the thread. */
  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    this.#worker.ref()
    while (this.#pending.size > 0) await new Promise((resolve) => setTimeout(resolve, 2))
    this.#worker.postMessage(null)
    await this.#ended
  }
}

const closed = () =>
  fault('store.missing', { expected: 'an open store', found: 'one that was closed', fix: 'open the store again' })
