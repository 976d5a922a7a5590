// Real runs over drawn footage, recorded: what the record says is what happened, and nothing in it is the same whatever happened.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { makeContext } from '#engine/engine.ts'
import { isJsonObject, type Json } from '#core/json.ts'
import type { AnySession } from '#core/session.ts'
import { type FootageOptions, makeFootage } from '#test/footage/footage.ts'
import { followPlan } from '#track/match/follow-clip.ts'
import { trackClip, type TrackClipOptions, type TrackedClip } from '#track/track-clip.ts'
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
import { dominantRegion, regionFields } from './regions.ts'
import { parallaxOf } from '../motion/parallax.ts'
import { lookAt, momentFrames, type PictureLook } from './pictures.ts'
import { contextOf, type RunPlan, settingsOf } from './plan-record.ts'
import { asJson, recordOf, runOf, withoutPaths } from './session-of.ts'

interface Run {
  readonly tracked: TrackedClip
  readonly plan: RunPlan
  readonly session: AnySession
  readonly typed: CameraSession
}

const solve: TrackClipOptions['solve'] = {
  focal: 'unknown',
  focalPx: null,
  motion: 'auto',
  zoom: 'auto',
  lens: 'auto',
  principal: 'centre',
  heldOutShare: 0.05,
  seed: 0,
}

async function record(footage: FootageOptions, chosen: Partial<TrackClipOptions['solve']> = {}): Promise<Run> {
  const clip = makeFootage(footage)
  const kernel = await createWasmKernel()
  const options = { follow: { count: 80 }, solve: { ...solve, ...chosen } }
  const tracked = await trackClip(clip, kernel, options, makeContext({ seed: 0 }))
  const frames = { from: 0, to: clip.info.frameCount - 1 }
  const follow = followPlan(clip.info.widthPx, options.follow)
  const plan: RunPlan = { info: clip.info, frames, follow, masks: 0, solve: options.solve, sensorWidthMm: 36 }
  const looks: PictureLook[] = []
  for (const index of momentFrames(frames)) looks.push(lookAt(kernel, clip.frame(index)))
  const { outcome, telemetry } = recordOf(plan, runOf(tracked, looks), null)
  const facts = {
    fingerprint: 'clip-1',
    extension: '.mp4',
    sizeBytes: 1000,
    attempt: 1,
    chain: null,
    retry: 0,
    run: null,
  }
  const session = {
    id: `01977f3e-1b2c-7d4e-8f50-0123456789${clip.info.frameCount}`,
    project: 'default',
    domain: 'camera',
    schemaVersion: 1,
    recordedAt: '2026-03-02T10:00:00.000Z',
    host: { name: 'hindsight', version: '1' },
    contributor: null,
    consent: null,
    parent: null,
    context: asJson(contextOf(plan, facts)),
    settings: { values: asJson(settingsOf(plan)), reason: null, propensity: null, policy: null },
    outcome: { ...asJson(outcome), durationMs: 1200 },
    telemetry: asJson(telemetry),
    media: [],
  } as unknown as AnySession
  return { tracked, plan, session, typed: asCamera(session) }
}

let walk: Run
let zoom: Run
let cut: Run
let runs: readonly Run[]
before(async () => {
  walk = await record({ seed: 5, frames: 12, speed: 2.5 })
  zoom = await record({ seed: 2, frames: 14, motion: 'tripod', focalPx: [256, 330], fps: 30 }, { zoom: 'on' })
  // The second shot stands still: nothing can be told of where its camera was.
  cut = await record({ seed: 3, frames: 16, motion: 'forward', cutAt: 13, noise: 2, widthPx: 240, heightPx: 136 })
  runs = [walk, zoom, cut]
})

const tracksOf = ({ typed }: Run) => typed.telemetry?.tracks ?? []

