/** From a clone to a dataset, end to end on the sample project: what people do, in the order they do it. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Fault } from '#core/faults.ts'
import { localOwner } from '#core/principal.ts'
import { commitVersion } from '#engine/commit-version.ts'
import { appendConsent } from '#engine/consent.ts'
import { createDataset, versionDiff, versionQuality } from '#engine/datasets.ts'
import { diagnose } from '#engine/doctor.ts'
import { findDuplicates } from '#engine/duplicates.ts'
import { appendEdit } from '#engine/edits.ts'
import { type Engine, makeContext, newId, sha256 } from '#engine/engine.ts'
import { exportFile, type ExportRequest, exportsFolder, exportTo } from '#engine/export.ts'
import { forgetData } from '#engine/forget.ts'
import { importPath, undoImport } from '#engine/import.ts'
import { openEngine } from '#engine/open.ts'
import { reindexStore } from '#engine/reindex.ts'
import { loadSampleProject, sampleProject } from '#engine/sample-project.ts'
import { exportTargets, openSink } from '#engine/targets.ts'

let dir: string
let engine: Engine
const ctx = makeContext()
const project = sampleProject

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hindsight-spine-'))
  engine = await openEngine({ dataDir: join(dir, 'data'), jobThreads: 0 })
  await loadSampleProject(engine, ctx)
})
after(async () => {
  await engine.close()
  await rm(dir, { recursive: true })
})

const usual: ExportRequest = {
  project,
  dataset: null,
  query: null,
  sampleType: null,
  format: 'hindsight',
  options: {},
  strict: false,
  purpose: 'train',
  principal: 'owner',
  target: 'test',
}

async function exportInto(name: string, request: Partial<ExportRequest>) {
  const out = join(dir, name)
  return { out, report: await exportTo(engine, { ...usual, ...request }, await openSink(engine, out), ctx) }
}

const importOf = (path: string, mode: 'merge' | 'replace' = 'merge', into = project) =>
  importPath(engine, { project: into, path, name: 'test', mode, layout: null, principal: 'owner' }, ctx)

/** Every file below a folder with its hash, to compare two exports. */
async function contentOf(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  const paths = names.map((entry) => join(entry.parentPath, entry.name)).sort()
  return new Map(
    await Promise.all(paths.map(async (path) => [path.slice(folder.length), sha256(await readFile(path))] as const)),
  )
}

const codeOf = (code: string) => (error: unknown) => error instanceof Fault && error.code === code

test('the sample project has sessions of all three kinds, and is loaded only once', async () => {
  const tally = await engine.store.catalog.tally(project)
  assert.deepEqual([...new Set(tally.map((row) => row.domain))].sort(), ['camera', 'gui', 'images'])
  assert.equal(await loadSampleProject(engine, ctx), 0)
})

