// What survives going out and coming in again, over generated records: everything except what anonymisation is for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import type { Edit } from '#core/edit.ts'
import type { AnySession } from '#core/session.ts'
import { camera } from '../camera.ts'
import { failureTypes, motionModels, regions } from '../terms.ts'
import { autosolve } from './autosolve.ts'
import {
  gather,
  memorySink,
  rawBehavior,
  rawModel,
  rawSession,
  rawTrack,
  sourceOf,
  testContext,
  testExtras,
  testIntake,
  withEdits,
} from './autosolve/fixtures.ts'

const share = fc.integer({ min: 0, max: 1_000_000 }).map((n) => n / 1e6)
const measure = fc.integer({ min: 1, max: 50_000_000 }).map((n) => n / 1e6)
const point = fc.tuple(share, share).map(([x, y]) => [x, y] as Json)
const region = fc.constantFrom(...regions)
const frame = fc.integer({ min: -10, max: 5000 })
const name = fc.string({ maxLength: 20, minLength: 1 }).filter((text) => !/[\u0000-\u001f\u007f]/.test(text))
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })

const track = fc
  .record({
    name,
    lifespan: fc.nat(500),
    start_frame: frame,
    region,
    avg_velocity: share,
    jitter_score: measure,
    contributed_to_solve: fc.boolean(),
    reprojection_error: orNull(measure),
    feature_quality_score: share,
    trajectory: fc.array(point, { maxLength: 8 }),
    trajectory_velocities: fc.array(share, { maxLength: 7 }),
    trajectory_confidence: fc.array(share, { maxLength: 7 }),
    is_anchor_candidate: fc.boolean(),
    anchor_quality: share,
  })
  .map((fields) => rawTrack(fields as { readonly [key: string]: Json }))

const settings = fc.record({
  pattern_size: fc.integer({ min: 5, max: 61 }),
  search_size: fc.integer({ min: 25, max: 251 }),
  correlation: share,
  threshold: share,
  motion_model: fc.constantFrom(...motionModels),
})

const perRegion = <T>(value: fc.Arbitrary<T>) =>
  fc.dictionary(region, value as fc.Arbitrary<Json>, { maxKeys: 9, noNullPrototype: true })

const record = fc
  .record(
    {
      timestamp: fc
        .date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
        .map((date) => `${date.toISOString().slice(0, 23)}204`),
      iteration: fc.nat(9),
      duration_seconds: fc.nat(10_000_000_000).map((us) => us / 1e6),
      resolution: fc.constantFrom([1920, 1080], [3840, 2160], [720, 480], [0, 0]),
      fps: fc.constantFrom(23.976, 24, 29.97, 59.94, 0),
      settings,
      success: fc.boolean(),
      solve_error: fc.oneof(measure, fc.constant(999), fc.constant(0)),
      tracks: fc.array(track, { maxLength: 6 }),
      region_stats: perRegion(
        fc.record({ total_tracks: fc.nat(50), successful_tracks: fc.nat(50), avg_lifespan: measure }),
      ),
      dead_zones: fc.uniqueArray(region),
      failure_type: fc.constantFrom('NONE', ...failureTypes.map((type) => type.replaceAll('-', '_'))),
      frame_of_failure: orNull(frame),
      region_confidence: perRegion(share),
      frame_samples: fc.array(
        fc.record({ frame, active_tracks: fc.nat(99), tracks_lost: fc.nat(99), avg_velocity: share }),
        { maxLength: 4 },
      ),
      motion_probe_results: fc.oneof(
        fc.constant({}),
        fc.record({
          motion_class: fc.constantFrom('LOW', 'MEDIUM', 'HIGH'),
          texture_class: fc.constantFrom('LOW', 'MEDIUM', 'HIGH'),
          best_regions: fc.uniqueArray(region),
          velocities: fc.oneof(fc.constant({}), fc.record({ avg: share, max: share })),
          region_success: fc.constant({}),
        }),
      ),
      track_failures: fc.array(
        fc.record({
          track_name: name,
          frame,
          position: point,
          reason: fc.constantFrom('HIGH_ERROR', 'NON_RIGID', 'MOTION_SPIKE'),
        }),
        { maxLength: 3 },
      ),
      clip_fingerprint: fc.constantFrom('', 'a4f3c89b2e71d6f0', '00112233445566ff'),
      contributor_id: fc.constantFrom('', 'x7f2k9a1', 'aabbccdd'),
      previous_session_id: fc.constantFrom('', '20260124_090855'),
    },
    { requiredKeys: [] },
  )
  .map((fields) => rawSession(fields as { readonly [key: string]: Json }))

