import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import { camera } from '../camera.ts'
import { autosolve } from './autosolve.ts'
import {
  encode,
  folder,
  gather,
  memorySink,
  object,
  only,
  rawBehavior,
  rawModel,
  rawSession,
  rawTrack,
  records,
  type Read,
  sourceOf,
  testContext,
  testExtras,
  testIntake,
  withEdits,
} from './autosolve/fixtures.ts'

const read = (files: Parameters<typeof sourceOf>[0], ctx = testContext()) =>
  gather(autosolve.read(sourceOf(files), testIntake, ctx))

async function write(data: Read, options: JsonObject = {}, extras = testExtras(data.documents)) {
  const sink = memorySink()
  const report = await autosolve.write(
    withEdits(data),
    { open: () => sourceOf({}).read('') },
    sink,
    options,
    extras,
    testContext(),
  )
  return { files: Object.fromEntries(sink.files), report }
}

test('a data folder becomes sessions that the schema takes, an edit and the model', async () => {
  const ctx = testContext()
  const { sessions, edits, documents, problems } = await read(folder, ctx)
  assert.deepEqual(problems, [])
  assert.deepEqual(ctx.warnings, [])
  for (const session of sessions) assert.deepEqual(camera.schema.safeParse(session).error?.issues, undefined)
  const [solved, failed] = sessions
  assert.equal(solved?.recordedAt, '2026-01-24T09:15:27.318Z')
  assert.equal(solved?.outcome.durationMs, 45_218.734)
  assert.deepEqual(solved?.settings.values, {
    patternSize: 19,
    searchSize: 101,
    correlation: 0.65,
    threshold: 0.25,
    motionModel: 'LocRot',
  })
  assert.equal(camera.summary(solved as never), 'HD 23.98 fps, 240 frames, 3 tracks, 2 points, 0.42 px')
  assert.equal(camera.summary(failed as never), 'HD 23.98 fps, 240 frames, 0 tracks, 0 points, insufficient features')
  assert.equal(camera.editKinds['camera.behavior']?.safeParse(only(edits).after).error, undefined)
  assert.deepEqual(JSON.parse(documents['autosolve/model.json'] ?? ''), rawModel)
})

test('every key of a real record is understood: nothing is left over', async () => {
  const { sessions, edits } = await read(folder)
  for (const session of sessions) assert.equal(session.telemetry?.['extra'], undefined)
  assert.ok(!('extra' in (only(edits).after as object)))
})

test('what only says "never measured" is null, what was measured stays', async () => {
  const { sessions } = await read(folder)
  const [solved, failed] = sessions
  const { visual, tracks, frameSamples, deadZones, regionConfidence, healingAttempts } = (solved?.telemetry ??
    {}) as Record<string, Json>
  assert.ok(isJsonObject(visual ?? null) && Array.isArray(tracks) && Array.isArray(healingAttempts))
  const { edgeDensity, contrast, motionProfileUv, failureFrames, zoomDetected, edgeDensityMean } = visual as JsonObject
  assert.deepEqual(
    [edgeDensity, contrast, motionProfileUv, failureFrames, zoomDetected, edgeDensityMean],
    Array(6).fill(null),
  )
  assert.deepEqual((visual as JsonObject)['magnitudeHistogram'], [0, 0, 0, 0, 1])
  assert.deepEqual([frameSamples, deadZones], [null, null])
  assert.equal((regionConfidence as JsonObject)['center'], 0.5)
  const [, , lost] = tracks as JsonObject[]
  assert.equal(lost?.['reprojectionErrorPx'], null)
  assert.equal(lost?.['startSignature'], null)
  assert.equal((healingAttempts as JsonObject[])[0]?.['errorPx'], null)
  assert.equal(failed?.outcome['solveErrorPx'], null)
  assert.equal(failed?.outcome.status, 'failed')
  assert.equal(failed?.telemetry?.['globalMotionUv'], null)
  assert.equal(failed?.telemetry?.['visual'], null)
})

test('a run that came to its end without a solve did not succeed', async () => {
  const { sessions } = await read({ 'sessions/a.json': rawSession({ solve_error: 999 }) })
  assert.equal(only(sessions).outcome.status, 'partial')
  assert.equal(only(sessions).outcome['solveErrorPx'], null)
})