describe('datasets', () => {
  test('versions are frozen: a later correction makes the next version, and the first exports the same bytes', async () => {
    await createDataset(engine, {
      name: 'screens',
      project,
      about: null,
      select: { sessions: { domain: 'gui' }, sampleType: 'image' },
    })
    await assert.rejects(
      createDataset(engine, { name: 'screens', project, about: null, select: { sessions: {}, sampleType: 'image' } }),
      codeOf('dataset.exists'),
    )
    const plan = { shares: { train: 0.5, val: 0.5, test: 0 }, seed: 3, stratifyBy: null }
    const request = { project, dataset: 'screens', version: null, plan, note: null }
    const first = await commitVersion(engine, request, ctx)
    assert.equal(first.version.version, '1.0.0')
    assert.equal(first.leaks.groups.count, 0, 'a run lies in two parts')
    const before = await exportInto('coco-1', { dataset: 'screens@1.0.0', format: 'coco' })

    const { quality } = await versionQuality(engine, project, 'screens')
    assert.ok(quality.images && quality.images.annotations > 0)
    const page = await engine.store.catalog.page({ project, domain: 'gui' }, 1, null)
    const session = page.items[0]?.id ?? ''
    await appendEdit(engine, { session, kind: 'gui.annotation', after: await someBox(session) }, localOwner)
    const second = await commitVersion(engine, { ...request, plan: null }, ctx)
    assert.notEqual(second.version.hash, first.version.hash)
    const diff = await versionDiff(engine, project, 'screens', '1.0.0', second.version.version)
    assert.deepEqual([diff.added, diff.removed, diff.moved], [0, 0, 0])
    assert.equal(diff.changed, 1)

    const again = await exportInto('coco-2', { dataset: 'screens@1.0.0', format: 'coco' })
    assert.deepEqual(await contentOf(again.out), await contentOf(before.out))
    const changed = await exportInto('coco-3', { dataset: 'screens', format: 'coco' })
    assert.notDeepEqual(await contentOf(changed.out), await contentOf(before.out))
  })

  test('an empty selection, a wrong version and a wrong split are refused', async () => {
    await createDataset(engine, {
      name: 'none',
      project,
      about: null,
      select: { sessions: { text: 'zzzzzz' }, sampleType: 'image' },
    })
    const request = { project, dataset: 'none', version: null, plan: null, note: null }
    await assert.rejects(commitVersion(engine, request, ctx), codeOf('dataset.empty'))
    await assert.rejects(commitVersion(engine, { ...request, dataset: 'nowhere' }, ctx), codeOf('dataset.unknown'))
    const plan = { shares: { train: 0.5, val: 0.1, test: 0.1 }, seed: 1, stratifyBy: null }
    await assert.rejects(
      commitVersion(engine, { ...request, dataset: 'screens', plan }, ctx),
      codeOf('dataset.invalid'),
    )
    await assert.rejects(
      commitVersion(engine, { ...request, dataset: 'screens', version: '1.0.0' }, ctx),
      codeOf('dataset.invalid'),
    )
  })

  test('what is there twice is named', async () => {
    const report = await findDuplicates(engine, { project, domain: 'images' }, 'pair', 6, ctx)
    assert.ok(report.samples > 5)
    assert.ok(report.near.length > 0, 'the sample project holds a near duplicate on purpose')
  })
})

async function someBox(session: string) {
  const stored = await engine.store.catalog.session(session)
  const screen = (JSON.parse(stored?.body ?? '{}') as { media: { role: string; sha256: string }[] }).media.find(
    (media) => media.role === 'screenshot',
  )
  return {
    op: 'add',
    screen: screen?.sha256 ?? '',
    annotation: { id: 'mine', label: 'made_by_hand', shape: { type: 'box', bbox: [5, 5, 40, 20] }, confidence: null },
  }
}

describe('exports', () => {
  test('every target writes what the sample project has, and leaves nothing behind when it fails', async () => {
    for (const target of exportTargets) {
      const { report } = await exportInto(`target-${target.name}`, { format: target.name })
      assert.ok(report.items > 0, target.name)
    }
    await assert.rejects(exportInto('strict', { format: 'nexvision', strict: true }), codeOf('format.loss'))
    await assert.rejects(exportInto('unknown', { format: 'floppy' }), codeOf('format.unknown'))
    await assert.rejects(exportInto('option', { format: 'coco', options: { wheels: 4 } }), codeOf('format.option'))
    await assert.rejects(exportInto('type', { format: 'coco', sampleType: 'row' }), codeOf('format.sample'))
    const names = await readdir(dir)
    assert.deepEqual(
      names.filter((name) => /^(strict|unknown|option|type)|part|tmp/.test(name)),
      [],
    )
  })

  test('a withdrawal keeps sessions out of everything from then on', async () => {
    const page = await engine.store.catalog.page({ project, domain: 'camera' }, 1, null)
    const session = page.items[0]?.id ?? ''
    const before = (await exportInto('before-withdrawal', { format: 'autosolve' })).report
    await appendConsent(
      engine,
      { project, contributor: null, session, decision: 'withdrawn', scopes: ['train', 'share'], text: 'by request' },
      localOwner,
    )
    const { report, out } = await exportInto('after-withdrawal', { format: 'autosolve' })
    assert.equal(report.items, before.items - 1)
    assert.equal(
      Object.values(report.withheld).reduce((sum, count) => sum + count, 0),
      1,
    )
    assert.ok(out)
  })
})

