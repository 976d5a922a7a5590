/** The seam to the clips that are known on this machine. */
import type { JsonObject } from './json.ts'

/** A clip that was opened on this machine, and where it lies here. */
export interface KnownClip {
  /** What it is known by everywhere: made of its content alone. */
  readonly fingerprint: string
  /** Absolute: a video, any picture of a sequence, their pattern or their folder. */
  readonly path: string
  /** Changes with its files, so that a look at them tells whether they are still the same. */
  readonly stamp: string
  /** What its headers say: `ClipInfo`. */
  readonly info: JsonObject
  /** Whether its file was sent here, and lies in the data directory. */
  readonly uploaded: boolean
  readonly addedAt: string
}

/** Of this machine alone: in no backup, export or session. */
export interface Clips {
  /** A clip that is known already is then known to lie here. */
  put(clip: KnownClip): Promise<void>
  get(fingerprint: string): Promise<KnownClip | null>
  /** Newest first. */
  list(): Promise<readonly KnownClip[]>
  /** false when it was not known. */
  delete(fingerprint: string): Promise<boolean>
}
