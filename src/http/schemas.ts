/** The values that go over the wire, as Zod schemas: validation, OpenAPI and the client's types all come from here. */
import { z } from 'zod'
import { consentStatement } from '#core/consent-schema.ts'
import { consentScopes } from '#core/consent.ts'
import { splitNames } from '#core/dataset.ts'
import { editSchema } from '#core/edit-schema.ts'
import { jobStates } from '#core/job.ts'
import { anySession, sha256, shortName, utcTime, uuid } from '#core/session-schema.ts'
import { domainNames, runStatuses } from '#core/session.ts'

export const session = anySession.meta({ id: 'Session' })
export const edit = editSchema.meta({ id: 'Edit' })
export const domain = z.enum(domainNames)
export const sampleType = z.enum(['image', 'pair', 'row', 'trajectory'])

export const problem = z
  .looseObject({
    code: z.string(),
    message: z.string(),
    expected: z.string(),
    found: z.string(),
    fix: z.string(),
    where: z.string().nullable(),
  })
  .meta({ id: 'Problem' })

export const project = shortName.default('default')
export const id = z.object({ id: uuid })
export const cursor = z.string().max(500).optional()
export const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual)

/** One or many of a repeated query parameter. */
const repeated = z.union([z.string().max(300), z.array(z.string().max(300)).max(20)]).optional()

/** The session query as URL parameters; `facet` is `key:value` or `key:min..max` and may be repeated. */
export const sessionFilter = z.object({
  project: shortName.optional(),
  domain: domain.optional(),
  status: z.enum(runStatuses).optional(),
  contributor: shortName.optional(),
  host: shortName.optional(),
  from: utcTime.optional(),
  to: utcTime.optional(),
  text: z.string().max(300).optional(),
  facet: repeated,
  import: uuid.optional(),
})

/** The same query as a JSON value. */
export const sessionQuery = z
  .strictObject({
    project: shortName.optional(),
    domain: domain.optional(),
    status: z.enum(runStatuses).optional(),
    contributor: shortName.optional(),
    host: shortName.optional(),
    from: utcTime.optional(),
    to: utcTime.optional(),
    text: z.string().max(300).optional(),
    facets: z
      .array(
        z.union([
          z.strictObject({ key: shortName, text: z.string().max(300) }),
          z.strictObject({
            key: shortName,
            min: z.number().nullable(),
            max: z.number().nullable(),
          }),
        ]),
      )
      .max(20)
      .optional(),
    import: uuid.optional(),
  })
  .meta({ id: 'SessionQuery' })

export const sessionSummary = z
  .object({
    id: uuid,
    project: z.string(),
    domain,
    recordedAt: z.string(),
    status: z.enum(runStatuses).nullable(),
    contributor: z.string().nullable(),
    host: z.string(),
    parent: z.string().nullable(),
    hash: sha256,
    sizeBytes: z.number(),
    summary: z.string(),
    cover: z.string().nullable(),
    edits: z.number(),
  })
  .meta({ id: 'SessionSummary' })

export const progress = z.object({
  done: z.number(),
  total: z.number().nullable(),
  unit: z.string(),
  note: z.string().nullable(),
})

export const job = z
  .object({
    id: uuid,
    kind: z.string(),
    project: z.string(),
    principal: z.string(),
    params: z.record(z.string(), z.unknown()),
    state: z.enum(jobStates),
    progress: progress.nullable(),
    checkpoint: z.unknown(),
    result: z.unknown(),
    error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
    cancelRequested: z.boolean(),
    attempts: z.number(),
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
  })
  .meta({ id: 'Job' })

export const dataset = z
  .object({
    name: shortName,
    project: z.string(),
    about: z.string().nullable(),
    createdAt: z.string(),
    select: z.object({ sessions: sessionQuery, sampleType }),
  })
  .meta({ id: 'Dataset' })

const shares = z.object({
  train: z.number().min(0).max(1),
  val: z.number().min(0).max(1),
  test: z.number().min(0).max(1),
})

export const splitPlan = z
  .object({
    shares,
    seed: z.int().min(0),
    stratifyBy: z.string().max(100).nullable(),
  })
  .meta({ id: 'SplitPlan' })

export const datasetVersion = z
  .object({
    dataset: z.string(),
    project: z.string(),
    version: z.string(),
    createdAt: z.string(),
    hash: sha256,
    items: z.number(),
    counts: z.record(z.enum(splitNames), z.number()),
    plan: splitPlan,
    labels: z.array(z.string()),
    note: z.string().nullable(),
    redacted: z.boolean(),
  })
  .meta({ id: 'DatasetVersion' })

