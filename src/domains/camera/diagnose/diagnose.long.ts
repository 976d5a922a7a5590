/**
 * Each pattern of failure from clips that fail for that reason, through the real tracker and solver: it must be the first that is
 * said, and none is said of clips that come out well. One seed; `bench/diagnosis.ts` has the table over many.
 */
import { suite, test } from 'node:test'
import assert from 'node:assert/strict'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import { diagnoseClip, isWell } from './diagnose.ts'
import { attemptAt, cases } from './test-cases.ts'

const kernel = await createWasmKernel()
const ctx = { signal: new AbortController().signal }

suite('diagnosis of real attempts', () => {
  for (const each of cases) {
    test(`${each.name}: ${each.pattern ?? 'nothing'}`, async () => {
      const { source, input } = await attemptAt(each, 201, kernel)
      const found = await diagnoseClip(source, input, ctx)
      const said = found.map(({ pattern, confidence }) => `${pattern} ${confidence.toFixed(2)}`).join(', ')
      assert.equal(found[0]?.pattern ?? null, each.pattern, said)
      assert.equal(input.shots.every(isWell), each.pattern === null)
      for (const { evidence, fix, sentence } of found) {
        assert.ok(evidence.length > 0 && evidence.every(({ value, limit }) => Number.isFinite(value + limit)))
        assert.ok(Object.keys(fix).length > 0)
        assert.match(sentence, /^[A-Z0-9].*\.$/)
      }
    })
  }
})