describe('imports', () => {
  test('our own archive comes back to the letter, and twice changes nothing', async () => {
    const { out } = await exportInto('own', { format: 'hindsight', query: { domain: 'gui' } })
    const again = await importOf(out)
    assert.equal(again.problems.count, 0, JSON.stringify(again.problems.first[0]))
    assert.equal(again.sessions.created, 0)
    assert.ok(again.sessions.repeated > 0)
    assert.equal(again.edits.created, 0)
  })

  test('a replace backs up, sets aside and can be undone', async () => {
    const into = 'replacing'
    const source = (await exportInto('for-replace', { format: 'qontinui', query: { domain: 'gui' } })).out
    const own = (await exportInto('for-merge', { format: 'hindsight', query: { domain: 'gui' } })).out
    // The archive names its own project; the import decides.
    const merged = await importOf(own, 'merge', into)
    assert.ok(merged.sessions.created + merged.sessions.conflict > 0)
    await importOf(source, 'merge', into)
    const before = (await engine.store.catalog.page({ project: into }, 100, null)).items.map((item) => item.id)
    assert.ok(before.length > 0)
    const fixture = join(dir, 'training-data')
    await exportInto('training-data', { format: 'nexvision' })
    await importOf(fixture, 'merge', into)
    const replaced = await importOf(source, 'replace', into)
    assert.notEqual(replaced.backup, null)
    const images = await engine.store.catalog.count({ project: into, domain: 'images' }, 1000)
    assert.ok(images > 0, 'a replace of one domain touched another')
    await undoImport(engine, replaced.import)
    const after = (await engine.store.catalog.page({ project: into, domain: 'gui' }, 100, null)).items.map(
      (item) => item.id,
    )
    assert.deepEqual(after.sort(), before.sort())
  })

  test('a foreign COCO set becomes sessions, and its boxes come out again', async () => {
    const { out } = await exportInto('coco-foreign', { format: 'coco', query: { domain: 'gui' } })
    const report = await importOf(out, 'merge', 'foreign')
    assert.equal(report.problems.count, 0, JSON.stringify(report.problems.first[0]))
    assert.equal(report.layout, 'coco')
    const back = await exportInto('coco-back', { format: 'coco', project: 'foreign' })
    const boxes = async (folder: string) =>
      (
        JSON.parse(await readFile(join(folder, 'annotations.json'), 'utf8')) as { annotations: { bbox: number[] }[] }
      ).annotations
        .map((entry) => entry.bbox.join())
        .sort()
    assert.deepEqual(await boxes(back.out), await boxes(out))
  })

  test('what fits no layout is refused with the requirements that failed', async () => {
    const folder = join(dir, 'nothing')
    await cp(join(import.meta.dirname, '../docs'), folder, { recursive: true })
    await assert.rejects(importOf(folder), (error: unknown) => {
      assert.ok(codeOf('layout.unknown')(error))
      assert.match((error as Fault).found, /autosolve.*nexvision|nexvision.*autosolve/s)
      return true
    })
  })
})