test('neither clip names nor the hash of a path nor the contributor’s id are stored', async () => {
  const text = JSON.stringify(
    await read({ ...folder, 'sessions/old.json': rawSession({ clip_name: 'WeddingAnn.mp4' }) }),
  )
  for (const secret of ['WeddingAnn', 'a4f3c89b2e71d6f0', 'c0ffee123456', 'x7f2k9a1']) {
    assert.ok(
      !text
        .replace(JSON.stringify(rawModel), '')
        .replaceAll('\\"', '"')
        .replace(JSON.stringify(rawModel), '')
        .includes(secret),
      secret,
    )
  }
})

test('the fingerprint of a clip is the same for both kinds of record of that clip', async () => {
  const { sessions, edits } = await read({
    'sessions/a.json': rawSession(),
    'behavior/b.json': rawBehavior({ clip_fingerprint: 'a4f3c89b2e71d6f0' }),
  })
  const clip = only(sessions).context['clip'] as JsonObject
  assert.equal(clip['fingerprint'], (only(edits).after as JsonObject)['clip'])
})

test('identity is content: another file name, archive or order changes nothing; other content does', async () => {
  const record = rawSession()
  const a = await read({ 'sessions/a.json': record })
  const b = await read({ 'manifest.json': { export_version: 2 }, 'sessions/zz.json': JSON.stringify(record, null, 2) })
  const c = await read({ 'x.json': { format_version: 3, export_type: 'autosolve_training_data', sessions: [record] } })
  const reordered = Object.fromEntries(Object.entries(record).reverse())
  const d = await read({ 'sessions/a.json': reordered, 'model.json': rawModel })
  for (const other of [b, c, d]) assert.deepEqual(other.sessions, a.sessions)
  const e = await read({ 'sessions/a.json': rawSession({ contributor_id: 'someone1' }) })
  assert.notEqual(only(e.sessions).id, only(a.sessions).id)
})

test('two people’s behavior records of one second are two edits', async () => {
  const first = await read({ 'behavior/20260124_091612.json': rawBehavior() })
  const second = await read({
    'behavior/20260124_091612.json': rawBehavior({ contributor_id: 'otherone', net_track_change: 3 }),
  })
  assert.notEqual(only(first.edits).id, only(second.edits).id)
})

test('a behavior record belongs to the one session that ended when it began, else to none', async () => {
  const { sessions, edits } = await read(folder)
  assert.equal(only(edits).session, sessions[0]?.id)
  const alone = await read({ 'behavior/20260124_091612.json': rawBehavior() })
  assert.equal(only(alone.edits).session, null)
  const later = await read({
    ...folder,
    'behavior/20260124_091612.json': rawBehavior({ session_id: '20260124_093000' }),
  })
  assert.equal(only(later.edits).session, null)
  const twins = await read({ ...folder, 'sessions/b.json': rawSession({ iteration: 2 }) })
  assert.equal(only(twins.edits).session, null)
  const others = await read({ ...folder, 'behavior/20260124_091612.json': rawBehavior({ contributor_id: 'otherone' }) })
  assert.equal(only(others.edits).session, null)
})

const detection: readonly (readonly [string, Parameters<typeof sourceOf>[0], string])[] = [
  ['a data folder', folder, 'folder'],
  [
    'a data folder inside another',
    { 'AutoSolve/sessions/a.json': rawSession(), 'AutoSolve/model.json': rawModel },
    'folder',
  ],
  ['an export archive', { ...folder, 'manifest.json': { export_version: 2 } }, 'zip'],
  ['the plan', { 'sessions/2024-12-07_clip1_session.json': rawSession(), 'aggregate_stats.json': {} }, 'plan'],
  [
    'format 3',
    { 'data.json': { format_version: 3, export_type: 'autosolve_training_data', sessions: [] } },
    'format 3',
  ],
  ['one record', { '2026.json': rawSession() }, 'records'],
  ['a lone model', { 'model.json': rawModel }, 'folder'],
]
for (const [what, files, variant] of detection) {
  test(`detection knows ${what}`, async () => {
    assert.deepEqual(await autosolve.detect(sourceOf(files)), { fits: true, variant })
  })
}

test('detection says what is missing', async () => {
  const refused = async (files: Parameters<typeof sourceOf>[0]) => {
    const match = await autosolve.detect(sourceOf(files))
    assert.equal(match.fits, false)
    return match.fits ? '' : match.because.join('; ')
  }
  assert.equal(await refused({ 'a.txt': 'x' }), 'no JSON file')
  assert.match(
    await refused({ 'annotations.json': { images: [] } }),
    /no folder "sessions".*"export_type".*"resolution"/,
  )
  assert.equal(await refused({ 'sessions/a.json': { user: 'ann' } }), 'sessions/a.json is no AutoSolve record')
})