export const savedQuery = z
  .object({
    name: shortName,
    project: z.string(),
    query: sessionQuery,
    createdAt: z.string(),
  })
  .meta({ id: 'SavedQuery' })

const option = z.looseObject({
  type: z.enum(['boolean', 'choice', 'text', 'number']),
  about: z.string(),
})

/** What can be exported to: formats (samples to files) and layouts (sessions as a source system keeps them). */
export const formatInfo = z
  .object({
    name: z.string(),
    kind: z.enum(['format', 'layout']),
    about: z.string(),
    domain: domain.nullable(),
    sampleTypes: z.array(sampleType),
    options: z.record(z.string(), option),
    imports: z.boolean(),
  })
  .meta({ id: 'FormatInfo' })

export const exportRequest = z
  .strictObject({
    project: shortName.default('default'),
    /** A version ("screens@1.0.0", "screens" = the latest) … */
    dataset: z.string().max(300).optional(),
    /** … or sessions picked here and now. */
    query: sessionQuery.optional(),
    sampleType: sampleType.optional(),
    format: z.string().max(50),
    options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
    /** Refuse when the format cannot hold everything. */
    strict: z.boolean().default(false),
    /** `share` asks for more consent than `train`, because pseudonyms leave. */
    purpose: z.enum(['train', 'share']).default('train'),
  })
  .meta({ id: 'ExportRequest' })

export const importRecord = z
  .object({
    id: uuid,
    project: z.string(),
    at: z.string(),
    principal: z.string(),
    layout: z.string(),
    source: z.string(),
    mode: z.enum(['merge', 'replace']),
    sessions: z.number(),
    edits: z.number(),
    backup: z.string().nullable(),
  })
  .meta({ id: 'ImportRecord' })

export const consentEntry = z
  .object({
    id: uuid,
    at: z.string(),
    principal: z.string(),
    project: z.string(),
    contributor: shortName.nullable(),
    session: uuid.nullable(),
    decision: z.enum(['granted', 'withdrawn']),
    scopes: z.array(z.enum(consentScopes)).min(1),
    text: z.string().max(20_000).nullable(),
  })
  .meta({ id: 'ConsentEntry' })

export const exportNote = z.object({
  id: z.string(),
  at: z.string(),
  principal: z.string(),
  project: z.string(),
  what: z.string(),
  format: z.string(),
  target: z.string(),
  sessions: z.number(),
})

/** Whom or what to forget. */
export const forgotten = z.union([
  z.strictObject({ sessions: z.array(uuid).min(1).max(10_000) }),
  z.strictObject({ contributor: shortName }),
])

export const receipt = z
  .object({
    id: z.string(),
    at: z.string(),
    principal: z.string(),
    sessions: z.number(),
    edits: z.number(),
    blobs: z.number(),
    blobsShared: z.number(),
    versions: z.array(z.string()),
    exports: z.array(exportNote),
    backups: z.array(z.string()),
    archives: z.object({ rewritten: z.array(z.string()), absent: z.array(z.string()) }),
  })
  .meta({ id: 'ForgetReceipt' })

/** As the receipt would be. */
export const forgetPreview = receipt
  .pick({ sessions: true, edits: true, blobs: true, blobsShared: true, versions: true, exports: true, backups: true })
  .extend({ journals: z.number(), archives: z.array(z.string()) })
  .meta({ id: 'ForgetPreview' })

export const statTable = z
  .object({
    name: z.string(),
    domain,
    about: z.string(),
    columns: z.array(z.object({ name: z.string(), unit: z.string().nullable() })),
    rows: z.array(z.object({ group: z.string(), values: z.array(z.number().nullable()) })),
  })
  .meta({ id: 'StatTable' })

export const facetSummary = z.object({
  key: z.string(),
  kind: z.enum(['text', 'number']),
  values: z.array(z.object({ text: z.string(), sessions: z.number() })),
  min: z.number().nullable(),
  max: z.number().nullable(),
})

export const batchReply = z
  .object({
    created: z.number(),
    repeated: z.number(),
    refused: z.number(),
    /** The first 100 refused lines, with why. */
    problems: z.array(z.object({ line: z.number(), id: z.string().nullable(), problem })),
  })
  .meta({ id: 'BatchReply' })

export { consentStatement }
