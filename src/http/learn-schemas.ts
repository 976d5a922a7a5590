/** The values of learning that go over the wire. Outcomes run from 0 worst to 1 best; intervals hold nine chances in ten. */
import { z } from 'zod'
import { domainNames, runStatuses } from '#core/session.ts'
import { uuid } from '#core/session-schema.ts'
import { preferences } from './track-schemas.ts'

/** Under a name, without which the OpenAPI file would refer to a place that it does not have. */
export const anyJson = z.json().register(z.globalRegistry, { id: 'Json' })

const figures = z.record(z.string(), z.number().nullable())
const counts = z.record(z.string(), z.number())
const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable()
const interval = z.object({ mean: z.number(), low: z.number(), high: z.number() })
const settings = z.record(z.string(), z.union([z.number(), z.string()]))
export const learnerName = z.string().min(1).max(100)

const side = z.object({ sessions: z.number(), mean: z.number().nullable(), estimate })
const comparison = z
  .object({ first: side, second: side, clips: z.number(), difference: estimate, robust: estimate })
  .meta({ id: 'ArmComparison' })

const evaluation = z
  .object({
    snips: estimate,
    doublyRobust: estimate,
    direct: estimate,
    sessions: z.number(),
    groups: z.number(),
    effective: z.number(),
    leftOut: z.object({ raced: z.number(), retries: z.number(), noPropensity: z.number() }),
  })
  .meta({ id: 'PolicyEvaluation' })

const verdict = z
  .object({
    key: z.string(),
    passed: z.boolean(),
    observations: z.number(),
    confidence: z.number().nullable(),
    mean: z.number(),
    defaultMean: z.number(),
    level: z.number().nullable(),
  })
  .nullable()

const found = z.object({ key: z.string(), words: z.string(), observations: z.number(), expected: interval })

const finding = z
  .object({
    level: z.string(),
    words: z.string(),
    sessions: z.number(),
    succeeded: z.number(),
    base: found,
    best: found.nullable(),
    verdict,
    missing: z.string().nullable(),
    sentence: z.string(),
  })
  .meta({ id: 'Finding' })

const band = z.object({ mean: z.number(), low: z.number(), high: z.number(), sessions: z.number() }).nullable()

const progress = z
  .object({
    points: z.array(
      z.object({
        from: z.number(),
        to: z.number(),
        at: z.string(),
        firstTries: z.number(),
        success: z.number().nullable(),
        attempts: z.number().nullable(),
        figures,
        value: band,
      }),
    ),
    live: z.array(z.object({ sessions: z.number(), learned: band, base: band })),
    gained: z.array(z.number()),
  })
  .meta({ id: 'LearningProgress' })

const safety = z.object({
  credit: z.object({
    sessions: z.number(),
    spent: z.number(),
    limit: z.number(),
    start: z.number(),
    rate: z.number(),
    sentence: z.string(),
  }),
  proof: z.object({
    proven: z.boolean(),
    evidence: z.number(),
    threshold: z.number(),
    rollbacks: z.number(),
    events: z.array(z.object({ kind: z.enum(['proven', 'armed-again']), session: z.number(), sentence: z.string() })),
    sentence: z.string(),
  }),
})

export const experiment = z
  .object({
    name: z.string(),
    learner: z.string(),
    first: z.string(),
    second: z.string(),
    chance: z.number(),
    delta: z.number(),
    startedAt: z.string(),
    stoppedAt: z.string().nullable(),
  })
  .meta({ id: 'Experiment' })

const experimentResult = experiment
  .extend({
    comparison,
    anytimeP: z.number(),
    winner: z.enum(['first', 'second']).nullable(),
    sessions: z.number(),
    sentence: z.string(),
  })
  .meta({ id: 'ExperimentResult' })

const learner = z
  .object({
    name: z.string(),
    domain: z.enum(domainNames),
    about: z.string(),
    tally: z.object({ taught: counts, passed: counts, due: z.number() }),
    damage: z.object({ at: z.string(), why: z.string() }).nullable(),
    safety,
    worth: z.object({
      coin: comparison,
      replays: comparison,
      learned: evaluation,
      base: evaluation,
      sentence: z.string(),
    }),
    findings: z.array(finding),
    progress,
    measures: z.array(
      z.object({
        name: z.string(),
        words: z.string(),
        unit: z.enum(['share', 'px', 'attempts']),
        goal: z.union([z.object({ above: z.number() }), z.object({ below: z.number() })]),
        value: z.number().nullable(),
        met: z.boolean().nullable(),
      }),
    ),
    experiments: z.array(experimentResult),
    unsigned: z.number(),
    sentence: z.string(),
  })
  .meta({ id: 'LearnerStatus' })

const coverageCell = z.object({
  name: z.string(),
  facet: z.string(),
  sessions: z.number(),
  succeeded: z.number(),
  step: z.string().nullable(),
  needed: z.number().nullable(),
})

