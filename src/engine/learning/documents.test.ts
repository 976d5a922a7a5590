// Another program's learned file, brought by a real import: it changes what is foretold, and leaves no trace when it goes.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import type { Json, JsonObject } from '#core/json.ts'
import { type Engine, makeContext } from '../engine.ts'
import { importPath, undoImport } from '../import.ts'
import { openEngine } from '../open.ts'
import { writePreferences } from '../preferences.ts'
import { predict } from './choose.ts'
import { learnFromDocuments } from './documents.ts'
import { rebuildLearned } from './rebuild.ts'

const name = 'camera/blender'
const context: JsonObject = { widthPx: 1920, heightPx: 1080, fps: 30, frameCount: 100, engine: { name: 'blender' } }
/** The name of the settings below on HD footage. */
const key = 'model=Loc pattern=0.75 search=0.7 correlation=0.6'
const settings = { pattern_size: 21, search_size: 131, correlation: 0.6, threshold: 0.2, motion_model: 'Loc' }

let dir: string
let engine: Engine
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hindsight-documents-'))
  engine = await openEngine({ dataDir: join(dir, 'data'), jobThreads: 0 })
})
afterEach(async () => {
  await engine.close()
  await rm(dir, { recursive: true })
})

/** Imports a folder of AutoSolve that holds its learned file, with so many attempts that came to this. */
async function brought(attempts: number, solve_error: number, mode: 'merge' | 'replace' = 'merge') {
  const path = join(dir, `autosolve-${attempts}-${solve_error}`)
  await mkdir(path, { recursive: true })
  const experience: Json = { settings, outcome: 'SUCCESS', reward: 0.7, solve_error, bundle_count: 40 }
  const experiences = Array.from({ length: attempts }, () => experience)
  const model: Json = { version: 1, footage_classes: { HD_30fps: { sample_count: attempts, experiences } } }
  await writeFile(join(path, 'model.json'), JSON.stringify(model))
  const request = { path, name: 'autosolve', project: 'p', principal: 'owner', mode, layout: null }
  return importPath(engine, request, makeContext())
}

/** What is thought of the settings that the file speaks of, at the class of the clip. */
async function foretold() {
  const { known } = (await predict(engine, name, context)).outlook
  const { a, b } = known.posterior(key)
  return { mean: a / (a + b), observations: known.observations(key) }
}

test('the attempts in the file count within the cap of a stranger, and not at all where imports do not', async () => {
  const before = await foretold()
  assert.equal(before.observations, 0)
  await brought(40, 0.2)
  const after = await foretold()
  assert.ok(after.mean > before.mean && after.observations > 0 && after.observations <= 6, JSON.stringify(after))
  const [row] = await engine.store.learned.rows(name, ['footage/HD_30fps'])
  assert.deepEqual([row?.key, row?.source, row?.count], [key, 'import/autosolve/model.json', 40])
  await writePreferences(engine, { learnFromImports: false })
  assert.equal((await foretold()).observations, 0)
})

test('another file takes the place of the one before, and the same one again changes nothing', async () => {
  await brought(3, 0.2)
  const first = await engine.store.learned.rowsBeneath(name, '')
  const { revision } = (await engine.store.learned.head(name))!
  await learnFromDocuments(engine, 'p', null)
  assert.equal((await engine.store.learned.head(name))?.revision, revision)
  await brought(5, 3)
  const rows = await engine.store.learned.rows(name, ['all'])
  assert.deepEqual(
    rows.map(({ count }) => count),
    [5],
  )
  await brought(3, 0.2)
  assert.deepEqual(await engine.store.learned.rowsBeneath(name, ''), first)
})

test('what is made again from the sessions knows the file too', async () => {
  await brought(3, 0.2)
  const before = await engine.store.learned.rowsBeneath(name, '')
  await rebuildLearned(engine, name, makeContext())
  assert.deepEqual(await engine.store.learned.rowsBeneath(name, ''), before)
})

test('an import that is undone takes back what its file taught', async () => {
  const before = await foretold()
  const report = await brought(8, 0.2, 'replace')
  assert.notDeepEqual(await foretold(), before)
  await undoImport(engine, report.import)
  assert.deepEqual(await engine.store.learned.rowsBeneath(name, ''), [])
  assert.deepEqual(await foretold(), before)
})
