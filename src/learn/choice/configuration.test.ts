import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SettingsSpace } from '#core/settings-space.ts'
import { isLegal } from '#core/settings-space.ts'
import { configurationKey, gridCandidates, gridValues, legalConfiguration } from './configuration.ts'

const space: SettingsSpace = {
  pattern: { type: 'number', min: 5, max: 31, step: 2, scale: 'linear', odd: true, unit: 'px' },
  correlation: { type: 'number', min: 0.5, max: 0.9, step: 0.05, scale: 'linear', odd: false, unit: '' },
  threshold: { type: 'number', min: 0.0001, max: 0.5, step: 2, scale: 'log', odd: false, unit: '' },
  model: { type: 'choice', choices: ['Loc', 'Affine'] },
}

test('equal settings have one name', () => {
  assert.equal(configurationKey({ b: 1, a: 'x' }), configurationKey({ a: 'x', b: 1 }))
  assert.notEqual(configurationKey({ a: 1 }), configurationKey({ a: 2 }))
})

test('what is out of range is made legal, and what is nonsense is refused', () => {
  assert.deepEqual(legalConfiguration(space, { pattern: 267, correlation: -3 }), { pattern: 31, correlation: 0.5 })
  assert.equal(legalConfiguration(space, { pattern: Number.NaN }), null)
  assert.equal(legalConfiguration(space, { model: 'Perspective' }), null)
  assert.equal(legalConfiguration(space, { unheard: 1 }), null)
  assert.equal(legalConfiguration(space, { toString: 1 }), null)
})

test('a grid has all legal values from end to end, without the noise of adding up', () => {
  assert.deepEqual(gridValues(space['correlation']!), [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9])
  assert.equal(gridValues(space['pattern']!).length, 14)
  assert.equal(gridValues(space['threshold']!).length, 13)
  for (const [name, dimension] of Object.entries(space)) {
    for (const value of gridValues(dimension)) assert.ok(isLegal(dimension, value), `${name} ${value}`)
  }
})

test('candidates are the product of the dimensions, unless there are too many', () => {
  const base = { pattern: 15, correlation: 0.7, model: 'Loc' }
  const all = gridCandidates(space, ['pattern', 'model'], base)
  assert.equal(all?.length, 28)
  assert.equal(new Set(all.map(({ key }) => key)).size, 28)
  assert.ok(all.every(({ settings }) => settings['correlation'] === 0.7))
  assert.equal(gridCandidates(space, ['pattern', 'correlation', 'threshold', 'model'], base), null)
})
