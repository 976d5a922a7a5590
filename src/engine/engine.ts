/** What a use case is given: the store, and where time, randomness and hashes come from. */
import { createHash, createHmac } from 'node:crypto'
import type { Context, Progress, Warning } from '#core/context.ts'
import { uuidv7 } from '#core/ids.ts'
import { type Rng, seededRng } from '#core/rng.ts'
import type { Store } from '#core/store.ts'
import type { Log } from './log.ts'

export interface Engine {
  readonly dataDir: string
  readonly store: Store
  /** Version of this program. */
  readonly version: string
  readonly log: Log
  /** Tells the job pool that a job was added; does nothing where none runs. */
  wake(): void
  close(): Promise<void>
}

export interface ContextOptions {
  readonly signal?: AbortSignal
  readonly seed?: number
  readonly progress?: (progress: Progress) => void
  readonly warn?: (warning: Warning) => void
}

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

/** A context for long work; without a seed, randomness is seeded from the system's. */
export function makeContext(options: ContextOptions = {}): Context {
  return {
    signal: options.signal ?? new AbortController().signal,
    rng: options.seed === undefined ? systemRng : seededRng(options.seed),
    sha256,
    now: () => Date.now(),
    progress: options.progress ?? (() => {}),
    warn: options.warn ?? (() => {}),
  }
}

/** Randomness that nobody needs to repeat: ids. */
export const systemRng: Rng = {
  next: () => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32,
  int: (below) => Math.floor((crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32) * below),
}

export const newId = (): string => uuidv7(Date.now(), systemRng)
export const utcNow = (): string => new Date().toISOString()

/**
 * The pseudonym of a person, keyed with the secret of this installation: the same name always gives the same one here,
 * another one elsewhere, and nobody without the secret can test a guess.
 *
 * @param purpose keeps pseudonyms for different uses apart ("contributor", "export")
 */
export function pseudonym(engine: Engine, purpose: string, name: string): string {
  const key = Buffer.from(engine.store.secret, 'hex')
  const text = `${purpose}\n${name.trim().toLowerCase().normalize('NFC')}`
  return `p-${createHmac('sha256', key).update(text).digest('hex').slice(0, 20)}`
}
