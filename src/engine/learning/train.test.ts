import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Warning } from '#core/context.ts'
import { Fault } from '#core/faults.ts'
import { parseJson } from '#core/json.ts'
import { appendEdit } from '../edits.ts'
import { type Engine, makeContext } from '../engine.ts'
import { runJobs } from '../jobs/runner.ts'
import { openEngine } from '../open.ts'
import { recordSession } from '../record.ts'
import { holdback, readAdvice } from './advice.ts'
import { hearModels } from './hear-models.ts'
import { dropModels, readModels, readTrained } from './model-files.ts'
import { activateModel, exportModel, importModel, listModels, rollBackModel } from './models.ts'
import { proposeCleanup } from './proposals.ts'
import { regionReport } from './region-report.ts'
import { madeInfo as info, madeProbe as probe, madeRun } from './test-runs.ts'
import { trainDue, trainIfDue, trainRules } from './train-due.ts'
import { type TrainedModel, trainModels, type TrainReport } from './train.ts'

const warned: Warning[] = []
const ctx = makeContext({ seed: 1, warn: (warning) => void warned.push(warning) })
const owner = { name: 'owner', role: 'owner' } as const
const withCode = (code: string) => (error: unknown) => error instanceof Fault && error.code === code
const of = (report: TrainReport, name: string): TrainedModel => report.models.find((model) => model.name === name)!

async function opened() {
  const dir = await mkdtemp(join(tmpdir(), 'hindsight-models-'))
  return { dir, engine: await openEngine({ dataDir: dir, jobThreads: 0 }) }
}

const clipCount = 14

async function record(engine: Engine, clips: readonly number[]): Promise<readonly string[]> {
  const ids: string[] = []
  for (const clip of clips) {
    const { sent, wrong } = madeRun(clip, 0)
    await recordSession(engine, sent)
    const after = { deletions: wrong.map((track) => ({ track, region: 'center' })) }
    await appendEdit(engine, { session: sent.id, kind: 'camera.behavior', after }, owner)
    ids.push(sent.id)
  }
  return ids
}

describe('with nothing recorded', () => {
  test('nothing is trained, and it says how much is needed', async () => {
    const { dir, engine } = await opened()
    const report = await trainModels(engine, {}, ctx)
    assert.deepEqual([report.sessions, report.models.length], [0, 4])
    for (const { version, acts, reason } of report.models) {
      assert.deepEqual([version, acts], [null, false])
      assert.match(reason, /^There are 0 rows of 0 clips; \d+ of 8 are needed\.$/)
    }
    assert.equal(await readAdvice(dir, 'clip', ctx), null)
    const { missing } = (await listModels(engine, ctx))[1]!
    assert.match(
      missing ?? '',
      /^There are 0 rows of 0 clips; 60 of 8 are needed\. It is tried again with 10 camera sessions; there are 0 camera/,
    )
    const proposed = await regionReport(engine)
    assert.match(proposed.findings[0]!.sentence, /nothing is known yet/)
    await dropModels(dir)
    assert.equal(
      (await listModels(engine, ctx))[0]!.missing,
      'Training begins with 20 camera sessions; there are 0 camera sessions.',
    )
    await engine.close()
    await rm(dir, { recursive: true })
  })
})

