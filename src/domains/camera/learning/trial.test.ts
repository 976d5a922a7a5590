// Drawn footage with known motion: what cannot follow it loses the race, and nothing is left to chance.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { makeFootage } from '#test/footage/footage.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import type { Kernel } from '#vision/kernel.ts'
import { settingsBySize } from '../policies/defaults.ts'
import type { TrackingChoice } from '../policies/policy.ts'
import type { TrackerSettings } from '#track/tracks.ts'
import { trial, trialWindow } from './trial.ts'

const ctx = { signal: new AbortController().signal }
const size = { widthPx: 320, heightPx: 180 }
let kernel: Kernel

const withTracker = (tracker: Partial<TrackerSettings>): TrackingChoice => settingsBySize('embedded', 320, tracker)

before(async () => {
  kernel = await createWasmKernel({})
})

test('on a fast pan a window that is too narrow loses', async () => {
  const source = makeFootage({ seed: 3, motion: 'tripod', speed: 5, frames: 8, ...size })
  const clip = { source, kernel, masks: [] }
  const choices = [withTracker({ searchSize: 25, patternSize: 15 }), withTracker({ searchSize: 91, patternSize: 15 })]
  const [narrow, wide] = await trial(clip, choices, { from: 0, to: 7 }, ctx)
  assert.ok(narrow && wide)
  assert.ok(wide.score > narrow.score, `${wide.score} ${narrow.score}`)
  assert.ok(wide.survival > 0.8 && wide.residualPx !== null && wide.residualPx < 0.5, JSON.stringify(wide))
  assert.deepEqual(await trial(clip, choices, { from: 0, to: 7 }, ctx), [narrow, wide])
})

test('what nearly never matches loses, and so does what places next to nothing', async () => {
  const source = makeFootage({ seed: 4, speed: 2, frames: 8, noise: 4, ...size })
  const usual = withTracker({})
  const picky = { ...usual, corners: { ...usual.corners, threshold: 0.5 } }
  const [a, b, c] = await trial(
    { source, kernel, masks: [] },
    [usual, withTracker({ correlation: 0.999 }), picky],
    { from: 0, to: 7 },
    ctx,
  )
  assert.ok(a && b && c && a.score > b.score + 0.1 && a.score > c.score + 0.1, JSON.stringify([a, b, c]))
  assert.ok(a.score > 0.3 && a.score <= 1)
})

test('the window is where the probe looked, and too short a one is no trial', async () => {
  assert.equal(trialWindow({ from: 0, to: 2 }, null), null)
  const probe = { fromFrame: 10, toFrame: 29 } as Parameters<typeof trialWindow>[1]
  assert.deepEqual(trialWindow({ from: 0, to: 99 }, probe), { from: 10, to: 21 })
  assert.equal(trialWindow({ from: 0, to: 12 }, probe), null)
  const source = makeFootage({ seed: 4, frames: 3, ...size })
  assert.deepEqual(await trial({ source, kernel, masks: [] }, [withTracker({})], { from: 0, to: 2 }, ctx), [null])
})