describe('a recorded run', () => {
  test('passes the schema, samples and all', () => {
    for (const { session } of runs) {
      assert.deepEqual(camera.schema.safeParse(session).error?.issues, undefined)
      const samples = camera.samples(session, [])
      assert.equal(samples.length, 1 + (asCamera(session).telemetry?.tracks?.length ?? 0))
      assert.ok(camera.summary(session).length > 0 && camera.facets(session).length > 10)
    }
  })

  test('holds each track that was ever placed, where it was and why it ended', () => {
    for (const { tracked, typed } of runs) {
      const { widthPx, heightPx } = tracked.info
      const records = typed.telemetry?.tracks ?? []
      assert.equal(records.length, tracked.followed.tracks.length)
      for (const [i, track] of tracked.followed.tracks.entries()) {
        const { trajectory, ...record } = records[i]!
        const at = (trajectory?.frames ?? []).map((frame) => track.frames.indexOf(frame))
        assert.ok(at.length > 0 && at.every((index) => index >= 0) && at[0] === 0)
        assert.equal(at.at(-1), track.frames.length - 1)
        for (const [n, index] of at.entries()) {
          const [u, v] = trajectory?.positionsUv?.[n] ?? [NaN, NaN]
          assert.ok(Math.abs(u * widthPx - track.xy[2 * index]!) < 1e-3)
          assert.ok(Math.abs((1 - v) * heightPx - track.xy[2 * index + 1]!) < 1e-3)
        }
        assert.ok(at.slice(1, -1).every((index, n) => track.frames[index]! - track.frames[at[n]!]! === 5))
        assert.equal(record.markerCount, track.frames.length)
        assert.equal(record.placedFrame, track.startFrame)
        assert.equal(record.endReason === null, track.end === null)
        if (track.end?.reason === 'range-end') assert.equal(record.endReason, 'clip-end')
        if (track.end?.reason === 'drift') assert.equal(record.endReason, 'drift')
        if (track.origin !== 'user') assert.ok((record.featureQuality ?? -1) > 0, `track ${i} has no quality`)
      }
    }
  })

  test('says which tracks got a point, with their error, and why others did not', () => {
    for (const run of runs) {
      const solutions = run.tracked.shots.flatMap(({ result }) => (result.ok ? [result.solution] : []))
      const records = tracksOf(run)
      const solved = records.filter((track) => track.contributedToSolve)
      assert.equal(solved.length, run.typed.outcome.successfulTracks)
      assert.ok(solved.every((track) => (track.reprojectionErrorPx ?? -1) >= 0 && track.unsolvedReason === null))
      for (const { track, reason } of solutions.flatMap(({ unsolved }) => unsolved)) {
        assert.equal(records[track]?.unsolvedReason, reason)
        assert.equal(records[track]?.reprojectionErrorPx, null)
      }
      const stats = Object.values(run.typed.telemetry?.regionStats ?? {})
      const total = (key: 'totalTracks' | 'successfulTracks') => stats.reduce((sum, s) => sum + (s?.[key] ?? 0), 0)
      assert.deepEqual([total('totalTracks'), total('successfulTracks')], [records.length, solved.length])
    }
  })

  test('counts tracks in each frame as they were', () => {
    for (const { tracked, typed } of runs) {
      const samples = typed.telemetry?.frameSamples ?? []
      assert.equal(samples.length, tracked.info.frameCount)
      for (const { frame, activeTracks } of samples) {
        const active = tracked.followed.tracks.filter(({ frames }) => frames.includes(frame ?? -1)).length
        assert.equal(activeTracks, active)
      }
    }
  })

  test('has the error the solver reported, and the focal length before and after', () => {
    const [shot] = walk.tracked.shots
    assert.ok(shot?.result.ok)
    const { solution } = shot.result
    const { outcome, context } = walk.typed
    assert.equal(outcome.status, 'succeeded')
    assert.ok(Math.abs((outcome.solveErrorPx ?? 9) - solution.meanTrackErrorPx) < 1e-6)
    assert.ok(Math.abs((outcome.heldOutErrorPx ?? 9) - (solution.heldOutErrorPx ?? -9)) < 1e-6)
    assert.ok(Math.abs((outcome.solvedCamera?.focalPx ?? 0) - solution.intrinsics.focalPx) < 1e-6)
    assert.equal(context.camera?.focalPx, undefined, 'nobody said what it was')
    assert.equal(outcome.solvedFrames, 12)
  })

  test('tells the shots of a cut clip apart', () => {
    const { outcome, telemetry } = cut.typed
    assert.deepEqual(telemetry?.cuts, [13])
    assert.deepEqual(
      outcome.shots?.map(({ fromFrame, toFrame }) => [fromFrame, toFrame]),
      [
        [0, 12],
        [13, 15],
      ],
    )
    assert.notEqual(outcome.status, 'failed')
    assert.ok(tracksOf(cut).some((track) => track.endReason === 'scene-cut' && track.endFrame === 12))
  })

  test('calls a longer lens a zoom in', () => {
    const { zoom: analysis, visual } = zoom.typed.telemetry ?? {}
    assert.equal(analysis?.detected, true)
    assert.equal(analysis?.direction, 'in')
    assert.ok(Math.abs((analysis?.focalRatio ?? 0) / (330 / 256) - 1) < 0.05, String(analysis?.focalRatio))
    assert.equal(visual?.zoomDirection, 'in')
    // Nor is coming nearer one.
    for (const { typed } of [walk, cut]) assert.equal(typed.telemetry?.zoom?.detected, false)
  })

  test('sees depth where the camera moved, and none where it turned', () => {
    const [moved, turned] = [walk, zoom].map(({ typed }) => typed.telemetry?.flow?.parallax ?? NaN)
    assert.ok(moved! > 0.1 && turned! < 0.05, `${moved} and ${turned}`)
    // Neither the length of tracks nor the side that the picture moves to counts as depth.
    const halves = zoom.tracked.followed.tracks.map((track, i) =>
      i % 2 === 0 ? track : { ...track, frames: track.frames.slice(0, 11), xy: track.xy.slice(0, 22) },
    )
    assert.ok((parallaxOf(halves, zoom.tracked.info) ?? 1) < 0.05)
  })

  test('has no measured figure that stays the same over clips that differ', () => {
    const constant = [...figures(walk)].filter(([path, value]) => {
      const others = [zoom, cut].map((run) => figures(run).get(path))
      return others.every((other) => other === value)
    })
    // Nothing changed settings or deleted tracks here, no region was that bad, and tracks are there from the first frame.
    const expected = new Set(['adaptations', 'deletedTracks', 'deadZones', 'motion.fromFrame'])
    assert.deepEqual(
      constant.map(([path]) => path).filter((path) => !expected.has(path)),
      [],
    )
  })

  test('goes out as AutoSolve writes it, and comes back', async () => {
    const sink = memorySink()
    const data = { sessions: runs.map(({ session }) => session), edits: [], documents: {} }
    const blobs = { open: () => sourceOf({}).read('') }
    const source = withEdits(data as unknown as Parameters<typeof withEdits>[0])
    const report = await autosolve.write(source, blobs, sink, {}, testExtras({}), testContext())
    const lost = report.losses.filter(({ what }) => what === 'dropped').map(({ field }) => field)
    assert.deepEqual(
      lost.filter((field) => /telemetry\.tracks|settings\.values|regionStats|flow/.test(field)),
      [],
    )
    const back = await gather(autosolve.read(sourceOf(Object.fromEntries(sink.files)), testIntake, testContext()))
    assert.equal(back.sessions.length, runs.length)
    const returned = back.sessions.map(asCamera).find(({ context }) => context.frameCount === 12)
    assert.equal(returned?.context.firstFrame, 0)
    assert.deepEqual(returned?.settings.values.patternSize, walk.typed.settings.values.patternSize)
    assert.equal(returned?.outcome.solveErrorPx, walk.typed.outcome.solveErrorPx)
    assert.equal(returned?.outcome.confidence, walk.typed.outcome.confidence)
    const unnamed = (run: CameraSession) =>
      run.telemetry?.tracks?.map(({ name: _name, ...track }) => withoutNulls(track))
    assert.deepEqual(unnamed(returned!), unnamed(walk.typed))
  })
})

