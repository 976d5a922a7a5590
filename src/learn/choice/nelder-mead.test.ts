import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isLegal, type SettingsSpace } from '#core/settings-space.ts'
import { maximise } from './nelder-mead.ts'

const space: SettingsSpace = {
  correlation: { type: 'number', min: 0.5, max: 0.95, step: 0.05, scale: 'linear', odd: false, unit: '' },
  threshold: { type: 'number', min: 0.0001, max: 0.5, step: 2, scale: 'log', odd: false, unit: '' },
  search: { type: 'number', min: 25, max: 151, step: 10, scale: 'linear', odd: true, unit: 'px' },
  model: { type: 'choice', choices: ['Loc', 'Affine'] },
}
const start = { correlation: 0.6, threshold: 0.1, search: 31, model: 'Loc' }
type Place = Readonly<Record<string, number | string>>
const hill = ({ correlation, threshold, search }: Place) =>
  1 -
  20 * (Number(correlation) - 0.81) ** 2 -
  0.1 * (Math.log(Number(threshold)) - Math.log(0.004)) ** 2 -
  ((Number(search) - 91) / 100) ** 2

test('the top of a hill is found, off the grid', () => {
  const found = maximise(space, start, hill, { seed: 1 })
  assert.ok(found)
  const { correlation, threshold, search } = found.settings
  assert.ok(Math.abs(Number(correlation) - 0.81) < 0.01, String(correlation))
  assert.ok(Math.abs(Math.log(Number(threshold) / 0.004)) < 0.2, String(threshold))
  assert.ok(Math.abs(Number(search) - 91) <= 4, String(search))
  assert.equal(found.settings['model'], 'Loc')
})

test('a top beyond the edge is found at the edge', () => {
  const found = maximise(space, start, ({ correlation, search }) => Number(correlation) + Number(search), { seed: 2 })
  assert.ok(found && Number(found.settings['correlation']) > 0.94 && found.settings['search'] === 151)
})

test('legal, no worse than the start, the same for the same seed, and within its evaluations', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 20, max: 200 }), (seed, evaluations) => {
      const rough = (at: Place) => Math.sin(40 * Number(at['correlation'])) + Math.cos(Number(at['search']) * seed)
      let asked = 0
      const counted = (at: Place) => {
        asked++
        for (const [name, dimension] of Object.entries(space)) assert.ok(isLegal(dimension, at[name]), name)
        return rough(at)
      }
      const found = maximise(space, start, counted, { seed, evaluations })
      assert.ok(found && found.value >= rough(start) && found.evaluations === asked)
      // A step that was begun is finished: a few more for each of the four climbs.
      assert.ok(asked <= evaluations + 4 * 10)
      assert.deepEqual(maximise(space, start, rough, { seed, evaluations }), found)
    }),
    { numRuns: 30 },
  )
})

test('with nothing to search there is no proposal, and what is no number is no top', () => {
  assert.equal(
    maximise(space, { model: 'Loc' }, () => 1, { seed: 1 }),
    null,
  )
  const found = maximise(space, start, (at) => (at['search'] === 31 ? 1 : Number.NaN), { seed: 1 })
  assert.equal(found?.value, 1)
})
