/** The kinds of job, each the use case that runs it: the whole list. */
import type { Context } from '#core/context.ts'
import type { Job } from '#core/job.ts'
import type { Json, JsonObject } from '#core/json.ts'
import { commitJob } from '../commit-version.ts'
import type { Engine } from '../engine.ts'
import { exportJob } from '../export.ts'
import { importJob } from '../import.ts'
import { runSolveAgain } from '../solve-again.ts'
import { runTrackJob } from '../track-job.ts'

/** Runs a job to its end; what it returns is the job's result. */
export type JobRun = (engine: Engine, job: Job, ctx: Context) => Promise<Json>

export const jobKinds = {
  import: importJob,
  export: exportJob,
  commit: commitJob,
  track: runTrackJob,
  'solve-again': runSolveAgain,
} as const satisfies Record<string, JobRun>

export type JobKind = keyof typeof jobKinds
export type JobParams = JsonObject
