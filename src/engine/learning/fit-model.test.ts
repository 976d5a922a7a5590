import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { AnySession } from '#core/session.ts'
import { seededRng } from '#core/rng.ts'
import { deadZoneFeatureNames } from '#domains/camera/learning/examples/dead-zone-examples.ts'
import { settingsFeatureNames } from '#domains/camera/learning/examples/settings-examples.ts'
import { trackFeatureNames } from '#domains/camera/learning/examples/track-examples.ts'
import { signalNames } from '#domains/camera/learning/examples/track-lives.ts'
import { mayAct, type ModelRecord } from '#learn/models/registry.ts'
import { fitModel } from './fit-model.ts'
import { ArmTally, liveVerdict } from './live-arms.ts'
import type { ModelName } from './model-kinds.ts'
import {
  dataHash,
  fairWeights,
  fittingVersion,
  type LifeSet,
  type RowSet,
  rowSet,
  Sample,
  type TrainingSet,
} from './rows.ts'

const sha256 = (data: string | Uint8Array) =>
  String(Buffer.from(data).reduce((hash, byte) => (31 * hash + byte) | 0, 7))

/** Regions of clips: dead where the probe kept little (`truth`), or by chance. */
function regionRows(clips: number, truth: boolean, seed: string, isForeign = false): RowSet {
  const rng = seededRng(seed)
  const sample = new Sample<{ values: (number | null)[]; target: number; clip: string }>(100_000, rng)
  for (let clip = 0; clip < clips; clip++) {
    for (let region = 0; region < 9; region++) {
      const kept = rng.next()
      const dead = truth ? rng.next() < (kept < 0.3 ? 0.9 : 0.05) : rng.next() < 0.3
      const values = deadZoneFeatureNames.map((name) =>
        name === 'row'
          ? Math.floor(region / 3)
          : name === 'column'
            ? region % 3
            : name === 'share kept here'
              ? kept
              : rng.next(),
      )
      sample.add({ values, target: Number(dead), clip: `${seed} ${clip}` }, `${seed} ${clip}`, isForeign)
    }
  }
  return rowSet(deadZoneFeatureNames, sample)
}

const joined = (a: RowSet, b: RowSet): RowSet => ({
  ...a,
  values: Float64Array.from([...a.values, ...b.values]),
  targets: Float64Array.from([...a.targets, ...b.targets]),
  clips: [...a.clips, ...b.clips],
  foreign: Uint8Array.from([...a.foreign, ...b.foreign]),
})

const acts = (set: RowSet) => {
  const { comparison } = fitModel('dead-zones', set, 1)!
  return { comparison, ...mayAct({ comparison, baseline: 'what is usual' } as ModelRecord) }
}

test('what can be told is told, and what is chance may not act', () => {
  assert.ok(acts(regionRows(20, true, 'rule')).may)
  assert.ok(!acts(regionRows(20, false, 'chance')).may)
})

test('strangers may train a model, and cannot vouch for it', () => {
  const own = regionRows(12, false, 'own')
  const strangers = regionRows(200, true, 'strangers', true)
  const both = acts(joined(own, strangers))
  assert.ok(!both.may, both.reason)
  assert.equal(both.comparison?.groups, 12, 'judged on own clips')
  const weights = fairWeights(joined(own, strangers).foreign)
  const sum = (from: number, to: number) => weights.subarray(from, to).reduce((total, weight) => total + weight, 0)
  assert.ok(Math.abs(sum(0, 108) - sum(108, weights.length)) < 1e-9, 'a thousand strangers count as much as one')
  assert.ok(acts(strangers).may, 'where there is nothing of one’s own they are all there is')
})

function driftingLives(): LifeSet {
  const rng = seededRng('lives')
  const lives = Array.from({ length: 90 }, () => {
    const speed = rng.next() < 0.5 ? 0.02 : 0.001
    const start = 0.1 + 0.3 * rng.next()
    const frames = Math.min(40, Math.max(2, Math.floor(start / speed)))
    const border = Float64Array.from({ length: frames }, (_, i) => start - speed * i)
    const steps = new Float64Array(frames).fill(speed)
    return { frames, failed: frames < 40, signals: [border, steps, steps, new Float64Array(frames)] }
  })
  return {
    type: 'lives',
    featureNames: signalNames,
    lives,
    clips: lives.map((_, i) => `clip ${i % 15}`),
    foreign: new Uint8Array(lives.length),
  }
}

