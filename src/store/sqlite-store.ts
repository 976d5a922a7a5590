import { join, resolve } from 'node:path'
import type { BackupsToKeep, PrunedBackups } from '#core/care-store.ts'
import type { Context } from '#core/context.ts'
import type { Figure } from '#core/figures.ts'
import { canonicalJson, type Json, type JsonObject, parseJson } from '#core/json.ts'
import type {
  BackupInfo,
  ForgetPreview,
  ForgetReceipt,
  Store,
  StoreHealth,
  VerifyReport,
  Compacted,
  ReceiptCheck,
} from '#core/store.ts'
import { backUp } from './backup.ts'
import { tidyArchives } from './archive-move.ts'
import { SqliteArchives } from './archives.ts'
import { FileBlobs } from './blobs.ts'
import { checkReceipt } from './check-receipt.ts'
import { compactBlobs } from './compact.ts'
import { SqliteCatalog } from './catalog.ts'
import { SqliteClips } from './clips.ts'
import { fileBytes, openReader } from './connection.ts'
import { SqliteConsent } from './consent.ts'
import { prepareDataDir, readSecret } from './data-dir.ts'
import { SqliteDatasets } from './datasets.ts'
import { DiskGuard } from './disk.ts'
import { type Forgotten, forgetSessions, needsScrub, scrub } from './forget.ts'
import { forgetPreview } from './forget-preview.ts'
import { collectGarbage } from './gc.ts'
import { SqliteJobs } from './jobs.ts'
import { storeFigures } from './figures.ts'
import { FileJournals } from './journals.ts'
import { SqliteLearned } from './learned.ts'
import { SqlitePeople } from './people.ts'
import { prepareCatalog, tidyTemporary } from './prepare.ts'
import { type Derive, reindexStore } from './reindex.ts'
import { listBackups, pruneBackups } from './prune-backups.ts'
import { OtherDisks, putReserve, readReserve } from './reserve.ts'
import { SqliteSamples } from './samples.ts'
import { SqliteSchedules } from './schedules.ts'
import { asFault } from './sqlite-faults.ts'
import type { StoreOptions } from './store-options.ts'
import type { StoreParts } from './store-parts.ts'
import { FileUploads } from './uploads.ts'
import { readUsage } from './usage.ts'
import { verifyStore } from './verify.ts'
import { SqliteWebhooks } from './webhooks.ts'
import { Writer } from './writer.ts'

export class SqliteStore implements Store {
  readonly catalog: SqliteCatalog
  readonly samples: SqliteSamples
  readonly datasets: SqliteDatasets
  readonly blobs: FileBlobs
  readonly jobs: SqliteJobs
  readonly journals: FileJournals
  readonly consent: SqliteConsent
  readonly clips: SqliteClips
  readonly learned: SqliteLearned
  readonly archives: SqliteArchives
  readonly uploads: FileUploads
  readonly webhooks: SqliteWebhooks
  readonly schedules: SqliteSchedules
  readonly people: SqlitePeople
  readonly secret: string
  readonly parts: StoreParts
  readonly #otherDisks: OtherDisks
  #closing: Promise<void> | null = null

  private constructor(parts: StoreParts, secret: string) {
    const { db, writer, blobs, journals, disk, paths } = parts
    this.parts = parts
    this.#otherDisks = new OtherDisks(() => readReserve(db))
    this.secret = secret
    this.blobs = blobs
    this.journals = journals
    this.catalog = new SqliteCatalog({ db, writer, blobs, disk, secret })
    this.samples = new SqliteSamples({ db, writer, disk })
    this.datasets = new SqliteDatasets({ db, writer, disk })
    this.jobs = new SqliteJobs(db, writer, Date.now, disk)
    this.consent = new SqliteConsent(db, writer)
    this.clips = new SqliteClips(db, writer)
    this.learned = new SqliteLearned(db, writer)
    this.people = new SqlitePeople({ db, writer, secret })
    this.archives = new SqliteArchives(parts)
    this.webhooks = new SqliteWebhooks(db, writer)
    this.uploads = new FileUploads({ folder: join(paths.tmp, 'uploads'), blobs, disk })
    this.schedules = new SqliteSchedules(db, writer, this.jobs)
  }

