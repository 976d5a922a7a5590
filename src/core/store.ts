/**
 * The seams to durable storage. SQLite and a folder stand behind them today; each has a contract suite, so that another
 * database or object store can be put in their place.
 *
 * Whatever a promise here resolves with is durable: it survives the loss of the process and of power.
 */
import type { Archives } from './archive-store.ts'
import type { Clips } from './clip-store.ts'
import type { ConsentEntry, ConsentSubject } from './consent.ts'
import type { BackupsToKeep, PrunedBackups, Schedules } from './care-store.ts'
import type { Context, Progress } from './context.ts'
import type { Dataset, DatasetVersion, SavedQuery, VersionItem } from './dataset.ts'
import type { Edit } from './edit.ts'
import type { Fault } from './faults.ts'
import type { Figure } from './figures.ts'
import type { Job, JobState } from './job.ts'
import type { JournalOp } from './journal.ts'
import type { Json, JsonObject } from './json.ts'
import type { LearnedStore } from './learned-store.ts'
import type { PeopleStore } from './people-store.ts'
import type { Facet, Page, SessionQuery } from './query.ts'
import type { Sample, SampleType } from './sample.ts'
import type { DomainName, RunStatus } from './session.ts'
import type { UploadStore } from './upload-store.ts'
import type { WebhookStore } from './webhook-store.ts'

/** A session made ready to be kept: its canonical text and what it is found by. */
export interface SessionRow {
  readonly id: string
  readonly project: string
  readonly domain: DomainName
  readonly schemaVersion: number
  /** Unix milliseconds. */
  readonly recordedAtMs: number
  readonly status: RunStatus | null
  readonly contributor: string | null
  readonly host: string
  readonly parent: string | null
  /** SHA-256 of `body`. */
  readonly hash: string
  /** The canonical JSON of the session. Kept in a blob when it is over 256 kB. */
  readonly body: string
  /** One line for lists. */
  readonly summary: string
  readonly facets: readonly Facet[]
  readonly searchText: string | null
  /** Hashes of the blobs it refers to; they must be there. */
  readonly media: readonly string[]
  /** A picture to show in lists: the blob's hash. */
  readonly cover: string | null
}

/** `withdrawn`: the ledger says that such a run may not be kept. */
export type PutResult = 'created' | 'repeated' | 'conflict' | 'forgotten' | 'withdrawn'

/** What a list shows of a session, without its body. */
export interface SessionSummary {
  readonly id: string
  readonly project: string
  readonly domain: DomainName
  readonly recordedAt: string
  readonly status: RunStatus | null
  readonly contributor: string | null
  readonly host: string
  readonly parent: string | null
  readonly hash: string
  readonly sizeBytes: number
  readonly summary: string
  readonly cover: string | null
  /** How many edits there are. */
  readonly edits: number
}

export interface StoredSession {
  readonly id: string
  readonly hash: string
  /** Canonical JSON; its hash was checked on reading. */
  readonly body: string
}

export interface TallyRow {
  readonly project: string
  readonly domain: DomainName
  /** UTC day, "2026-11-20". */
  readonly day: string
  readonly status: RunStatus | null
  readonly sessions: number
}

export interface FacetSummary {
  readonly key: string
  readonly kind: 'text' | 'number'
  /** The most frequent values of a text facet (at most 50). */
  readonly values: readonly {
    readonly text: string
    readonly sessions: number
  }[]
  readonly min: number | null
  readonly max: number | null
}

export interface ImportRecord {
  readonly id: string
  readonly project: string
  readonly at: string
  readonly principal: string
  readonly layout: string
  /** A name without its folder. */
  readonly source: string
  readonly mode: 'merge' | 'replace'
  readonly sessions: number
  readonly edits: number
  /** The backup taken before a replace; null for a merge. */
  readonly backup: string | null
}

/** Sessions, edits, and what hangs on them. */
export interface Catalog {
  /** Commits all rows together; one result per row, in order. Rows whose media are missing fail the call (session.media). */
  putSessions(rows: readonly SessionRow[], importId?: string): Promise<readonly PutResult[]>
  /** @throws session.unknown when an edit names a session that is not there */
  putEdits(edits: readonly Edit[], importId?: string): Promise<readonly PutResult[]>
  /** null when there is none. @throws record.corrupt */
  session(id: string): Promise<StoredSession | null>
  summary(id: string): Promise<SessionSummary | null>
  /** The sessions whose `parent` is this one. */
  children(id: string): Promise<readonly SessionSummary[]>
  edits(session: string): Promise<readonly Edit[]>
  /** What consent is decided on, for many sessions at once; those that are not there are left out. */
  subjects(ids: readonly string[]): Promise<readonly ConsentSubject[]>
  /** When the last session came in, milliseconds since 1970; null when none ever did. */
  lastArrivalMs(): Promise<number | null>
  /** Newest first. */
  page(query: SessionQuery, limit: number, cursor: string | null): Promise<Page<SessionSummary>>
  /** How many sessions fit, counted no further than `cap`. */
  count(query: SessionQuery, cap: number): Promise<number>
  /** All that fit, oldest first, in bounded memory; sees one moment. */
  scan(query: SessionQuery): AsyncIterable<StoredSession>
  /** Edits that belong to no session. */
  looseEdits(project: string): AsyncIterable<Edit>
  tally(project: string | null): Promise<readonly TallyRow[]>
  /** Edits of the sessions of a project. */
  countEdits(project: string): Promise<number>
  facetSummary(project: string, domain: DomainName | null): Promise<readonly FacetSummary[]>
  projects(): Promise<readonly string[]>
  /** The import that brought a session; null when it was recorded here, or is not there. */
  importOf(session: string): Promise<string | null>

