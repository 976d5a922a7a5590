/** What long work is given from outside, so that the stages stay pure: a way to stop, to report, to be random, to know the time. */
import type { Rng } from './rng.ts'

/** SHA-256 as 64 lower-case hex digits; text is hashed as UTF-8. Passed in, because `core` has no `node:crypto`. */
export type Sha256 = (data: string | Uint8Array) => string

export interface Progress {
  readonly done: number
  /** null while the total is not known yet. */
  readonly total: number | null
  /** What is counted: "sessions", "images", "bytes". */
  readonly unit: string
  /** What is happening, in a few words. */
  readonly note: string | null
}

/** Something that was tolerated, and where. */
export interface Warning {
  readonly code: string
  readonly message: string
  readonly where: string | null
}

export interface Context {
  readonly signal: AbortSignal
  readonly rng: Rng
  readonly sha256: Sha256
  /** Unix time in milliseconds. */
  now(): number
  progress(progress: Progress): void
  warn(warning: Warning): void
}
