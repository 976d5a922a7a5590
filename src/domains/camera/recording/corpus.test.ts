// A mixed corpus through the real pipeline: no measured column is the same whatever happened, and what is not known is null.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { canonicalJson, isJsonObject, type Json } from '#core/json.ts'
import { makeFootage } from '#test/footage/footage.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import { camera } from '../camera.ts'
import { asCamera } from '../classes.ts'
import { autosolve } from '../layouts/autosolve.ts'
import {
  gather,
  memorySink,
  sourceOf,
  testContext,
  testExtras,
  testIntake,
  withEdits,
} from '../layouts/autosolve/fixtures.ts'
import type { CameraSession } from '../session.ts'
import type { TrackRecord } from '../telemetry.ts'
import { recordPipeline, type RecordedAttempt, requestFor } from './test-runs.ts'

const size = { widthPx: 240, heightPx: 136 }
const few = { tracker: {}, corners: { count: 60 } }

let walk: RecordedAttempt
let turn: readonly RecordedAttempt[]
let bare: RecordedAttempt
let zoom: RecordedAttempt
let all: readonly RecordedAttempt[]
let sessions: readonly CameraSession[]

before(async () => {
  const kernel = await createWasmKernel({})
  const posts = makeFootage({ seed: 6, frames: 16, speed: 3, ...size, posts: 2 })
  const walks = await recordPipeline(posts, kernel, {
    footage: 'outdoor',
    preset: 'quality',
    retries: 0,
    chosen: { tracker: {}, corners: { count: 120 } },
  })
  const fast = makeFootage({ seed: 7, motion: 'tripod', speed: 16, frames: 12, ...size })
  turn = await recordPipeline(fast, kernel, { chosen: few, retries: 1 })
  const plain = makeFootage({ seed: 4, frames: 8, scene: 'bare', widthPx: 320, heightPx: 136, movers: 2, noise: 3 })
  const picky = { tracker: {}, corners: { count: 40, threshold: 0.3 } }
  const bares = await recordPipeline(plain, kernel, { footage: 'indoor', robust: true, retries: 0, chosen: picky })
  const longer = makeFootage({ seed: 2, frames: 14, motion: 'tripod', focalPx: [200, 258], fps: 30, ...size })
  const { solve } = requestFor(longer)
  const known = { ...solve, focal: 'refine', focalPx: 190, zoom: 'on', heldOutShare: 0.1, seed: 3 } as const
  const zooms = await recordPipeline(longer, kernel, {
    footage: 'tripod',
    preset: 'fast',
    smoothing: 0.2,
    chosen: few,
    solve: known,
  })
  const smeared = makeFootage({ seed: 7, frames: 10, speed: 14, shutter: 1, samples: 8, widthPx: 256, heightPx: 144 })
  const blurs = await recordPipeline(smeared, kernel, { chosen: few, retries: 0 })
  all = [...walks, ...turn, ...bares, ...zooms, ...blurs]
  walk = walks[0]!
  bare = bares[0]!
  zoom = zooms[0]!
  sessions = all.map(({ session }) => asCamera(session))
})

const of = ({ session }: RecordedAttempt) => asCamera(session)