  /**
   * Sets aside all sessions of a project and domain but those an import brought: they are kept, and found by no query,
   * no sample and no figure, until {@link Catalog.bringBack}. For imports that replace.
   */
  setAside(project: string, domain: DomainName, except: string): Promise<number>
  /** Undoes a replace: what was set aside for the import comes back, what only it brought is set aside. */
  bringBack(importId: string): Promise<number>
  putImport(record: ImportRecord): Promise<void>
  imports(project: string | null): Promise<readonly ImportRecord[]>
  /** Named documents that came with imports (a source system's learned model), per project. */
  putDocument(project: string, name: string, text: string): Promise<void>
  document(project: string, name: string): Promise<string | null>
  documents(project: string): Promise<Readonly<Record<string, string>>>

  putQuery(query: SavedQuery): Promise<void>
  queries(project: string): Promise<readonly SavedQuery[]>
  deleteQuery(project: string, name: string): Promise<boolean>
}

/** Derived samples: filled by the engine from sessions, and thrown away and refilled at will. */
export interface SampleIndex {
  /** Sessions whose samples are missing or out of date, oldest first; at most `limit`. */
  pending(limit: number): Promise<readonly string[]>
  /** Replaces the samples of the given sessions. `pictureHashes`: perceptual hashes (16 hex digits) by blob. */
  putSamples(
    entries: readonly {
      readonly session: string
      readonly samples: readonly Sample[]
    }[],
  ): Promise<void>
  /** Ordered by sample id; samples of one id from different sessions come one after the other. */
  scan(query: SessionQuery, type: SampleType): AsyncIterable<Sample>
  count(query: SessionQuery, type: SampleType | null): Promise<Readonly<Partial<Record<SampleType, number>>>>
  /** Marks everything out of date. */
  invalidate(): Promise<void>
  /** Perceptual hashes of pictures, 16 hex digits by blob hash. */
  putFingerprints(entries: readonly { readonly sha256: string; readonly hash: string }[]): Promise<void>
  fingerprints(sha256s: readonly string[]): Promise<ReadonlyMap<string, string>>
}

export interface DatasetStore {
  create(dataset: Dataset): Promise<void>
  list(project: string | null): Promise<readonly Dataset[]>
  get(project: string, name: string): Promise<Dataset | null>
  /** Freezes items under a version; sample bodies are kept by hash. All or nothing. */
  commit(version: DatasetVersion, items: AsyncIterable<VersionItem & { readonly body: string }>): Promise<void>
  /** Newest first. */
  versions(project: string, name: string): Promise<readonly DatasetVersion[]>
  /** Ordered by split (train, val, test), then sample id. */
  items(project: string, name: string, version: string): AsyncIterable<VersionItem & { readonly body: string }>
  /** The part each sample or group was put in by earlier versions, so that it never moves. */
  assignments(project: string, name: string): Promise<ReadonlyMap<string, VersionItem['split']>>
  /** Notes that files with these versions left the store, so that a later erasure can name them. */
  noteExport(entry: ExportNote, sessions: readonly string[]): Promise<void>
  exports(project: string | null): Promise<readonly ExportNote[]>
}

export interface ExportNote {
  readonly id: string
  readonly at: string
  readonly principal: string
  readonly project: string
  /** "screens@1.0.0" or the query as JSON. */
  readonly what: string
  readonly format: string
  /** Folder or file name it was written to. */
  readonly target: string
  readonly sessions: number
}

export interface BlobInfo {
  readonly sha256: string
  readonly bytes: number
}

