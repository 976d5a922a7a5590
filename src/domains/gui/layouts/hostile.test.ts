// Whatever stands in the files: nothing is thrown but what is foreseen, and what comes out as a session fits the schema.
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Imported } from '#core/layout.ts'
import { screenSamples } from '../samples.ts'
import { guiSessionSchema } from '../schema.ts'
import type { GuiSession } from '../session.ts'
import { qontinuiRun } from './qontinui-run.ts'
import { type Files, memoryIntake, memorySource, png, readAll, testContext } from './test-files.ts'

const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(-1, 0, 1e308, 2 ** 53))
const junk = fc.oneof(
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  number,
  fc.constantFrom(
    '',
    '../x',
    'images/a.png',
    'x'.repeat(3000),
    '\u0000',
    '\ud800',
    JSON.parse('{"__proto__": {"\\udc00": 1}}') as object,
    '😀',
    '1e400',
    '2025-13-45T99:00',
    '2025-01-01T00:00:00',
  ),
)
/** An object in which any field may be right, wrong or missing. */
const maybe = <T extends Record<string, unknown>>(right: T) =>
  fc.record(
    Object.fromEntries(
      Object.entries(right).map(([key, value]) => [key, fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, junk)]),
    ),
    { requiredKeys: [] },
  )
const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')

function checkSessions(found: readonly Imported[]): void {
  for (const item of found) {
    if (item.type !== 'session') continue
    const checked = guiSessionSchema.safeParse(item.session)
    assert.ok(checked.success, checked.success ? '' : checked.error.message)
    for (const { annotations, image } of screenSamples(item.session as unknown as GuiSession, [])) {
      for (const { shape } of annotations) {
        if (shape.type !== 'box') continue
        const [x, y, width, height] = shape.bbox
        assert.ok(x >= 0 && y >= 0 && width > 0 && height > 0)
        assert.ok(x + width <= (image.width ?? 0) && y + height <= (image.height ?? 0))
      }
    }
  }
}

const line = maybe({
  id: 'a',
  image: 'images/a.png',
  annotations: 'annotations/a.json',
  action_id: 'click',
  action_type: 'CLICK',
  timestamp: 1_700_000_000,
  active_states: ['Login'],
  source: 'runner_execution',
  session_id: 's',
  run_id: 'r',
  step: 3,
  success: true,
  image_after: 'images/a.png',
  active_states_after: ['List'],
  target: 'button',
  role: 'screen',
})
const provenance = maybe({ action_id: 'a', at: '2025-01-01T00:00:00Z', method: 'm', threshold: 0.9, observations: 2 })
const box = fc
  .tuple(
    maybe({
      bbox: [1, 2, 30, 40],
      category_id: 1,
      category_name: 'b',
      confidence: 0.5,
      source: 'user_click',
      verified: true,
    }),
    fc.option(fc.array(number, { minLength: 3, maxLength: 5 })),
    fc.option(provenance),
  )
  .map(([fields, bbox, from]) => ({ ...fields, ...(bbox ? { bbox } : {}), ...(from ? { provenance: from } : {}) }))
const labels = fc
  .tuple(
    maybe({ image_width: 400, image_height: 300, context: { action_type: 'CLICK', success: false } }),
    fc.array(box, { maxLength: 4 }),
  )
  .map(([fields, annotations]) => ({ ...fields, annotations }))
const metadata = maybe({
  created: '2025-11-24T12:00:00',
  category_map: { b: 1 },
  categories: [{ id: 1, name: 'c' }],
  total_images: 1,
  sessions: [{ session_id: 's', kind: 'run', recorded_at: 'soon', workflows: 7, duration_ms: -4, status: 'fine' }],
})

test('a dataset of qontinui may hold anything', async () => {
  const file = fc.record({
    lines: fc.array(fc.oneof(line, junk), { maxLength: 4 }),
    labels: fc.oneof(labels, junk),
    metadata,
  })
  await fc.assert(
    fc.asyncProperty(file, async (given) => {
      const files: Files = {
        'manifest.jsonl': lines(given.lines),
        'images/a.png': png(400, 300),
        'annotations/a.json': JSON.stringify(given.labels),
        'metadata.json': JSON.stringify(given.metadata),
        'reviews.jsonl': lines([given.metadata, { image_id: 'a', status: 'good' }]),
      }
      checkSessions((await readAll(files)).found)
    }),
    { numRuns: 400 },
  )
})

const record = maybe({
  action_id: 'a',
  action_type: 'TYPE',
  config: { text: 'hunter2', value: 5 },
  start_time: 1_700_000_000,
  end_time: 1_600_000_000,
  duration_ms: 5,
  active_states_before: ['Login'],
  success: true,
  error_message: 'no',
  retry_count: 1,
  typed_text: 'hunter2',
  typed: { length_chars: 3, class: 'x' },
  match_summary: { found: true, location: [1, 2], template_size: [3, 4], confidence: 7 },
  match_attempts: [{ location: { x: 1, y: 'b' } }],
  clicked_location: [3, 4],
  clicks: [{ location: [9, 9], count: -4 }],
  click_button: 'left',
  transition_data: { from_state: 4 },
  workflow_name: 'w',
  nesting_level: 2,
  screenshot_reference: 'screenshots/1.png',
  metadata: { typed_text: 'hunter2' },
})

test("a runner's records may hold anything", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(record, junk), { maxLength: 4 }),
      maybe({ elements: [] }),
      async (records, sidecar) => {
        const files: Files = {
          'action_records.jsonl': lines(records),
          'screenshots/1.png': png(400, 300),
          'screenshots/1.json': JSON.stringify(sidecar),
        }
        const found: Imported[] = []
        for await (const item of qontinuiRun.read(memorySource(files), memoryIntake(files), testContext()))
          found.push(item)
        checkSessions(found)
      },
    ),
    { numRuns: 400 },
  )
})
