import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { evidenceNames, evidenceUnits } from './judgement-fields.ts'

test('every measurement that a diagnosis may rest on has its word in the export', () => {
  const source = readFileSync(new URL('../../diagnose/patterns.ts', import.meta.url), 'utf8')
  const signs = [...source.matchAll(/\b(?:above|below)\('([^']+)',[^\n]*'([^']+)'\)/g)]
  assert.ok(signs.length >= 18, `${signs.length}`)
  assert.deepEqual(new Set(signs.map(([, name]) => name)), new Set<string>(evidenceNames))
  assert.deepEqual(new Set(signs.map(([, , unit]) => unit)), new Set<string>(evidenceUnits))
})
