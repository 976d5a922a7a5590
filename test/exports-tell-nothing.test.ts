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
import { prepareSession } from '#engine/prepare.ts'
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

/** Facts that a recorder names itself, to be exported; and the part around what was chosen, which is checked by name. */
const ownFacts: ReadonlySet<string> = new Set(['attributes', 'filters', 'config', 'metadata', 'media', 'consent'])

/** Names under which the record has objects, or lists of them. */
function namesOf(value: Json, name = '', found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(value)) for (const item of value as readonly Json[]) namesOf(item, name, found)
  else if (isJsonObject(value)) {
    found.add(name)
    for (const [key, inner] of Object.entries(value)) if (!ownFacts.has(key)) namesOf(inner, key, found)
  }
  return found
}

/** The record with more keys in each object that stands under one of the names. */
function plantAt(value: JsonObject, names: ReadonlySet<string>): JsonObject {
  const planted = (inner: Json, name: string): Json => {
    if (Array.isArray(inner)) return (inner as readonly Json[]).map((item) => planted(item, name))
    if (!isJsonObject(inner) || ownFacts.has(name)) return inner
    const entries = Object.entries(inner).map(([key, item]) => [key, planted(item, key)] as const)
    return { ...Object.fromEntries(entries), ...(names.has(name) ? extras : {}) }
  }
  return planted(value, '') as JsonObject
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

  /** Into every object of the record, however deep, that takes keys of its own. */
  function plant(session: JsonObject): JsonObject {
    const names = [...namesOf(session)].filter(
      (name) => !ownFacts.has(name) && takes(plantAt(session, new Set([name]))),
    )
    return plantAt(session, new Set(names))
  }

  function takes(session: Json): boolean {
    try {
      prepareSession(session)
      return true
    } catch {
      return false
    }
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
