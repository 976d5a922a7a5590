import type { DataPaths } from './data-dir.ts'
import type { Facts } from './facts.ts'
import type { Places } from './places.ts'
import type { Database } from './sqlite-driver.ts'

/** What a commit function is given; it runs inside an open transaction of the writer. */
export interface CommitContext {
  readonly db: Database
  readonly paths: DataPaths
  /** Salt of the tombstones, hex. */
  readonly salt: string
  readonly places: Places
  readonly facts: Facts
}