/** Without what anonymisation is documented to change: whose, which clip, when to the hour, what tracks are called. */
function comparable(session: AnySession): string {
  const { id: _, contributor: __, recordedAt, parent: ___, ...rest } = session
  const { clip, ...context } = rest.context
  const telemetry = rest.telemetry === null ? null : Object.fromEntries(Object.entries(rest.telemetry).map(unnamed))
  const hasClip = isJsonObject(clip) && clip['fingerprint'] !== null
  return canonicalJson({
    ...rest,
    hour: recordedAt.slice(0, 13),
    context: { ...context, hasClip },
    telemetry: telemetry && known(telemetry),
  })
}

function unnamed([key, value]: [string, Json]): [string, Json] {
  if (key === 'previousRecord') return [key, value !== null]
  if (key === 'preSolve' && isJsonObject(value)) return [key, { ...value, warnings: [] }]
  if (key === 'adaptations' && Array.isArray(value))
    return [key, value.map((one: Json) => ({ ...(one as JsonObject), changes: [] }))]
  if (!Array.isArray(value) || !['tracks', 'deletedTracks', 'anchors'].includes(key)) return [key, value]
  return [key, value.map((item: Json) => ({ ...(item as JsonObject), name: 'x' }))]
}

/** Absent and null mean the same. */
const known = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null))

async function there(records: readonly JsonObject[], form: string) {
  const source = sourceOf(Object.fromEntries(records.map((one, i) => [`sessions/${i}.json`, one])))
  const before = await gather(autosolve.read(source, testIntake, testContext()))
  const sink = memorySink()
  await autosolve.write(withEdits(before), { open: () => source.read('') }, sink, { form }, testExtras(), testContext())
  const files = Object.fromEntries(sink.files)
  return { before, files, after: await gather(autosolve.read(sourceOf(files), testIntake, testContext())) }
}

test('a session goes out and comes back the same, apart from what anonymisation is for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(record, { maxLength: 3, minLength: 1, selector: (one) => JSON.stringify(one) }),
      fc.constantFrom('zip-tree', 'format3', 'plan'),
      async (records, form) => {
        const { before, after } = await there(records, form)
        assert.deepEqual(after.problems, [])
        assert.deepEqual(after.sessions.map(comparable).sort(), before.sessions.map(comparable).sort())
      },
    ),
    { numRuns: 80 },
  )
})

test('what is read passes the schema, and reading is idempotent and free of order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 4 }), async (records) => {
      const named = records.map((one, i): readonly [string, JsonObject] => [`sessions/${i}.json`, one])
      const files = { 'model.json': { footage_classes: {} } }
      const read = (entries: typeof named) =>
        gather(autosolve.read(sourceOf({ ...files, ...Object.fromEntries(entries) }), testIntake, testContext()))
      const [forward, again] = [await read(named), await read(named)]
      const renamed = named.map(([, one], i): readonly [string, JsonObject] => [
        `sessions/z${named.length - i}.json`,
        one,
      ])
      const backward = await read(renamed)
      assert.deepEqual(again, forward)
      const byId = (sessions: readonly AnySession[]) =>
        Object.fromEntries(sessions.map((session) => [session.id, session]))
      assert.deepEqual(byId(backward.sessions), byId(forward.sessions))
      for (const session of forward.sessions) assert.equal(camera.schema.safeParse(session).error, undefined)
    }),
    { numRuns: 40 },
  )
})

test('an export of an import of an export is that export, apart from its keys', async () => {
  const first = await there([rawSession()], 'folder')
  const second = await there(
    Object.entries(first.files).flatMap(([file, text]) =>
      file.startsWith('sessions/') ? [JSON.parse(text) as JsonObject] : [],
    ),
    'folder',
  )
  const keys = /"[0-9a-f]{8,32}"|_[0-9a-f]{8}"/g
  const text = (files: Readonly<Record<string, string>>) =>
    Object.entries(files)
      .filter(([file]) => file.startsWith('sessions/'))
      .map(([, content]) => content.replace(keys, '"key"'))
  assert.deepEqual(text(second.files), text(first.files))
})

const marker = 'ZZ-secret/path-ZZ'

