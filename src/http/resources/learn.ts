import type { JsonObject } from '#core/json.ts'
import { type Engine, makeContext } from '#engine/engine.ts'
import { startExperiment, stopExperiment } from '#engine/learning/experiments.ts'
import { lessonsNamed } from '#engine/learning/learners.ts'
import type { Call, Handlers } from '../handler.ts'
import { wire } from './jobs.ts'

type Keys =
  | 'GET /api/v1/learn'
  | 'POST /api/v1/learn/train'
  | 'POST /api/v1/learn/rebuild'
  | 'POST /api/v1/learn/reset'
  | 'POST /api/v1/predict'
  | 'POST /api/v1/learn/choose'
  | 'POST /api/v1/learn/experiments'
  | 'POST /api/v1/learn/experiments/{name}/stop'
  | 'GET /api/v1/learn/regions'
  | 'GET /api/v1/sessions/{id}/proposals'
  | 'POST /api/v1/sessions/{id}/proposals'
  | 'GET /api/v1/learn/models'
  | 'POST /api/v1/learn/models'
  | 'GET /api/v1/learn/models/{name}'
  | 'POST /api/v1/learn/models/{name}/activate'
  | 'POST /api/v1/learn/models/{name}/rollback'

/** What stands on models and pictures is loaded when it is first asked for: a server that only records does without. */
export const learnHandlers: Handlers<Keys> = {
  'GET /api/v1/learn': async ({ query }, { engine }) => {
    const { learnStatus } = await import('#engine/learning/status.ts')
    const { comparable } = await import('#engine/learning/use-learning.ts')
    return { ...(await learnStatus(engine, query.learner ?? null)), comparable: Object.fromEntries(comparable) }
  },

  'POST /api/v1/learn/train': async ({ body }, { engine, principal }) => {
    const { addTrainJob } = await import('#engine/learning/use-learning.ts')
    const { names = null, seed = null } = body
    return wire(await addTrainJob(engine, { names, seed }, principal.name))
  },

  // Once begun it goes on when the page is closed.
  'POST /api/v1/learn/rebuild': async ({ body }, { engine }) => {
    const { rebuildLearned } = await import('#engine/learning/rebuild.ts')
    return await rebuildLearned(engine, body.learner ?? null, makeContext())
  },

  'POST /api/v1/learn/reset': async ({ body }, { engine }) => {
    const { resetLearned } = await import('#engine/learning/rebuild.ts')
    const learners = lessonsNamed(body.learner ?? null).map(({ name }) => name)
    await resetLearned(engine, body.learner ?? null)
    return { learners }
  },

  'POST /api/v1/predict': async ({ body }, { engine, signal }) => {
    if ('context' in body) {
      const { tellPrediction } = await import('#engine/learning/told-prediction.ts')
      return await tellPrediction(engine, body.learner, body.context as JsonObject, makeContext({ signal }))
    }
    const { clipPath } = await import('#engine/clips.ts')
    const { predictForClip } = await import('#engine/learning/predict-clip.ts')
    const { clip: fingerprint, engine: tracker } = body
    const path = await clipPath(engine, fingerprint, { signal })
    return await predictForClip(engine, { path, tracker, footage: 'auto', fingerprint }, makeContext({ signal }))
  },

  'POST /api/v1/learn/choose': async ({ body }, { engine, signal }) => {
    const { chooseSettings } = await import('#engine/learning/choose-settings.ts')
    const { learner, session, context } = body
    return await chooseSettings(engine, { learner, session, context: context as JsonObject }, makeContext({ signal }))
  },

  'POST /api/v1/learn/experiments': async ({ body }, { engine }) => {
    const { comparable } = await import('#engine/learning/use-learning.ts')
    return await startExperiment(engine, body, comparable)
  },
  'POST /api/v1/learn/experiments/{name}/stop': ({ params }, { engine }) => stopExperiment(engine, params.name),

  'GET /api/v1/learn/regions': async (_request, { engine }) => {
    const { regionReport } = await import('#engine/learning/region-report.ts')
    return await regionReport(engine)
  },

  'GET /api/v1/sessions/{id}/proposals': async ({ params }, { engine }) => {
    const { proposeCleanup } = await import('#engine/learning/proposals.ts')
    return await proposeCleanup(engine, params.id, makeContext())
  },

  'POST /api/v1/sessions/{id}/proposals': async ({ params, body }, { engine, principal }) => {
    const { acceptCleanup } = await import('#engine/learning/proposals.ts')
    const by = { principal: principal.name, activeMs: body.activeMs }
    return wire(await acceptCleanup(engine, params.id, body.tracks, by, makeContext()))
  },

  'GET /api/v1/learn/models': (_, { engine }) => modelsOf(engine),
  'POST /api/v1/learn/models': async ({ body }, { engine }) => {
    const { importModel } = await import('#engine/learning/models.ts')
    return await importModel(engine, body as JsonObject, makeContext())
  },
  'GET /api/v1/learn/models/{name}': async ({ params, query }, { engine }) => {
    const { exportModel } = await import('#engine/learning/models.ts')
    return (await exportModel(engine, params.name, query.version ?? null, makeContext())) as JsonObject & {
      readonly format: string
    }
  },
  'POST /api/v1/learn/models/{name}/activate': async ({ params, body }, { engine }) => {
    const { activateModel } = await import('#engine/learning/models.ts')
    await activateModel(engine, params.name, body.version, makeContext())
    return await modelsOf(engine)
  },
  'POST /api/v1/learn/models/{name}/rollback': async ({ params, body }, { engine }: Call) => {
    const { rollBackModel } = await import('#engine/learning/models.ts')
    await rollBackModel(engine, params.name, body.reason, makeContext())
    return await modelsOf(engine)
  },
}

async function modelsOf(engine: Engine) {
  const { listModels } = await import('#engine/learning/models.ts')
  return { items: await listModels(engine, makeContext()) }
}