describe('a recorded attempt', () => {
  test('passes the schema, whatever its end', () => {
    for (const { session } of all) assert.deepEqual(camera.schema.safeParse(session).error?.issues, undefined)
    assert.deepEqual([...new Set(sessions.map(({ outcome }) => outcome.status))].sort(), [
      'failed',
      'partial',
      'succeeded',
    ])
  })

  test('holds each track that was ever followed: kept, removed with its reason, or part of another', () => {
    for (const { session, attempt } of all) {
      const { telemetry, outcome } = asCamera(session)
      const [kept, deleted] = [telemetry?.tracks ?? [], telemetry?.deletedTracks ?? []]
      const names = [...kept, ...deleted].map(({ name }) => name)
      assert.equal(new Set(names).size, names.length)
      assert.deepEqual(new Set(names), new Set(attempt.followed.map(({ id }) => `track ${id + 1}`)))
      assert.equal(outcome.totalTracks, names.length)
      for (const { deletion, endReason, endFrame } of deleted) {
        assert.ok(deletion?.reason && deletion.reason !== 'unknown', JSON.stringify(deletion))
        assert.ok(typeof deletion.noticedFrame === 'number' && typeof endFrame === 'number')
        assert.equal(
          deletion.reason === 'joined',
          kept.some(({ name }) => name === deletion.into),
        )
        assert.ok(endReason !== undefined)
      }
      const removed = attempt.cleaning?.removed ?? []
      assert.equal(deleted.filter(({ deletion }) => deletion?.reason !== 'joined').length, removed.length)
    }
    assert.ok(sessions.some(({ telemetry }) => (telemetry?.deletedTracks?.length ?? 0) > 20))
    const kinds = sessions.flatMap(({ telemetry }) => telemetry?.deletedTracks?.map(({ deletion }) => deletion?.reason))
    for (const reason of ['short-lifespan', 'motion-spike', 'joined'])
      assert.ok(kinds.includes(reason as never), reason)
  })

  test('counts the tracks that did not survive among those there were', () => {
    const { survival, regionStats, deletedTracks, tracks } = of(walk).telemetry ?? {}
    const joined = deletedTracks?.filter(({ deletion }) => deletion?.reason === 'joined').length ?? 0
    const started = (tracks?.length ?? 0) + (deletedTracks?.length ?? 0) - joined
    assert.equal(survival?.markers, started)
    assert.ok((survival?.rate ?? 1) < 0.9 && (survival?.qualityCorrelation ?? 0) !== 0)
    const total = Object.values(regionStats ?? {}).reduce((sum, stats) => sum + (stats?.totalTracks ?? 0), 0)
    assert.equal(total, started)
  })

  test('says what was tried to close gaps, and how far off it was', () => {
    const { attempt, plan } = walk
    const { healingAttempts: tries = [], healing } = of(walk).telemetry ?? {}
    assert.equal(tries?.length, attempt.healing?.attempts.length)
    assert.ok((healing?.succeeded ?? 0) > 0 && (healing?.attempted ?? 0) > (healing?.succeeded ?? 0))
    for (const [i, record] of (tries ?? []).entries()) {
      const { gapStartFrame, gapEndFrame, healed, errorPx, why, bridge, earlier } = attempt.healing!.attempts[i]!
      assert.equal(record.interpolatedUv?.length, gapEndFrame - gapStartFrame - 1)
      assert.deepEqual([record.healed, record.why ?? null], [healed, why])
      assert.ok(errorPx === null ? record.errorPx === null : Math.abs(record.errorPx! - errorPx) < 1e-5)
      if (healed) assert.ok((record.errorPx ?? 99) < 3)
      // Up is up: the bridge begins near to where the gap does.
      const [u, v] = record.gapStartUv ?? [NaN, NaN]
      assert.ok(
        Math.abs(u * plan.info.widthPx - bridge[0]!) < 40 && Math.abs((1 - v) * plan.info.heightPx - bridge[1]!) < 40,
      )
      const ends = attempt.followed.find(({ id }) => id === earlier)
      const at = ends?.frames.indexOf(gapStartFrame) ?? -1
      if (ends && at >= 0) assert.ok(Math.abs(u * plan.info.widthPx - ends.xy[2 * at]!) < 1e-3)
      assert.equal(record.anchorPositionsUv?.length, record.anchorQualities?.length)
      for (const path of record.anchorPositionsUv ?? []) {
        const frames = Object.keys(path ?? {}).map(Number)
        assert.ok(frames.every((frame) => frame >= gapStartFrame && frame <= gapEndFrame))
      }
    }
  })

  test('has the diagnosis, the forecast and why it was tried again, as the pipeline had them', () => {
    const [first, second] = turn.map(({ session }) => asCamera(session))
    const { attempt } = turn[0]!
    assert.equal(first?.outcome.failureType, attempt.diagnoses[0]?.pattern)
    assert.equal(first?.telemetry?.diagnoses?.[0]?.sentence, attempt.diagnoses[0]?.sentence)
    assert.deepEqual(first?.telemetry?.diagnoses?.[0]?.fix, { ...attempt.diagnoses[0]?.fix })
    assert.ok((first?.telemetry?.diagnoses?.[0]?.evidence?.length ?? 0) >= 2)
    assert.ok((first?.telemetry?.forecast?.probability ?? 1) < 0.4)
    assert.equal(first?.telemetry?.preSolve?.confidence, first?.telemetry?.forecast?.probability)
    assert.ok((first?.telemetry?.forecast?.warnings?.length ?? 0) > 0)
    assert.equal(first?.telemetry?.retryWhy, null)
    assert.equal(second?.telemetry?.retryWhy, attempt.diagnoses[0]?.sentence)
    assert.deepEqual([first?.context.retry, second?.context.retry], [0, 1])
    assert.deepEqual([first?.context.run, second?.context.run], [first?.id, first?.id])
    assert.deepEqual(of(walk).telemetry?.diagnoses, [])
    assert.equal(of(walk).outcome.failureType, null)
  })

  test('has the settings that the attempt really had', () => {
    for (const { session, attempt } of all) {
      const { values } = asCamera(session).settings
      const { tracker, corners } = attempt.choice.settings
      const { patternSize, searchSize, correlation, motionModel } = values
      assert.deepEqual(
        { patternSize, searchSize, correlation, motionModel },
        {
          patternSize: tracker.patternSize,
          searchSize: tracker.searchSize,
          correlation: tracker.correlation,
          motionModel: tracker.motionModel,
        },
      )
      assert.deepEqual([values.threshold, values.targetTracks], [corners.threshold, corners.count])
    }
    const [one, other] = turn.map(({ session }) => JSON.stringify(asCamera(session).settings.values))
    assert.notEqual(one, other)
  })

  test('tells a zoom by what the lens did', () => {
    const { zoom: analysis, motion } = of(zoom).telemetry ?? {}
    assert.deepEqual([analysis?.detected, analysis?.direction, analysis?.uniform], [true, 'in', true])
    assert.ok(Math.abs(analysis!.focalRatio! / (258 / 200) - 1) < 0.05)
    assert.ok(Math.abs(analysis!.scales!.at(-1)! / (258 / 200) - 1) < 0.1)
    assert.ok(analysis!.radialConvergence! > 0.8)
    assert.ok(motion?.kind !== 'dolly' && of(walk).telemetry?.motion?.kind === 'dolly')
  })

  test('adds the time of its phases up to what it took', () => {
    for (const { telemetry } of sessions) {
      const { phases, followMs, solveMs } = telemetry?.timings ?? {}
      assert.ok(Math.abs((phases?.['detect'] ?? 0) + (phases?.['track'] ?? 0) - (followMs ?? 0)) < 0.01)
      assert.ok(Math.abs((phases?.['solve'] ?? 0) + (phases?.['refine'] ?? 0) - (solveMs ?? 0)) < 0.01)
    }
  })
})

