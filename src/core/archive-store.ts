/**
 * The seam to archives: one file each, into which old sessions or a dataset are moved. Whatever a promise here resolves with is
 * durable, as in store.ts; at no moment is a session neither in the store nor in a whole file.
 */
import type { Context } from './context.ts'
import type { Facet, SessionQuery } from './query.ts'
import type { DomainName } from './session.ts'

/** `writing`: the file is not whole yet; `moving`: it is, and the store is being emptied of what is in it. */
export type ArchiveState = 'writing' | 'moving' | 'whole'

export interface ArchiveInfo {
  readonly id: string
  /** Absolute. */
  readonly path: string
  readonly at: string
  readonly state: ArchiveState
  /** What was asked for, in words: a query or "dataset screens". */
  readonly what: string
  /** Sessions in the file, and those of them that are nowhere else. */
  readonly sessions: number
  readonly archivedSessions: number
  readonly edits: number
  /** Pictures and other bytes. */
  readonly media: number
  /** "name@version" of the dataset that it holds. */
  readonly versions: readonly string[]
  readonly bytes: number
  /** Of the whole file, as it was written last. */
  readonly sha256: string
  /** Whether a file is where it was left. */
  readonly isThere: boolean
}

/** What goes into an archive. */
export type ArchiveWhat =
  | { readonly query: SessionQuery }
  /** With all its versions; its sessions stay. */
  | { readonly dataset: string; readonly project: string }

export interface ArchivePlan {
  readonly sessions: number
  readonly edits: number
  readonly media: number
  /** Of records, edits and media, before they are packed. */
  readonly bytes: number
  /** Media that stay in the store as well: others use them, or a frozen version needs them. */
  readonly mediaKept: number
  readonly versions: readonly string[]
}

export interface Archived {
  readonly archive: ArchiveInfo
  /** Sessions that were changed while the file was written: they stay in the store. */
  readonly left: number
  /** Bytes of media that the store no longer holds. */
  readonly freedBytes: number
}

/** What is in a file, read from it alone. */
export interface ArchiveContent {
  readonly id: string
  readonly at: string
  readonly what: string
  readonly sessions: number
  readonly edits: number
  readonly media: number
  readonly versions: readonly string[]
  /** Lines of the consent ledger about what is in it, as they were. */
  readonly consent: number
}

export interface ArchivedSession {
  readonly id: string
  readonly project: string
  readonly domain: DomainName
  readonly recordedAt: string
  readonly hash: string
  readonly summary: string
}

export interface ArchiveRestored {
  /** Came back, or were new to this store. */
  readonly restored: number
  /** Were here already. */
  readonly repeated: number
  /** Were erased since the file was written, and do not come back. */
  readonly forgotten: number
  readonly edits: number
  /** "name@version" */
  readonly versions: readonly string[]
}

/** Derives what a session is found by, as `reindex` does. */
export type DeriveRow = (session: { readonly id: string; readonly hash: string; readonly body: string }) => {
  readonly summary: string
  readonly facets: readonly Facet[]
  readonly searchText: string | null
  /** Hash of a picture to show in lists. */
  readonly cover: string | null
}

export interface Archives {
  /** What an archive would hold, without writing one. */
  plan(what: ArchiveWhat, ctx: Context): Promise<ArchivePlan>
  /**
   * Writes a file as a whole, reads it back, and only then takes what is in it out of the store.
   *
   * @param path of the new file
   * @param graceMs media younger than this are left to gc: somebody may be about to name them
   * @throws archive.empty, store.occupied, store.full, dataset.unknown, archive.invalid when it does not read back
   */
  create(what: ArchiveWhat, path: string, options: { readonly graceMs: number }, ctx: Context): Promise<Archived>
  /** Newest first. */
  list(): Promise<readonly ArchiveInfo[]>
  /** null when there is none of this id. */
  get(id: string): Promise<ArchiveInfo | null>
  /** Checks every byte of a file. @throws archive.gone, archive.invalid */
  inspect(path: string, ctx: Context): Promise<ArchiveContent>
  /** What is in a file, in order of time. @throws archive.gone, archive.invalid */
  sessions(path: string): AsyncIterable<ArchivedSession>
  /**
   * Puts sessions back as they were, or those named; the file stays. What was erased since stays erased.
   *
   * @throws archive.gone, archive.invalid, session.unknown for an id that the file does not hold
   */
  restore(path: string, ids: readonly string[] | null, derive: DeriveRow, ctx: Context): Promise<ArchiveRestored>
  /** How many sessions are in archives and not in the store. */
  count(project: string | null, domain: DomainName | null): Promise<number>
}