/** Immutable bytes by their SHA-256. */
export interface Blobs {
  /**
   * Stores bytes; storing the same bytes twice is harmless.
   *
   * @throws blob.mismatch when `expected` is given and they hash otherwise; request.large beyond `maxBytes`; store.full
   */
  put(
    bytes: AsyncIterable<Uint8Array>,
    options?: { readonly expected?: string; readonly maxBytes?: number },
  ): Promise<BlobInfo>
  /** null when it is not there. */
  stat(sha256: string): Promise<BlobInfo | null>
  /** Which of these are not there. */
  missing(sha256s: readonly string[]): Promise<readonly string[]>
  /**
   * The bytes, hashed on the way: the last chunk is only given when the whole is what it should be.
   *
   * @throws blob.unknown, blob.corrupt
   */
  open(sha256: string, range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>
  /** Makes a blob as good as new for gc; false when it is not there. */
  touch(sha256: string): Promise<boolean>
  /** All hashes, in order. */
  list(): AsyncIterable<BlobInfo & { readonly modifiedAtMs: number }>
  delete(sha256: string): Promise<void>
}

export interface Jobs {
  /** @throws store.full */
  add(job: Pick<Job, 'id' | 'kind' | 'project' | 'principal' | 'params'>): Promise<Job>
  get(id: string): Promise<Job | null>
  list(
    filter: {
      readonly project?: string
      readonly state?: JobState
      readonly kind?: string
    },
    limit: number,
  ): Promise<readonly Job[]>
  /** Takes the oldest job that is queued, or whose lease ran out, for `leaseMs`; two callers never get the same. */
  claim(worker: string, kinds: readonly string[], leaseMs: number): Promise<Job | null>
  /** Extends the lease and stores progress; false when the lease was lost and the work must stop. `cancel`: a person asked to stop. */
  heartbeat(
    id: string,
    worker: string,
    leaseMs: number,
    progress: Progress | null,
    checkpoint?: Json,
  ): Promise<{ readonly held: boolean; readonly cancel: boolean }>
  finish(
    id: string,
    worker: string,
    end: {
      readonly state: 'succeeded' | 'failed' | 'cancelled'
      readonly result?: Json
      readonly error?: Job['error']
    },
  ): Promise<boolean>
  /** Gives a job back, for whoever asks next; that it was begun does not count. false when the lease was lost. */
  release(id: string, worker: string): Promise<boolean>
  /** A queued job is cancelled at once, a running one is asked to stop. */
  cancel(id: string): Promise<Job>
}

export interface Journals {
  /** Opens a journal for the session in the "open" operation; this process is its writer. */
  open(op: Extract<JournalOp, { op: 'open' }>): Promise<void>
  /** Appends durably, in order. @throws journal.unknown */
  append(session: string, ops: readonly JournalOp[]): Promise<void>
  read(session: string): Promise<readonly JournalOp[]>
  /** Ids of open journals; `lost` when the writer is gone. */
  list(): Promise<readonly { readonly session: string; readonly lost: boolean }[]>
  /** Removes the journal once its session is committed. */
  remove(session: string): Promise<void>
}

export interface ConsentLedger {
  append(entry: ConsentEntry): Promise<void>
  /** In the order appended. */
  entries(project: string): Promise<readonly ConsentEntry[]>
}

/** One finding of `verify`. */
export interface VerifyFault {
  readonly step: string
  readonly fault: Fault
  /** What `--repair` did about it; null when nothing was asked or possible. */
  readonly repaired: string | null
  /** Ids of sessions that are touched. */
  readonly sessions: readonly string[]
}

export interface VerifyReport {
  readonly steps: readonly {
    readonly name: string
    readonly checked: number
    readonly faults: number
    readonly durationMs: number
  }[]
  readonly faults: readonly VerifyFault[]
}

export interface ForgetReceipt {
  readonly id: string
  readonly at: string
  readonly principal: string
  readonly sessions: number
  readonly edits: number
  readonly blobs: number
  /** Blobs kept because somebody else's sessions use the same bytes. */
  readonly blobsShared: number
  /** Versions that held their samples, now redacted. */
  readonly versions: readonly string[]
  /** Exports that left the store with their samples; only their holders can delete these. */
  readonly exports: readonly ExportNote[]
  /** Backups that still hold them; they are forgotten again when one is restored. */
  readonly backups: readonly string[]
  /** Files of archives in which nothing of them is left, and those that were not there: reached when they are back. */
  readonly archives: { readonly rewritten: readonly string[]; readonly absent: readonly string[] }
}

/** What forgetting would erase, and what only others can delete; as on the receipt afterwards, if nothing changes meanwhile. */
export interface ForgetPreview
  extends Pick<ForgetReceipt, 'sessions' | 'edits' | 'blobs' | 'blobsShared' | 'versions' | 'exports' | 'backups'> {
  /** Sessions that are being recorded now. */
  readonly journals: number
  /** Files of archives that hold something of them. */
  readonly archives: readonly string[]
}

/** What packing blobs saved, or would save. */
export interface Compacted {
  /** Looked at. */
  readonly blobs: number
  readonly packed: number
  /** Were packed before. */
  readonly already: number
  /** Written anew or erased while they were packed: left as they were. */
  readonly changedMeanwhile: number
  /** Of the files that were packed. */
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/** What was found when a receipt was checked. */
export interface ReceiptCheck {
  readonly receipt: string
  /** false when something that was erased is still there; null: it could not be looked at. */
  readonly checks: readonly { readonly what: string; readonly ok: boolean | null; readonly found: string }[]
  /** Whether nothing was found that should not be there. */
  readonly ok: boolean
}

export interface BackupInfo {
  readonly name: string
  readonly path: string
  readonly at: string
  readonly sessions: number
  readonly blobs: number
  readonly bytes: number
}

/** Everything durable, opened on one data directory. */
export interface Store {
  readonly catalog: Catalog
  readonly samples: SampleIndex
  readonly datasets: DatasetStore
  readonly blobs: Blobs
  readonly jobs: Jobs
  readonly journals: Journals
  readonly consent: ConsentLedger
  readonly clips: Clips
  readonly learned: LearnedStore
  readonly people: PeopleStore
  readonly archives: Archives
  readonly uploads: UploadStore
  readonly webhooks: WebhookStore
  readonly schedules: Schedules
  /** Secret of this installation, 32 bytes as hex: keys pseudonyms and fingerprints. */
  readonly secret: string