  static async open(dataDir: string, options: StoreOptions): Promise<SqliteStore> {
    try {
      const paths = await prepareDataDir(resolve(dataDir), options.create ?? true)
      const secret = await readSecret(paths.secret)
      prepareCatalog(paths)
      await tidyTemporary(paths)
      const db = openReader(paths.catalog)
      const reserve = () => options.reserveBytes ?? readReserve(db)
      const disk = new DiskGuard(paths.root, reserve, () => fileBytes(`${paths.catalog}-wal`))
      const blobs = new FileBlobs(paths, disk)
      const journals = new FileJournals({ folder: paths.journals, blobs, disk })
      const writer = await Writer.open(paths.root, options.writesInThread ?? true, options.waitingBytes)
      const store = new SqliteStore({ paths, db, writer, blobs, journals, disk }, secret)
      // An erasure that was cut short is finished before anybody can rely on it.
      if (needsScrub(db)) await scrub(store.parts)
      await tidyArchives(store.parts)
      return store
    } catch (error) {
      throw asFault(error, dataDir)
    }
  }

  verify(options: { readonly repair: boolean }, ctx: Context): Promise<VerifyReport> {
    return verifyStore(this.parts, options, ctx)
  }

  backup(target: string, ctx: Context): Promise<BackupInfo> {
    return backUp(this.parts, target, ctx)
  }

  backups(): Promise<readonly BackupInfo[]> {
    return listBackups(this.parts)
  }

  pruneBackups(target: string, keep: BackupsToKeep, ctx: Context): Promise<PrunedBackups> {
    return pruneBackups(this.parts, target, keep, ctx)
  }

  gc(options: { readonly graceMs: number; readonly dryRun: boolean }, ctx: Context) {
    return collectGarbage(this.parts, options, ctx)
  }

  compact(options: { readonly dryRun: boolean }, ctx: Context): Promise<Compacted> {
    return compactBlobs(this.parts, options, ctx)
  }

  reindex(derive: Derive, ctx: Context): Promise<{ readonly sessions: number }> {
    return reindexStore(this.parts, derive, ctx)
  }

  forget(what: Forgotten, principal: string, ctx: Context): Promise<ForgetReceipt> {
    return forgetSessions(this.parts, what, principal, ctx)
  }

  forgetPreview(what: Forgotten): Promise<ForgetPreview> {
    return forgetPreview(this.parts, what)
  }

  checkReceipt(receipt: Json): Promise<ReceiptCheck> {
    return checkReceipt(this.parts, receipt)
  }

  async preference(name: string): Promise<Json> {
    const { db } = this.parts
    const row = db.prepare('select value from setting where key = ?').get(`preference.${name}`)
    return row ? parseJson(String(row['value'])) : null
  }

  async setPreference(name: string, value: Json): Promise<void> {
    const { writer } = this.parts
    await writer.call('putSetting', {
      key: `preference.${name}`,
      value: canonicalJson(value, `the preference ${name}`),
    })
  }

  swapPreference(name: string, before: Json, after: Json): Promise<boolean> {
    const textOf = (value: Json) => canonicalJson(value, `the preference ${name}`)
    return this.parts.writer.call('swapSetting', {
      key: `preference.${name}`,
      before: before === null ? null : textOf(before),
      after: textOf(after),
    })
  }

  admit(bytes: number, folder?: string): Promise<void> {
    return (folder === undefined ? this.parts.disk : this.#otherDisks.of(folder)).admit(bytes, 1)
  }

  setReserve(bytes: number | null): Promise<void> {
    return putReserve(this.parts.writer, bytes)
  }

  usage(project: string) {
    return readUsage(this.parts.db, this.blobs, project)
  }

  figures(): Promise<readonly Figure[]> {
    return storeFigures(this.parts)
  }

  async health(): Promise<StoreHealth> {
    const { db, disk, paths } = this.parts
    const number = (text: string) => Number(db.prepare(text).get()?.['n'] ?? 0)
    const said = (key: string) => {
      const row = db.prepare('select value from setting where key = ?').get(key) as { value: string } | undefined
      return row ? (JSON.parse(row.value) as JsonObject) : null
    }
    return {
      sessions: number('select sum(sessions) as n from tally'),
      archivedSessions: await this.archives.count(null, null),
      edits: number('select count(*) as n from edit'),
      catalogBytes: fileBytes(paths.catalog) + fileBytes(`${paths.catalog}-wal`),
      ...(await disk.space()),
      lastVerify: said('lastVerify'),
      lastBackup: said('lastBackup'),
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.journals.close()
    // The last connection to close moves the WAL into the catalog, which one that only reads cannot.
    this.parts.db.close()
    await this.parts.writer.close()
  }
}
