/** The Zod schemas of a gui session and of its edits. Unknown keys pass and are kept: they may come from a newer client. */
import { z } from 'zod'
import { sessionSchema, sha256, shortName, utcTime } from '#core/session-schema.ts'
import { coordinateSpaces, sessionKinds } from './session.ts'

const text = (maxChars: number) => z.string().max(maxChars).nullish()
const number = z.number().nullish()
const atLeast0 = z.number().min(0).nullish()
const count = z.int().min(0).nullish()
const flag = z.boolean().nullish()
const share = z.number().min(0).max(1).nullish()
const time = utcTime.nullish()
const hash = sha256.nullish()
const names = z.array(shortName).max(1000).nullish()
const facts = z.record(z.string(), z.unknown()).nullish()
const space = z.enum(coordinateSpaces).nullish()
const place = z.looseObject({ x: z.number(), y: z.number() })
const size = z.looseObject({ width: z.number().min(0), height: z.number().min(0) })
const region = z.looseObject({ x: z.number(), y: z.number(), width: z.number().min(0), height: z.number().min(0) })

const context = z.looseObject({
  kind: z.enum(sessionKinds),
  configName: text(500),
  configSha256: hash,
  app: text(200),
  os: text(200),
  runId: text(200),
  workflows: names,
  display: z
    .looseObject({
      monitors: z
        .array(
          z.looseObject({
            x: z.number(),
            y: z.number(),
            width: z.number().gt(0),
            height: z.number().gt(0),
            scale: z.number().gt(0).nullish(),
          }),
        )
        .max(64)
        .nullish(),
      coordinateSpace: space,
      screenScale: z.number().gt(0).nullish(),
    })
    .nullish(),
  group: text(200),
  attributes: facts,
  origin: z.looseObject({ dataset: text(500), session: text(200) }).nullish(),
})

const values = z.looseObject({
  similarityThreshold: share,
  searchStrategy: text(100),
  searchAlgorithm: text(100),
  multiScale: flag,
  colorSpace: text(50),
  edgeDetection: flag,
  ocr: flag,
  executionMode: text(50),
  failureStrategy: text(50),
  actionDelayMs: atLeast0,
  defaultTimeoutMs: atLeast0,
  defaultRetryCount: count,
  exportMode: text(50),
  exportBatchSize: count,
  labelFailedActions: flag,
  filters: facts,
})

const matchAttempt = z.looseObject({
  imageId: text(500),
  name: text(500),
  found: z.boolean(),
  confidence: number,
  threshold: number,
  location: place.nullish(),
  templateSize: size.nullish(),
  matchedSize: size.nullish(),
  method: text(100),
  searchRegion: region.nullish(),
  screenshotSize: size.nullish(),
  coordinateSpace: space,
  monitor: count,
  screenshot: hash,
  at: time,
  durationMs: atLeast0,
})

const click = z.looseObject({
  location: place,
  button: text(50),
  targetType: text(100),
  count,
  by: z.enum(['robot', 'person']).nullish(),
  coordinateSpace: space,
  monitor: count,
  screenshot: hash,
  at: time,
})

const typed = z
  .looseObject({ lengthChars: z.int().min(0), class: shortName.max(50), plain: text(100_000), keep: flag })
  .refine((value) => typeof value.plain !== 'string' || value.keep === true, {
    path: ['plain'],
    error: 'must be left out (length and class are enough), unless "keep" is true',
  })

/** The parts of a TYPE action's configuration that hold the text itself in the configurations known. */
const typedKeys = ['text', 'value', 'password', 'typed_text', 'typedText', 'keys']

