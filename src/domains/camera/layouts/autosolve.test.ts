import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import { camera } from '../camera.ts'
import { autosolve } from './autosolve.ts'
import {
  encode,
  failedSession,
  gather,
  memorySink,
  rawBehavior,
  rawModel,
  rawSession,
  rawTrack,
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

const folder = {
  'sessions/2026-01-24T09-15-27_4be1c09f.json': rawSession(),
  'sessions/2026-01-24T11-02-00_99aa0011.json': failedSession({ timestamp: '2026-01-24T11:02:00.000000' }),
  'behavior/20260124_091612.json': rawBehavior(),
  'model.json': rawModel,
}

const only = <T>(items: readonly T[]): T => {
  assert.equal(items.length, 1)
  return items[0] as T
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
  assert.equal((only(sessions).telemetry?.['tracks'] as unknown[]).length, 1)
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
  assert.equal((session.telemetry?.['extra'] as JsonObject)['gpu'], 'RTX')
  assert.equal(session.settings.values['pyramid'], 3)
  assert.equal((session.telemetry?.['tracks'] as JsonObject[])[0]?.['note'], 'my tree')
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
    const [track] = only(sessions).telemetry?.['tracks'] as JsonObject[]
    return [track?.['name'], ctx.warnings.length]
  }
  assert.deepEqual(await nameOf(text), ['Straße – links', 0])
  assert.deepEqual(await nameOf(`\uFEFF${text}`), ['Straße – links', 0])
  assert.deepEqual(await nameOf(utf16), ['Straße – links', 1])
  assert.deepEqual(await nameOf(latin), ['Straße - links', 1])
  assert.deepEqual(await nameOf(broken), ['Straße – links', 1])
})

test('what is exported holds no path, no name, no person, and no key of the store', async () => {
  const secret = rawSession({
    source_metadata: { file_extension: '.annsclip', file_size_mb: 1234.5, codec_hint: '/home/ann' },
  })
  const data = await read({ ...folder, 'sessions/s.json': secret, 'contributor_id.txt': 'x7f2k9a1' })
  const { files } = await write(data)
  const text = JSON.stringify(files)
  for (const word of [
    'window corner',
    'annsclip',
    '/home/ann',
    'x7f2k9a1',
    'a4f3c89b2e71d6f0',
    'c0ffee123456',
    'low parallax',
    '09:15',
    '091612',
    '1234',
  ]) {
    assert.ok(!text.includes(word), word)
  }
  for (const session of data.sessions) {
    assert.ok(!text.includes(session.id))
    assert.ok(session.contributor === null || !text.includes(session.contributor))
    const clip = (session.context['clip'] as JsonObject)['fingerprint']
    assert.ok(clip === null || !text.includes(String(clip)))
  }
  assert.ok(!('contributor_id.txt' in files))
})

