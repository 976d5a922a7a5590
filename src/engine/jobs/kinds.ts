/**
 * The kinds of job, each the use case that runs it: the whole list. A thread loads only what its job stands on: the tracker
 * takes longer to load than most exports to run.
 */
import type { Context } from '#core/context.ts'
import type { Job } from '#core/job.ts'
import type { Json, JsonObject } from '#core/json.ts'
import type { Engine } from '../engine.ts'

/** Runs a job to its end; what it returns is the job's result. */
export type JobRun = (engine: Engine, job: Job, ctx: Context) => Promise<Json>

export const jobKinds = {
  import: async (...job) => (await import('../import.ts')).importJob(...job),
  export: async (...job) => (await import('../export.ts')).exportJob(...job),
  commit: async (...job) => (await import('../commit-version.ts')).commitJob(...job),
  track: async (...job) => (await import('../track-job.ts')).runTrackJob(...job),
  train: async (...job) => (await import('../learning/train.ts')).trainJob(...job),
  backup: async (...job) => (await import('../care/care-jobs.ts')).backupJob(...job),
  verify: async (...job) => (await import('../care/care-jobs.ts')).verifyJob(...job),
  retention: async (...job) => (await import('../care/retention.ts')).retentionJob(...job),
  quality: async (...job) => (await import('../care/quality-check.ts')).qualityJob(...job),
  archive: async (...job) => (await import('../archives.ts')).archiveJob(...job),
  compact: async (...job) => (await import('../archives.ts')).compactJob(...job),
  'archive-restore': async (...job) => (await import('../archives.ts')).restoreArchiveJob(...job),
  'solve-again': async (...job) => (await import('../solve-again.ts')).runSolveAgain(...job),
} as const satisfies Record<string, JobRun>

export type JobKind = keyof typeof jobKinds
export type JobParams = JsonObject
