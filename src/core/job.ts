/** Long work: kept in one table, leased by whichever process runs it, so that a crash loses no job and two never run one. */
import type { Progress } from './context.ts'
import type { FaultBody } from './faults.ts'
import type { Json, JsonObject } from './json.ts'

export const jobStates = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type JobState = (typeof jobStates)[number]

export interface Job {
  readonly id: string
  /** Which use case runs it: `import`, `export`, `reindex`, … */
  readonly kind: string
  readonly project: string
  readonly principal: string
  readonly params: JsonObject
  readonly state: JobState
  readonly progress: Progress | null
  /** Where it would go on after a crash; null at the start. */
  readonly checkpoint: Json
  readonly result: Json
  readonly error: FaultBody | { readonly code: 'bug'; readonly message: string } | null
  readonly cancelRequested: boolean
  /** How often it was started; more than 1 after a crash. */
  readonly attempts: number
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
}

/** The project of a job that is about all of them: no project is called so, and nobody who is bound to one sees it. */
export const everyProject = ''
