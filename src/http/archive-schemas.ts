/** What goes over the wire about archives. */
import { z } from 'zod'
import { sha256, shortName, uuid } from '#core/session-schema.ts'
import * as s from './schemas.ts'

export const archiveRequest = z
  .strictObject({
    query: s.sessionQuery.default({}),
    olderThanDays: z.int().min(1).max(36_500).nullable().default(null),
    dataset: shortName.nullable().default(null),
    /** Of the dataset. */
    project: s.project,
  })
  .meta({ id: 'ArchiveRequest' })

const counts = {
  sessions: z.number(),
  edits: z.number(),
  media: z.number(),
  bytes: z.number(),
  versions: z.array(z.string()),
}

export const archivePlan = z.object({ ...counts, mediaKept: z.number() }).meta({ id: 'ArchivePlan' })

export const archiveInfo = z
  .object({
    ...counts,
    id: uuid,
    /** Without its folder. */
    file: z.string(),
    at: z.string(),
    state: z.enum(['writing', 'moving', 'whole']),
    what: z.string(),
    archivedSessions: z.number(),
    sha256: z.union([sha256, z.literal('')]),
    isThere: z.boolean(),
  })
  .meta({ id: 'ArchiveInfo' })

export const archiveShown = z
  .object({
    archive: archiveInfo,
    sessions: z.array(
      z.object({
        id: uuid,
        project: z.string(),
        domain: s.domain,
        recordedAt: z.string(),
        hash: sha256,
        summary: z.string(),
      }),
    ),
  })
  .meta({ id: 'ArchiveShown' })