async function exported(session: AnySession, edits: readonly Edit[], documents: Readonly<Record<string, string>>) {
  const sink = memorySink()
  const data = { sessions: [session], edits, documents, problems: [] }
  await autosolve.write(
    withEdits(data),
    { open: () => sourceOf({}).read('') },
    sink,
    {},
    testExtras(documents),
    testContext(),
  )
  return JSON.stringify([...sink.files])
}

test('random text in place of any field of a record does not crash the reader, nor leave in an export', async () => {
  for (const key of Object.keys(rawSession())) {
    for (const value of [marker, [marker], { [marker]: marker }]) {
      const source = sourceOf({
        'model.json': { footage_classes: {}, note: marker },
        'sessions/a.json': rawSession({ [key]: value }),
        'behavior/b.json': rawBehavior(),
      })
      const { sessions, edits, documents } = await gather(autosolve.read(source, testIntake, testContext()))
      for (const session of sessions) {
        const text = await exported(session, edits, documents)
        assert.ok(!text.includes('ZZ-secret'), `${key} = ${JSON.stringify(value)}`)
      }
    }
  }
})

/** The value with every text, one at a time, replaced by `text`, and with one more key in every object. */
function* spoiled(value: Json, text: string): Iterable<Json> {
  if (typeof value === 'string') yield text
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) for (const bad of spoiled(item as Json, text)) yield value.with(i, bad)
  }
  if (isJsonObject(value)) {
    yield { ...value, [text]: text }
    for (const [key, item] of Object.entries(value))
      for (const bad of spoiled(item, text)) yield { ...value, [key]: bad }
  }
}

/** What only our own recorder writes. */
const recorderTelemetry: JsonObject = {
  forecast: { probability: 0.4, warnings: ['a warning'], features: { depth: 0.1, motion: null } },
  diagnoses: [
    {
      pattern: 'rapid-motion',
      confidence: 0.8,
      sentence: 'a sentence',
      evidence: [{ name: 'tracks lost', value: 3, limit: 2, unit: 'per second followed' }],
      fix: { searchScale: 2, motionModel: 'Affine', cutFrames: [3], freeLens: true },
    },
  ],
  refinements: [{ fromFrame: 0, toFrame: 9, removed: 3, errorBeforePx: 1, errorAfterPx: 0.5, kept: true }],
  retryWhy: 'a reason',
  resumed: false,
  timings: { followMs: 10, solveMs: 20, phases: { track: 8, solve: 20 } },
  motion: { kind: 'pan', confidence: 0.9, fromFrame: 0, toFrame: 9, pan: 0.1 },
  healingAttempts: [
    { gapStartFrame: 3, gapEndFrame: 6, method: 'retracked', healed: false, earlier: 'a', later: 'b', why: 'a reason' },
  ],
  deletedTracks: [{ name: 'b', deletion: { reason: 'joined', noticedFrame: 6, into: 'a' } }],
  detections: [{ frame: 0, placed: 5, empty: { center: 'no-texture' } }],
}

test('no text that the schema lets a recorder choose leaves in an export', async () => {
  const source = sourceOf({ 'model.json': rawModel, 'sessions/a.json': rawSession(), 'behavior/b.json': rawBehavior() })
  const { sessions, edits } = await gather(autosolve.read(source, testIntake, testContext()))
  const [session, edit] = [sessions[0], edits[0]]
  assert.ok(session && edit)
  const more = { preset: 'FAST', patternMatch: 'keyframe', refine: ['focal'] }
  const full = {
    ...session,
    context: { ...session.context, retry: 1, run: session.id, engine: { name: 'embedded', version: '1.0.0' } },
    telemetry: { ...session.telemetry, ...recorderTelemetry },
    settings: { ...session.settings, reason: 'a reason', values: { ...session.settings.values, ...more } },
  }
  let tried = 0
  // Names of every sort: with a slash, and harmless to look at.
  for (const text of [marker, 'annslaptop']) {
    for (const bad of spoiled(full as unknown as Json, text)) {
      if (!camera.schema.safeParse(bad).success) continue
      tried++
      assert.ok(
        !(await exported(bad as unknown as AnySession, [], {})).includes(text),
        JSON.stringify(bad).slice(0, 4000),
      )
    }
    for (const after of spoiled(edit.after, text)) {
      if (!camera.editKinds['camera.behavior']?.safeParse(after).success) continue
      tried++
      assert.ok(!(await exported(session, [{ ...edit, after }], {})).includes(text), JSON.stringify(after))
    }
  }
  assert.ok(tried > 60, `${tried}`)
})
