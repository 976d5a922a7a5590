/** Programs that come back at once after an outage; with ten thousand of them: `npm run bench:outage`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runOutage } from '../bench/outage/run.ts'

test('what 200 programs recorded while the engine was away arrives once, though it is killed while they come back', async () => {
  const figures = await runOutage({ recorders: 200, processes: 2, each: 3, kills: 1, timeoutMs: 120_000 })
  const { recorded, found, missing, surplus, sure, lost, leftInSpools, killed } = figures
  assert.deepEqual(
    { recorded, found, missing, surplus, sure, lost, leftInSpools, killed },
    { recorded: 600, found: 600, missing: 0, surplus: 0, sure: 200, lost: [], leftInSpools: 0, killed: 1 },
  )
  // Far above what it is, and far below what a leak of requests would make it.
  assert.ok(figures.serverPeakMb < 700, `${figures.serverPeakMb} MB`)
  assert.ok(figures.clientPeakMb < 500, `${figures.clientPeakMb} MB`)
})
