import type { Progress } from '#core/context.ts'
import type { DataPaths } from './data-dir.ts'

/** What a task of the care thread is given. */
export interface CareContext {
  readonly paths: DataPaths
  progress(progress: Progress): void
}