describe('models trained on recorded sessions', () => {
  let dir = ''
  let engine: Engine
  let sessions: readonly string[] = []
  let first: TrainReport
  before(async () => {
    ;({ dir, engine } = await opened())
    sessions = await record(
      engine,
      Array.from({ length: clipCount }, (_, clip) => clip),
    )
    first = await trainModels(engine, {}, ctx)
  })
  after(async () => {
    await engine.close()
    await rm(dir, { recursive: true })
  })

  test('act where they beat the obvious on clips they had not seen, and nowhere else', async () => {
    assert.deepEqual([first.sessions, first.edits, first.clips], [clipCount, clipCount, clipCount])
    const [dead, quality] = [of(first, 'dead-zones'), of(first, 'track-quality')]
    assert.ok(dead.acts, dead.reason)
    assert.ok(dead.metrics['logLoss']! < 0.7 * dead.baselineMetrics['logLoss']!)
    assert.ok(quality.acts, quality.reason)
    assert.ok(quality.metrics['auc']! > 0.85 && quality.baselineMetrics['auc']! < 0.7)
    // All were run with the same settings, and no tracks were kept: there is nothing to tell apart.
    assert.deepEqual([of(first, 'settings').version, of(first, 'failure-frame').version], [null, null])
    const listed = await listModels(engine, ctx)
    assert.deepEqual(
      listed.map(({ name, acting }) => [name, acting]),
      [
        ['settings', null],
        ['dead-zones', '1'],
        ['track-quality', '1'],
        ['failure-frame', null],
      ],
    )
    assert.match(listed[1]!.versions[0]!.reason, /^Loss lower by .* than how often that part .* on 14 unseen clips\.$/)
  })

  test('are the same for the same sessions, and not registered twice', async () => {
    const again = await trainModels(engine, { names: ['dead-zones'] }, ctx)
    assert.deepEqual([of(again, 'dead-zones').version, of(again, 'dead-zones').isNew], ['1', false])
    const other = await opened()
    await record(
      other.engine,
      Array.from({ length: clipCount }, (_, clip) => clip),
    )
    await trainModels(other.engine, { names: ['dead-zones'] }, ctx)
    const hashOf = async (one: Engine) => (await listModels(one, ctx))[1]!.versions[0]!.modelHash
    assert.equal(await hashOf(other.engine), await hashOf(engine))
    await other.engine.close()
    await rm(other.dir, { recursive: true })
  })

  test('keep points out of a region that will be dead, but for a share of the clips that is the control', async () => {
    const heard = await Promise.all(
      Array.from({ length: 60 }, async (_, i) =>
        (await readAdvice(dir, `clip ${i}`, ctx))!.deadRegions(info, probe('top-left')),
      ),
    )
    assert.ok(heard.every((said) => said?.regions.join() === 'top-left'))
    const held = heard.filter((said) => said?.use.used === false).length / heard.length
    assert.ok(Math.abs(held - holdback) < 0.15, `${held} held back`)
    assert.match(
      heard[0]!.use.reason,
      /^no points in top left \(0\.\d\d\), where tracks will most likely come to nothing$/,
    )
    const [once, again] = [await readAdvice(dir, 'clip 3', ctx), await readAdvice(dir, 'clip 3', ctx)]
    assert.deepEqual(once!.deadRegions(info, probe('top-left')), again!.deadRegions(info, probe('top-left')))
    assert.equal(once!.deadRegions(info, probe('nowhere')), null)
    assert.equal(once!.deadRegions(info, null), null, 'what was not probed')
    assert.equal(
      (await hearModels(engine, { clip: 'a', policy: 'defaults' }, ctx)).advice,
      null,
      'a rule was asked for',
    )
    assert.notEqual((await hearModels(engine, { clip: 'a', policy: null }, ctx)).advice, null)
  })

  test('propose what people would take out, with what speaks for it, and nothing twice', async () => {
    const found: boolean[] = []
    for (const clip of [97, 98]) {
      const run = madeRun(clip, 0)
      await recordSession(engine, run.sent)
      const { proposals } = await proposeCleanup(engine, run.sent.id, ctx)
      found.push(...proposals.map(({ name }) => run.wrong.includes(name)))
    }
    assert.ok(found.length >= 5 && found.filter(Boolean).length > 0.6 * found.length, found.join())
    const { sent } = madeRun(99, 0)
    await recordSession(engine, sent)
    const proposed = await proposeCleanup(engine, sent.id, ctx)
    assert.equal(proposed.model, '1')
    const names = proposed.proposals.map(({ name }) => name)
    assert.ok(names.length >= 2 && names.length <= 6, names.join())
    assert.ok(proposed.proposals.every(({ probability, reason }) => probability >= 0.5 && reason.includes('jitter')))
    const after = { deletions: [{ track: names[0]! }] }
    await appendEdit(engine, { session: sent.id, kind: 'camera.behavior', after }, owner)
    assert.ok(!(await proposeCleanup(engine, sent.id, ctx)).proposals.some(({ name }) => name === names[0]))
    await assert.rejects(proposeCleanup(engine, 'nothing', ctx), withCode('session.unknown'))
  })

  test('tell how regions fare, and where people take out', async () => {
    const { trainedAt, findings } = await regionReport(engine)
    assert.equal(trainedAt, first.trainedAt)
    const centre = findings.find(({ region }) => region === 'center')!
    assert.ok(centre.deleted > 20 && centre.clips === clipCount)
    assert.ok(centre.low! < centre.share! && centre.share! < centre.high!)
  })

  test('are handed on as readable JSON, and come in without acting', async () => {
    const exported = await exportModel(engine, 'track-quality', null, ctx)
    const { features } = exported['model'] as { features: readonly { name: string; mean: number; deviation: number }[] }
    assert.ok(features.some(({ name, deviation }) => name === 'jitter' && deviation > 0))
    const text = JSON.stringify(exported, null, 2)
    const other = await opened()
    const { version } = await importModel(other.engine, parseJson(text), ctx)
    assert.match(version, /^1-brought-[0-9a-f]{8}$/)
    assert.deepEqual(await importModel(other.engine, parseJson(text), ctx), { name: 'track-quality', version })
    assert.equal((await listModels(other.engine, ctx))[2]!.acting, null)
    await assert.rejects(activateModel(other.engine, 'track-quality', version, ctx), withCode('model.refused'))
    const back = await exportModel(other.engine, 'track-quality', version, ctx)
    assert.deepEqual(back['model'], exported['model'])
    const changed = { ...exported, calibration: null }
    await assert.rejects(importModel(other.engine, parseJson(JSON.stringify(changed)), ctx), withCode('model.invalid'))
    await assert.rejects(importModel(other.engine, { format: 'other' }, ctx), withCode('model.invalid'))
    await other.engine.close()
    await rm(other.dir, { recursive: true })
  })

  test('go on with the one before when they are rolled back, and with none when there is none', async () => {
    await record(engine, [20, 21, 22])
    const more = await trainModels(engine, { names: ['dead-zones'] }, ctx)
    assert.deepEqual([of(more, 'dead-zones').version, of(more, 'dead-zones').acts], ['2', true])
    await rollBackModel(engine, 'dead-zones', 'it kept points out of the sky', ctx)
    const [, dead] = await listModels(engine, ctx)
    assert.equal(dead!.acting, '1')
    assert.equal(dead!.versions[0]!.reason, 'It was rolled back: it kept points out of the sky.')
    await rollBackModel(engine, 'dead-zones', 'so did this one', ctx)
    await assert.rejects(rollBackModel(engine, 'dead-zones', 'again', ctx), withCode('model.unknown'))
    await assert.rejects(activateModel(engine, 'dead-zones', '2', ctx), withCode('model.refused'))
    await assert.rejects(activateModel(engine, 'horoscope', '2', ctx), withCode('model.unknown'))
    assert.equal(await readAdvice(dir, 'clip', ctx), null)
  })

  test('are set aside when they are damaged, said so, and made anew', async () => {
    await dropModels(dir)
    await trainModels(engine, { names: ['dead-zones'] }, ctx)
    const folder = join(dir, 'models')
    const file = join(folder, 'dead-zones-1.json')
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('"boosted', '"busted').replace(/\d/, '7'))
    warned.length = 0
    assert.equal(await readAdvice(dir, 'clip', ctx), null, 'the baseline acts')
    assert.deepEqual(
      warned.map(({ code }) => code),
      ['model.damaged'],
    )
    assert.ok((await readdir(folder)).some((name) => name.startsWith('dead-zones-1.json.damaged-')))
    await assert.rejects(exportModel(engine, 'dead-zones', null, ctx), withCode('model.damaged'))
    await writeFile(join(folder, 'registry.json'), '{"format":')
    assert.deepEqual((await readModels(dir, ctx)).records, [])
    const anew = await trainModels(engine, { names: ['dead-zones'] }, ctx)
    assert.ok(of(anew, 'dead-zones').acts)
    assert.equal(await readFile(file, 'utf8'), text, 'to the last bit')
  })

  test('are withdrawn when what they learned from is gone', async () => {
    assert.equal(sessions.length, clipCount)
    const other = await opened()
    const ids = await record(
      other.engine,
      Array.from({ length: clipCount }, (_, clip) => clip),
    )
    await trainModels(other.engine, { names: ['dead-zones'] }, ctx)
    await other.engine.store.forget({ sessions: ids.slice(2) }, 'owner', ctx)
    const left = await trainModels(other.engine, { names: ['dead-zones'] }, ctx)
    assert.deepEqual([of(left, 'dead-zones').version, of(left, 'dead-zones').acts], [null, false])
    assert.equal((await listModels(other.engine, ctx))[1]!.acting, null)
    await other.engine.close()
    await rm(other.dir, { recursive: true })
  })

  test('stop when they are told to', async () => {
    const stopped = makeContext({ seed: 1, signal: AbortSignal.abort(new Error('enough')) })
    await assert.rejects(trainModels(engine, {}, stopped), /enough/)
  })
})

