/** The routes of learning: what was learned, experiments, models, and what would be chosen. The owner's alone. */
import { z } from 'zod'
import * as l from './learn-schemas.ts'
import type { Route } from './route.ts'
import * as s from './schemas.ts'

const named = z.object({ name: z.string().max(100) })

export const learnRoutes = {
  'GET /api/v1/learn': {
    about: 'What was learned, from which sessions, what it is worth and may cost, and what to record next.',
    role: 'owner',
    scope: 'store',
    query: z.object({ learner: l.learnerName.optional() }),
    reply: l.learnStatus,
  },
  'POST /api/v1/learn/train': {
    about: 'Train the models on what was recorded. A job.',
    role: 'owner',
    scope: 'store',
    body: l.trainRequest,
    reply: s.job,
    status: 202,
  },
  'POST /api/v1/learn/rebuild': {
    about: 'Learn everything anew from the sessions that there are. Credit that was spent stays spent.',
    role: 'owner',
    scope: 'store',
    body: l.learnerRequest,
    reply: z.object({ taught: z.number(), passedOver: z.number() }),
  },
  'POST /api/v1/learn/reset': {
    about: 'Forget what was learned, and begin with what the program came with. The sessions stay.',
    role: 'owner',
    scope: 'store',
    body: l.learnResetRequest,
    reply: z.object({ learners: z.array(z.string()) }),
  },
  'POST /api/v1/predict': {
    about: 'What would be chosen for a clip or a situation, with its evidence, without choosing.',
    role: 'owner',
    scope: 'store',
    body: l.predictRequest,
    reply: l.prediction,
  },
  'POST /api/v1/learn/choose': {
    about:
      'Settings for a run that begins: drawn by what was learned, and charged. What came of it is sent as its session.',
    role: 'recorder',
    scope: 'store',
    body: l.chooseRequest,
    reply: l.givenSettings,
  },
  'POST /api/v1/learn/experiments': {
    about: 'Compare two policies: from now on a coin is thrown for each session.',
    role: 'owner',
    scope: 'store',
    body: l.experimentRequest,
    reply: l.experiment,
    status: 201,
  },
  'POST /api/v1/learn/experiments/{name}/stop': {
    about: 'End an experiment; what came of it stays.',
    role: 'owner',
    scope: 'store',
    params: named,
    reply: l.experiment,
  },
  'GET /api/v1/learn/regions': {
    about: 'How tracks fare in each part of the picture, and where people take out and add, as of the last training.',
    role: 'owner',
    scope: 'store',
    reply: l.regionReport,
  },
  'GET /api/v1/sessions/{id}/proposals': {
    about: 'Tracks of a run that a person would most likely take out, by what people took out of others.',
    role: 'owner',
    scope: 'session',
    params: s.id,
    reply: l.cleanupProposal,
  },
  'POST /api/v1/sessions/{id}/proposals': {
    about:
      'Take out tracks that are proposed, and solve again. A job; both solves stay on record, the better one is kept.',
    role: 'owner',
    scope: 'session',
    params: s.id,
    body: l.acceptRequest,
    reply: s.job,
    status: 202,
  },
  'GET /api/v1/learn/models': {
    about: 'The models that were trained, which of them act, and why.',
    role: 'owner',
    scope: 'store',
    reply: z.object({ items: z.array(l.modelListing) }),
  },
  'POST /api/v1/learn/models': {
    about: 'Bring in a model that was exported elsewhere, or a network with its description. It does not act by that.',
    role: 'owner',
    scope: 'store',
    body: z.record(z.string(), l.anyJson).meta({ id: 'ExportedModel' }),
    reply: z.object({ name: z.string(), version: z.string() }),
    status: 201,
  },
  'GET /api/v1/learn/models/{name}': {
    about: 'A model as readable JSON, with its scaling: the one that acts, or the version that is named.',
    role: 'owner',
    scope: 'store',
    params: named,
    query: z.object({ version: z.string().max(100).optional() }),
    reply: z.looseObject({ format: z.string() }),
  },
  'POST /api/v1/learn/models/{name}/activate': {
    about: 'Let a version act that has earned it.',
    role: 'owner',
    scope: 'store',
    params: named,
    body: z.strictObject({ version: z.string().max(100) }),
    reply: z.object({ items: z.array(l.modelListing) }),
  },
  'POST /api/v1/learn/models/{name}/rollback': {
    about: 'Take the acting version out for good; the one before it acts again, or none.',
    role: 'owner',
    scope: 'store',
    params: named,
    body: z.strictObject({ reason: z.string().min(1).max(300).default('a person took it back') }),
    reply: z.object({ items: z.array(l.modelListing) }),
  },
} as const satisfies Record<string, Route>