test('tracks that drift to the border are told from those that stay', () => {
  const { comparison, metrics } = fitModel('failure-frame', driftingLives(), 1)!
  assert.ok(comparison!.gainLow > 0 && metrics['auc']! > 0.9, JSON.stringify(metrics))
})

/** Rows of any features whose first one tells the target. */
function plainRows(featureNames: readonly string[], isChance: boolean): RowSet {
  const rng = seededRng('plain')
  const sample = new Sample<{ values: (number | null)[]; target: number; clip: string }>(1000, rng)
  for (let i = 0; i < 120; i++) {
    const values = featureNames.map(() => rng.next())
    const truth = values[0]! + 0.2 * rng.next()
    sample.add({ values, target: isChance ? Number(truth > 0.6) : truth, clip: '' }, `clip ${i % 12}`, false)
  }
  return rowSet(featureNames, sample)
}

/** Of every model that is fitted to rows like these, by version of the code. */
const fitted = { version: 1, sha256: '6dcce4c57978e5111339a7da23e120d99217cc4f7a9f3461e43af2c9875a864c' }

test('code that fits otherwise has another version', () => {
  const sets: readonly (readonly [ModelName, TrainingSet])[] = [
    ['settings', plainRows(settingsFeatureNames, false)],
    ['dead-zones', regionRows(12, true, 'version')],
    ['track-quality', plainRows(trackFeatureNames, true)],
    ['failure-frame', driftingLives()],
  ]
  const hash = createHash('sha256')
  for (const [name, set] of sets) hash.update(JSON.stringify(fitModel(name, set, 1)))
  assert.deepEqual(
    { version: fittingVersion, sha256: hash.digest('hex') },
    fitted,
    'models come out otherwise: raise fittingVersion, and note both here',
  )
})

test('a sample is even, within its bound, and the same for the same rows', () => {
  const draw = () => {
    const sample = new Sample<number>(100, seededRng(4))
    for (let i = 0; i < 5000; i++) sample.add(i, `clip ${i}`, false)
    return sample
  }
  const { kept, seen } = draw()
  assert.deepEqual([kept.length, seen], [100, 5000])
  assert.deepEqual(draw().kept, kept)
  const mean = kept.reduce((sum, { item }) => sum + item, 0) / 100
  assert.ok(Math.abs(mean - 2500) < 500, String(mean))
  const [one, other] = [regionRows(2, true, 'a'), regionRows(2, true, 'b')]
  assert.equal(dataHash(one, sha256), dataHash(regionRows(2, true, 'a'), sha256))
  assert.notEqual(dataHash(one, sha256), dataHash(other, sha256))
})

test('a model that did worse where it acted is found out, one that did no worse is left', () => {
  const session = (used: boolean) =>
    ({
      settings: { values: { models: [{ name: 'dead-zones', version: '1', used, reason: '' }] } },
    }) as unknown as AnySession
  const verdictOf = (withIt: number) => {
    const tally = new ArmTally()
    for (let i = 0; i < 12; i++) {
      tally.add(session(true), withIt + 0.02 * (i % 3))
      tally.add(session(false), 0.7 + 0.02 * (i % 3))
    }
    tally.add({ settings: { values: {} } } as unknown as AnySession, 0)
    return liveVerdict(tally.arms, { name: 'dead-zones', version: '1' })!
  }
  assert.ok(verdictOf(0.5).isWorse)
  assert.ok(!verdictOf(0.7).isWorse && !verdictOf(0.9).isWorse)
  assert.match(verdictOf(0.5).sentence, /^outcomes differed by -0.2 \(.*\) over 12 sessions with it and 12 without$/)
  assert.equal(liveVerdict(new ArmTally().arms, { name: 'dead-zones', version: '1' }), null)
})
