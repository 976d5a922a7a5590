import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultKey } from '#core/learnable.ts'
import fc from 'fast-check'
import { meanOf } from './beta.ts'
import { addRow, type Cells, type Estimates, estimates, type EvidenceRow, pooling, removeRow } from './evidence.ts'

const meanFor = (known: Estimates, key: string): number => meanOf(known.posterior(key))

const levels = ['clip a', 'high/HD', 'HD', 'all']
const row = (key: string, value: number, more: Partial<EvidenceRow> = {}): EvidenceRow => ({
  levels,
  key,
  value,
  source: 'own/0',
  ...more,
})
const cellsOf = (...rows: EvidenceRow[]) => {
  const cells: Cells = new Map()
  for (const one of rows) addRow(cells, one)
  return cells
}
const times = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i))
const flat = (cells: Cells) =>
  [...cells].map(([level, keys]) => [level, [...keys].map(([key, sources]) => [key, [...sources].toSorted()])])

const rows: fc.Arbitrary<EvidenceRow> = fc.record({
  levels: fc.constantFrom(levels, ['clip b', 'high/HD', 'HD', 'all'], ['clip c', 'low/4K', '4K', 'all']),
  key: fc.constantFrom(defaultKey, 's1', 's2'),
  value: fc.double({ min: 0, max: 1, noNaN: true }),
  source: fc.constantFrom('own/0', 'person', 'import/x'),
})

test('without evidence every setting is as good as the default, and no better', () => {
  const known = estimates(new Map(), levels, 'own/0')
  assert.equal(meanFor(known, 'anything'), meanFor(known, defaultKey))
  const seen = estimates(cellsOf(...times(9, () => row(defaultKey, 0.05))), levels, 'own/0')
  assert.ok(Math.abs(meanFor(seen, 'anything') - meanFor(seen, defaultKey)) < 1e-12)
})

test('taking evidence back leaves exactly what was there, in whatever order', () => {
  fc.assert(
    fc.property(fc.array(rows, { maxLength: 20 }), fc.array(rows, { maxLength: 20 }), fc.nat(), (kept, taken, turn) => {
      const cells = cellsOf(...kept)
      const before = structuredClone(flat(cells))
      for (const one of taken) addRow(cells, one)
      const order = taken.map((_, i) => taken[(i + turn) % taken.length]!)
      for (const one of order) removeRow(cells, one)
      assert.deepEqual(flat(cells).toSorted(), before.toSorted())
    }),
    { numRuns: 50 },
  )
})

test('a posterior is proper, and its mean between 0 and 1, whatever came', () => {
  fc.assert(
    fc.property(fc.array(rows, { maxLength: 40 }), (all) => {
      const known = estimates(cellsOf(...all), levels, 'own/0')
      for (const key of [defaultKey, 's1', 's2', 'never seen']) {
        for (const from of [0, 1, 2, 3]) {
          const { a, b } = known.posterior(key, from)
          assert.ok(a > 0 && b > 0 && Number.isFinite(a + b))
          assert.ok(known.observations(key, from) >= 0)
        }
      }
    }),
    { numRuns: 100 },
  )
})

test('more success is never less of an estimate', () => {
  fc.assert(
    fc.property(fc.array(rows, { maxLength: 20 }), fc.constantFrom('s1', 's2'), (all, key) => {
      const [worse, better] = [0, 1].map((value) =>
        meanFor(estimates(cellsOf(...all, row(key, value)), levels, 'own/0'), key),
      )
      assert.ok(better! > worse!)
    }),
    { numRuns: 100 },
  )
})

test('what other clips have shown holds for a new one, and the nearest kind has the last word', () => {
  const clips = (value: number, count: number, ...kind: readonly string[]) =>
    times(count, (i) => [
      row(defaultKey, 0.5, { levels: [`${kind[0]} ${i}`, ...kind] }),
      row('s1', value, { levels: [`${kind[0]} ${i}`, ...kind] }),
    ]).flat()
  const gain = (...all: EvidenceRow[]) => {
    const known = estimates(cellsOf(...all), ['new clip', 'high/HD', 'HD', 'all'], 'own/0')
    return meanFor(known, 's1') - meanFor(known, defaultKey)
  }
  const far = clips(0.9, 20, 'low/SD', 'SD', 'all')
  assert.ok(gain(...far) > 0.1)
  assert.ok(gain(...far, ...clips(0.1, 20, 'low/HD', 'HD', 'all')) < -0.1)
  assert.ok(gain(...far, ...clips(0.1, 20, 'low/HD', 'HD', 'all'), ...clips(0.9, 20, 'high/HD', 'HD', 'all')) > 0.1)
})

test('a rate from easy footage is not lent to hard footage: only what the setting added to the default there', () => {
  const easy = ['easy', 'all']
  const hard = ['hard', 'all']
  const cells = cellsOf(
    ...times(50, () => row(defaultKey, 0.9, { levels: easy })),
    ...times(50, () => row('s1', 0.9, { levels: easy })),
    ...times(50, () => row(defaultKey, 0.1, { levels: hard })),
  )
  const known = estimates(cells, hard, 'own/0')
  assert.ok(meanFor(known, 's1') < 0.2, String(meanFor(known, 's1')))
})

test('a session speaks once: alone in its levels it counts as one at the lowest', () => {
  const known = estimates(cellsOf(row(defaultKey, 1)), levels, 'own/0')
  // With the one pseudo-session that is presumed of a default.
  assert.ok(Math.abs(meanOf(known.posterior(defaultKey)) - 0.75) < 1e-12)
})

test('a thousand made sessions of one stranger, or of a hundred, weigh no more than a few', () => {
  const honest = [...times(30, () => row(defaultKey, 0.7)), ...times(30, () => row('s1', 0.4))]
  const bare = estimates(cellsOf(...honest), levels, 'own/0')
  for (const strangers of [1, 100]) {
    const made = times(1000, (i) => row('s1', 1, { source: `import/${i % strangers}` }))
    const known = estimates(cellsOf(...honest, ...made), levels, 'own/0')
    assert.ok(meanFor(known, 's1') > meanFor(bare, 's1'), 'importing changes a prediction')
    assert.ok(meanFor(known, 's1') < meanFor(known, defaultKey), 'and does not turn it over')
    assert.ok(known.observations('s1') < 33)
    const alone = estimates(cellsOf(...made), levels, 'own/0')
    assert.equal(alone.observations('s1'), strangers === 1 ? pooling.sourceCap : pooling.othersCap)
  }
})
