import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fault } from '#core/faults.ts'
import type { Json, JsonObject } from '#core/json.ts'
import { newId } from '#engine/engine.ts'
import { undoImport } from '#engine/import.ts'
import { exportTargets } from '#engine/targets.ts'
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
    await receive(path, body)
    const params = { path, name, mode, layout: layout ?? null }
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

/** A file name that is harmless on every disk and still says what the file is. */
function safeName(name: string): string {
  return (
    name
      .replaceAll(/[^\p{L}\p{N}._ -]/gu, '_')
      .replace(/^\.+/, '_')
      .slice(-100) || 'upload'
  )
}

/** Writes an upload to disk, within its limit; nothing stays when it breaks off. */
async function receive(path: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    await pipeline(counted(body), createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  } catch (error) {
    await rm(dirname(path), { recursive: true, force: true })
    throw error
  }
}

async function* counted(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxUploadBytes)
      throw fault('request.large', { expected: `at most ${maxUploadBytes} bytes`, found: 'more' })
    yield chunk
  }
  if (bytes === 0) throw fault('request.invalid', { expected: 'the bytes of a file', found: 'an empty body' })
}
