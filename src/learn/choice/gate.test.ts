import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultKey } from '#core/learnable.ts'
import { seededRng } from '#core/rng.ts'
import fc from 'fast-check'
import { meanOf } from './beta.ts'
import { addRow, type Cells, estimates } from './evidence.ts'
import { confidenceAmong, expectedGain, gateRules, judge, wantedOf } from './gate.ts'

const levels = ['clip', 'kind', 'all']
const candidate = { key: 's1', settings: { size: 1 } }

function knownOf(
  defaults: readonly number[],
  tried: readonly number[],
  at: (i: number) => readonly string[] = () => levels,
) {
  const cells: Cells = new Map()
  for (const [i, value] of defaults.entries()) addRow(cells, { levels: at(i), key: defaultKey, value, source: 'own/0' })
  for (const [i, value] of tried.entries()) addRow(cells, { levels: at(i), key: 's1', value, source: 'own/0' })
  return estimates(cells, levels, 'own/0')
}
const repeat = (value: number, count: number) => Array.from({ length: count }, () => value)

test('ten perfect sessions against a middling default change the choice', () => {
  const wanted = wantedOf(knownOf(repeat(0.5, 10), repeat(1, 10)), levels.length, [candidate])
  assert.equal(wanted?.candidate.key, 's1')
  assert.equal(wanted.verdict.observations, 10)
  assert.ok((wanted.verdict.confidence ?? 0) > 0.95)
})

test('two observations are too few, of the setting and of the default alike', () => {
  assert.equal(wantedOf(knownOf(repeat(0, 10), repeat(1, 2)), levels.length, [candidate]), null)
  assert.equal(wantedOf(knownOf(repeat(0, 2), repeat(1, 10)), levels.length, [candidate]), null)
  assert.equal(judge(knownOf(repeat(0, 2), repeat(1, 10)), levels.length, 's1').confidence, null)
})

test('footage of another kind cannot vouch', () => {
  const elsewhere = () => ['other clip', 'other kind', 'all']
  assert.equal(wantedOf(knownOf(repeat(0.1, 50), repeat(1, 50), elsewhere), levels.length, [candidate]), null)
  const sameKind = (i: number) => [`clip ${i}`, 'kind', 'all']
  assert.ok(wantedOf(knownOf(repeat(0.1, 50), repeat(1, 50), sameKind), levels.length, [candidate]))
})

test('nine harmful outcomes and one good one never produce a change', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.15, max: 1, noNaN: true }),
      fc.integer({ min: 3, max: 200 }),
      fc.integer({ min: 0, max: 9 }),
      fc.double({ min: 0.1, max: 1, noNaN: true }),
      fc.boolean(),
      (base, count, at, harm, sameClip) => {
        const tried = repeat(Math.max(0, base - harm), 9).toSpliced(at, 0, 1)
        const place = (i: number) => (sameClip ? levels : [`clip ${i}`, 'kind', 'all'])
        assert.equal(wantedOf(knownOf(repeat(base, count), tried, place), levels.length, [candidate]), null)
      },
    ),
    { numRuns: 200 },
  )
})

test('nine failures and one success against a default that succeeds one time in five', () => {
  const base = [0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
  assert.equal(wantedOf(knownOf(base, [1, ...repeat(0, 9)]), levels.length, [candidate]), null)
})

test('when all fails, nothing is wanted', () => {
  assert.equal(wantedOf(knownOf(repeat(0, 50), repeat(0, 50)), levels.length, [candidate]), null)
  assert.equal(wantedOf(knownOf([], []), levels.length, [candidate]), null)
})

test('a setting that is wanted has passed, with the least that the gate asks for', () => {
  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 15 })
  fc.assert(
    fc.property(values, values, (defaults, tried) => {
      const known = knownOf(defaults, tried)
      const wanted = wantedOf(known, levels.length, [candidate])
      if (wanted === null) return
      assert.ok(wanted.verdict.observations >= gateRules.observations)
      assert.ok((wanted.verdict.confidence ?? 0) >= gateRules.confidence)
      assert.ok(meanOf(known.posterior('s1')) >= meanOf(known.posterior(defaultKey)) + gateRules.effect)
    }),
    { numRuns: 150 },
  )
})

test('the expected gain is that of the normal it is taken for', () => {
  // Half of a symmetric density's mean distance: deviation / sqrt(2 pi).
  const beta = { a: 30, b: 30 }
  const deviation = Math.sqrt(900 / 61) / 60
  assert.ok(Math.abs(expectedGain(beta, 0.5) - deviation / Math.sqrt(2 * Math.PI)) < 1e-7)
  assert.ok(expectedGain(beta, 0.9) < 1e-6 && Math.abs(expectedGain(beta, 0) - 0.5) < 1e-6)
})

test('alone a setting needs the confidence of the gate, and among more of them more', () => {
  assert.equal(confidenceAmong(0.7, 0), 0.7)
  assert.equal(confidenceAmong(0.7, 1), 0.7)
  const needed = [1, 4, 11, 47].map((count) => confidenceAmong(0.7, count))
  assert.deepEqual(needed, needed.toSorted())
  assert.ok(needed.every((one) => one < 1) && (needed.at(-1) ?? 0) > 0.94)
})

test('of many settings that are as good as the default the lucky one is tried, and hardly ever sure', () => {
  const many = Array.from({ length: 40 }, (_, i) => ({ key: `s${i}`, settings: { size: i } }))
  let [wanted, sure] = [0, 0]
  for (let seed = 0; seed < 60; seed++) {
    const rng = seededRng(`lucky ${seed}`)
    const cells: Cells = new Map()
    const see = (key: string, times: number) => {
      for (let i = 0; i < times; i++) addRow(cells, { levels, key, value: rng.next() < 0.6 ? 1 : 0, source: 'own/0' })
    }
    see(defaultKey, 60)
    for (const { key } of many) see(key, 6)
    const found = wantedOf(estimates(cells, levels, 'own/0'), levels.length, many)
    if (found !== null) {
      wanted++
      assert.equal(found.judged, 40)
    }
    if (found?.sure === true) sure++
  }
  assert.ok(wanted >= 55, `${wanted} of 60 are lucky enough for a try`)
  assert.ok(sure <= 12, `${sure} of 60 would be recommended`)
})

test('one that is far better than the rest is sure among many', () => {
  const many = Array.from({ length: 40 }, (_, i) => ({ key: `s${i}`, settings: { size: i } }))
  const cells: Cells = new Map()
  const see = (key: string, values: readonly number[]) => {
    for (const value of values) addRow(cells, { levels, key, value, source: 'own/0' })
  }
  see(defaultKey, [...repeat(1, 15), ...repeat(0, 15)])
  for (const { key } of many) see(key, key === 's7' ? repeat(1, 12) : [1, 0, 1, 0])
  const found = wantedOf(estimates(cells, levels, 'own/0'), levels.length, many)
  assert.deepEqual([found?.candidate.key, found?.sure], ['s7', true])
})
