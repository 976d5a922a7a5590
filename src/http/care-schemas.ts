/** The values of the care of the data that go over the wire. */
import { z } from 'zod'
import { careTasks } from '#core/care-store.ts'
import { careConditions } from '#engine/care/care-state.ts'
import { retentionActions } from '#engine/care/plans.ts'
import * as s from './schemas.ts'

export const careTask = z.enum(careTasks)
export type CareTask = z.output<typeof careTask>
export const careCondition = z.enum(careConditions)

const count = z.int().min(0).max(10_000)

const retentionRule = z.strictObject({
  query: z
    .string()
    .max(2000)
    .default('')
    .meta({ description: 'as in the address of the session list: "project=demo&domain=gui"; empty = all sessions' }),
  olderThanDays: z.int().min(1).max(36_500),
  action: z.enum(retentionActions),
})

/** Of the task it is sent to; what is left out is as usual. */
export const carePlan = z
  .strictObject({
    folder: z
      .string()
      .max(4096)
      .nullable()
      .optional()
      .meta({ description: 'backup: absolute; null = in the data directory' }),
    keep: z
      .strictObject({
        newest: z.int().min(1).max(10_000).optional(),
        daily: count.optional(),
        weekly: count.optional(),
      })
      .optional()
      .meta({ description: 'backup: the newest, and the newest of each of the last days and weeks' }),
    rules: z.array(retentionRule).min(1).max(50).optional().meta({ description: 'retention' }),
  })
  .meta({ id: 'CarePlan' })
export type CarePlan = z.input<typeof carePlan>

export const scheduleChange = z
  .strictObject({
    when: z.string().max(100).optional().meta({
      description: '"hourly at :15", "daily at 03:00", "weekly on sunday at 03:00", "monthly on day 1 at 03:00"',
    }),
    zone: z.string().max(100).optional().meta({ description: 'whose clock it goes by: "Europe/Berlin"' }),
    plan: carePlan.optional(),
    shown: z.string().max(100).nullable().optional().meta({ description: 'retention: of the preview of these rules' }),
  })
  .meta({ id: 'ScheduleChange' })
export type ScheduleChange = z.input<typeof scheduleChange>

/** What everybody who may look at sessions is told. */
export const careSummary = z
  .object({
    task: careTask,
    condition: careCondition,
    /** In a sentence. */
    says: z.string(),
    on: z.boolean(),
    lastGoodAt: z.string().nullable(),
    nextAt: z.string().nullable(),
  })
  .meta({ id: 'CareSummary' })
export type CareSummary = z.output<typeof careSummary>

export const careTaskState = careSummary
  .extend({
    when: z.string(),
    zone: z.string(),
    /** As it was set; null when it never was. */
    plan: carePlan.nullable(),
    /** The job that is under way, or was last. */
    job: s.job.nullable(),
  })
  .meta({ id: 'CareTaskState' })
export type CareTaskState = z.output<typeof careTaskState>

export const backupInfo = z
  .object({
    name: z.string(),
    path: z.string(),
    at: z.string(),
    sessions: z.number(),
    blobs: z.number(),
    bytes: z.number(),
  })
  .meta({ id: 'BackupInfo' })
export type BackupInfo = z.output<typeof backupInfo>

export const care = z
  .object({
    tasks: z.array(careTaskState),
    /** Newest first; those that are still where they were made. */
    backups: z.array(backupInfo),
    /** What the last checks of quality found, oldest first. */
    quality: z.array(
      z.object({
        at: z.string(),
        sessions: z.number(),
        samples: z.number(),
        findings: z.record(z.string(), z.number()),
      }),
    ),
    /** What each kind of finding means. */
    findingKinds: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Care' })
export type Care = z.output<typeof care>

export const retentionPreview = z
  .object({
    /** Sent along when these rules are switched on. */
    shown: z.string(),
    rules: z.array(
      z.object({
        query: z.string(),
        olderThanDays: z.number(),
        action: z.enum(retentionActions),
        sessions: z.number(),
        oldest: z.string().nullable(),
        newest: z.string().nullable(),
        /** Versions of datasets that forgetting would redact. */
        versions: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: 'RetentionPreview' })
export type RetentionPreview = z.output<typeof retentionPreview>

/** How the service is; beyond `ok` only for those who may look at sessions. */
export const health = z
  .looseObject({
    ok: z.boolean(),
    version: z.string().optional(),
    /** What is wrong, in a sentence each. */
    problems: z.array(z.string()).optional(),
    care: z.array(careSummary).optional(),
  })
  .meta({ id: 'Health' })
export type Health = z.output<typeof health>
