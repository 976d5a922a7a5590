/**
 * Where a recorder keeps what the engine has not acknowledged yet: a queue, oldest first, and the bytes that its entries name.
 * On a disk (`node-spool.ts`) or in a browser's IndexedDB (`browser-spool.ts`) it survives the program; in memory it does not.
 */
import type { Problem } from './hindsight-error.ts'

export interface SpoolEntry {
  /** Of this spool; later entries have greater keys. */
  readonly key: number
  readonly kind: 'session' | 'edit'
  /** Of the session or the edit. */
  readonly id: string
  /** Canonical JSON of what is sent. */
  readonly text: string
  /** SHA-256 of the blobs that must be there before it. */
  readonly media: readonly string[]
  /** Why it can never be sent, when what was kept is not what was given: `text` is then what is left of it. */
  readonly problem?: Problem
}

export interface SpoolSize {
  readonly entries: number
  readonly bytes: number
}

/** A promise that resolves says that it is kept as durably as the spool keeps anything. One call at a time: see {@link oneByOne}. */
export interface Spool {
  /** Takes up what is there, also from programs that ended. */
  open(): Promise<SpoolSize>
  add(entry: Omit<SpoolEntry, 'key'>, media: ReadonlyMap<string, Blob>): Promise<SpoolSize>
  /** The first entries, oldest first. */
  oldest(limit: number): Promise<readonly SpoolEntry[]>
  /** null when it is gone. */
  medium(sha256: string): Promise<Blob | null>
  /** They arrived; media that nothing else here names go with them. */
  remove(entries: readonly SpoolEntry[]): Promise<SpoolSize>
  /** It will never be taken: kept aside, with the reason, for a person to look at. */
  setAside(entry: SpoolEntry, problem: Problem): Promise<SpoolSize>
  close(): Promise<void>
}

/** The same spool; a call waits for the one before it. */
export function oneByOne(spool: Spool): Spool {
  let last: Promise<unknown> = Promise.resolve()
  const turn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work)
    last = mine.catch(() => {})
    return mine
  }
  return {
    open: () => turn(() => spool.open()),
    add: (...given) => turn(() => spool.add(...given)),
    oldest: (limit) => turn(() => spool.oldest(limit)),
    medium: (sha256) => turn(() => spool.medium(sha256)),
    remove: (entries) => turn(() => spool.remove(entries)),
    setAside: (...given) => turn(() => spool.setAside(...given)),
    close: () => turn(() => spool.close()),
  }
}

/** Bytes that an entry takes of a spool. */
export const entryBytes = ({ text, id }: Pick<SpoolEntry, 'text' | 'id'>): number => text.length + id.length

/** Lost with the program. For hosts that have neither a disk nor IndexedDB. */
export function memorySpool(): Spool {
  const entries = new Map<number, SpoolEntry>()
  const media = new Map<string, Blob>()
  let next = 1
  const size = (): SpoolSize => {
    let bytes = 0
    for (const entry of entries.values()) bytes += entryBytes(entry)
    for (const blob of media.values()) bytes += blob.size
    return { entries: entries.size, bytes }
  }
  const drop = (gone: readonly SpoolEntry[]): SpoolSize => {
    for (const { key } of gone) entries.delete(key)
    const named = new Set([...entries.values()].flatMap((entry) => entry.media))
    for (const sha256 of media.keys()) if (!named.has(sha256)) media.delete(sha256)
    return size()
  }
  return {
    open: async () => size(),
    async add(entry, blobs) {
      for (const [sha256, blob] of blobs) media.set(sha256, blob)
      const key = next++
      entries.set(key, { ...entry, key })
      return size()
    },
    oldest: async (limit) => [...entries.values()].slice(0, limit),
    medium: async (sha256) => media.get(sha256) ?? null,
    remove: async (gone) => drop(gone),
    setAside: async (entry) => drop([entry]),
    close: async () => {},
  }
}
