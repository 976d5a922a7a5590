import { basename, join } from 'node:path'
import type { Json, JsonObject } from '#core/json.ts'
import { newId } from '#engine/engine.ts'
import { undoImport } from '#engine/import.ts'
import { exportTargets } from '#engine/targets.ts'
import { receiveUpload, safeName } from '#engine/uploads.ts'
import type { Handlers } from '../handler.ts'
import { addJob } from './jobs.ts'

type Keys =
  | 'GET /api/v1/formats'
  | 'POST /api/v1/imports'
  | 'GET /api/v1/imports'
  | 'POST /api/v1/imports/{id}/undo'
  | 'POST /api/v1/exports'
  | 'GET /api/v1/exports'

/** The largest upload of an import. */
const maxUploadBytes = 16 * 1024 ** 3

export const transferHandlers: Handlers<Keys> = {
  'GET /api/v1/formats': () => ({ items: exportTargets }),

  'POST /api/v1/imports': async ({ query, body }, { engine, principal }) => {
    const { project, mode, layout } = query
    const name = basename(query.name)
    // A folder of its own, since the name says what a single file is: layouts are told apart by it.
    const path = join(engine.dataDir, 'uploads', newId(), safeName(name))
    await receiveUpload(engine, path, body, maxUploadBytes)
    const params = { path, name, mode, layout: layout ?? null, confined: principal.project !== null }
    return addJob(engine, { kind: 'import', project, principal: principal.name, params })
  },

  'GET /api/v1/imports': async ({ query }, { engine }) => ({
    items: await engine.store.catalog.imports(query.project ?? null),
  }),

  'POST /api/v1/imports/{id}/undo': async ({ params }, { engine }) => ({
    broughtBack: await undoImport(engine, params.id),
  }),

  'POST /api/v1/exports': async ({ body }, { engine, principal }) => {
    const { project, dataset, query, sampleType, format, options, strict, purpose } = body
    const params: JsonObject = {
      dataset: dataset ?? null,
      query: (query ?? null) as Json,
      sampleType: sampleType ?? null,
      format,
      options: options as JsonObject,
      strict,
      purpose,
    }
    return addJob(engine, { kind: 'export', project, principal: principal.name, params })
  },

  'GET /api/v1/exports': async ({ query }, { engine }) => ({
    items: await engine.store.datasets.exports(query.project ?? null),
  }),
}
