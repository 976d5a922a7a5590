// AutoSolve's learned file, read as sessions, and written so that it can be read again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '#core/json.ts'
import { defaultKey, type Experience, isExperience } from '#core/learnable.ts'
import { cameraSessionOf, type Parts } from '../fixtures.ts'
import { gatherModel } from '../layouts/autosolve/model.ts'
import { rawModel } from '../layouts/autosolve/fixtures.ts'
import { blenderLessons, cameraLessons } from './lessons.ts'
import { modelDocument } from './model-lessons.ts'

const read = (model: Json): readonly Experience[] =>
  blenderLessons.experiencesIn?.(modelDocument, JSON.stringify(model)) ?? []

const settings = { pattern_size: 21, search_size: 121, correlation: 0.6, threshold: 0.2, motion_model: 'Affine' }
const attempt = (more: JsonObject): JsonObject => ({ settings, outcome: 'SUCCESS', solve_error: 0.4, ...more })

test('each attempt of a class speaks for that class, under its name, with what came of it', () => {
  const experiences = [
    attempt({}),
    attempt({ outcome: 'PARTIAL', solve_error: 4 }),
    attempt({ outcome: 'FAILURE', solve_error: 999 }),
  ]
  const found = read({ footage_classes: { HD_30fps_HIGH_MOTION: { experiences } } })
  assert.equal(found.length, 3)
  const [good, fair, bad] = found as readonly [Experience, Experience, Experience]
  assert.deepEqual(good.levels, ['motion/HD_30fps/high/unknown', 'footage/HD_30fps', 'all'])
  assert.ok(good.value > fair.value && fair.value > bad.value && bad.value === 0)
  assert.equal(good.clip, null)
  assert.equal(new Set(found.map(({ session }) => session)).size, 3)
})

test('a file without attempts speaks by its history, and its conclusions are nobody’s experience', () => {
  const settings_history = [{ settings, solve_error: 0.5, success_rate: 0.9 }]
  assert.equal(read({ footage_classes: { SD_24fps: { settings_history, best_settings: settings } } }).length, 1)
  assert.deepEqual(read(rawModel), [])
})

test('what is no model, or holds nonsense, teaches nothing', () => {
  for (const text of ['', '{', '[]', '{"footage_classes":7}', '{"footage_classes":{"HD_30fps":3}}']) {
    assert.deepEqual(blenderLessons.experiencesIn?.(modelDocument, text), [], text)
  }
  const nonsense: readonly Json[] = [
    null,
    3,
    {},
    { settings: 5 },
    attempt({ settings: { ...settings, search_size: 9999 } }),
  ]
  assert.deepEqual(
    read({ footage_classes: { HD_30fps: { experiences: nonsense }, UHD_9fps: { experiences: [attempt({})] } } }),
    [],
  )
  assert.deepEqual(blenderLessons.experiencesIn?.('autosolve/behavior.json', JSON.stringify(rawModel)), [])
  assert.equal(cameraLessons[0]?.experiencesIn, undefined)
})

const session = (i: number, parts: Parts) =>
  cameraSessionOf({ id: `01977f3e-1b2c-7d4e-8f50-${String(i).padStart(12, '0')}`, telemetry: null, ...parts })

test('what is written of sessions is read as those sessions again', () => {
  const gatherer = gatherModel()
  const sessions = [0.3, 0.9, 2.2].map((solveErrorPx, i) => session(i, { outcome: { solveErrorPx } }))
  const failed = session(9, { status: 'failed', outcome: { solveErrorPx: null } })
  for (const one of [...sessions, failed]) gatherer.add(one)
  const found = read(gatherer.model())
  const direct = [...sessions, failed].map((one) => {
    const said = blenderLessons.experienceOf(one, [])
    assert.ok(isExperience(said))
    return said
  })
  assert.deepEqual(
    found.map(({ used }) => used),
    direct.map(({ used }) => used),
  )
  for (const [i, { value }] of found.entries()) assert.ok(Math.abs(value - direct[i]!.value) < 1e-9)
  assert.ok(found.every(({ levels }) => levels.includes('footage/HD_24fps')))
})

test('the best settings are those with the evidence, not those with the luckiest session', () => {
  const gatherer = gatherModel()
  const lucky = { patternSize: 31, searchSize: 151, correlation: 0.5, threshold: 0.1, motionModel: 'Affine' } as const
  const steady = { patternSize: 15, searchSize: 71, correlation: 0.7, threshold: 0.3, motionModel: 'LocRot' } as const
  gatherer.add(session(1, { settings: lucky, outcome: { solveErrorPx: 0.05 } }))
  gatherer.add(session(2, { settings: lucky, status: 'failed', outcome: { solveErrorPx: null } }))
  for (let i = 3; i < 7; i++) gatherer.add(session(i, { settings: steady, outcome: { solveErrorPx: 0.4 } }))
  const classes = gatherer.model()['footage_classes'] as JsonObject
  const { best_settings: best } = classes['HD_24fps'] as JsonObject
  assert.deepEqual(best, {
    pattern_size: 15,
    search_size: 71,
    correlation: 0.7,
    threshold: 0.3,
    motion_model: 'LocRot',
  })
  assert.notEqual(read(gatherer.model())[0]?.used.key, defaultKey)
})
