import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Edit } from '#core/edit.ts'
import type { AnySession } from '#core/session.ts'
import { camera } from './camera.ts'
import { footageClass, fpsClass, lightOf, movementOf, resolutionClass } from './classes.ts'
import { cameraSessionOf } from './fixtures.ts'
import type { CameraSession, CameraTelemetry } from './session.ts'
import type { FootageType } from './terms.ts'

const issues = (session: unknown) => {
  const { error } = camera.schema.safeParse(session)
  return (error?.issues ?? []).map((issue) => issue.path.join('.'))
}

test('the schema takes a full session and keeps keys it does not know', () => {
  const session = cameraSessionOf({ context: { widthPx: 3840 } as object })
  assert.deepEqual(issues(session), [])
  const newer = cameraSessionOf({ settings: { patternSize: 21, pyramidLevels: 3 } as object })
  assert.deepEqual((camera.schema.parse(newer) as AnySession).settings.values['pyramidLevels'], 3)
})

test('the schema takes what AutoSolve really uses, and a session of which nothing is known', () => {
  const extreme = cameraSessionOf({
    settings: { patternSize: 61, searchSize: 211, correlation: 0.45, threshold: 0.08, motionModel: 'Affine' },
  })
  assert.deepEqual(issues(extreme), [])
  const bare = { ...cameraSessionOf({ telemetry: null }), context: {} }
  assert.deepEqual(issues(bare), [])
})

for (const [what, wrong, field] of [
  ['a correlation in percent', { settings: { correlation: 70 } }, 'settings.values.correlation'],
  ['a negative frame count', { context: { frameCount: -24 } }, 'context.frameCount'],
  ['a motion model of another program', { settings: { motionModel: 'Translation' } }, 'settings.values.motionModel'],
  ['a path as fingerprint', { context: { clip: { fingerprint: '/home/ann/a.mp4' } } }, 'context.clip.fingerprint'],
  ['a failed solve as 0 tracks of -1', { outcome: { totalTracks: -1 } }, 'outcome.totalTracks'],
  ['a region that does not exist', { telemetry: { deadZones: ['middle'] } }, 'telemetry.deadZones.0'],
  ['a position in pixels with one number', { telemetry: { globalMotionUv: [12] } }, 'telemetry.globalMotionUv'],
  ['NaN as error', { outcome: { solveErrorPx: Number.NaN } }, 'outcome.solveErrorPx'],
] as const) {
  test(`the schema refuses ${what} and names the field`, () => {
    assert.deepEqual(issues(cameraSessionOf(wrong as object)), [field])
  })
}

test('classes take broadcast rates for what they are, and 4K is not HD', () => {
  assert.deepEqual([23.976, 25, 29.97, 47.95, 50, 59.94].map(fpsClass), [
    '24fps',
    '24fps',
    '30fps',
    '30fps',
    '60fps',
    '60fps',
  ])
  assert.deepEqual([1919, 1920, 3839, 3840].map(resolutionClass), ['SD', 'HD', 'HD', '4K'])
  assert.equal(footageClass({ widthPx: 4096, fps: 23.976 }), '4K_24fps')
  assert.equal(footageClass({ widthPx: 4096 }), null)
})

test('facets are at most twenty, have no holes, and never hold a name', () => {
  const facets = camera.facets(cameraSessionOf({ contributor: 'p-77' }))
  assert.ok(facets.length <= 20)
  assert.deepEqual(
    facets.find((facet) => facet.key === 'class'),
    { key: 'class', text: 'HD_24fps' },
  )
  assert.deepEqual(
    facets.find((facet) => facet.key === 'error'),
    { key: 'error', number: 0.42 },
  )
  assert.ok(!JSON.stringify(facets).includes('p-77'))
  const bare = { ...cameraSessionOf({ telemetry: null }), context: {}, outcome: { status: null } }
  assert.deepEqual(camera.facets(bare as unknown as AnySession), [{ key: 'model', text: 'LocRot' }])
})

test('how the camera moved is as the person said, else as measured, and low light is measured only', () => {
  const session = (footageType: FootageType, telemetry: CameraTelemetry) => {
    const made = cameraSessionOf({ telemetry })
    return { ...made, context: { ...made.context, footageType, probe: null } } as unknown as CameraSession
  }
  const measured = { motion: { kind: 'shake' }, visual: { motionClass: 'high', brightnessMean: 0.1 } } as const
  assert.equal(movementOf(session('tripod', measured)), 'static')
  assert.equal(movementOf(session('drone', measured)), 'drone')
  assert.equal(movementOf(session('auto', measured)), 'handheld')
  assert.equal(movementOf(session('indoor', { visual: { motionClass: 'high' } })), 'action')
  assert.equal(movementOf(session('auto', { visual: { motionClass: 'medium' } })), null)
  assert.equal(lightOf(session('indoor', measured)), 'low')
  assert.equal(lightOf(session('indoor', { visual: { brightnessMean: 0.2 } })), 'normal')
  assert.equal(lightOf(session('indoor', {})), null)
})

