import { resolve } from 'node:path'
import { FileBlobs } from './blobs.ts'
import { SqliteCatalog } from './catalog.ts'
import { SqliteConsent } from './consent.ts'
import { openReader } from './connection.ts'
import { type DataPaths, prepareDataDir, readSecret } from './data-dir.ts'
import { SqliteDatasets } from './datasets.ts'
import { DiskGuard } from './disk.ts'
import { SqliteJobs } from './jobs.ts'
import { FileJournals } from './journals.ts'
import type { StoreOptions } from './store-options.ts'
import { prepareCatalog, tidyTemporary } from './prepare.ts'
import { SqliteSamples } from './samples.ts'
import type { Database } from './sqlite-driver.ts'
import { asFault } from './sqlite-faults.ts'
import { Writer } from './writer.ts'

export class SqliteStore {
  readonly catalog: SqliteCatalog
  readonly samples: SqliteSamples
  readonly datasets: SqliteDatasets
  readonly blobs: FileBlobs
  readonly jobs: SqliteJobs
  readonly journals: FileJournals
  readonly consent: SqliteConsent
  readonly secret: string
  readonly #db: Database
  readonly #writer: Writer

  private constructor(paths: DataPaths, secret: string, disk: DiskGuard) {
    const db = openReader(paths.catalog)
    const writer = Writer.open(paths.root)
    const blobs = new FileBlobs(paths, disk)
    this.secret = secret
    this.blobs = blobs
    this.#db = db
    this.#writer = writer
    this.catalog = new SqliteCatalog({ db, writer, blobs, disk, secret })
    this.samples = new SqliteSamples({ db, writer, disk })
    this.datasets = new SqliteDatasets({ db, writer, disk })
    this.jobs = new SqliteJobs(db, writer)
    this.journals = new FileJournals({ folder: paths.journals, blobs, disk })
    this.consent = new SqliteConsent(db, writer)
  }

  static async open(dataDir: string, options: StoreOptions): Promise<SqliteStore> {
    try {
      const paths = await prepareDataDir(resolve(dataDir), options.create ?? true)
      const secret = await readSecret(paths.secret)
      prepareCatalog(paths.catalog)
      await tidyTemporary(paths)
      return new SqliteStore(paths, secret, new DiskGuard(paths.root, options.reserveBytes ?? null))
    } catch (error) {
      throw asFault(error, dataDir)
    }
  }

  async close(): Promise<void> {
    await this.journals.close()
    await this.#writer.close()
    this.#db.close()
  }
}
