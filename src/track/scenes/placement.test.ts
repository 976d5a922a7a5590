import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expSo3 } from '../geometry/so3.ts'
import { parsePlacement, placementText } from './placement.ts'

test('a placement comes back from its text to the last bit', () => {
  const placement = { scale: 0.1 + 0.2, rotation: expSo3(1, -2, 0.3), translation: Float64Array.of(1e-7, -12.5, 1 / 3) }
  assert.deepEqual(parsePlacement(placementText(placement)), placement)
})

test('what is no placement is refused: mirrors, sheared axes, scales of nothing, other texts', () => {
  const good = '1,1,0,0,0,1,0,0,0,1,0,0,0'
  assert.ok(parsePlacement(good))
  const wrong = [
    '',
    `${good},0`,
    good.slice(2),
    good.replace('1,', '0,'),
    good.replace('1,', '-1,'),
    good.replace('1,', ','),
    '1,-1,0,0,0,1,0,0,0,1,0,0,0',
    '1,1,0.1,0,0,1,0,0,0,1,0,0,0',
    good.replace(/0$/, 'Infinity'),
    good.replace(/0$/, 'x'),
  ]
  for (const text of wrong) assert.equal(parsePlacement(text), null, text)
})
