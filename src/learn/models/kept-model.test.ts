import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '#core/json.ts'
import { fitBoostedTrees } from './boosted-trees.ts'
import { fitCalibration } from './calibration.ts'
import { fitForest } from './forest.ts'
import { fitHazard, survivalCurves } from './hazard.ts'
import { type Model, modelJson, readCalibration, readModel } from './kept-model.ts'
import { fitLogistic } from './logistic.ts'
import { testRows } from './test-rows.ts'
import { fitBag, upliftOverDefault } from './uplift.ts'

const { table, targets, groups } = testRows(300, 'kept')
const boost = { loss: 'logistic', trees: 5 } as const
const lives = Array.from({ length: 60 }, (_, track) => ({
  frames: 5 + (track % 20),
  failed: track % 3 > 0,
  signals: [Float64Array.from({ length: 5 + (track % 20) }, (_frame, frame) => frame / (1 + (track % 20)))],
  group: `clip ${track % 6}`,
}))
const hazard = fitHazard(['x'], lives, { boost: { trees: 5, minLeaf: 5 } })!
const bag = fitBag(table, targets, boost, { groups }, 2)!
const models: Model[] = [
  fitBoostedTrees(table, targets, boost, { groups })!,
  fitForest(table, targets, { trees: 2 })!,
  fitLogistic(table, targets)!,
  hazard,
  bag,
]
const through = (json: unknown) => JSON.parse(JSON.stringify(json)) as { [key: string]: Json }

for (const model of models) {
  test(`${model.algorithm}: written, read and written again is the same`, () => {
    const read = readModel(through(modelJson(model)))
    assert.ok(read.ok)
    assert.equal(read.value.algorithm, model.algorithm)
    assert.deepEqual(modelJson(read.value), modelJson(model))
  })
}

test('what is read back says the same to the last bit', () => {
  const read = readModel(through(modelJson(hazard)))
  assert.ok(read.ok && read.value.algorithm === 'hazard')
  const asked = [{ signals: lives[19]!.signals, frame: 9 }]
  assert.deepEqual(survivalCurves(read.value, asked, 50), survivalCurves(hazard, asked, 50))
  const again = readModel(through(modelJson(bag)))
  assert.ok(again.ok && again.value.algorithm === 'bag')
  assert.deepEqual(upliftOverDefault(again.value, table, 0, ['window']), upliftOverDefault(bag, table, 0, ['window']))
})

test('a calibration comes back the same; one that falls or is cut off does not', () => {
  for (const rows of [300, 1200]) {
    const { targets: outcomes, chances } = testRows(rows, 'calibration')
    const calibration = fitCalibration(outcomes, chances)!
    assert.deepEqual(readCalibration(through(calibration)), { ok: true, value: calibration })
  }
  for (const damaged of [
    null,
    { type: 'spline' },
    { type: 'platt', slope: 1 },
    { type: 'isotonic', raw: [0.1], chance: [] },
  ]) {
    assert.equal(readCalibration(damaged as unknown as Json).ok, false)
  }
  assert.equal(readCalibration({ type: 'isotonic', raw: [0.5, 0.1], chance: [0, 1] }).ok, false)
})

test('damaged, it says where', () => {
  const cases: [Json | undefined, string][] = [
    [undefined, 'the model'],
    [{ ...through(modelJson(hazard)), spanEnds: [3, 2] }, 'spanEnds'],
    [{ ...through(modelJson(hazard)), trees: 7 }, 'trees: the model'],
    [{ ...through(modelJson(bag)), members: [through(modelJson(models[2]!))] }, 'members[0]: algorithm'],
    [{ ...through(modelJson(bag)), algorithm: 'oracle' }, 'algorithm'],
  ]
  for (const [damaged, where] of cases) {
    const read = readModel(damaged)
    assert.ok(!read.ok)
    assert.equal(read.where, where)
  }
})