  /** Checks everything in named steps; with `repair`, sets damaged things aside. */
  verify(options: { readonly repair: boolean }, ctx: Context): Promise<VerifyReport>
  /** A consistent copy while others write. Blobs are shared between backups in one target. */
  backup(target: string, ctx: Context): Promise<BackupInfo>
  /** Finished backups that are where they were made, newest first. */
  backups(): Promise<readonly BackupInfo[]>
  /** Deletes older backups of this store in a target, and blobs there that no backup in it needs any more. */
  pruneBackups(target: string, keep: BackupsToKeep, ctx: Context): Promise<PrunedBackups>
  /** Deletes blobs that nothing refers to and that are older than `graceMs`. */
  gc(
    options: { readonly graceMs: number; readonly dryRun: boolean },
    ctx: Context,
  ): Promise<{ readonly blobs: number; readonly bytes: number }>
  /** Packs blobs that become smaller by it; what is read of them stays the same to the last bit. */
  compact(options: { readonly dryRun: boolean }, ctx: Context): Promise<Compacted>
  /** Throws derived tables away and calls back for each session to derive them again. */
  reindex(
    derive: (session: StoredSession) => Pick<SessionRow, 'summary' | 'facets' | 'searchText' | 'cover'>,
    ctx: Context,
  ): Promise<{ readonly sessions: number }>
  /** Erases sessions, or all of a contributor, everywhere in the store. Cannot be undone. */
  forget(
    what: { readonly sessions: readonly string[] } | { readonly contributor: string },
    principal: string,
    ctx: Context,
  ): Promise<ForgetReceipt>
  /** What `forget` would erase. Changes nothing. */
  forgetPreview(
    what: { readonly sessions: readonly string[] } | { readonly contributor: string },
  ): Promise<ForgetPreview>
  /** Whether a receipt of an erasure tells the truth. Changes nothing. @throws receipt.invalid */
  checkReceipt(receipt: Json): Promise<ReceiptCheck>
  /** What a person chose once and for all, by name; null when they did not. */
  preference(name: string): Promise<Json>
  setPreference(name: string, value: Json): Promise<void>
  /**
   * Changes a preference if it is still what it was when it was read.
   *
   * @returns false when somebody else was faster: read it again, and decide again
   */
  swapPreference(name: string, before: Json, after: Json): Promise<boolean>
  /**
   * Asks for room on the disk, for files that are written beside the store.
   *
   * @param folder where they are written, when that is not the data directory; it need not be there yet
   * @throws store.full when that much more would eat into the reserve
   */
  admit(bytes: number, folder?: string): Promise<void>
  /** Sets the reserve for all processes; null = 512 MB, or 2 % of a disk smaller than 25 GB. */
  setReserve(bytes: number | null): Promise<void>
  /** What the sessions of a project take. */
  usage(project: string): Promise<{ readonly sessions: number; readonly blobBytes: number }>
  /** What a watcher of the service asks for every few seconds. */
  figures(): Promise<readonly Figure[]>
  /** Counts and sizes for the overview and for health checks. */
  health(): Promise<StoreHealth>
  close(): Promise<void>
}

export interface StoreHealth {
  readonly sessions: number
  /** In archives, and no longer here. */
  readonly archivedSessions: number
  readonly edits: number
  readonly catalogBytes: number
  readonly freeBytes: number
  /** The least free space below which new data are refused. */
  readonly reserveBytes: number
  readonly lastVerify: JsonObject | null
  readonly lastBackup: JsonObject | null
}
