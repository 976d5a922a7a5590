import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Bbox } from '#core/annotation.ts'
import type { Edit } from '#core/edit.ts'
import type { JsonObject } from '#core/json.ts'
import type { SessionWithEdits } from '#core/layout.ts'
import type { MediaRef } from '#core/session.ts'
import { mergeSamples, type ScreenSample, screenSamples } from '../samples.ts'
import type { GuiAction, GuiSession, Screen, ScreenElement } from '../session.ts'
import { action, annotationEdit, guiSession } from '../test-data.ts'
import { memoryMedia, memorySink, noExtras, png, readAll, sha256, testContext } from './test-files.ts'
import { writeQontinui } from './qontinui-write.ts'

const pictures = Array.from({ length: 4 }, (_, i) => png(400, 300, i))
const hashes = pictures.map(sha256)
const [shotA = '', shotB = '', shotC = ''] = hashes

interface Json {
  readonly [key: string]: Json
}
const textIn = (value: Json | undefined) => value as unknown as string

function withMedia(session: GuiSession): GuiSession {
  const media: readonly MediaRef[] = session.media.map((item) => ({ ...item, bytes: 40, mediaType: 'image/png' }))
  return { ...session, media }
}

async function write(items: readonly SessionWithEdits[], options: JsonObject = {}) {
  const sink = memorySink()
  async function* all() {
    yield* items
  }
  const report = await writeQontinui(all(), memoryMedia(pictures), sink, options, noExtras, testContext())
  const text = (name: string) => sink.files[name]?.toString() ?? ''
  const json = (name: string): Json => JSON.parse(text(name)) as Json
  const manifest = text('manifest.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Json)
  return { report, files: sink.files, text, json, manifest }
}

const item = (session: GuiSession, edits: readonly Edit[] = []): SessionWithEdits => ({
  session: withMedia(session) as unknown as SessionWithEdits['session'],
  edits,
})

const screenOf = (sha: string, elements: readonly ScreenElement[] = [], more: Partial<Screen> = {}): Screen => ({
  sha256: sha,
  width: 400,
  height: 300,
  elements,
  ...more,
})
const element = (label: string, bbox: Bbox, more: Partial<ScreenElement> = {}): ScreenElement => ({
  label,
  shape: { type: 'box', bbox },
  source: 'dom',
  ...more,
})

const login = guiSession({
  context: { workflows: ['Login flow'], app: 'Inbox', runId: 'run-7' },
  telemetry: {
    screens: [screenOf(shotA, [element('input', [390, 290, 40, 40])]), screenOf(shotB), screenOf(shotC)],
    actions: [
      action({
        id: 'click-login',
        screenshotBefore: shotA,
        screenshotAfter: shotB,
        statesBefore: ['Login'],
        statesAfter: ['List'],
        matches: [
          { name: 'login_button', found: false, threshold: 0.9, confidence: 0.4 },
          {
            name: 'login_button',
            found: true,
            threshold: 0.9,
            confidence: 0.95,
            location: { x: 100, y: 50 },
            templateSize: { width: 80, height: 30 },
          },
        ],
        clicks: [{ location: { x: 140, y: 65 } }, { location: { x: 20, y: 200 } }],
      }),
      action({ id: 'type-name', type: 'TYPE', screenshotBefore: null, typed: { lengthChars: 4, class: 'text' } }),
    ],
  },
})

test('every file named exists, numbers start at 1, boxes lie on their image, counts hold', async () => {
  const { files, json, manifest, report } = await write([item(login)])
  const images = manifest.map((line) => line['image'])
  for (const line of manifest) {
    assert.ok(files[textIn(line['image'])], textIn(line['image']))
    assert.ok(files[textIn(line['annotations'])], textIn(line['annotations']))
  }
  assert.equal(new Set(images).size, 3)
  const short = shotA.slice(0, 16)
  const { annotations, ...rest } = json(`annotations/${short}.json`) as { annotations: Json } & Json
  assert.deepEqual(rest, {
    image_id: short,
    image_filename: `${short}.png`,
    image_width: 400,
    image_height: 300,
    context: { action_type: 'CLICK', active_states: ['Login'], timestamp: 1772442000, success: true },
    version: '1.0.0',
  })
  const boxes = (annotations as unknown as Json[]).map((entry) => ({ ...entry, provenance: undefined }))
  assert.deepEqual(JSON.parse(JSON.stringify(boxes)), [
    {
      bbox: [0, 175, 50, 50],
      category_id: 1,
      category_name: 'click_target',
      confidence: 0.3,
      source: 'user_click',
      verified: false,
    },
    {
      bbox: [100, 50, 80, 30],
      category_id: 2,
      category_name: 'login_button',
      confidence: 0.95,
      source: 'template_matching',
      verified: false,
    },
  ])
  const metadata = json('metadata.json')
  assert.equal(metadata['total_images'], 3)
  assert.equal(metadata['total_annotations'], 2)
  assert.deepEqual(metadata['category_map'], { click_target: 1, login_button: 2 })
  assert.deepEqual(metadata['statistics'], {
    total_records_processed: 2,
    records_with_screenshots: 1,
    records_with_matches: 1,
    records_with_clicks: 1,
    skipped_records: 1,
    export_time_seconds: null,
  })
  assert.equal(metadata['created'], '2026-03-02T09:00:00.000+00:00')
  assert.equal(report.files, Object.keys(files).length)
})

test('the manifest has the documented fields and names run and session', async () => {
  const { manifest } = await write([item(login)])
  const short = shotA.slice(0, 16)
  assert.deepEqual(manifest[0], {
    id: short,
    image: `images/${short}.png`,
    annotations: `annotations/${short}.json`,
    action_id: 'click-login',
    action_type: 'CLICK',
    timestamp: 1772442000,
    active_states: ['Login'],
    source: 'runner_execution',
    is_new: true,
    reviewed: false,
    session_id: login.id,
    run_id: 'run-7',
    step: 0,
    success: true,
    image_after: `images/${shotB.slice(0, 16)}.png`,
    active_states_after: ['List'],
    target: null,
  })
  assert.deepEqual(
    manifest.slice(1).map((line) => [line['role'], line['action_id'], line['image']]),
    [shotB, shotC].map((sha) => ['screen', null, `images/${sha.slice(0, 16)}.png`]),
  )
})

test('what cannot be written is counted', async () => {
  const { report } = await write([item(login)])
  const counts = Object.fromEntries(report.losses.map(({ field, count }) => [field, count]))
  assert.deepEqual(counts, { actions: 1, clicks: 2, matches: 1, rejected: 1, typed: 1 })
})

test('COCO has integer ids from 1, negatives, and leaves out what a person judged bad', async () => {
  const { json } = await write([item(login)])
  const coco = json('dataset.json') as unknown as { images: Json[]; annotations: Json[]; categories: Json[] }
  assert.deepEqual(
    coco.images.map((image) => image['id']),
    [1, 2, 3],
  )
  assert.deepEqual(
    coco.annotations.map((entry) => [entry['id'], entry['category_id'], entry['area']]),
    [
      [1, 1, 2500],
      [2, 2, 2400],
    ],
  )
  assert.deepEqual(coco.categories[0], { id: 1, name: 'click_target', supercategory: 'gui_element' })
  const bad: Edit = {
    ...annotationEdit({ op: 'verify', screen: shotA, annotation: element('x', [0, 0, 1, 1]) }),
    kind: 'gui.screen',
    after: { screen: shotA, verdict: 'bad', notes: 'mid-animation' },
  }
  const judged = await write([item(login, [bad])])
  assert.equal((judged.json('dataset.json') as unknown as { images: Json[] }).images.length, 2)
  assert.deepEqual(JSON.parse(judged.text('reviews.jsonl')), {
    image_id: shotA.slice(0, 16),
    status: 'bad',
    notes: 'mid-animation',
    at: '2026-03-03T09:00:01.000Z',
  })
})

test('writing again gives the same bytes, in whatever order the sessions come', async () => {
  const other = guiSession({
    id: '00000000-0000-7000-8000-000000000002',
    recordedAt: '2026-03-05T09:00:00.000Z',
    telemetry: {
      screens: [screenOf(shotA, [element('button', [99, 50, 82, 30])])],
      actions: [action({ id: 'x', screenshotBefore: shotA })],
    },
  })
  const [one, two] = [await write([item(login), item(other)]), await write([item(other), item(login)])]
  assert.deepEqual(Object.keys(one.files).sort(), Object.keys(two.files).sort())
  for (const [name, bytes] of Object.entries(one.files)) assert.ok(two.files[name]?.equals(bytes), name)
  // Page and template saw one element: it has one box, and both are named.
  const [button] = (one.json(`annotations/${shotA.slice(0, 16)}.json`)['annotations'] as unknown as Json[]).filter(
    (entry) => textIn(entry['category_name']) === 'button',
  )
  assert.deepEqual(
    (button?.['provenance']?.['seen'] as unknown as Json[] | undefined)?.map((seen) => seen['source']),
    ['dom', 'template_matching'],
  )
})

test('options choose labels without making false negatives', async () => {
  const sure = await write([item(login)], { minConfidence: 0.5 })
  assert.deepEqual(sure.json('metadata.json')['category_map'], { login_button: 1 })
  const verified = await write([item(login)], { verifiedOnly: true })
  assert.equal(verified.json('metadata.json')['total_images'], 2)
  assert.ok(verified.manifest.every((line) => !textIn(line['image']).includes(shotA.slice(0, 16))))
  const positives = await write([item(login)], { negatives: false })
  assert.equal(positives.json('metadata.json')['total_images'], 1)
  await assert.rejects(write([item(login)], { minConfidence: 2 }), /format\.option/)
})

const place = fc.integer({ min: -20, max: 390 })
const side = fc.integer({ min: 1, max: 200 })
const bbox = fc.tuple(place, place, side, side) as fc.Arbitrary<Bbox>
const label = fc.constantFrom('button', 'input', 'größe "x"', 'a/b\\c', '../up')
const share = fc.double({ min: 0, max: 1, noNaN: true })
const someElement = fc
  .record({
    label,
    bbox,
    source: fc.constantFrom('dom', 'template_matching', 'person'),
    verified: fc.boolean(),
    confidence: fc.option(share),
  })
  .map((given) => element(given.label, given.bbox, given))
const states = fc.uniqueArray(fc.constantFrom('Login', 'List', 'Menü'), { maxLength: 2 })
const someAction = (shots: readonly string[]): fc.Arbitrary<GuiAction> =>
  fc
    .record({
      id: fc.constantFrom('a', 'b', 'ä"'),
      type: fc.constantFrom('CLICK', 'FIND', 'TYPE'),
      success: fc.option(fc.boolean()),
      statesBefore: states,
      screenshotBefore: fc.option(fc.constantFrom(...shots)),
      screenshotAfter: fc.option(fc.constantFrom(...shots)),
      second: fc.integer({ min: 0, max: 100_000 }),
      click: fc.option(fc.tuple(place, place)),
    })
    .map(({ second, click, ...given }) => ({
      ...given,
      startedAt: new Date(1_772_442_000_000 + second * 1000).toISOString(),
      clicks: click ? [{ location: { x: click[0], y: click[1] } }] : [],
    }))
const someSession = fc.subarray([...hashes], { minLength: 1 }).chain((shots) =>
  fc.record({
    screens: fc.tuple(...shots.map((sha) => fc.array(someElement, { maxLength: 5 }).map((all) => screenOf(sha, all)))),
    actions: fc.array(someAction(shots), { maxLength: 6 }),
  }),
)

const essence = (samples: readonly ScreenSample[]) => {
  const byImage = new Map<string, ScreenSample>()
  for (const sample of samples) {
    const known = byImage.get(sample.id)
    byImage.set(sample.id, known ? (mergeSamples(known, sample) as ScreenSample) : sample)
  }
  return [...byImage].sort().map(([id, { annotations: all }]) => ({
    id,
    labels: all.map(({ label: name, shape, source, verified, confidence }) => ({
      name,
      shape,
      source,
      verified,
      confidence,
    })),
  }))
}

test('what is written is read back: images, boxes, labels, states, times and order of actions', async () => {
  const oneOrTwo = fc.array(someSession, { minLength: 1, maxLength: 2 })
  await fc.assert(
    fc.asyncProperty(oneOrTwo, async (parts) => {
      const sessions = parts.map((telemetry, index) => {
        const id = `00000000-0000-7000-8000-00000000000${index + 1}`
        return withMedia(guiSession({ id, context: { workflows: ['w'], runId: `r${index}` }, telemetry }))
      })
      const { files, report } = await write(sessions.map((session) => item(session)))
      const { found } = await readAll(files)
      assert.deepEqual(
        found.filter(({ type }) => type === 'problem'),
        [],
      )
      const back = found.flatMap((entry) => (entry.type === 'session' ? [entry.session as unknown as GuiSession] : []))
      const samples = (all: readonly GuiSession[]) => essence(all.flatMap((session) => screenSamples(session, [])))
      assert.deepEqual(samples(back), samples(sessions))
      const steps = (all: readonly GuiSession[]) =>
        all
          .flatMap(({ context, telemetry }) =>
            (telemetry?.actions ?? [])
              .filter(({ screenshotBefore, screenshotAfter }) => screenshotBefore ?? screenshotAfter)
              .map((step) => [
                context.runId,
                step.id,
                step.type,
                step.startedAt,
                step.success ?? null,
                step.statesBefore?.toSorted() ?? [],
                step.screenshotBefore ?? step.screenshotAfter,
                step.screenshotAfter ?? null,
              ]),
          )
          .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : String(a[0]) > String(b[0]) ? 1 : 0))
      assert.deepEqual(steps(back), steps(sessions))
      const without = sessions.flatMap(({ telemetry }) =>
        (telemetry?.actions ?? []).filter(
          ({ screenshotBefore, screenshotAfter }) => !(screenshotBefore ?? screenshotAfter),
        ),
      )
      assert.equal(report.losses.find(({ field }) => field === 'actions')?.count ?? 0, without.length)
    }),
    { numRuns: 150 },
  )
})

test('what was read back is written to the same dataset again', async () => {
  const again = (all: Readonly<Record<string, Buffer>>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => /^images|^dataset\.json/.test(name)))
  const once = await write([item(login)])
  const { found } = await readAll(once.files)
  const back = found.flatMap((entry) =>
    entry.type === 'session' ? [item(entry.session as unknown as GuiSession)] : [],
  )
  const twice = await write(back)
  assert.deepEqual(again(twice.files), again(once.files))
})
