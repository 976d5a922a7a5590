/** How much an archive may hold. Whoever makes archives on purpose to exhaust a machine meets these first. */
export interface ArchiveLimits {
  /** Members, folders included. */
  readonly maxFiles: number
  /** Bytes of all members together, unpacked. */
  readonly maxTotalBytes: number
  /** Unpacked bytes per packed byte; only asked once {@link ratioFromBytes} are unpacked. */
  readonly maxRatio: number
  /** Unpacked bytes below which no ratio is suspicious: short repetitive text packs very well. */
  readonly ratioFromBytes: number
  /** UTF-8 bytes of one name. */
  readonly maxNameBytes: number
}

// Deflate reaches 1032 at most; recorded JSON stays below 50, a picture near 1.
export const defaultLimits: ArchiveLimits = {
  maxFiles: 1_000_000,
  maxTotalBytes: 100 * 1024 ** 3,
  maxRatio: 200,
  ratioFromBytes: 64 * 1024 ** 2,
  maxNameBytes: 1024,
}