describe('what is not known', () => {
  test('is null where nothing was solved, never 0 and never 999', () => {
    const { outcome, telemetry } = of(bare)
    assert.equal(outcome.status, 'failed')
    const { solveErrorPx, heldOutErrorPx, solvedCamera, confidence } = outcome
    assert.deepEqual([solveErrorPx, heldOutErrorPx, solvedCamera, confidence], [null, null, null, null])
    assert.deepEqual([telemetry?.deadZones, telemetry?.sweetSpots, telemetry?.regionConfidence], [null, null, null])
    assert.ok(telemetry?.tracks?.every(({ reprojectionErrorPx }) => reprojectionErrorPx === null))
    const probed = of(turn[0]!).context.probe
    assert.deepEqual([probed?.motionClass, probed?.meanVelocityUv], [null, null])
    for (const session of sessions) {
      for (const values of figures(session).values()) assert.ok(!values.includes('999') && !values.includes('-1'))
    }
  })
})

describe('in the files of AutoSolve', () => {
  async function written() {
    const sink = memorySink()
    const data = { sessions: all.map(({ session }) => session), edits: [], documents: {}, problems: [] }
    const blobs = { open: () => sourceOf({}).read('') }
    const report = await autosolve.write(withEdits(data), blobs, sink, {}, testExtras({}), testContext())
    const files = Object.fromEntries(sink.files)
    const records = Object.entries(files).filter(([name]) => name.startsWith('sessions/'))
    return { report, files, records: records.map(([, text]) => JSON.parse(text) as { [key: string]: Json }) }
  }

  test('all of it comes back, but for names and sentences', async () => {
    const { report, files } = await written()
    const lost = report.losses.filter(({ what }) => what === 'dropped').map(({ field }) => field)
    assert.deepEqual(
      lost.filter((field) => !/sentence|why|warnings|retryWhy|changes/.test(field)),
      ['context.clip.codec', 'context.engine.version', 'host', 'outcome.error', 'settings.policy', 'settings.reason'],
    )
    const back = await gather(autosolve.read(sourceOf(files), testIntake, testContext()))
    assert.deepEqual(back.problems, [])
    for (const session of back.sessions) assert.deepEqual(camera.schema.safeParse(session).error?.issues, undefined)
    const inOrder = (some: readonly CameraSession[]) =>
      some.map(comparable).sort((a, b) => (canonicalJson(a.context) < canonicalJson(b.context) ? -1 : 1))
    assert.deepEqual(inOrder(back.sessions.map(asCamera)), inOrder(sessions))
  })

  test('what the guide and its code disagree on is as they have it', async () => {
    const { records } = await written()
    const jitters = records.flatMap(({ tracks }) =>
      (tracks as { jitter_score: number | null }[]).map((t) => t.jitter_score),
    )
    assert.ok(jitters.some((jitter) => jitter === 1) && jitters.every((jitter) => jitter === null || jitter <= 1))
    const zoomed = records.find(({ fps }) => fps === 30)?.['zoom_analysis'] as { [key: string]: Json }
    // Theirs call a longer lens a zoom out.
    assert.equal(zoomed['zoom_direction'], 'ZOOM_OUT')
    assert.ok((zoomed['estimated_fl_ratio'] as number) > 1.2)
    const types = records.map((record) => record['failure_type'])
    assert.ok(types.includes('rapid_motion') && types.includes('NONE') && types.includes('insufficient_features'))
    for (const { success, solve_error: error } of records) if (error === 999) assert.equal(success, false)
    const failures = records.flatMap((record) => record['track_failures'] as { [key: string]: string | number }[])
    assert.ok(failures.length > 20)
    for (const { reason, frame, track_name: name } of failures) {
      assert.match(String(reason), /^[A-Z_]+$/)
      assert.ok(Number.isInteger(frame))
      assert.match(String(name), /^Track\.\d{3}$/)
    }
  })
})

