import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needs } from '../needs.ts'
import { tryApi } from './try-api.ts'

const python = needs('python')

test('every route answers what the OpenAPI file says, whatever it is asked', { skip: python.skip }, async () => {
  const { status, report, operations, requests } = await tryApi(python.path, {
    examples: 3,
    phases: 'fuzzing',
    seed: 7,
  })
  assert.equal(status, 0, report)
  assert.ok(operations > 120, `${operations} operations`)
  assert.ok(requests > 300, `${requests} requests`)
})