test('the summary says what came of it in one line', () => {
  assert.equal(camera.summary(cameraSessionOf()), 'HD 23.98 fps, 240 frames, 3 tracks, 2 points, 0.42 px')
  const failed = cameraSessionOf({
    status: 'failed',
    outcome: { solveErrorPx: null, bundleCount: 0, failureType: 'scene-cut' },
  })
  assert.equal(camera.summary(failed), 'HD 23.98 fps, 240 frames, 3 tracks, 0 points, scene cut')
})

const edit = (id: string, at: string, kind: string, after: Edit['after']): Edit => ({
  id,
  session: cameraSessionOf().id,
  project: 'default',
  at,
  principal: 'owner',
  kind,
  before: null,
  after,
  reason: null,
})

test('samples are one row and one trajectory per track, deleted ones too, all of the clip’s group', () => {
  const samples = camera.samples(cameraSessionOf({ contributor: 'p-77' }), [])
  assert.deepEqual(
    samples.map((sample) => sample.type),
    ['row', 'trajectory', 'trajectory', 'trajectory', 'trajectory'],
  )
  assert.equal(new Set(samples.map((sample) => sample.id)).size, 5)
  assert.deepEqual([...new Set(samples.map((sample) => sample.group))], ['clip:clip-9f2c41aa'])
  assert.deepEqual(samples[0]?.contributors, ['p-77'])
  assert.equal(samples[0]?.attributes['settings_correlation'], 0.65)
  assert.equal(samples[0]?.attributes['outcome_solveErrorPx'], 0.42)
  const deleted = samples[4]
  assert.equal(deleted?.attributes['deletionReason'], 'high-error')
  assert.deepEqual(deleted?.type === 'trajectory' && deleted.steps[1], {
    frame: 6,
    u: 0.53,
    v: 0.47,
    stepUv: 0.0028,
    confidence: 1,
  })
})

test('without a fingerprint the chain of attempts is the group', () => {
  const chain = '01977f3e-0000-7000-8000-000000000001'
  const [row] = camera.samples(cameraSessionOf({ context: { clip: null, chain } }), [])
  assert.equal(row?.group, `chain:${chain}`)
})

test('the row tells what people said: the last verdict, the last rating, all the work', () => {
  const edits = [
    edit('b', '2026-03-03T00:00:00Z', 'reject', null),
    edit('a', '2026-03-02T00:00:00Z', 'accept', null),
    edit('c', '2026-03-03T00:00:00Z', 'rating', 4),
    edit('d', '2026-03-03T00:00:00Z', 'camera.behavior', { deletions: [{ region: 'center' }], editingS: 20 }),
    edit('e', '2026-03-04T00:00:00Z', 'camera.behavior', { deletions: [{ region: 'center' }], editingS: 12.5 }),
  ]
  const [row] = camera.samples(cameraSessionOf(), edits)
  const { edit_accepted, edit_rating, edit_deletedTracks, edit_editingS } = row?.attributes ?? {}
  assert.deepEqual([edit_accepted, edit_rating, edit_deletedTracks, edit_editingS], [false, 4, 2, 32.5])
})

test('merging two views of a sample keeps the one that knows more, in either order', () => {
  const [before] = camera.samples(cameraSessionOf(), [])
  const [after] = camera.samples(cameraSessionOf(), [edit('c', '2026-03-03T00:00:00Z', 'rating', 4)])
  assert.ok(before && after)
  assert.equal(camera.mergeSamples(before, after), after)
  assert.equal(camera.mergeSamples(after, before), after)
})

test('tables count what is known', () => {
  const sessions = [
    cameraSessionOf(),
    cameraSessionOf({ status: 'failed', outcome: { solveErrorPx: null } }),
    cameraSessionOf({ status: null, outcome: { solveErrorPx: 0.8 } }),
    cameraSessionOf({
      context: { widthPx: 3840, fps: 29.97 },
      telemetry: { regionStats: { center: { totalTracks: 4, successfulTracks: 1 } } },
    }),
  ]
  const rows = (name: string) => {
    const gatherer = camera.tables[name]?.start()
    for (const session of sessions) gatherer?.add(session)
    return gatherer?.rows().map(({ group, values }) => [group, ...values])
  }
  assert.deepEqual(rows('class'), [
    ['4K_30fps', 1, 1, 1, 0.42, 1],
    ['HD_24fps', 3, 1, 0.5, 0.61, 1],
  ])
  assert.deepEqual(rows('region'), [
    ['top-left', 3, 0, 0],
    ['center', 10, 7, 0.7],
  ])
  assert.deepEqual(rows('motion'), [['medium', 4, 2, 2 / 3, (0.42 + 0.8 + 0.42) / 3, 1]])
})
