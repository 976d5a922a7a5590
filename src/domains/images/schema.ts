/** The Zod schemas of an images session and of its edits. Unknown keys pass and are kept: they may come from a newer client. */
import { z } from 'zod'
import { sessionSchema, sha256, utcTime } from '#core/session-schema.ts'
import { inputOrigins } from './session.ts'

/** Longer instructions are documents, not instructions; models read some hundred characters of them. */
export const maxInstructionChars = 10_000

const text = (maxChars: number) => z.string().max(maxChars).nullish()
const flag = z.boolean().nullish()
const number = z.number().nullish()
const atLeast0 = z.number().min(0).nullish()
const count = z.int().min(0).nullish()
const from1 = z.int().min(1).nullish()
const facts = z.record(z.string(), z.unknown()).nullish()

export const instruction = z.string().max(maxInstructionChars).regex(/\S/, 'a text that is not blank')

/** Seeds may be 64-bit numbers, which are bigint in memory; said by hand, since JSON Schema has no word for a bigint. */
const wholeNumber = z
  .unknown()
  .refine((value) => value === null || typeof value === 'bigint' || Number.isSafeInteger(value), 'an integer or null')
  .meta({ type: ['integer', 'null'] })
  .optional()

const pictureFacts = z
  .looseObject({
    orientation: z.int().min(1).max(8).nullish(),
    hasAlpha: flag,
    bitsPerChannel: z.int().min(1).max(32).nullish(),
    colourSpace: text(50),
    frames: from1,
    hasLocation: flag,
    perceptualHash: z
      .string()
      .regex(/^[0-9a-f]{16}$/, '16 lower-case hex digits')
      .nullish(),
  })
  .nullish()

const context = z.looseObject({
  instruction,
  instructionNormalised: text(maxInstructionChars),
  language: z
    .string()
    .max(35)
    .regex(/^[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*$/, 'a BCP 47 language tag such as "en" or "pt-BR"')
    .nullish(),
  editType: text(100),
  app: z.looseObject({ name: text(200), version: text(100), environment: text(100), locale: text(35) }).nullish(),
  inputOrigin: z.enum(inputOrigins).nullish(),
  inputImage: pictureFacts,
  clientSupplied: flag,
  generationId: text(200),
  turnIndex: from1,
  originalSha256: sha256.nullish(),
  origin: z
    .looseObject({ layout: text(50), session: text(500), stamp: utcTime.nullish(), doubt: text(500), extra: facts })
    .nullish(),
})

const values = z.looseObject({
  provider: text(200),
  model: text(200),
  modelVersion: text(200),
  promptTemplate: text(20_000),
  prompt: text(20_000),
  negativePrompt: text(20_000),
  seed: wholeNumber,
  strength: z.number().min(0).max(1).nullish(),
  guidance: number,
  imageGuidance: number,
  steps: count,
  sampler: text(100),
  outputWidth: from1,
  outputHeight: from1,
  outputMediaType: text(100),
  outputQuality: z.number().min(1).max(100).nullish(),
  parameters: facts,
})

const behaviour = { kept: flag, downloaded: flag, regenerated: flag, reported: flag }

const outcome = {
  latencyMs: atLeast0,
  cost: z
    .looseObject({
      amount: z.number().min(0),
      currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 currency code such as "EUR"'),
    })
    .nullish(),
  rating: z.union([z.literal(-1), z.literal(0), z.literal(1)]).nullish(),
  ...behaviour,
  outputImage: pictureFacts,
  moderation: z
    .looseObject({ provider: text(200), passed: flag, labels: z.array(z.string().max(200)).max(1000).nullish() })
    .nullish(),
}

const telemetry = z
  .looseObject({
    queueMs: atLeast0,
    uploadMs: atLeast0,
    modelMs: atLeast0,
    downloadMs: atLeast0,
    retries: count,
    peakMemoryBytes: count,
    device: text(200),
    stages: z
      .array(z.looseObject({ name: z.string().max(200), durationMs: z.number().min(0) }))
      .max(1000)
      .nullish(),
  })
  .nullable()

/** At most one picture per role: with two inputs nobody could say which one was edited. */
export const imagesSchema = sessionSchema({ context, values, outcome, telemetry }).check(({ value, issues }) => {
  for (const role of ['input', 'output', 'mask']) {
    const found = value.media.filter((media) => media.role === role).length
    if (found <= 1) continue
    issues.push({
      code: 'custom',
      path: ['media'],
      message: `at most one picture with the role ${role}`,
      input: value.media,
    })
  }
})

export const imagesEdits = {
  /** The instruction, corrected or cleaned by a person. */
  'images.instruction': z.looseObject({ instruction }),
  /** What the person did with the result, when it became known after the session was closed. */
  'images.outcome': z.looseObject(behaviour),
} as const
