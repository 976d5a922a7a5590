import type { SessionQuery } from '#core/query.ts'
import type { JsonObject } from '#core/json.ts'
import { countSamples, createDataset, datasetByName, versionDiff, versionQuality } from '#engine/datasets.ts'
import { makeContext } from '#engine/engine.ts'
import type { Handlers } from '../handler.ts'
import { addJob } from './jobs.ts'

type Keys =
  | 'GET /api/v1/datasets'
  | 'POST /api/v1/datasets'
  | 'GET /api/v1/datasets/{name}'
  | 'POST /api/v1/datasets/{name}/versions'
  | 'GET /api/v1/datasets/{name}/quality'
  | 'GET /api/v1/datasets/{name}/diff'

export const datasetHandlers: Handlers<Keys> = {
  'GET /api/v1/datasets': async ({ query }, { engine }) => ({
    items: await engine.store.datasets.list(query.project ?? null),
  }),

  'POST /api/v1/datasets': ({ body }, { engine }) => {
    const { name, project, about, select } = body
    const { sampleType } = select
    return createDataset(engine, {
      name,
      project,
      about,
      select: { sessions: select.sessions as SessionQuery, sampleType },
    })
  },

  'GET /api/v1/datasets/{name}': async ({ params, query }, { engine, signal }) => {
    const dataset = await datasetByName(engine, query.project, params.name)
    const versions = await engine.store.datasets.versions(query.project, params.name)
    return {
      dataset,
      versions,
      samplesToday: await countSamples(engine, dataset.project, dataset.select, makeContext({ signal })),
    }
  },

  'POST /api/v1/datasets/{name}/versions': async ({ params, query, body }, { engine, principal }) => {
    await datasetByName(engine, query.project, params.name)
    const { version, plan, note } = body
    const job: JsonObject = { dataset: params.name, version: version ?? null, plan: plan ?? null, note }
    return addJob(engine, { kind: 'commit', project: query.project, principal: principal.name, params: job })
  },

  'GET /api/v1/datasets/{name}/quality': ({ params, query }, { engine }) =>
    versionQuality(
      engine,
      query.project,
      query.version === undefined ? params.name : `${params.name}@${query.version}`,
    ),

  'GET /api/v1/datasets/{name}/diff': ({ params, query }, { engine }) =>
    versionDiff(engine, query.project, params.name, query.from, query.to),
}
