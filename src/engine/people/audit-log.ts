/** Writes down who changed what. */
import type { AuditEntry } from '#core/people-store.ts'
import type { Engine } from '../engine.ts'
import { utcNow } from '../engine.ts'

export type Noted = Omit<AuditEntry, 'at'>

/** What is recorded comes by the thousand; those lines are gathered for so long. */
const gatherMs = 500
/** With more than this waiting, whoever writes the next one waits as well. */
const mostWaiting = 2_000

export class AuditLog {
  readonly #engine: Engine
  #waiting: AuditEntry[] = []
  #timer: NodeJS.Timeout | null = null
  #writing: Promise<void> = Promise.resolve()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Resolves when it is on disk. What it tells of has happened by then: where it cannot be written, standard error has it. */
  async note(entry: Noted): Promise<void> {
    this.#waiting.push({ at: utcNow(), ...entry })
    await this.#write()
  }

  /** Within half a second; a line can be lost with the process, which nothing else may. For what only adds records. */
  async noteSoon(entry: Noted): Promise<void> {
    this.#waiting.push({ at: utcNow(), ...entry })
    this.#timer ??= setTimeout(() => void this.#write(), gatherMs).unref()
    if (this.#waiting.length > mostWaiting) await this.#write()
  }

  close(): Promise<void> {
    return this.#write()
  }

  #write(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    const entries = this.#waiting
    this.#waiting = []
    const written = this.#engine.store.people.audit(entries).catch((error: unknown) => {
      process.stderr.write(`the audit log could not be written: ${String(error)}\n${JSON.stringify(entries)}\n`)
    })
    this.#writing = Promise.all([this.#writing, written]).then(() => undefined)
    return this.#writing
  }
}