export const learnStatus = z
  .object({
    switches: preferences,
    isOn: z.boolean(),
    learners: z.array(learner),
    coverage: z.object({
      sessions: z.number(),
      axes: z.array(z.object({ name: z.string(), kinds: z.array(coverageCell) })),
      classes: z.array(z.array(coverageCell)),
      next: z.array(z.string()),
    }),
    /** What may be compared in an experiment, by learner. */
    comparable: z.record(z.string(), z.array(z.string())),
    sentence: z.string(),
  })
  .meta({ id: 'LearnStatus' })
export type LearnStatusReply = z.output<typeof learnStatus>

export const experimentRequest = z
  .strictObject({
    name: z.string().max(100),
    learner: learnerName,
    first: z.string().max(100),
    second: z.string().max(100),
    /** Of the first. */
    chance: z.number().default(0.5),
  })
  .meta({ id: 'ExperimentRequest' })

export const trainRequest = z
  .strictObject({
    /** Absent: all. */
    names: z.array(z.string().max(100)).min(1).max(20).optional(),
    seed: z.int().min(0).max(0xffff_ffff).optional(),
  })
  .meta({ id: 'TrainRequest' })

export const learnerRequest = z.strictObject({
  /** Absent: all. */
  learner: learnerName.optional(),
})
export const learnResetRequest = learnerRequest
  .extend({ confirm: z.literal('reset') })
  .meta({ id: 'LearnResetRequest' })

const modelVersion = z.object({
  version: z.string(),
  acts: z.boolean(),
  reason: z.string(),
  algorithm: z.string(),
  createdAt: z.string(),
  parent: z.string().nullable(),
  seed: z.union([z.number(), z.string()]),
  dataHash: z.string(),
  modelHash: z.string(),
  metrics: figures,
  baselineMetrics: figures,
})

export const modelListing = z
  .object({
    name: z.string(),
    about: z.string(),
    baseline: z.string(),
    acts: z.string(),
    acting: z.string().nullable(),
    missing: z.string().nullable(),
    versions: z.array(modelVersion),
  })
  .meta({ id: 'ModelListing' })
export type ModelListing = z.output<typeof modelListing>

export const predictRequest = z
  .union([
    z.strictObject({
      learner: learnerName.default('camera/embedded'),
      /** Of a session, as it would be recorded. */
      context: z.record(z.string(), anyJson),
    }),
    z.strictObject({
      engine: z.enum(['embedded', 'blender']).default('embedded'),
      clip: z.string().max(200).meta({ description: 'fingerprint of a clip that is known here' }),
    }),
  ])
  .meta({ id: 'PredictRequest' })

export const chooseRequest = z
  .strictObject({
    learner: learnerName,
    /** Id of the session that the run becomes. */
    session: uuid,
    /** Of that session, as far as it is known before. */
    context: z.record(z.string(), anyJson),
  })
  .meta({ id: 'ChooseRequest' })

/** The `settings` of the session: `values` as they are to be used, the rest to be recorded as it is. */
export const givenSettings = z
  .object({
    values: settings,
    reason: z.string(),
    propensity: z.number().nullable(),
    policy: z.object({ name: z.string(), version: z.string() }),
    /** Sealed: it counts for this session alone, and only as it is. */
    decision: z.record(z.string(), anyJson).nullable(),
  })
  .meta({ id: 'GivenSettings' })

const predictedSettings = found.extend({ settings })

export const prediction = z
  .object({
    learner: z.string(),
    revision: z.number(),
    levels: z.array(z.string()),
    recommended: predictedSettings,
    base: predictedSettings,
    isDefault: z.boolean(),
    isOn: z.boolean(),
    verdict,
    reason: z.string(),
    chances: z.array(
      z.object({
        role: z.enum(['default', 'control', 'wanted', 'probe', 'replay']),
        words: z.string(),
        chance: z.number(),
      }),
    ),
    similar: z.array(
      z.object({
        session: z.string(),
        project: z.string(),
        recordedAt: z.string(),
        distance: z.number(),
        used: z.string(),
        value: z.number(),
        status: z.enum(runStatuses).nullable(),
      }),
    ),
  })
  .meta({ id: 'Prediction' })

const share = z.number().nullable()

export const regionReport = z
  .object({
    trainedAt: z.string().nullable(),
    findings: z.array(
      z.object({
        region: z.string(),
        share,
        low: share,
        high: share,
        clips: z.number(),
        tracks: z.number(),
        deleted: z.number(),
        added: z.number(),
        sentence: z.string(),
      }),
    ),
    sessions: z.number(),
    dueFrom: z.number(),
  })
  .meta({ id: 'RegionReport' })

export const cleanupProposal = z
  .object({
    session: z.string(),
    model: z.string().nullable(),
    why: z.string(),
    tracks: z.number(),
    proposals: z.array(z.object({ name: z.string(), track: z.number(), probability: z.number(), reason: z.string() })),
  })
  .meta({ id: 'CleanupProposal' })

/** `tracks`: ids of those that are accepted; null: all that are proposed. `activeMs`: the time that was spent on looking. */
export const acceptRequest = z.strictObject({
  tracks: z.array(z.int().min(0)).max(100_000).nullable().default(null),
  activeMs: z.number().min(0).max(86_400_000).default(0),
})
