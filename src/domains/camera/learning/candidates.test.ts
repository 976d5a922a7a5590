import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultKey } from '#core/learnable.ts'
import { isLegal } from '#core/settings-space.ts'
import { checkSettings } from '#track/match/settings.ts'
import { settingsBySize } from '../policies/defaults.ts'
import { legalSettings, settingsSpace } from '../settings-space.ts'
import { candidates, changeOf, keyOf, type TrackingConfiguration } from './candidates.ts'

const widths = { SD: 640, HD: 1920, '4K': 3840 } as const
const engines = ['embedded', 'blender'] as const

function baseOf(engine: (typeof engines)[number], widthPx: number): TrackingConfiguration {
  const { tracker, corners } = settingsBySize(engine, widthPx)
  const { patternSize, searchSize, correlation, motionModel } = tracker
  return { patternSize, searchSize, correlation, threshold: corners.threshold, motionModel }
}

for (const engine of engines)
  for (const [name, widthPx] of Object.entries(widths))
    test(`on ${name} 47 settings may be tried with the ${engine} engine, all legal, all different, none the default`, () => {
      const space = settingsSpace(engine, widthPx)
      const base = baseOf(engine, widthPx)
      const all = candidates(base, space)
      assert.equal(all.length, 47)
      assert.equal(new Set(all.map(({ key }) => key)).size, 47)
      assert.equal(
        new Set([base, ...all.map(({ settings }) => settings)].map((settings) => JSON.stringify(settings))).size,
        48,
      )
      for (const { key, settings } of all) {
        for (const [setting, value] of Object.entries(settings))
          assert.ok(isLegal(space[setting]!, value), `${key}: ${setting} ${value}`)
        const { threshold, ...tracker } = settings as TrackingConfiguration
        const { tracker: usual, corners } = settingsBySize(engine, widthPx)
        checkSettings({ ...usual, ...tracker })
        const asUsed = legalSettings({ tracker: { ...usual, ...tracker }, corners: { ...corners, threshold } }, space)
        assert.equal(asUsed.tracker.searchSize, settings['searchSize'], key)
        assert.equal(keyOf(settings as TrackingConfiguration, base, space), key)
      }
    })

test('a key says how the settings differ, whatever the size of the picture', () => {
  const key = 'model=Loc pattern=1.2 search=1.45 correlation=0.6'
  assert.deepEqual(changeOf(key), { model: 'Loc', pattern: 1.2, search: 1.45, correlation: 0.6 })
  assert.deepEqual(changeOf(defaultKey), {})
  assert.equal(changeOf('model=Loc pattern=7'), null)
  for (const widthPx of Object.values(widths)) {
    const base = baseOf('embedded', widthPx)
    const { settings } = candidates(base, settingsSpace('embedded', widthPx)).find((one) => one.key === key)!
    assert.ok(Number(settings['patternSize']) > base.patternSize && Number(settings['searchSize']) > base.searchSize)
    assert.equal(settings['motionModel'], 'Loc')
  }
})

test('where the window is as wide as it may be, what would be wider is left out', () => {
  const space = settingsSpace('embedded', 3840)
  const base = { ...baseOf('embedded', 3840), searchSize: 401 }
  const all = candidates(base, space)
  assert.ok(all.length < 47)
  assert.ok(!all.some(({ key }) => key === 'search=1.45'))
  assert.ok(all.every(({ settings }) => Number(settings['searchSize']) <= 401))
})

test('settings that are none of these have no name', () => {
  const base = baseOf('embedded', 1920)
  const space = settingsSpace('embedded', 1920)
  assert.equal(keyOf(base, base, space), defaultKey)
  assert.equal(keyOf({ ...base, correlation: 0.71 }, base, space), null)
})