test('a record that is too large goes without the paths of its tracks', () => {
  const { plan, tracked, session } = walk
  const small = withoutPaths(recordOf(plan, runOf(tracked, []), null))
  const thinned = { ...session, telemetry: asJson(small.telemetry) }
  assert.deepEqual(camera.schema.safeParse(thinned).error?.issues, undefined)
  assert.equal(small.telemetry.tracks?.length, tracksOf(walk).length)
  assert.ok(3 * JSON.stringify(small.telemetry.tracks).length < 2 * JSON.stringify(tracksOf(walk)).length)
})

test('a region is judged by its tracks, if there are enough and anything was solved', () => {
  const tracks = (['center', 'top-left', 'top-right'] as const).flatMap((region, r) =>
    Array.from({ length: region === 'top-right' ? 2 : 4 }, (_, i) => ({
      region,
      contributedToSolve: r === 0 || i < r,
    })),
  )
  const { deadZones, sweetSpots, regionStats } = regionFields(tracks, true)
  assert.equal(dominantRegion(regionStats ?? {}), 'top-left')
  assert.equal(dominantRegion({}), null)
  assert.deepEqual([deadZones, sweetSpots], [['top-left'], ['center']])
  assert.equal(regionStats?.['bottom-left']?.totalTracks, 0)
  assert.deepEqual([regionFields(tracks, false).deadZones, regionFields(tracks, false).sweetSpots], [null, null])
})

