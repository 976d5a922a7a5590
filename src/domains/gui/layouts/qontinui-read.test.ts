import assert from 'node:assert/strict'
import test from 'node:test'
import type { Imported } from '#core/layout.ts'
import { screenSamples } from '../samples.ts'
import { guiSessionSchema } from '../schema.ts'
import type { GuiSession } from '../session.ts'
import { qontinui } from './qontinui.ts'
import { type Files, jpeg, memorySource, png, readAll, sha256 } from './test-files.ts'

const first = png(400, 300, 1)
const second = png(400, 300, 2)
const noon = 1_700_000_000

const line = (image: string, more: object = {}) => ({
  id: image,
  image: `images/${image}.png`,
  annotations: `annotations/${image}.json`,
  action_id: 'click-1',
  action_type: 'CLICK',
  timestamp: noon,
  active_states: ['Login'],
  source: 'runner_execution',
  is_new: true,
  reviewed: false,
  ...more,
})
const lines = (...values: readonly object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')
const annotations = (boxes: readonly object[], more: object = {}) =>
  JSON.stringify({
    image_width: 400,
    image_height: 300,
    annotations: boxes,
    context: { action_type: 'CLICK', active_states: ['Login'], timestamp: noon, success: true },
    ...more,
  })
const box = (bbox: readonly unknown[], more: object = {}) => ({
  bbox,
  category_id: 0,
  category_name: 'login_button',
  confidence: 0.95,
  source: 'template_matching',
  verified: false,
  ...more,
})
const clickBox = (bbox: readonly unknown[]) =>
  box(bbox, { category_id: 1, category_name: 'click_target', confidence: 1, source: 'user_click', verified: true })

const twoLines = lines(line('a'), line('b', { action_id: 'find-2', action_type: 'FIND', timestamp: noon + 60 }))
const sound: Files = {
  'manifest.jsonl': twoLines,
  'images/a.png': first,
  'images/b.png': second,
  'annotations/a.json': annotations([box([100, 50, 80, 30])]),
  'annotations/b.json': annotations([box([10, 10, 20, 20], { category_id: 1, category_name: 'menu_icon' })]),
  'metadata.json': JSON.stringify({
    created: '2025-11-24T12:00:00',
    total_images: 2,
    total_annotations: 2,
    category_map: { login_button: 0, menu_icon: 1 },
  }),
}

function sessionsOf(found: readonly Imported[]): readonly GuiSession[] {
  return found.flatMap((item) => {
    if (item.type !== 'session') return []
    const checked = guiSessionSchema.safeParse(item.session)
    assert.ok(checked.success, checked.success ? '' : checked.error.message)
    return [item.session as unknown as GuiSession]
  })
}

const problemsOf = (found: readonly Imported[]) =>
  found.flatMap((item) => (item.type === 'problem' ? [`${item.fault.code} ${item.where}`] : []))

const labelsOf = (session: GuiSession) =>
  screenSamples(session, []).map(({ annotations: all }) =>
    all.map(({ label, shape, source, verified }) => {
      const place = shape.type === 'box' ? shape.bbox.join(',') : shape.type
      return `${label} ${place} ${source}${verified ? ' verified' : ''}`
    }),
  )

async function only(files: Files) {
  const { found, warnings } = await readAll(files)
  const sessions = sessionsOf(found)
  assert.equal(sessions.length, 1)
  const [session] = sessions
  assert.ok(session)
  return { session, found, warnings, problems: problemsOf(found) }
}

test('a sound dataset becomes one run with its actions, states and labels', async () => {
  const { session, warnings, problems } = await only(sound)
  assert.deepEqual(problems, [])
  assert.deepEqual(warnings, [])
  assert.equal(session.recordedAt, '2023-11-14T22:13:20.000Z')
  assert.deepEqual(
    session.telemetry?.actions?.map(({ id, type, success, statesBefore, screenshotBefore }) => ({
      id,
      type,
      success,
      statesBefore,
      screenshotBefore,
    })),
    [
      { id: 'click-1', type: 'CLICK', success: true, statesBefore: ['Login'], screenshotBefore: sha256(first) },
      { id: 'find-2', type: 'FIND', success: null, statesBefore: ['Login'], screenshotBefore: sha256(second) },
    ],
  )
  assert.deepEqual(labelsOf(session), [
    ['login_button 100,50,80,30 template_matching'],
    ['menu_icon 10,10,20,20 template_matching'],
  ])
})

test('the same dataset gives the same sessions, wherever it lies and in whatever folder', async () => {
  const again = await readAll(sound)
  const nested = Object.fromEntries(Object.entries(sound).map(([name, content]) => [`export/v1/${name}`, content]))
  const bare = (found: readonly Imported[]) => found.filter(({ type }) => type === 'session')
  assert.deepEqual(bare((await readAll(sound)).found), bare(again.found))
  assert.deepEqual(bare((await readAll(nested)).found), bare(again.found))
})

test('half an hour without an action parts two runs, and another run added later leaves the first as it was', async () => {
  const third = png(400, 300, 3)
  const grown: Files = {
    ...sound,
    'manifest.jsonl': `${twoLines}${lines(line('c', { timestamp: noon + 60 + 1801 }))}`,
    'images/c.png': third,
  }
  const sessions = sessionsOf((await readAll(grown)).found)
  const [before] = sessionsOf((await readAll(sound)).found)
  assert.equal(sessions.length, 2)
  assert.deepEqual(sessions[0], before)
  assert.deepEqual(
    sessions[1]?.media.map((media) => media.sha256),
    [sha256(third)],
  )
})

test('the click box of the exporter becomes a click, which confirms the element it hit', async () => {
  const { session } = await only({
    ...sound,
    'annotations/a.json': annotations([box([100, 50, 80, 30]), clickBox([115, 40, 50, 50])]),
  })
  assert.deepEqual(session.telemetry?.actions?.[0]?.clicks?.[0]?.location, { x: 140, y: 65 })
  assert.deepEqual(labelsOf(session)[0], ['login_button 100,50,80,30 template_matching'])
  const alone = await only({ ...sound, 'annotations/a.json': annotations([clickBox([200, 200, 50, 50])]) })
  assert.deepEqual(labelsOf(alone.session)[0], ['click_target 200,200,50,50 user_click'])
})

test('boxes over the edge are cut, boxes without a size are named, numbers as text are read', async () => {
  const boxes = [
    box([380, 280, 60, 20]),
    clickBox([475, 375, -275, -275]),
    box(['10', '20', '30', '40'], { category_name: 'icon', category_id: '3' }),
    box([1, 2, null, 4]),
  ]
  const { session, problems, warnings } = await only({ ...sound, 'annotations/a.json': annotations(boxes) })
  assert.deepEqual(labelsOf(session)[0], [
    'icon 10,20,30,40 template_matching',
    'login_button 380,280,20,20 template_matching',
  ])
  assert.deepEqual(problems, [
    'layout.invalid annotations/a.json, annotation 1',
    'layout.invalid annotations/a.json, annotation 3',
  ])
  assert.ok(warnings.some(({ message }) => message.includes('over the edge')))
})

test('annotations that do not exist make a negative example, not a crash', async () => {
  const { 'annotations/a.json': _, ...rest } = sound
  const { session, warnings, problems } = await only(rest)
  assert.deepEqual(problems, [])
  assert.deepEqual(labelsOf(session)[0], [])
  assert.ok(
    warnings.some(({ message, where }) => message.includes('does not exist') && where === 'first in manifest.jsonl:1'),
  )
})

test('a torn last line, lines that are none and paths that climb out are reported by line; the rest is read', async () => {
  const manifest = `${lines(line('a'), { image: '../../etc/passwd' }, { image: '/etc/passwd' })}[1]\n${JSON.stringify(line('b')).slice(0, 60)}`
  const { session, problems } = await only({ ...sound, 'manifest.jsonl': manifest })
  assert.deepEqual(problems, [
    'layout.invalid manifest.jsonl:2',
    'layout.invalid manifest.jsonl:3',
    'layout.invalid manifest.jsonl:4',
    'json.malformed manifest.jsonl:5 (the last line, which no line end closes)',
  ])
  // The image of the torn line is there, so it is kept without its action.
  assert.deepEqual([session.telemetry?.actions?.length, session.telemetry?.screens?.length], [1, 2])
})

test('an image that is missing or none is a problem of its line; its action stays', async () => {
  const manifest = lines(line('a'), line('x'), line('b'))
  const { session, problems } = await only({ ...sound, 'manifest.jsonl': manifest, 'images/b.png': 'no picture' })
  assert.deepEqual(problems, ['file.missing manifest.jsonl:2', 'image.type images/b.png'])
  assert.deepEqual(
    session.telemetry?.actions?.map(({ screenshotBefore }) => screenshotBefore ?? null),
    [sha256(first), null, null],
  )
})

test('a JPEG named .png is taken for what it is', async () => {
  const { session, warnings } = await only({ ...sound, 'images/a.png': jpeg })
  assert.equal(session.media[0]?.mediaType, 'image/jpeg')
  assert.ok(warnings.some(({ message }) => message.includes('image/jpeg')))
})

test('lines of a repeated export are taken once', async () => {
  const twice = `${twoLines}${lines(line('a', { is_new: false }))}`
  const { session, warnings } = await only({ ...sound, 'manifest.jsonl': twice })
  assert.equal(session.telemetry?.actions?.length, 2)
  assert.ok(warnings.some(({ where }) => where === 'first in manifest.jsonl:3'))
})

test('a number that stands for two names is reported, and the name beside the box counts', async () => {
  const { session, warnings } = await only({
    ...sound,
    'annotations/b.json': annotations([
      box([10, 10, 20, 20], { category_name: 'c3' }),
      { bbox: [50, 50, 9, 9], category_id: 0 },
    ]),
  })
  assert.deepEqual(labelsOf(session)[1], ['c3 10,10,20,20 template_matching', 'unknown 50,50,9,9 unknown'])
  const conflict = warnings.find(({ code }) => code === 'qontinui.categories')
  assert.match(conflict?.message ?? '', /category 0 .*c3, login_button/)
})

test('counts that do not hold are named', async () => {
  const { warnings } = await only({ ...sound, 'metadata.json': '{"total_images": 1, "total_annotations": 7}' })
  assert.deepEqual(
    warnings.map(({ message }) => message),
    ['total_images says 1, the dataset holds 2', 'total_annotations says 7, the dataset holds 2'],
  )
})

test('clicks of the robot verify nothing; those of a recorded person do', async () => {
  const verified = box([100, 50, 80, 30], { source: 'smart_click_analysis', verified: true })
  const files = { ...sound, 'annotations/a.json': annotations([verified]) }
  const robot = await only(files)
  assert.deepEqual(labelsOf(robot.session)[0], ['login_button 100,50,80,30 smart_click_analysis'])
  const manual = lines(line('a', { source: 'manual_capture' }), line('b'))
  const person = await only({ ...files, 'manifest.jsonl': manual })
  assert.deepEqual(labelsOf(person.session)[0], ['login_button 100,50,80,30 smart_click_analysis verified'])
})

test('reviews become words on screens; the last one on an image counts', async () => {
  const reviews = lines(
    { image_id: 'a', status: 'bad', notes: '' },
    { image_id: 'a', status: 'good', notes: 'clear' },
    { image_id: 'zz', status: 'good' },
    { image_id: 'b', status: 'maybe' },
  )
  const { found, session, problems } = await only({ ...sound, 'reviews.jsonl': reviews })
  const edits = found.flatMap((item) => (item.type === 'edit' ? [item.edit] : []))
  assert.deepEqual(
    edits.map(({ kind, session: of, after }) => ({ kind, of, after })),
    [{ kind: 'gui.screen', of: session.id, after: { screen: sha256(first), verdict: 'good', notes: 'clear' } }],
  )
  assert.deepEqual(problems, ['layout.invalid reviews.jsonl:3', 'layout.invalid reviews.jsonl:4'])
  assert.deepEqual(
    screenSamples(session, edits).map(({ annotations: all }) => all.every(({ verified }) => verified)),
    [true, false],
  )
})

test('lines without a time stand together and take the time of the dataset', async () => {
  const { session } = await only({
    ...sound,
    'manifest.jsonl': lines(line('a', { timestamp: null }), line('b', { timestamp: 'soon' })),
  })
  assert.equal(session.recordedAt, '2025-11-24T12:00:00.000Z')
  assert.equal(session.telemetry?.actions?.length, 2)
})

test('a folder that is no dataset is refused with the requirement that failed', async () => {
  assert.deepEqual(await qontinui.detect(memorySource({ 'a.txt': '' })), {
    fits: false,
    because: ['it has no manifest.jsonl'],
  })
  assert.deepEqual(await qontinui.detect(memorySource({ 'manifest.jsonl': '' })), {
    fits: false,
    because: ['there is neither images/ nor annotations/ beside manifest.jsonl'],
  })
  assert.deepEqual(await qontinui.detect(memorySource(sound)), { fits: true, variant: 'intermediate dataset' })
})