describe('care', () => {
  test('doctor finds nothing bad in a sound store', async () => {
    const findings = await diagnose(engine, {}, ctx)
    assert.deepEqual(
      findings.filter((finding) => finding.state === 'bad'),
      [],
    )
    assert.ok(findings.length >= 8)
    const misled = await diagnose(
      engine,
      { QONTINUI_EXPORT_TRAINING_DATA: '1', QONTINUI_EXPORT_DIR: join(dir, 'missing') },
      ctx,
    )
    assert.equal(misled.filter((finding) => finding.check === 'export variables' && finding.state !== 'good').length, 2)
  })

  test('everything derived can be thrown away and made again', async () => {
    const look = async () => ({
      page: (await engine.store.catalog.page({ project }, 100, null)).items,
      facets: await engine.store.catalog.facetSummary(project, null),
      tally: await engine.store.catalog.tally(project),
      found: await engine.store.catalog.count({ project, text: 'autumn' }, 100),
      samples: await engine.store.samples.count({ project }, null),
    })
    await exportInto('warm-up', { format: 'jsonl', sampleType: 'row' })
    const before = await look()
    await reindexStore(engine, ctx)
    assert.deepEqual(await look(), before)
    assert.ok(before.found > 0)
  })

  test('verify finds nothing to complain of', async () => {
    const report = await engine.store.verify({ repair: false }, ctx)
    assert.deepEqual(
      report.faults.map((entry) => entry.fault.message),
      [],
    )
    assert.ok(report.steps.every((step) => step.durationMs >= 0) && report.steps.length >= 5)
  })

  test('the erased are gone from the disk, named on a receipt, and not taken in again', async () => {
    const dataDir = join(dir, 'erasing')
    const own = await openEngine({ dataDir, jobThreads: 0 })
    try {
      await loadSampleProject(own, ctx)
      await createDataset(own, {
        name: 'runs',
        project,
        about: null,
        select: { sessions: { domain: 'gui' }, sampleType: 'image' },
      })
      await commitVersion(own, { project, dataset: 'runs', version: null, plan: null, note: null }, ctx)
      await exportTo(own, { ...usual, dataset: 'runs', format: 'coco' }, await openSink(own, join(dir, 'held')), ctx)
      const page = await own.store.catalog.page({ project, domain: 'gui' }, 1, null)
      const session = page.items[0]?.id ?? ''
      const waiting = exportFile(dataDir, newId())
      await mkdir(exportsFolder(dataDir))
      await exportTo(
        own,
        { ...usual, query: { domain: 'gui' }, target: basename(waiting) },
        await openSink(own, waiting),
        ctx,
      )
      await assert.rejects(forgetData(own, { sessions: ['x'] }, 'owner', ctx), codeOf('session.unknown'))
      const receipt = await forgetData(own, { sessions: [session] }, 'owner', ctx)
      assert.equal(receipt.sessions, 1)
      assert.equal(existsSync(waiting), false, 'a download that waits still holds what was erased')
      assert.ok(receipt.blobs > 0)
      assert.deepEqual(receipt.exports.map((entry) => entry.format).sort(), ['coco', 'hindsight'])
      assert.ok(
        receipt.versions.some((version) => version.includes('runs@1.0.0')),
        JSON.stringify(receipt.versions),
      )
      assert.equal(await own.store.catalog.session(session), null)
      assert.deepEqual(await filesHolding(dataDir, session), [])
      const path = join(import.meta.dirname, '../sample/gui')
      const request = { project, path, name: 'again', mode: 'merge', layout: null, principal: 'owner' } as const
      assert.equal((await importPath(own, request, ctx)).sessions.forgotten, 1)
      assert.deepEqual(await filesHolding(dataDir, session), [])
      assert.equal((await own.store.verify({ repair: false }, ctx)).faults.length, 0)
      const { version } = await versionQuality(own, project, 'runs')
      assert.equal(version.redacted, true)
    } finally {
      await own.close()
    }
  })
})

/** The files below a folder in which a text still stands. */
async function filesHolding(folder: string, text: string): Promise<readonly string[]> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  const paths = files.map((entry) => join(entry.parentPath, entry.name))
  const holding = await Promise.all(paths.map(async (path) => ((await readFile(path)).includes(text) ? [path] : [])))
  return holding.flat()
}
