import type { FileBlobs } from './blobs.ts'
import type { DataPaths } from './data-dir.ts'
import type { DiskGuard } from './disk.ts'
import type { FileJournals } from './journals.ts'
import type { Database } from './sqlite-driver.ts'
import type { Writer } from './writer.ts'

/** What the operations on the whole store work with. */
export interface StoreParts {
  readonly paths: DataPaths
  readonly db: Database
  readonly writer: Writer
  readonly blobs: FileBlobs
  readonly journals: FileJournals
  readonly disk: DiskGuard
}
