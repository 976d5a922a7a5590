import assert from 'node:assert/strict'
import test from 'node:test'
import { guiSessionSchema } from './schema.ts'
import type { GuiSession } from './session.ts'
import { action, guiSession, pictureB, screen } from './test-data.ts'

const full: GuiSession = guiSession({
  context: {
    configName: 'login.json',
    configSha256: 'c'.repeat(64),
    app: 'Inbox',
    os: 'linux',
    runId: 'run-7',
    workflows: ['Login flow'],
    display: {
      monitors: [{ x: 0, y: 0, width: 400, height: 300, scale: 1 }],
      coordinateSpace: 'virtual',
      screenScale: 1,
    },
  },
  values: { similarityThreshold: 0.9, searchStrategy: 'BEST', multiScale: false, colorSpace: 'rgb' },
  telemetry: {
    screens: [screen()],
    actions: [
      action({
        matches: [
          {
            imageId: 'img-1',
            name: 'login_button',
            found: true,
            confidence: 0.97,
            threshold: 0.9,
            location: { x: 10, y: 20 },
            templateSize: { width: 80, height: 30 },
            method: 'TM_CCOEFF_NORMED',
            searchRegion: { x: 0, y: 0, width: 200, height: 100 },
            coordinateSpace: 'virtual',
          },
        ],
        clicks: [{ location: { x: 50, y: 35 }, button: 'left', targetType: 'image', by: 'robot' }],
        transition: { from: 'Login', to: 'List', type: 'outgoing', success: true },
      }),
    ],
  },
})

const problems = (session: unknown) => {
  const result = guiSessionSchema.safeParse(session)
  return result.success ? [] : result.error.issues.map((issue) => issue.path.join('.'))
}

test('a full session passes as it is, with keys of newer clients kept', () => {
  const newer = { ...full, context: { ...full.context, theme: 'dark' } }
  const result = guiSessionSchema.safeParse(newer)
  assert.deepEqual(result.success && JSON.parse(JSON.stringify(result.data)), JSON.parse(JSON.stringify(newer)))
})

test('left out and null both mean unknown', () => {
  assert.deepEqual(problems(guiSession()), [])
  assert.deepEqual(problems({ ...guiSession(), telemetry: null }), [])
  assert.deepEqual(problems(guiSession({ telemetry: { actions: [{ id: 'a', type: 'WAIT', success: null }] } })), [])
})

test('typed text is refused where nobody decided to keep it', () => {
  const typing = (typed: unknown, config: unknown = {}) => ({
    ...guiSession(),
    telemetry: { actions: [{ id: 'a', type: 'TYPE', typed, config }] },
  })
  assert.deepEqual(problems(typing({ lengthChars: 12, class: 'secret' })), [])
  assert.deepEqual(problems(typing({ lengthChars: 7, class: 'secret', plain: 'hunter2' })), [
    'telemetry.actions.0.typed.plain',
  ])
  assert.deepEqual(problems(typing({ lengthChars: 7, class: 'text', plain: 'hunter2', keep: true })), [])
  assert.deepEqual(problems(typing({ lengthChars: 7, class: 'secret' }, { text: 'hunter2' })), [
    'telemetry.actions.0.config.text',
  ])
})

test('wrong units, spaces and pictures that are not there are named', () => {
  const telemetry = {
    screens: [{ ...screen(pictureB), width: 0 }],
    actions: [{ id: 'a', type: 'CLICK', durationMs: -1 }],
  }
  const wrong = { ...guiSession(), context: { kind: 'dream', display: { coordinateSpace: 'window' } }, telemetry }
  assert.deepEqual(problems(wrong), [
    'context.kind',
    'context.display.coordinateSpace',
    'telemetry.actions.0.durationMs',
    'telemetry.screens.0.width',
  ])
  assert.deepEqual(problems({ ...guiSession(), telemetry: { screens: [screen()] } }), ['telemetry.screens.0.sha256'])
})
