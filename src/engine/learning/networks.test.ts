import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Fault } from '#core/faults.ts'
import type { JsonObject } from '#core/json.ts'
import { actingModel } from '#learn/models/registry.ts'
import { type Engine, makeContext } from '../engine.ts'
import { openEngine } from '../open.ts'
import { recordSession } from '../record.ts'
import { readAdvice } from './advice.ts'
import { readModels } from './model-files.ts'
import { activateModel, exportModel, importModel, listModels } from './models.ts'
import { networkImport } from './networks.ts'
import { madeInfo, madeProbe, madeRun } from './test-runs.ts'
import { trainModels } from './train.ts'

/** Before the first of the made clips was recorded. */
const early = 1_779_000_000_000
const ctx = makeContext({ seed: 1 })
const contextAt = (now: number) => ({ ...ctx, now: () => now })
const file = (name: string) => readFile(new URL(`../../../sample/networks/${name}`, import.meta.url))
const withCode = (code: string) => (error: unknown) => error instanceof Fault && error.code === code

describe('a network that was brought', () => {
  let dir: string
  let engine: Engine
  let described: JsonObject
  let onnx: Buffer
  let brought: { readonly name: string; readonly version: string }
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-networks-'))
    engine = await openEngine({ dataDir: dir, jobThreads: 0 })
    described = JSON.parse((await file('dead-zones.json')).toString('utf8')) as JsonObject
    onnx = await file('dead-zones.onnx')
    brought = await importModel(engine, networkImport(described, onnx), contextAt(early))
  })
  after(async () => {
    await engine.close()
    await rm(dir, { recursive: true })
  })
  const record = async (from: number, to: number) => {
    for (let clip = from; clip < to; clip++) await recordSession(engine, madeRun(clip, 0).sent)
  }
  const acting = async () => actingModel(await readModels(dir, ctx), 'dead-zones')
  const train = () => trainModels(engine, { names: ['dead-zones'] }, ctx)

  test('is there under a name of its own, once, and does not act', async () => {
    assert.match(brought.version, /^network-[0-9a-f]{8}$/)
    assert.deepEqual(await importModel(engine, networkImport(described, onnx), contextAt(early)), brought)
    assert.equal(await acting(), null)
    await assert.rejects(activateModel(engine, 'dead-zones', brought.version, ctx), withCode('model.refused'))
    const exported = await exportModel(engine, 'dead-zones', brought.version, ctx)
    const { features } = exported['model'] as {
      readonly features: readonly { readonly name: string; readonly mean: number }[]
    }
    assert.deepEqual(features[0], { name: 'share kept here', mean: 0.7, deviation: 0.3 })
  })

  test('acts from eight clips on that came after it, where it beats what acts without it', async () => {
    await record(0, 7)
    await train()
    assert.equal(await acting(), null, 'seven clips are too few')
    await record(7, 9)
    const { models } = await train()
    const version = brought.version
    assert.deepEqual([(await acting())?.version, models[0]!.version, models[0]!.acts], [version, version, true])
    assert.match(models[0]!.reason, /^Loss lower by .* than what is trained here on 9 unseen clips\.$/)
    const heard = (await readAdvice(dir, 'clip 3', ctx))!
    assert.deepEqual(heard.deadRegions(madeInfo, madeProbe('top-left'))?.regions, ['top-left'])
    assert.equal(heard.deadRegions(madeInfo, madeProbe('top-left'))?.use.version, version)
    assert.equal(heard.deadRegions(madeInfo, madeProbe('nowhere')), null)
  })

  test('is kept out where, with more clips, what is trained here does as well', async () => {
    await record(9, 30)
    const { models } = await train()
    const own = await acting()
    assert.deepEqual([own?.algorithm, models[0]!.version], ['forest', own?.version])
    const network = (await listModels(engine, ctx))[1]!.versions.find(({ version }) => version === brought.version)!
    assert.match(network.reason, /on 30 unseen clips: that may be luck\.$/)
    assert.ok(network.metrics['auc']! > 0.9 && network.metrics['rows'] === 270)
  })

  test('that says nonsense is never let in, and one that came later is not judged by what was there', async () => {
    // Its inputs are taken for each other: what it says is nonsense.
    const other = { ...described, features: (described['features'] as JsonObject[]).toReversed() }
    const { version } = await importModel(engine, networkImport(other, onnx), contextAt(early))
    const late = await importModel(engine, networkImport({ ...described, output: 'logit' }, onnx), ctx)
    await train()
    const versions = (await listModels(engine, ctx))[1]!.versions
    const wrong = versions.find((one) => one.version === version)!
    assert.ok(!wrong.acts && /that may be luck/.test(wrong.reason), wrong.reason)
    assert.equal(
      versions.find((one) => one.version === late.version)!.reason,
      'It was not judged on clips that it had not seen.',
    )
  })

  test('that cannot be what it says is refused, and says why', async () => {
    const refused = (said: JsonObject, bytes: Buffer = onnx) =>
      assert.rejects(importModel(engine, networkImport(said, bytes), ctx), withCode('model.invalid'))
    await refused({ ...described, model: 'failure-frame' })
    await refused({ ...described, output: 'value' })
    await refused({ ...described, features: [{ name: 'phase of the moon' }] })
    await refused({ ...described, features: [{ name: 'row' }] })
    await refused(described, Buffer.from('words'))
  })
})
