import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type JsonObject } from '#core/json.ts'
import { camera } from '../camera.ts'
import { autosolve } from './autosolve.ts'
import {
  encode,
  failedSession,
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
    const clip = object(session.context['clip'])['fingerprint']
    assert.ok(typeof clip !== 'string' || !text.includes(clip))
  }
  assert.ok(!('contributor_id.txt' in files))
})

test('a contributor who agreed is recognisable by a pseudonym of this export', async () => {
  const data = await read(folder)
  const { files } = await write(data, {}, testExtras({}, true))
  const written = Object.entries(files).filter(([name]) => /^(sessions|behavior)\//.test(name))
  const ids = new Set(written.map(([, text]) => (JSON.parse(text) as JsonObject)['contributor_id']))
  assert.match(JSON.stringify(only([...ids])), /^"[0-9a-f]{8}"$/)
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
  for (const track of records(solved?.['tracks'])) {
    for (const key of Object.keys(rawTrack())) assert.ok(key in track, key)
  }
  const names = records(solved?.['tracks']).map((track) => track['name'])
  assert.deepEqual(names, ['Track.001', 'Track.002', 'Track.003'])
  assert.equal(records(solved?.['anchor_tracks'])[0]?.['name'], 'Track.002')
  const behavior = JSON.parse(
    Object.entries(files).find(([name]) => name.startsWith('behavior/'))?.[1] ?? '',
  ) as JsonObject
  for (const key of Object.keys(rawBehavior())) assert.ok(key in behavior, key)
  assert.equal(records(behavior['track_deletions'])[0]?.['track_name'], 'Track.002')
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

test('the model is made from the sessions that are written; the imported one goes out only when asked for, without single clips', async () => {
  const data = await read(folder)
  const kept = JSON.parse((await write(data, { model: 'kept' })).files['model.json'] ?? '') as JsonObject
  const { clip_specific: _, ...rest } = rawModel
  assert.deepEqual(kept, rest)
  const made = JSON.parse((await write(data)).files['model.json'] ?? '') as JsonObject
  assert.deepEqual(made['global_stats'], { total_sessions: 2, successful_sessions: 1 })
  const hd = (made['footage_classes'] as JsonObject)['HD_24fps'] as JsonObject
  assert.deepEqual([hd['sample_count'], hd['success_count'], hd['avg_success_rate']], [2, 1, 0.5])
  assert.deepEqual(
    records(hd['experiences']).map((one) => [one['outcome'], one['reward'], one['failure_type']]),
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

test('only what has no place there is reported as lost', async () => {
  const { report } = await write(await read(folder))
  assert.deepEqual(
    report.losses.map((loss) => `${loss.what} ${loss.field} ${loss.count}`),
    [
      'approximated context.clip.fingerprint 1',
      'approximated context.clip.sizeBytes 2',
      'dropped contributor 2',
      'dropped host 2',
      'approximated recordedAt 2',
      'dropped telemetry.adaptations.changes 1',
      'dropped telemetry.preSolve.warnings 2',
      'approximated telemetry.tracks.name 4',
    ],
  )
})

test('an unknown option is refused by name', async () => {
  const nothing = { sessions: [], edits: [], documents: {}, problems: [] }
  await assert.rejects(write(nothing, { form: 'xml' }), /format\.option.*zip-tree/)
})