test('a broken file is named with its line, and the others come in', async () => {
  const broken = '{\n  "settings": {},\n  "fps": oops\n}'
  const { sessions, problems } = await read({
    ...folder,
    'sessions/b.json': broken,
    'sessions/c.json': '[]',
    'behavior/x.json': '7',
  })
  assert.equal(sessions.length, 2)
  assert.deepEqual(problems, [
    { where: 'sessions/b.json:3', code: 'layout.invalid' },
    { where: 'sessions/c.json', code: 'layout.invalid' },
    { where: 'behavior/x.json', code: 'layout.invalid' },
  ])
})

test('values of the wrong kind become null and are named; the session stays', async () => {
  const ctx = testContext()
  const odd = rawSession({
    region_stats: { middle: { total_tracks: 1 } },
    failure_type: 'GREMLINS',
    total_tracks: 'many',
    tracks: [5, rawTrack()],
  })
  const { sessions } = await read({ 'sessions/a.json': odd }, ctx)
  assert.equal(only(sessions).outcome['failureType'], null)
  assert.equal(only(sessions).outcome['totalTracks'], null)
  assert.equal(records(only(sessions).telemetry?.['tracks']).length, 1)
  assert.deepEqual(ctx.warnings.map((warning) => warning.message.split(':')[0]).sort(), [
    'outcome.failureType',
    'outcome.totalTracks',
    'telemetry.regionStats',
    'telemetry.tracks',
  ])
})

test('values out of range are not mended: the schema refuses them by name', async () => {
  const { sessions } = await read({ 'sessions/a.json': rawSession({ settings: { correlation: 70 } }) })
  const issues = camera.schema.safeParse(only(sessions)).error?.issues.map((issue) => issue.path.join('.'))
  assert.deepEqual(issues, ['settings.values.correlation'])
})

test('fields of a newer add-on survive, and do not leave again', async () => {
  const newer = rawSession({
    gpu: 'RTX',
    settings: { ...(rawSession()['settings'] as JsonObject), pyramid: 3 },
    tracks: [rawTrack({ note: 'my tree' })],
  })
  const data = await read({ 'sessions/a.json': newer })
  const session = only(data.sessions)
  assert.equal(object(session.telemetry?.['extra'])['gpu'], 'RTX')
  assert.equal(session.settings.values['pyramid'], 3)
  assert.equal(records(session.telemetry?.['tracks'])[0]?.['note'], 'my tree')
  const { files, report } = await write(data)
  assert.ok(!JSON.stringify(files).includes('my tree'))
  const fields = report.losses.map((loss) => loss.field)
  for (const field of ['telemetry.extra', 'settings.pyramid', 'telemetry.tracks.note'])
    assert.ok(fields.includes(field), field)
})

test('hand-made JSON with comments, trailing commas and NaN is read, and each tolerance is named with its line', async () => {
  const text = `{
  // my best take
  "timestamp": "2025-12-07T19:30:00", "resolution": [1920, 1080], "fps": 30, "frame_count": 240,
  "settings": {"pattern_size": 15, "search_size": 71, "correlation": 0.7, "threshold": 0.3, "motion_model": "LocRot",},
  "success": true, "solve_error": NaN, /* was // good */ "clip_name": "http://x//y",
  "motion_consistency": -Infinity,
}`
  const ctx = testContext()
  const { sessions, problems } = await read({ 'sessions/a.json': text }, ctx)
  assert.deepEqual(problems, [])
  assert.equal(only(sessions).outcome['solveErrorPx'], null)
  const lines = ctx.warnings.map((warning) => `${warning.where} ${warning.message}`)
  assert.deepEqual(lines, [
    'sessions/a.json:2 a comment tolerated',
    'sessions/a.json:4 a comma before a closing bracket tolerated',
    'sessions/a.json:5 NaN, read as null, tolerated',
    'sessions/a.json:5 a comment tolerated',
    'sessions/a.json:6 -Infinity, read as null, tolerated',
    'sessions/a.json:6 a comma before a closing bracket tolerated',
  ])
})

