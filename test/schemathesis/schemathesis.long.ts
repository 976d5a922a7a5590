import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needs } from '../needs.ts'
import { tryApi } from './try-api.ts'

const python = needs('python')

for (const seed of [1, 2, 3]) {
  test(`every route answers what the OpenAPI file says: seed ${seed}`, { skip: python.skip }, async (t) => {
    const { status, report, ...tried } = await tryApi(python.path, { examples: 15, phases: 'coverage,fuzzing', seed })
    t.diagnostic(JSON.stringify(tried))
    assert.equal(status, 0, report)
  })
}
