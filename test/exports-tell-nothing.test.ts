/** Paths, names, addresses and machines, planted wherever a recorder could put them, and looked for in everything that leaves. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import { localOwner } from '#core/principal.ts'
import { type Engine, makeContext } from '#engine/engine.ts'
import { exportTo } from '#engine/export.ts'
import { allLayouts } from '#engine/import-readers.ts'
import { openEngine } from '#engine/open.ts'
import { recordSession } from '#engine/record.ts'
import { sampleProject, loadSampleProject } from '#engine/sample-project.ts'
import { appendEdit } from '#engine/edits.ts'
import { folderSink } from '#io/folder-sink.ts'
import { formats } from '#formats/formats.ts'

const ctx = makeContext({ seed: 1 })

/** None of them may leave in any form. */
const planted = {
  path: '/home/ada/secret-film/shot.mov',
  windowsPath: 'C:\\Users\\ada\\secret-film',
  mail: 'ada.lovelace@example.org',
  machine: 'adas-laptop.local',
  address: '203.0.113.77',
  name: 'Ada King Lovelace',
}
const words = [...Object.values(planted), 'secret-film', 'example.org', 'adas-laptop', 'Lovelace']

/** Keys that no schema knows are kept with the record, whatever a recorder puts there. */
const extras: JsonObject = {
  path: planted.path,
  file: planted.windowsPath,
  user: planted.name,
  email: planted.mail,
  machine: { hostname: planted.machine, ip: planted.address },
}

describe('what is exported', () => {
  let dir: string
  let engine: Engine
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-exports-'))
    engine = await openEngine({ dataDir: join(dir, planted.name), jobThreads: 0 })
    await loadSampleProject(engine, ctx)
    for await (const stored of engine.store.catalog.scan({ project: sampleProject })) {
      const session = JSON.parse(stored.body) as JsonObject
      const id = stored.id.replace(/^......../, '0badf00d')
      await recordSession(engine, { ...plant(session), id, parent: null, project: 'planted', contributor: null })
      await appendEdit(
        engine,
        {
          id: id.replace(/^......../, '0badcafe'),
          session: id,
          kind: 'note',
          after: `by ${planted.name}`,
          reason: planted.mail,
        },
        localOwner,
      )
    }
    const about = { project: 'planted', contributor: null, session: null, decision: 'granted' } as const
    await engine.store.consent.append({
      ...about,
      id: '01a3a000-0000-7000-8000-000000000001',
      at: '2026-11-20T00:00:00Z',
      principal: 'owner',
      scopes: ['collect', 'train', 'share'],
      text: planted.name,
    })
  })
  after(async () => {
    await engine.close()
    await rm(dir, { recursive: true })
  })

  /** Into every part of the record that takes keys of its own, and beside the parts. */
  function plant(session: JsonObject): JsonObject {
    const parts = ['context', 'outcome', 'telemetry', 'host'].map((part) => {
      const value = session[part]
      return [part, isJsonObject(value) ? { ...value, ...extras } : (value ?? null)] as const
    })
    return { ...session, ...extras, ...Object.fromEntries(parts) }
  }

  async function exported(format: string, type: string | null, purpose: 'train' | 'share'): Promise<string> {
    const out = join(dir, `${format}-${type}-${purpose}`)
    const request = {
      project: 'planted',
      dataset: null,
      query: {},
      sampleType: type as 'image' | null,
      format,
      options: {},
      strict: false,
      purpose,
      principal: 'owner',
      target: 'out',
    }
    await exportTo(engine, request, await folderSink(out), ctx)
    return out
  }

  test('was really planted', async () => {
    const bodies: string[] = []
    for await (const { body } of engine.store.catalog.scan({ project: 'planted' })) bodies.push(body)
    assert.equal(bodies.length, 28)
    for (const word of [planted.path, planted.mail, planted.machine, planted.name]) {
      assert.ok(
        bodies.every((body) => body.includes(word)),
        word,
      )
    }
  })

  for (const purpose of ['train', 'share'] as const) {
    for (const format of formats) {
      for (const type of format.sampleTypes) {
        test(`${format.name}, ${type}, to ${purpose}: tells of no path, person or machine`, async () => {
          const out = await exported(format.name, type, purpose)
          const { bytes, found } = await look(out)
          assert.ok(bytes > 100, 'something was written')
          assert.deepEqual(found, [])
        })
      }
    }
    for (const layout of allLayouts.filter(({ domain }) => domain !== null)) {
      test(`${layout.name} to ${purpose}: tells of no path, person or machine`, async () => {
        const { bytes, found } = await look(await exported(layout.name, null, purpose))
        assert.ok(bytes > 100, 'something was written')
        assert.deepEqual(found, [])
      })
    }
  }
})

/** Planted words in the names and contents of all files of a folder; Parquet is unpacked first. */
async function look(folder: string): Promise<{ readonly bytes: number; readonly found: readonly string[] }> {
  const found: string[] = []
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const content = await readFile(path)
    bytes += content.length
    const unpacked = entry.name.endsWith('.parquet') ? JSON.stringify(await rowsOf(path)) : ''
    const text = `${path.slice(folder.length)}\n${content.toString('latin1')}\n${unpacked}`.replaceAll('\\\\', '\\')
    for (const word of words) if (text.toLowerCase().includes(word.toLowerCase())) found.push(`${entry.name}: ${word}`)
  }
  return { bytes, found }
}

async function rowsOf(path: string): Promise<Json> {
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) })
  return JSON.parse(
    JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  ) as Json
}