test('a contributor who agreed is recognisable by a pseudonym of this export', async () => {
  const data = await read(folder)
  const { files } = await write(data, {}, testExtras({}, true))
  const records = Object.entries(files).filter(([name]) => /^(sessions|behavior)\//.test(name))
  const ids = new Set(records.map(([, text]) => (JSON.parse(text) as JsonObject)['contributor_id']))
  assert.match(String(only([...ids])), /^[0-9a-f]{8}$/)
})

test('every key of the real record is in the written one, and one name keeps one number', async () => {
  const data = await read(folder)
  const { files } = await write(data)
  const sessions = Object.entries(files)
    .filter(([name]) => name.startsWith('sessions/'))
    .map(([, text]) => JSON.parse(text) as JsonObject)
  for (const session of sessions) {
    const raw = session['success'] ? rawSession() : failedSession()
    for (const key of Object.keys(raw)) assert.ok(key in session, key)
  }
  const solved = sessions.find((session) => session['success'])
  for (const track of solved?.['tracks'] as JsonObject[]) {
    for (const key of Object.keys(rawTrack())) assert.ok(key in track, key)
  }
  const names = (solved?.['tracks'] as JsonObject[]).map((track) => track['name'])
  assert.deepEqual(names, ['Track.001', 'Track.002', 'Track.003'])
  assert.equal((solved?.['anchor_tracks'] as JsonObject[])[0]?.['name'], 'Track.002')
  const behavior = JSON.parse(
    Object.entries(files).find(([name]) => name.startsWith('behavior/'))?.[1] ?? '',
  ) as JsonObject
  for (const key of Object.keys(rawBehavior())) assert.ok(key in behavior, key)
  assert.equal((behavior['track_deletions'] as JsonObject[])[0]?.['track_name'], 'Track.002')
})

test('the manifest counts what is there and names its hash', async () => {
  const ctx = testContext()
  const { files, report } = await write(await read(folder))
  const manifest = JSON.parse(files['manifest.json'] ?? '') as {
    [key: string]: unknown
    files: { name: string; bytes: number; sha256: string }[]
  }
  assert.deepEqual(
    [manifest['export_version'], manifest['session_count'], manifest['behavior_count'], manifest['total_tracks']],
    [2, 2, 1, 3],
  )
  assert.equal(manifest.files.length, Object.keys(files).length - 1)
  for (const { name, sha256, bytes } of manifest.files) {
    assert.equal(ctx.sha256(files[name] ?? ''), sha256)
    assert.equal(encode(files[name] ?? '').length, bytes)
  }
  assert.equal(report.files, Object.keys(files).length)
  assert.equal(report.items, 2)
})

test('the same sessions give the same bytes', async () => {
  const data = await read(folder)
  for (const form of ['zip-tree', 'folder', 'format3', 'plan']) {
    assert.deepEqual(await write(data, { form }), await write(data, { form }))
  }
})

for (const [form, variant] of [
  ['zip-tree', 'zip'],
  ['folder', 'folder'],
  ['format3', 'format 3'],
  ['plan', 'plan'],
] as const) {
  test(`what is written as ${form} is detected as that and read back without problem or warning`, async () => {
    const { files } = await write(await read(folder), { form })
    assert.deepEqual(await autosolve.detect(sourceOf(files)), { fits: true, variant })
    const ctx = testContext()
    const again = await read(files, ctx)
    assert.deepEqual(ctx.warnings, [])
    assert.deepEqual(again.problems, [])
    assert.equal(again.sessions.length, 2)
    for (const session of again.sessions) assert.equal(camera.schema.safeParse(session).error, undefined)
    assert.equal(again.edits.length, form === 'format3' ? 0 : 1)
    for (const edit of again.edits) assert.ok(again.sessions.some((session) => session.id === edit.session))
    assert.ok('autosolve/model.json' in again.documents)
  })
}

test('the imported model goes out without what belongs to single clips; without one it is made from the sessions', async () => {
  const data = await read(folder)
  const kept = JSON.parse((await write(data)).files['model.json'] ?? '') as JsonObject
  const { clip_specific: _, ...rest } = rawModel
  assert.deepEqual(kept, rest)
  const made = JSON.parse((await write(data, { model: 'computed' })).files['model.json'] ?? '') as JsonObject
  assert.deepEqual(made['global_stats'], { total_sessions: 2, successful_sessions: 1 })
  const hd = (made['footage_classes'] as JsonObject)['HD_24fps'] as JsonObject
  assert.deepEqual([hd['sample_count'], hd['success_count'], hd['avg_success_rate']], [2, 1, 0.5])
  assert.deepEqual(
    (hd['experiences'] as JsonObject[]).map((one) => [one['outcome'], one['reward'], one['failure_type']]),
    [
      ['SUCCESS', 0.685, null],
      ['FAILURE', 0, 'insufficient_features'],
    ],
  )
  assert.deepEqual((made['region_models'] as JsonObject)['top-left'], {
    total_tracks: 2,
    successful_tracks: 1,
    avg_lifespan: 60,
  })
  assert.deepEqual(Object.keys(made['failure_patterns'] as JsonObject), ['HD_24fps_insufficient_features'])
})

test('an unknown option is refused by name', async () => {
  const nothing = { sessions: [], edits: [], documents: {}, problems: [] }
  await assert.rejects(write(nothing, { form: 'xml' }), /format\.option.*zip-tree/)
})