const action = z
  .looseObject({
    id: z.string().min(1).max(500),
    type: shortName.max(64),
    name: text(500),
    config: facts,
    startedAt: time,
    endedAt: time,
    durationMs: atLeast0,
    success: flag,
    error: z.looseObject({ code: text(200), message: z.string().max(10_000) }).nullish(),
    retries: count,
    statesBefore: names,
    statesAfter: names,
    target: z
      .looseObject({ kind: text(100), label: text(500), ids: z.array(z.string().max(500)).max(1000).nullish() })
      .nullish(),
    matches: z.array(matchAttempt).max(10_000).nullish(),
    clicks: z.array(click).max(10_000).nullish(),
    typed: typed.nullish(),
    transition: z.looseObject({ from: text(200), to: text(200), type: text(100), success: flag }).nullish(),
    conditionResult: flag,
    branchTaken: text(200),
    workflowId: text(200),
    workflowName: text(200),
    workflowStatus: text(100),
    parentAction: text(500),
    nestingLevel: count,
    screenshotBefore: hash,
    screenshotAfter: hash,
    debugPicture: hash,
    metadata: facts,
  })
  .superRefine((value, check) => {
    if (value.type !== 'TYPE' || value.typed?.keep === true) return
    const key = typedKeys.find((name) => typeof value.config?.[name] === 'string')
    if (key === undefined) return
    check.addIssue({
      code: 'custom',
      path: ['config', key],
      message: 'holds what was typed: leave it out, and give its length and class in "typed"',
    })
  })

const xy = z.tuple([z.number(), z.number()])
export const shapeSchema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('box'),
    bbox: z.tuple([z.number(), z.number(), z.number().gt(0), z.number().gt(0)]),
  }),
  z.looseObject({ type: z.literal('point'), point: xy }),
  z.looseObject({ type: z.literal('polygon'), points: z.array(xy).min(3).max(100_000) }),
])

export const elementSchema = z.looseObject({
  id: text(500),
  label: shortName,
  role: text(100),
  text: text(1000),
  shape: shapeSchema,
  confidence: share,
  source: shortName.max(64),
  verified: flag,
  method: text(100),
  threshold: number,
  action: text(500),
  at: time,
  activeStates: names,
  observations: z.int().min(1).nullish(),
})

const screen = z.looseObject({
  sha256,
  width: z.int().min(1),
  height: z.int().min(1),
  takenAt: time,
  activeStates: names,
  origin: place.nullish(),
  scale: z.number().gt(0).nullish(),
  monitor: count,
  elements: z.array(elementSchema).max(20_000).nullish(),
})

const telemetry = z.looseObject({
  actions: z.array(action).max(100_000).nullish(),
  screens: z.array(screen).max(20_000).nullish(),
  states: z
    .array(z.looseObject({ id: text(200), name: shortName, isInitial: flag, isFinal: flag, images: names }))
    .max(10_000)
    .nullish(),
  templates: z
    .array(
      z.looseObject({
        id: z.string().max(500),
        name: text(500),
        sha256: hash,
        width: count,
        height: count,
        similarity: share,
        state: text(200),
      }),
    )
    .max(10_000)
    .nullish(),
})

export const guiSessionSchema = sessionSchema({
  context,
  values,
  outcome: { actionsTotal: count, actionsFailed: count, retriesTotal: count, statesReached: names },
  telemetry: telemetry.nullable(),
}).superRefine((session, check) => {
  const pictures = new Set(session.media.map((media) => media.sha256))
  for (const [index, { sha256: picture }] of (session.telemetry?.screens ?? []).entries()) {
    if (pictures.has(picture)) continue
    check.addIssue({
      code: 'custom',
      path: ['telemetry', 'screens', index, 'sha256'],
      message: 'names a picture that is not among the media of the session',
    })
  }
})

const labelledShape = z.looseObject({ label: shortName, shape: shapeSchema })

export const annotationEditSchema = z.looseObject({
  op: z.enum(['add', 'move', 'relabel', 'delete', 'verify']),
  screen: sha256,
  annotation: labelledShape,
  target: labelledShape.nullish(),
})

export const screenEditSchema = z.looseObject({
  screen: sha256,
  verdict: z.enum(['good', 'bad']),
  notes: text(10_000),
})