/** Without what does not leave: identity, names, sentences, and sizes to the byte. Absent and null mean the same. */
function comparable({ context, settings, outcome, telemetry }: CameraSession): { readonly [key: string]: Json } {
  const { clip: _clip, chain, run, engine, camera: lens, ...rest } = context
  const { error: _error, ...result } = outcome
  // Square pixels alone are what AutoSolve writes of a camera that it knows nothing of.
  const known = lens?.focalPx ? lens : null
  const bare = {
    context: { ...rest, camera: known, engine: engine?.name, isChained: Boolean(chain), isInRun: Boolean(run) },
    values: settings.values,
    outcome: result,
    telemetry,
  }
  const isSaid = (key: string, value: unknown) => value !== null && !unsaid.has(key)
  return JSON.parse(JSON.stringify(bare, (key, value: unknown) => (isSaid(key, value) ? value : undefined)))
}
const unsaid = new Set('name into earlier later sentence why warnings retryWhy changes clock'.split(' '))

/** Said or chosen by rule, not measured; or the same in all drawn footage. */
const notMeasured =
  /^(?:context\.(?:firstFrame|clock|clip\.(?:extension|bitDepth|codec)|camera|engine|probe\.(?:method|fromFrame)|attempt|chain|run)|telemetry\.(?:resumed|cuts|adaptations\[\]\.(?:before|after|pass|frame)|diagnoses\[\]\.fix|detections\[\]\.empty))/
