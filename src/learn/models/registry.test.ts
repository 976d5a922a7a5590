import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Json } from '#core/json.ts'
import {
  activate,
  actingModel,
  type Changed,
  emptyRegistry,
  mayAct,
  type ModelRecord,
  type ModelRegistry,
  readRegistry,
  register,
  rollBack,
} from './registry.ts'

const good = { modelLoss: 0.5, baselineLoss: 0.6, gain: 0.1, gainLow: 0.02, gainHigh: 0.2, rows: 300, groups: 12 }

const record = (version: string, comparison: ModelRecord['comparison'] = good): ModelRecord => ({
  name: 'settings',
  version,
  algorithm: 'boosted-trees',
  featureNames: ['speed'],
  modelHash: 'a'.repeat(64),
  dataHash: 'b'.repeat(64),
  seed: 1,
  metrics: { auc: 0.8, brier: null },
  baselineMetrics: { auc: 0.5 },
  baseline: 'the default settings',
  comparison,
  createdAt: 1_000,
  parent: version === 'v1' ? null : 'v1',
})

function must(changed: Changed): ModelRegistry {
  assert.ok(changed.ok, changed.ok ? '' : changed.reason)
  return changed.registry
}

const all = ['v1', 'v2', 'v3'].reduce((registry, version) => must(register(registry, record(version))), emptyRegistry)
const acts = (registry: ModelRegistry) => actingModel(registry, 'settings')?.version ?? null

describe('a model acts', () => {
  test('where it beat the baseline on enough unseen clips', () => {
    const { may, reason } = mayAct(record('v1'))
    assert.ok(may)
    assert.equal(reason, 'loss lower by 0.1 (0.02 to 0.2) than the default settings on 12 unseen clips')
  })
  test('not where the gain may be luck, the clips are few, or nobody looked', () => {
    const refused = [{ ...good, gainLow: 0 }, { ...good, groups: 7 }, { ...good, gain: -0.1, gainLow: -0.2 }, null]
    for (const comparison of refused) {
      const registry = must(register(emptyRegistry, record('v1', comparison)))
      assert.equal(activate(registry, 'settings', 'v1', 1).ok, false)
      assert.equal(acts(registry), null)
    }
  })
  test('only when it was asked for, and known', () => {
    assert.equal(acts(all), null)
    assert.deepEqual(activate(all, 'settings', 'v9', 1), {
      ok: false,
      reason: 'there is no model "settings" of version v9',
    })
    assert.equal(activate(all, 'dead-zones', 'v1', 1).ok, false)
  })
})

describe('rollback', () => {
  const first = must(activate(all, 'settings', 'v1', 1))
  const second = must(activate(first, 'settings', 'v2', 2))
  const back = must(rollBack(second, 'settings', 'it did worse', 3))
  test('gives the one before its place again', () => {
    assert.deepEqual([acts(first), acts(second), acts(back)], ['v1', 'v2', 'v1'])
  })
  test('is for good', () =>
    assert.deepEqual(activate(back, 'settings', 'v2', 4), { ok: false, reason: 'version v2 was rolled back' }))
  test('goes down to the baseline, and no further', () => {
    const none = must(rollBack(back, 'settings', 'it too', 5))
    assert.equal(acts(none), null)
    assert.equal(rollBack(none, 'settings', 'again', 6).ok, false)
    assert.equal(acts(must(activate(none, 'settings', 'v3', 7))), 'v3')
  })
  test('of a model that was made to act twice does not bring it back', () => {
    const again = must(activate(second, 'settings', 'v1', 3))
    assert.equal(acts(again), 'v1')
    assert.equal(acts(must(rollBack(again, 'settings', 'worse', 4))), 'v2')
  })
  test('loses nothing of the history', () => {
    assert.deepEqual(
      back.acts.map(({ type, version }) => `${type} ${version}`),
      ['activate v1', 'activate v2', 'rollback v2'],
    )
    assert.equal(all.acts.length, 0)
  })
})

test('a version is registered once; to act twice changes nothing', () => {
  assert.equal(register(all, record('v1')).ok, false)
  const acting = must(activate(all, 'settings', 'v1', 1))
  assert.equal(must(activate(acting, 'settings', 'v1', 2)), acting)
})

describe('as JSON', () => {
  const registry = must(rollBack(must(activate(all, 'settings', 'v1', 1)), 'settings', 'worse', 2))
  const json = () => JSON.parse(JSON.stringify(registry)) as { [key: string]: Json }
  test('comes back as it was', () => assert.deepEqual(readRegistry(json()), { ok: true, value: registry }))
  test('damaged, says where', () => {
    const cases: [Json | undefined, string][] = [
      [undefined, 'the registry'],
      [[], 'the registry'],
      [{ ...json(), version: 2 }, 'version'],
      [{ ...json(), records: {} }, 'records'],
      [{ ...json(), records: [{ ...record('v1'), createdAt: 'today' } as unknown as Json] }, 'records[0].createdAt'],
      [{ ...json(), records: [] }, 'acts[0]'],
    ]
    for (const [damaged, where] of cases) {
      const read = readRegistry(damaged)
      assert.ok(!read.ok && read.where === where, JSON.stringify(read))
    }
  })
})
