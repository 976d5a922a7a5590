import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CameraSession } from '#domains/camera/session.ts'
import { barOf, findingsOf, warnedOf } from './findings.ts'

const session = (telemetry: object | null) => ({ telemetry }) as unknown as CameraSession

test('diagnoses are read with their evidence; what is not one is left out', () => {
  const recorded = {
    pattern: 'motion-blur',
    confidence: 0.8,
    sentence: 'The pictures are blurred.',
    evidence: [
      { name: 'edge width', value: 5, limit: 3, unit: 'px' },
      { name: 'broken', value: null, limit: 3 },
    ],
    fix: { patternScale: 1.5 },
  }
  assert.deepEqual(findingsOf(session({ diagnoses: [recorded, { pattern: 'empty' }, null] })), [
    { ...recorded, evidence: [{ name: 'edge width', value: 5, limit: 3, unit: 'px' }] },
  ])
  for (const none of [null, session(null), session({}), session({ diagnoses: null })])
    assert.deepEqual(findingsOf(none), [])
})

test('the forecast is read under both of its names, and is nothing where nobody made one', () => {
  assert.deepEqual(warnedOf(session({ forecast: { probability: 0.4, warnings: ['few tracks'] } })), {
    probability: 0.4,
    warnings: ['few tracks'],
  })
  assert.deepEqual(warnedOf(session({ preSolve: { confidence: 0.9, warnings: [] } })), {
    probability: 0.9,
    warnings: [],
  })
  for (const none of [null, session(null), session({ preSolve: {} })]) assert.equal(warnedOf(none), null)
})

test('a bar holds the value and its limit', () => {
  for (const pair of [
    { value: 5, limit: 3 },
    { value: 0.1, limit: 3 },
    { value: 0, limit: 0 },
    { value: -2, limit: 1 },
  ]) {
    const { value, limit } = barOf(pair)
    assert.ok(value >= 0 && value <= 1 && limit >= 0 && limit <= 1)
    assert.equal(value > limit, Math.abs(pair.value) > Math.abs(pair.limit))
  }
})
