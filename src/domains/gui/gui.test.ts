import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { canonicalJson } from '#core/json.ts'
import type { AnySession } from '#core/session.ts'
import { fromImageSample } from './from-image-sample.ts'
import { gui } from './gui.ts'
import { screenSamples } from './samples.ts'
import type { GuiAction, GuiSession } from './session.ts'
import { action, guiSession, pictureA, screen } from './test-data.ts'

const any = (session: GuiSession) => session as unknown as AnySession
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

const login: readonly GuiAction[] = [
  action({
    statesBefore: ['Login'],
    statesAfter: ['List'],
    durationMs: 100,
    retries: 2,
    target: { label: 'login_button' },
    matches: [
      { name: 'login_button', found: false, confidence: 0.5, threshold: 0.9 },
      { name: 'login_button', found: true, confidence: 0.96, threshold: 0.9 },
    ],
    clicks: [{ location: { x: 5, y: 5 } }],
  }),
  action({
    id: 'a2',
    statesBefore: ['List'],
    durationMs: 300,
    success: false,
    matches: [{ name: 'row', found: false, confidence: 0.4, threshold: 0.9 }],
  }),
  action({ id: 'a3', type: 'TYPE', statesBefore: ['Login'], typed: { lengthChars: 5, class: 'secret' } }),
]
const run = guiSession({
  context: { workflows: ['Login flow'], app: 'Inbox', os: 'linux' },
  telemetry: { actions: login, screens: [screen()] },
})

test('a run reads in one line', () => {
  assert.equal(gui.summary(any(run)), 'Login flow, 3 actions, 1 failed')
  assert.equal(gui.summary(any(guiSession({ telemetry: { screens: [screen()] } }))), 'run, 1 screen')
})

test('facets say what happened, never more than 16', () => {
  const facets = gui.facets(any(run))
  assert.deepEqual(facets, [
    { key: 'status', text: 'succeeded' },
    { key: 'kind', text: 'run' },
    { key: 'workflow', text: 'Login flow' },
    { key: 'app', text: 'Inbox' },
    { key: 'actions', number: 3 },
    { key: 'failedActions', number: 1 },
    { key: 'minConfidence', number: 0.96 },
    { key: 'screens', number: 1 },
    { key: 'action', text: 'CLICK' },
    { key: 'action', text: 'TYPE' },
    { key: 'state', text: 'List' },
    { key: 'state', text: 'Login' },
  ])
  const many = Array.from({ length: 40 }, (_, i) => action({ type: `T${i}`, statesBefore: [`S${i}`] }))
  assert.ok(gui.facets(any({ ...run, telemetry: { actions: many, screens: [screen()] } })).length <= 16)
})

test('a run is found by workflow, state and template, not by what was typed', () => {
  const text = gui.searchText(any(run)) ?? ''
  for (const word of ['Login flow', 'Inbox', 'List', 'login_button']) assert.ok(text.includes(word), word)
})

test('tables count by action, state and element', () => {
  const rows = (name: 'action' | 'state' | 'element') => {
    const gatherer = gui.tables[name]?.start()
    gatherer?.add(any(run))
    gatherer?.add(any(guiSession()))
    return gatherer?.rows()
  }
  assert.deepEqual(rows('action'), [
    { group: 'CLICK', values: [2, 1, 0.5, 2, 200] },
    { group: 'TYPE', values: [1, 0, 1, null, null] },
  ])
  assert.deepEqual(rows('state'), [
    { group: 'List', values: [1, 1, 0, 300] },
    { group: 'Login', values: [2, 0, 1, 100] },
  ])
  assert.deepEqual(rows('element'), [
    { group: 'login_button', values: [2, 1, 1, 0.96, 0.96, 0.9] },
    { group: 'row', values: [1, 0, 0, null, null, 0.9] },
  ])
})

test('an imported picture becomes one session, the same each time, and comes out with its labels', () => {
  const made = guiSession({
    context: { attributes: { scene: 'office' }, app: 'Inbox' },
    telemetry: {
      screens: [
        screen(pictureA, {
          elements: [
            { label: 'cat', shape: { type: 'box', bbox: [10, 10, 50, 40] }, source: 'person', verified: true },
            { label: 'cat', shape: { type: 'box', bbox: [12, 10, 50, 40] }, source: 'person', verified: true },
            {
              label: 'dog',
              shape: {
                type: 'polygon',
                points: [
                  [60, 60],
                  [90.5, 60],
                  [80, 99],
                ],
              },
              source: 'model',
              confidence: 0.7,
            },
            { label: 'eye', shape: { type: 'point', point: [20, 20] }, source: 'person' },
          ],
        }),
      ],
    },
  })
  const [sample] = screenSamples(made, [])
  assert.ok(sample)
  const session = fromImageSample(sample, 'other', sha256)
  assert.equal(canonicalJson(session), canonicalJson(fromImageSample(sample, 'other', sha256)))
  assert.notEqual(session['id'], fromImageSample({ ...sample, annotations: [] }, 'other', sha256)['id'])
  const checked = gui.schema.safeParse(session)
  assert.ok(checked.success, checked.success ? '' : checked.error.message)
  const [back] = gui.samples(session as unknown as AnySession, [])
  assert.ok(back?.type === 'image')
  const essence = (labels: typeof back.annotations) =>
    labels.map(({ label, shape, source, verified, confidence }) => ({ label, shape, source, verified, confidence }))
  assert.deepEqual(essence(back.annotations), essence(sample.annotations))
  assert.equal(back.annotations.length, 4)
  assert.equal(back.group, sample.group)
  assert.deepEqual(
    [back.attributes['scene'], back.attributes['app'], back.attributes['kind']],
    ['office', 'Inbox', 'import'],
  )
})
