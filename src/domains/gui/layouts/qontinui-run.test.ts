import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import type { Imported } from '#core/layout.ts'
import type { AnySession } from '#core/session.ts'
import { screenSamples } from '../samples.ts'
import { guiSessionSchema } from '../schema.ts'
import type { GuiSession } from '../session.ts'
import { qontinuiRun } from './qontinui-run.ts'
import { type Files, memoryIntake, memorySink, memorySource, noExtras, png, sha256, testContext } from './test-files.ts'

const shot = png(400, 300, 1)
const record = (more: object = {}) => ({
  action_id: 'click-login',
  action_type: 'CLICK',
  config: {},
  start_time: 1_700_000_000.25,
  end_time: 1_700_000_001,
  duration_ms: 750,
  active_states_before: ['Login'],
  active_states_after: ['MainMenu'],
  success: true,
  error_message: null,
  retry_count: 0,
  typed_text: null,
  match_summary: {
    image_id: 'login_button',
    found: true,
    confidence: 0.95,
    threshold: 0.9,
    location: { x: 100, y: 50 },
    template_size: { width: 80, height: 30 },
  },
  clicked_location: [140, 65],
  click_button: 'left',
  click_target_type: 'image',
  transition_data: { from_state: 'Login', to_state: 'MainMenu', transition_type: 'outgoing', success: true },
  screenshot_reference: 'screenshots/screenshot-0001.png',
  ...more,
})
const typing = record({
  action_id: 'type-password',
  action_type: 'TYPE',
  config: { text: 'hunter2', field: { kind: 'password', note: 'types hunter2 here' } },
  start_time: 1_699_999_999,
  typed_text: 'hunter2',
  success: false,
  error_message: 'could not type hunter2',
  match_summary: null,
  clicked_location: null,
  screenshot_reference: null,
})
const sidecar = {
  screenshot_number: 1,
  active_states: ['Login'],
  timestamp: '2023-11-14T22:13:20.250000',
  filename: 'x',
}
const jsonl = (...records: readonly object[]) => records.map((item) => `${JSON.stringify(item)}\n`).join('')
const run: Files = {
  'action_records.jsonl': jsonl(record(), typing),
  'screenshots/screenshot-0001.png': shot,
  'screenshots/screenshot-0001.json': JSON.stringify(sidecar),
}

async function readRun(files: Files) {
  const found: Imported[] = []
  for await (const item of qontinuiRun.read(memorySource(files), memoryIntake(files), testContext())) found.push(item)
  const sessions = found.flatMap((item) => {
    if (item.type !== 'session') return []
    const checked = guiSessionSchema.safeParse(item.session)
    assert.ok(checked.success, checked.success ? '' : checked.error.message)
    return [item.session as unknown as GuiSession]
  })
  const problems = found.flatMap((item) => (item.type === 'problem' ? [`${item.fault.code} ${item.where}`] : []))
  return { sessions, problems }
}

test('records become one run in order of time, with every field of the record', async () => {
  const { sessions, problems } = await readRun(run)
  assert.deepEqual(problems, [])
  const [session] = sessions
  assert.equal(session?.recordedAt, '2023-11-14T22:13:19.000Z')
  const [typed, clicked] = session?.telemetry?.actions ?? []
  assert.deepEqual(
    [typed?.id, clicked?.id, session?.outcome.status, session?.outcome.actionsFailed],
    ['type-password', 'click-login', 'failed', 1],
  )
  assert.equal(clicked?.startedAt, '2023-11-14T22:13:20.250Z')
  assert.equal(clicked?.durationMs, 750)
  assert.deepEqual(clicked?.statesAfter, ['MainMenu'])
  assert.deepEqual(clicked?.transition, { from: 'Login', to: 'MainMenu', type: 'outgoing', success: true })
  assert.equal(clicked?.screenshotBefore, sha256(shot))
  assert.deepEqual(session?.telemetry?.screens?.[0]?.activeStates, ['Login'])
  const [sample] = session ? screenSamples(session, []) : []
  assert.deepEqual(
    sample?.annotations.map(({ label, shape }) => [label, shape]),
    [['login_button', { type: 'box', bbox: [100, 50, 80, 30] }]],
  )
})

