import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultKey } from '#core/learnable.ts'
import { changeOf } from './candidates.ts'
import { cameraLessons } from './lessons.ts'
import shipped from './shipped.json' with { type: 'json' }
import { shippedInWords, shippedRows } from './shipped.ts'

test('what the program comes with are counts of sessions that were run, of settings that it offers', () => {
  const rows = shippedRows('embedded')
  assert.equal(rows.length, shipped.further.length)
  assert.ok(rows.length > 0)
  const [found] = shipped.found
  for (const { group, key, source, count, kept, sum } of rows) {
    assert.deepEqual([group, source], ['further/all', 'shipped'])
    assert.ok(key !== defaultKey && changeOf(key) !== null, key)
    assert.equal(count, found?.clips)
    assert.ok(kept > 0 && kept < count && sum > 0 && sum < count * 1e6)
  }
  // Each after those before it adds no more than they did.
  assert.deepEqual(
    rows.map(({ sum }) => sum),
    rows.map(({ sum }) => sum).toSorted((a, b) => b - a),
  )
  // On some clips a few settings come to the same, and are run once.
  const ratio = (found?.sessions ?? 0) / (found?.clips ?? 1)
  assert.ok(ratio > 47 && ratio <= 48, `${ratio}`)
  assert.equal(found?.recommended, defaultKey)
})

test('the default is what they speak for: no other setting leads on clips that it was not chosen on', () => {
  const [low, high] = shipped.found[0]?.next.interval ?? []
  assert.ok(low !== undefined && high !== undefined && low < 0 && low < high)
  assert.match(
    shippedInWords('embedded') ?? '',
    /^By \d+ sessions of \d+ drawn clips, the default is used: .*-0\.\d+ to 0\.\d+ of 1\.$/,
  )
  assert.equal(cameraLessons[0]?.shippedInWords, shippedInWords('embedded'))
})

test('another engine has nothing of it, and names that are not offered are left out', () => {
  assert.deepEqual(shippedRows('blender'), [])
  assert.equal(shippedInWords('blender'), null)
  const row = { engine: 'embedded', key: 'pattern=0.75', tries: 3, kept: 1, sum: 10 } as const
  const made = { further: [row, { ...row, key: 'pattern=9' }, { ...row, tries: 0 }, { ...row, key: defaultKey }] }
  assert.deepEqual(
    shippedRows('embedded', made).map(({ key }) => key),
    ['pattern=0.75'],
  )
})
