import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GuiSession, GuiTelemetry } from '#domains/gui/session.ts'
import { marksOf, screenOf, stepsOf } from '../src/session/gui/marks.ts'

const [before, after] = ['a'.repeat(64), 'b'.repeat(64)]

const session = (telemetry: GuiTelemetry, context: Partial<GuiSession['context']> = {}): GuiSession => ({
  id: '01936f5e-0000-7000-8000-000000000002',
  project: 'default',
  domain: 'gui',
  schemaVersion: 1,
  recordedAt: '2026-11-20T12:00:00Z',
  host: { name: 'test', version: null },
  contributor: null,
  consent: null,
  parent: null,
  context: { kind: 'run', ...context },
  settings: { values: {}, reason: null, propensity: null, policy: null },
  outcome: { status: null, error: null, durationMs: null },
  telemetry,
  media: [{ role: 'screenshot', sha256: after, mediaType: 'image/png', bytes: 1, width: 640, height: 400 }],
})

const action = {
  id: 'a1',
  type: 'CLICK',
  success: true,
  screenshotBefore: before,
  screenshotAfter: after,
  matches: [
    {
      found: true,
      name: 'save',
      confidence: 0.94,
      threshold: 0.8,
      location: { x: 30, y: 40 },
      templateSize: { width: 20, height: 10 },
    },
    { found: false, name: 'nowhere' },
  ],
  clicks: [{ location: { x: 40, y: 45 }, count: 2 }],
}
const screens = [{ sha256: before, width: 320, height: 200 }]

test('a match is a box and a click a point of the screenshot they were made on', () => {
  const run = session({ actions: [action], screens })
  const [step] = stepsOf(run)
  const screen = screenOf(run, before)
  assert.ok(step && screen)
  const marks = marksOf(run, step, screen).map(({ kind, label, bbox }) => ({ kind, label, bbox }))
  assert.deepEqual(marks, [
    { kind: 'found', label: 'save', bbox: [30, 40, 20, 10] },
    { kind: 'click', label: 'double click', bbox: [40, 45, 0, 0] },
  ])
  assert.deepEqual(step.screens, [before, after])
  const later = screenOf(run, after)
  assert.ok(later)
  assert.deepEqual([later.width, later.height], [640, 400])
  assert.deepEqual(marksOf(run, step, later), [])
})

test('coordinates of the screen are brought to the pixels of a dense screenshot', () => {
  const display = {
    coordinateSpace: 'screen' as const,
    monitors: [{ x: 100, y: 0, width: 160, height: 100, scale: 2 }],
  }
  const run = session({ actions: [{ ...action, matches: [] }], screens }, { display })
  const [step] = stepsOf(run)
  const screen = screenOf(run, before)
  assert.ok(step && screen)
  assert.deepEqual(marksOf(run, step, screen)[0]?.bbox, [-120, 90, 0, 0])
})

test('an import without actions is stepped through by its screens', () => {
  const steps = stepsOf(session({ screens }))
  assert.deepEqual(steps, [{ index: 0, action: null, title: 'Screen 1', success: null, screens: [before] }])
})