test('what was typed is nowhere in the session', async () => {
  const { sessions } = await readRun(run)
  const action = sessions[0]?.telemetry?.actions?.[0]
  assert.deepEqual(action?.typed, { lengthChars: 7, class: 'secret' })
  assert.deepEqual(action?.config, { field: { kind: 'password', note: 'types [typed] here' } })
  assert.equal(action?.error?.message, 'could not type [typed]')
  assert.ok(!JSON.stringify(sessions).includes('hunter2'))
})

test('a text that only the configuration holds is taken out as well', async () => {
  const bare = { ...typing, typed_text: null, error_message: null, config: { text: 'hunter2', delay: 5 } }
  const { sessions } = await readRun({ ...run, 'action_records.jsonl': jsonl(bare) })
  const action = sessions[0]?.telemetry?.actions?.[0]
  assert.deepEqual([action?.typed, action?.config], [{ lengthChars: 7, class: 'text' }, { delay: 5 }])
})

test('a screenshot outside the run is not read; torn lines and others are named; the rest stays', async () => {
  const outside = record({ screenshot_reference: '../../secret.png' })
  const manifest = `${jsonl(record(), outside, { nothing: 1 })}{"action_id": "x", "action_ty`
  const { sessions, problems } = await readRun({ ...run, 'action_records.jsonl': manifest })
  assert.deepEqual(problems, [
    'layout.invalid action_records.jsonl:3',
    'json.malformed action_records.jsonl:4',
    'layout.invalid action_records.jsonl:2',
  ])
  assert.equal(sessions[0]?.telemetry?.actions?.length, 2)
})

test('older names of actions and places without the word "found" are understood; JSON lists as well as lines', async () => {
  const old = record({
    action_type: 'double_click',
    match_summary: { image_id: 'icon', confidence: 0.9, location: [10, 20], template_size: [30, 40] },
    clicked_location: { x: 25, y: 40 },
  })
  const { sessions } = await readRun({
    ...run,
    'action_records.jsonl': '',
    'action_records.json': JSON.stringify([old]),
  })
  const action = sessions.find(({ telemetry }) => telemetry?.actions?.length === 1)?.telemetry?.actions?.[0]
  assert.equal(action?.type, 'CLICK')
  assert.equal(action?.clicks?.[0]?.count, 2)
  assert.equal(action?.matches?.[0]?.found, true)
  assert.deepEqual(action?.matches?.[0]?.templateSize, { width: 30, height: 40 })
})

test('detection looks into the file', async () => {
  assert.equal((await qontinuiRun.detect(memorySource(run))).fits, true)
  assert.deepEqual(await qontinuiRun.detect(memorySource({ 'records.json': '[{"temperature": 4}]' })), {
    fits: false,
    because: ['the records in records.json have no "action_type"'],
  })
})

test('the sample runs come back with the same actions, screens and labels', async () => {
  const sample = new URL('../../../../sample/gui/', import.meta.url)
  const lines = readFileSync(new URL('sessions.ndjson', sample), 'utf8').trim().split('\n')
  const sessions = lines.map((line) => JSON.parse(line) as AnySession & GuiSession)
  async function* items() {
    for (const session of sessions) yield { session, edits: [] }
  }
  const sink = memorySink()
  const media = {
    async *open(hash: string) {
      yield readFileSync(new URL(`media/${hash}.png`, sample))
    },
  }
  await qontinuiRun.write(items(), media, sink, {}, noExtras, testContext())
  const back = await readRun(sink.files)
  assert.deepEqual(back.problems, [])
  assert.equal(back.sessions.length, 2)
  for (const [index, session] of sessions.entries()) {
    const found = back.sessions.find(({ context }) => context.runId === session.context.runId)
    assert.ok(found)
    const actions = ({ telemetry }: GuiSession) =>
      telemetry?.actions?.map(
        ({ id, type, startedAt, durationMs, success, statesBefore, typed, screenshotBefore, clicks }) => ({
          id,
          type,
          startedAt,
          durationMs,
          success,
          typed,
          screenshotBefore,
          statesBefore: statesBefore?.toSorted(),
          clicks: clicks?.map(({ location }) => location) ?? [],
        }),
      )
    assert.deepEqual(actions(found), actions(session), `run ${index}`)
    const labels = (from: GuiSession) =>
      screenSamples(from, [])
        .map(({ id, annotations }) => [id, annotations.map(({ label, shape, source }) => ({ label, shape, source }))])
        .sort()
    assert.deepEqual(labels(found), labels(session))
  }
})
