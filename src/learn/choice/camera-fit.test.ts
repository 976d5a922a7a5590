/** The learner as the camera domain would use it: a policy like any other of that domain's, kept within its legal ranges. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultKey, type Learnable } from '#core/learnable.ts'
import { seededRng } from '#core/rng.ts'
import { isLegal } from '#core/settings-space.ts'
import { footageClass } from '#domains/camera/classes.ts'
import { settingsBySize } from '#domains/camera/policies/defaults.ts'
import type { Situation, TrackingChoice, TrackingPolicy } from '#domains/camera/policies/policy.ts'
import { settingsSpace } from '#domains/camera/settings-space.ts'
import { createAnchoredPolicy } from './anchored.ts'
import { gridCandidates } from './configuration.ts'

const info = { widthPx: 1920, heightPx: 1080, frameRate: { numerator: 30, denominator: 1 } } as Situation['info']
const situation: Situation = { engine: 'embedded', info, footage: 'auto', probe: null, before: null } as Situation

const baseOf = ({ engine, info: { widthPx } }: Situation) => {
  const { tracker, corners } = settingsBySize(engine, widthPx)
  return { searchSize: tracker.searchSize, correlation: tracker.correlation, threshold: corners.threshold }
}
const camera: Learnable<Situation, TrackingChoice> = {
  name: 'learned',
  about: 'what did best on footage like this',
  levels: ({ info: { widthPx }, probe }) => {
    const footage = footageClass({ widthPx, fps: 30 } as Parameters<typeof footageClass>[0]) ?? 'any'
    return [`${footage}/${probe?.motionClass ?? 'unknown'}`, footage, 'all']
  },
  clip: () => null,
  space: ({ engine, info: { widthPx } }) => settingsSpace(engine, widthPx),
  base: baseOf,
  candidates: (at) =>
    gridCandidates(settingsSpace(at.engine, at.info.widthPx), ['searchSize', 'correlation'], baseOf(at)) ?? [],
  settings: ({ searchSize, correlation, threshold }, { engine, info: { widthPx } }) => {
    const { tracker, corners } = settingsBySize(engine, widthPx)
    return {
      tracker: { ...tracker, searchSize: Number(searchSize), correlation: Number(correlation) },
      corners: { ...corners, threshold: Number(threshold) },
    }
  },
}

test('ten perfect sessions of the camera change its next settings', () => {
  const learned = createAnchoredPolicy(camera)
  const policy: TrackingPolicy = learned
  const [better] = camera.candidates(situation).filter(({ settings }) => settings['correlation'] === 0.9)
  assert.ok(better)
  for (let i = 0; i < 20; i++) {
    const { key, settings } = i % 2 === 0 ? better : { key: defaultKey, settings: baseOf(situation) }
    learned.update({
      session: `${i}`,
      decision: null,
      levels: camera.levels(situation),
      clip: null,
      key,
      settings,
      value: i % 2 === 0 ? 1 : 0.4,
      source: { type: 'own' },
      firstTry: true,
      kept: true,
      raced: false,
    })
  }
  const rng = seededRng('camera')
  const used = Array.from({ length: 40 }, () => policy.choose(situation, { rng }))
  const share = used.filter(({ settings }) => settings.tracker.correlation === 0.9).length / used.length
  assert.ok(share > 0.25 && share < 0.75, `${share}: in half of the sessions, against a control`)
  const space = settingsSpace('embedded', 1920)
  for (const { settings, propensity } of used) {
    assert.ok(isLegal(space['searchSize']!, settings.tracker.searchSize))
    assert.ok(isLegal(space['correlation']!, settings.tracker.correlation))
    assert.ok(propensity !== null && propensity > 0 && propensity <= 1)
  }
})