test('a run that did not come to its end says so, and keeps its tracks', () => {
  const { plan, tracked } = walk
  const tracks = tracked.followed.tracks.map((track) => ({ ...track, end: null })).filter(({ id }) => id < 40)
  const why = { status: 'cancelled', code: 'job.cancelled', message: 'stopped' } as const
  const so = { tracks, cuts: [], changes: [], detections: null, shots: null, timings: null, looks: [] }
  const { outcome, telemetry } = recordOf(plan, so, why)
  assert.equal(outcome.status, 'cancelled')
  assert.deepEqual(outcome.error, { code: 'job.cancelled', message: 'stopped' })
  assert.equal(outcome.solveErrorPx, undefined)
  assert.equal(telemetry.tracks?.length, 40)
  assert.equal(telemetry.deadZones, null)
  assert.equal(telemetry.visual?.contrast, null)
  assert.ok(telemetry.tracks?.every(({ featureQuality }) => featureQuality === null))
})

/** What is null says the same as what is not there. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined)
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNulls(item)]))
}

/** Every figure of a run's outcome and telemetry by its path; lists and maps by region as a whole. */
function figures({ session }: Run): ReadonlyMap<string, Json> {
  const found = new Map<string, Json>()
  const walkThrough = (value: Json, path: string) => {
    if (Array.isArray(value) || (isJsonObject(value) && 'center' in value)) found.set(path, JSON.stringify(value))
    else if (isJsonObject(value)) {
      for (const [key, item] of Object.entries(value)) walkThrough(item, path === '' ? key : `${path}.${key}`)
    } else if (value !== null) found.set(path, value)
  }
  const { tracks: _tracks, ...telemetry } = session.telemetry ?? {}
  const { solveErrorPx, heldOutErrorPx, totalTracks, successfulTracks, solvedFrames, confidence } = session.outcome as {
    readonly [key: string]: Json
  }
  walkThrough({ ...telemetry, solveErrorPx, heldOutErrorPx, totalTracks, successfulTracks, solvedFrames } as Json, '')
  if (confidence !== undefined) found.set('confidence', confidence)
  return found
}
