import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultSettings } from '#track/match/settings.ts'
import type { EndReason, TrackerSettings } from '#track/tracks.ts'
import type { EngineStep } from '../engines/engine.ts'
import { settingsSpace } from '../settings-space.ts'
import { Monitor } from './monitor.ts'

const rulesOf = (widthPx: number, tracker: Partial<TrackerSettings> = {}) => ({
  settings: { monitorFrames: 10 },
  space: settingsSpace('embedded', widthPx),
  request: { chosen: { tracker, corners: {} } },
})
const many = Array.from({ length: 40 }, (_, id) => id)

const step = (frame: number, live: readonly number[], reason: EndReason = 'low-correlation'): EngineStep => ({
  frame,
  alive: live.length,
  ended: many.filter((track) => !live.includes(track)).map((track) => ({ track, reason })),
  cut: false,
  rekeyed: [],
  live: live.map((track) => ({ track, x: 0, y: 0 })),
})

/** Frames 1 to 10, at the end of which only these are left. */
function looked(monitor: Monitor, left: readonly number[], settings: TrackerSettings, reason?: EndReason) {
  monitor.placed(many)
  for (let frame = 1; frame < 10; frame++) assert.equal(monitor.look(step(frame, many), settings), null)
  return monitor.look(step(10, left, reason), settings)
}

describe('the monitor', () => {
  test('leaves settings alone while most tracks last', () => {
    const monitor = new Monitor(rulesOf(960))
    assert.equal(looked(monitor, many.slice(0, 30), defaultSettings(960)), null)
    assert.deepEqual(monitor.adaptations, [])
  })

  test('widens the search when few last, and the pattern too when very few do; both are logged', () => {
    const before = defaultSettings(960)
    const few = new Monitor(rulesOf(960))
    const wider = looked(few, many.slice(0, 16), before)
    assert.ok(wider && wider.searchSize > before.searchSize && wider.patternSize === before.patternSize)
    const fewer = new Monitor(rulesOf(960))
    const larger = looked(fewer, many.slice(0, 8), before)
    assert.ok(larger && larger.searchSize > wider.searchSize && larger.patternSize > before.patternSize)
    const [logged] = fewer.adaptations
    assert.deepEqual([logged?.frame, logged?.survival, logged?.before, logged?.after], [10, 0.2, before, larger])
    assert.match(logged?.cause ?? '', /20 %/)
    assert.equal(larger.correlation, before.correlation)
  })

  test('counts those that were alive at the last look, not all there ever were', () => {
    const monitor = new Monitor(rulesOf(960))
    looked(monitor, many.slice(0, 24), defaultSettings(960))
    const left = many.slice(0, 20)
    for (let frame = 11; frame < 20; frame++) monitor.look(step(frame, left), defaultSettings(960))
    // 20 of 24, though half of all are gone.
    assert.equal(monitor.look(step(20, left), defaultSettings(960)), null)
  })

  test('does not mind tracks that leave the picture', () => {
    const monitor = new Monitor(rulesOf(960))
    assert.equal(looked(monitor, many.slice(0, 14), defaultSettings(960), 'left-frame'), null)
  })

  test('never makes anything smaller, not in 4K either, and stops at the end of the range', () => {
    for (const widthPx of [960, 3840, 7680]) {
      let settings = defaultSettings(widthPx)
      for (let run = 0; run < 12; run++) {
        const after = looked(new Monitor(rulesOf(widthPx)), many.slice(0, 2), settings)
        if (after === null) break
        assert.ok(after.searchSize >= settings.searchSize && after.patternSize >= settings.patternSize)
        settings = after
      }
      assert.ok(settings.searchSize <= 401 && settings.patternSize <= 101)
      assert.equal(looked(new Monitor(rulesOf(widthPx)), [], settings), null)
    }
  })

  test('adapts three times at the most', () => {
    const monitor = new Monitor(rulesOf(3840))
    let settings: TrackerSettings = { ...defaultSettings(960) }
    for (let look = 0; look < 6; look++) {
      monitor.newShot()
      monitor.placed(many)
      monitor.look(step(20 * look + 1, many), settings)
      settings = monitor.look(step(20 * look + 12, []), settings) ?? settings
    }
    assert.equal(monitor.adaptations.length, 3)
  })

  test('does not touch what the person set', () => {
    const { patternSize, searchSize } = defaultSettings(960)
    const monitor = new Monitor(rulesOf(960, { patternSize, searchSize }))
    assert.equal(looked(monitor, [], defaultSettings(960)), null)
  })
})
