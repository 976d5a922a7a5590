import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareLosses } from './compare.ts'
import { normals } from './test-rows.ts'

test('a gain is the mean difference, with the interval of clips and not of rows', () => {
  // Ten rows of a clip share their luck: as rows they would look like ten times the evidence.
  const luck = normals(30, 'luck')
  const rows = [...Array(300).keys()]
  const groups = rows.map((row) => Math.floor(row / 10))
  const baseline = rows.map((row) => 1 + 0.2 + luck[groups[row]!]!)
  const model = rows.map(() => 1)
  const clips = compareLosses(model, baseline, groups, 1)!
  const asRows = compareLosses(model, baseline, undefined, 1)!
  const wanted = 0.2 + luck.reduce((sum, value) => sum + value, 0) / 30
  assert.ok(Math.abs(clips.gain - wanted) < 1e-12)
  assert.ok(clips.gainLow < clips.gain && clips.gain < clips.gainHigh)
  assert.ok(clips.gainHigh - clips.gainLow > 2.5 * (asRows.gainHigh - asRows.gainLow))
  assert.deepEqual([clips.groups, asRows.groups, clips.rows], [30, 300, 300])
  assert.deepEqual(clips, compareLosses(model, baseline, groups, 1))
})

test('the interval holds the truth about as often as it says', () => {
  let held = 0
  for (let draw = 0; draw < 200; draw++) {
    const noise = normals(40, `draw ${draw}`)
    const { gainLow, gainHigh } = compareLosses(
      new Float64Array(40),
      noise.map((value) => value + 0.3),
      undefined,
      draw,
      400,
    )!
    if (gainLow <= 0.3 && 0.3 <= gainHigh) held++
  }
  assert.ok(held >= 176 && held <= 198, `${held} of 200`)
})

test('no rows, no comparison', () => assert.equal(compareLosses([], [], undefined, 1), null))