test('training is due with the first sessions, and when they have grown by a quarter', async () => {
  const { dir, engine } = await opened()
  const { firstSessions, newSessions } = trainRules
  await record(
    engine,
    Array.from({ length: firstSessions - 1 }, (_, clip) => clip),
  )
  assert.equal(await trainIfDue(engine), false)
  await record(engine, [firstSessions - 1])
  assert.equal(await trainIfDue(engine), true)
  assert.equal(await trainIfDue(engine), false, 'one waits already')
  const [job] = await engine.store.jobs.list({ kind: 'train' }, 5)
  assert.equal(job?.state, 'queued')
  await trainModels(engine, { names: ['settings'] }, ctx)
  assert.equal((await trainDue(engine)).isDue, true, 'the others were not trained')
  assert.equal(await runJobs(engine, new AbortController().signal), 1)
  const { state, result } = (await engine.store.jobs.get(job!.id))!
  assert.equal(state, 'succeeded')
  assert.ok((result as unknown as TrainReport).models.some(({ name, acts }) => name === 'dead-zones' && acts))
  assert.equal((await readTrained(dir))?.['sessions'], firstSessions)
  assert.deepEqual(await trainDue(engine), {
    isDue: false,
    sessions: firstSessions,
    trainedOn: firstSessions,
    dueFrom: firstSessions + newSessions,
  })
  await engine.close()
  await rm(dir, { recursive: true })
})

test('sessions that come while no run learns are learned and trained on by whatever engine runs', async () => {
  const { dir, engine } = await opened()
  await record(
    engine,
    Array.from({ length: trainRules.firstSessions }, (_, clip) => clip),
  )
  await engine.close()
  const running = await openEngine({ dataDir: dir, jobThreads: 1 })
  for (let waited = 0; waited < 600 && (await readTrained(dir)) === null; waited++) {
    // It gives way to what was just recorded, and looks again when there is something to do.
    running.wake()
    await delay(100)
  }
  assert.equal((await readTrained(dir))?.['sessions'], trainRules.firstSessions)
  await running.close()
  await rm(dir, { recursive: true })
})