/** In the form of the guide's own sample: fewer keys, four comments, and text that was encoded twice. */
const likeTheGuide = `{
  "schema_version": 1,
  "timestamp": "2025-12-08T18:04:00",
  "clip_name": "shot_07",
  "iteration": 1,
  "resolution": [1920, 1080],
  "fps": 30,
  "frame_count": 200,
  "settings": { "pattern_size": 17, "search_size": 81, "correlation": 0.7, "threshold": 0.3, "motion_model": "LocRot" },
  "success": true,
  "solve_error": 0.51,
  // Camera: as set before the solve
  "camera_intrinsics": {
    "focal_length_mm": 28.0, "sensor_width_mm": 36.0, "pixel_aspect": 1.0, "principal_point": [0.5, 0.5],
    "distortion_model": "POLYNOMIAL", "k1": -0.04, "k2": 0.01, "k3": 0.0
  },
  "motion_class": "HIGH",
  "failure_type": "CUT",
  "flow_direction_histogram": [0.1, 0.1, 0.1, 0.1, 0.2, 0.2, 0.1, 0.1],
  // Tracks â€” sampled
  "tracks": [{ "name": "Track.001", "lifespan": 90, "region": "center", "contributed_to_solve": true,
    "trajectory": [[0.5, 0.5], [0.51, 0.5]], "trajectory_sample_rate": 5 }],
  "track_failures": [{ "track_name": "Track.004", "frame": 40, "position": [0.1, 0.9], "reason": "DRIFT" }],
  "dead_zones": ["top-right"],
  // Regions
  "visual_features": { "edge_density": { "center": 0.85, "top-left": 0.42 }, "edge_density_mean": 0.6 },
  // Healing
  "healing_attempts": [{ "gap_start_frame": 10, "gap_end_frame": 14, "post_heal_error": 0.4, "heal_success": true }]
}`

test('a record like the sample in AutoSolve’s guide is read whole, where older records keep things too', async () => {
  const ctx = testContext()
  const { sessions, problems } = await read({ 'sessions/guide.json': likeTheGuide }, ctx)
  assert.deepEqual(problems, [])
  assert.deepEqual(
    ctx.warnings.map((warning) => warning.where),
    ['', ':12', ':20', ':25', ':27'].map((line) => `sessions/guide.json${line}`),
  )
  const session = only(sessions)
  assert.equal(camera.schema.safeParse(session).error, undefined)
  const { visual, tracks, deletedTracks, deadZones, healingAttempts, extra } = session.telemetry ?? {}
  assert.equal(extra, undefined)
  assert.deepEqual(object(visual)['edgeDensity'], { center: 0.85, 'top-left': 0.42 })
  assert.equal(object(visual)['motionClass'], 'high')
  assert.equal(object(visual)['directionHistogram'] !== null, true)
  assert.deepEqual(deadZones, ['top-right'])
  assert.equal(session.outcome['failureType'], 'scene-cut')
  assert.deepEqual(object(session.context['camera'])['principalOffset'], [0, 0])
  assert.deepEqual(records(deletedTracks)[0]?.['deletion'], { reason: 'drift', noticedFrame: 40 })
  assert.equal(records(healingAttempts)[0]?.['errorPx'], 0.4)
  assert.equal(records(tracks)[0]?.['contributedToSolve'], true)
})

test('the encodings that editors leave behind are read alike', async () => {
  const record = rawSession({ tracks: [rawTrack({ name: 'Straße – links' })] })
  const text = JSON.stringify(record)
  const utf16 = new Uint8Array(2 + text.length * 2)
  utf16.set([0xff, 0xfe])
  for (let i = 0; i < text.length; i++) utf16.set([text.charCodeAt(i) & 255, text.charCodeAt(i) >> 8], 2 + i * 2)
  const latin = Uint8Array.from(text.replaceAll('–', '-').replaceAll('→', '>'), (character) => character.charCodeAt(0))
  const broken = new TextDecoder('windows-1252').decode(encode(text))
  const nameOf = async (content: Uint8Array | string) => {
    const ctx = testContext()
    const { sessions } = await read({ 'sessions/a.json': content }, ctx)
    const [track] = records(only(sessions).telemetry?.['tracks'])
    return [track?.['name'], ctx.warnings.length]
  }
  assert.deepEqual(await nameOf(text), ['Straße – links', 0])
  assert.deepEqual(await nameOf(`\uFEFF${text}`), ['Straße – links', 0])
  assert.deepEqual(await nameOf(utf16), ['Straße – links', 1])
  assert.deepEqual(await nameOf(latin), ['Straße - links', 1])
  assert.deepEqual(await nameOf(broken), ['Straße – links', 1])
})