/** What these few clips do not have: a lens that bends, a shot that begins late, two tracks on one feature. */
const notHere =
  /^(?:outcome\.(?:shots\[\]|solvedCamera)\.?(?:camera\.)?(?:pixelAspect|principalOffset|distortionModel|polynomial|fromFrame|motion|zoom)|telemetry\.motion\.fromFrame|telemetry\.healing\.merged)/

test('no measured column is the same over clips that differ', () => {
  const seen = new Map<string, { sessions: number; readonly values: Set<string> }>()
  for (const session of sessions) {
    for (const [path, values] of figures(session)) {
      const known = seen.get(path) ?? { sessions: 0, values: new Set() }
      known.sessions++
      for (const value of values) known.values.add(value)
      seen.set(path, known)
    }
  }
  const constant = [...seen].flatMap(([path, { sessions: count, values }]) =>
    count > 1 && values.size < 2 && !notMeasured.test(path) && !notHere.test(path)
      ? [`${path}: ${[...values].join()}`]
      : [],
  )
  assert.deepEqual(constant, [])
  assert.ok(seen.size > 150, `${seen.size} columns`)
})

test('each column of a track says something in this corpus', () => {
  const tracks = sessions.flatMap(({ telemetry }) => [
    ...(telemetry?.tracks ?? []),
    ...(telemetry?.deletedTracks ?? []),
  ])
  const keys = new Set(tracks.flatMap((track) => Object.keys(track)))
  const constant = [...keys].filter((key) => {
    const values = new Set(tracks.map((track) => JSON.stringify(track[key as keyof TrackRecord] ?? null)))
    values.delete('null')
    return values.size < 2
  })
  assert.deepEqual(constant, [])
})

test('each column of a table row is known somewhere, and no measured one is the same everywhere', () => {
  const rows = all.map(({ session }) => camera.samples(session, [])[0]!.attributes)
  const columns = Object.keys(rows[0]!).filter((name) => /^(?:context|outcome)_/.test(name))
  const still = columns.filter((name) => new Set(rows.map((row) => JSON.stringify(row[name]))).size < 2)
  assert.deepEqual(still, [
    'context_extension',
    'context_codec',
    // Nobody gave millimetres, and the lens was left to the solver.
    'context_focalMm',
    'context_sensorWidthMm',
    'context_distortionModel',
  ])
})

/** Every figure of a session by its path, without what is null; of a list of records all values, by the name of their field. */
function figures({ context, outcome, telemetry }: CameraSession): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  const note = (path: string, value: Json) => {
    const known = found.get(path)
    if (known === undefined) found.set(path, [JSON.stringify(value)])
    else known.push(JSON.stringify(value))
  }
  const walkThrough = (value: Json, path: string) => {
    if (Array.isArray(value) && value.some((item: Json) => isJsonObject(item))) {
      for (const item of value) walkThrough(item as Json, `${path}[]`)
    } else if (Array.isArray(value) && value.length === 0) {
      // Nothing of the kind happened, which is no figure.
    } else if (isJsonObject(value) && !('center' in value)) {
      for (const [key, item] of Object.entries(value)) {
        walkThrough(item, /^\d+$/.test(key) ? `${path}.*` : `${path}.${key}`)
      }
    } else if (value !== null) note(path, value)
  }
  const { tracks: _tracks, deletedTracks: _deleted, ...rest } = telemetry ?? {}
  for (const [name, part] of Object.entries({ context, outcome, telemetry: rest })) {
    walkThrough(JSON.parse(JSON.stringify(part)) as Json, name)
  }
  return found
}
