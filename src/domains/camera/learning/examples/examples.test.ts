import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Edit } from '#core/edit.ts'
import type { AnySession } from '#core/session.ts'
import { seededRng } from '#core/rng.ts'
import type { Track } from '#track/tracks.ts'
import type { CameraSession } from '../../session.ts'
import { regions } from '../../terms.ts'
import { clipFeatureNames, clipFeatures } from './clip-features.ts'
import { deadZoneExamples, deadZoneFeatureNames, deadZoneRow } from './dead-zone-examples.ts'
import { RegionTally } from './region-findings.ts'
import { settingsExample, settingsFeatureNames } from './settings-examples.ts'
import { takenOut, trackExamples, trackFeatureNames, trackRows } from './track-examples.ts'
import { signalNames, trackLives } from './track-lives.ts'

/** Every region has ten tracks, of which none in the last one got a point. */
function made(change: Partial<CameraSession> = {}): CameraSession {
  const region = (survived: number) => ({ total: 10, survived, jitters: [0.001], velocitiesUv: [0.01] })
  return {
    id: 'session',
    project: 'default',
    domain: 'camera',
    parent: null,
    context: {
      clip: { fingerprint: 'clip-1' },
      widthPx: 640,
      heightPx: 360,
      fps: 24,
      frameCount: 40,
      retry: 0,
      probe: {
        meanVelocityUv: 0.01,
        maxVelocityUv: 0.03,
        textureClass: 'medium',
        bestRegions: ['center'],
        regions: Object.fromEntries(regions.map((name, i) => [name, region(i === 8 ? 0 : 10)])),
      },
    },
    settings: {
      values: { patternSize: 15, searchSize: 61, correlation: 0.75, threshold: 0.0004, motionModel: 'Affine' },
      reason: null,
      propensity: null,
      policy: { name: 'defaults', version: '1' },
    },
    outcome: { status: 'succeeded', error: null, durationMs: 1, solvedFrames: 40 },
    telemetry: {
      regionStats: Object.fromEntries(
        regions.map((name, i) => [
          name,
          { totalTracks: 10, successfulTracks: i === 8 ? 0 : 9, averageLifespanFrames: 20 },
        ]),
      ),
      tracks: [0, 1, 2, 3].map((i) => ({
        name: `track ${i + 1}`,
        region: 'center',
        lifespanFrames: 10 + i,
        markerCount: 11 + i,
        jitter: 0.1 * i,
        reprojectionErrorPx: i === 3 ? 4 : 0.5,
        contributedToSolve: true,
        averageConfidence: 0.9,
        endReason: i === 3 ? 'drift' : 'clip-end',
        origin: 'detected',
        trajectory: { positionsUv: [[0.2, 0.4]], confidences: [0.9] },
        droppedFrames: [],
        cleanedFrames: [],
      })),
    },
    ...change,
  } as unknown as CameraSession
}

const any = (session: CameraSession) => session as unknown as AnySession
const edit = (after: object, kind = 'camera.behavior') => ({ kind, after }) as unknown as Edit

/** What is only known when a run is over: another outcome must not change what is foretold from. */
const ended = made({
  outcome: { status: 'failed', error: null, durationMs: 9, heldOutErrorPx: 99 } as CameraSession['outcome'],
  telemetry: {
    visual: { motionClass: 'high', featureDensityTotal: 1 },
    survival: { rate: 0 },
  } as CameraSession['telemetry'],
})

describe('rows to learn from', () => {
  test('hold nothing that is only known afterwards', () => {
    assert.deepEqual(clipFeatures(ended.context), clipFeatures(made().context))
    assert.deepEqual(settingsExample(any(ended), 0)?.values, settingsExample(any(made()), 1)?.values)
    for (const region of regions)
      assert.deepEqual(deadZoneRow(ended.context, region), deadZoneRow(made().context, region))
    const before = trackRows(made())
    const rows = trackExamples(any(made()), [edit({ deletions: [{ track: 'track 4' }] })])
    assert.deepEqual(
      rows.map(({ values }) => values),
      before.map(({ values }) => values),
      'what a person did',
    )
  })

  test('have a value for each name, and null where nothing was measured', () => {
    const bare = made({ context: { widthPx: 640 } as CameraSession['context'], telemetry: null })
    assert.equal(clipFeatures(made().context).length, clipFeatureNames.length)
    assert.deepEqual(clipFeatures(bare.context), [
      640,
      ...Array.from({ length: clipFeatureNames.length - 1 }, () => null),
    ])
    assert.equal(deadZoneRow(made().context, 'center').length, deadZoneFeatureNames.length)
    assert.equal(settingsExample(any(made()), 0.5)?.values.length, settingsFeatureNames.length)
    assert.ok(trackRows(made()).every(({ values }) => values.length === trackFeatureNames.length))
    assert.equal(settingsExample(any(made()), null), null)
    assert.deepEqual([deadZoneExamples(any(bare), []), trackRows(bare)], [[], []])
  })

  test('call a region dead of which hardly a track got a point, and say nothing of one that was kept clear', () => {
    const rows = deadZoneExamples(any(made()), [])
    assert.deepEqual(
      rows.map(({ target }) => target),
      [0, 0, 0, 0, 0, 0, 0, 0, 1],
    )
    const kept = made({ settings: { ...made().settings, values: { avoidRegions: ['bottom-right'] } } })
    assert.deepEqual(
      deadZoneExamples(any(kept), []).map(({ region }) => region),
      regions.slice(0, 8),
    )
    assert.deepEqual(deadZoneExamples(any(ended), []), [], 'nothing was solved: no region is to blame')
  })

  test('call no region dead in which a person found something to follow', () => {
    const added = (contributedToSolve: boolean) =>
      edit({ additions: [{ track: 'own 1', region: 'bottom-right', contributedToSolve }] })
    const deadOf = (edits: readonly Edit[]) =>
      deadZoneExamples(any(made()), edits).flatMap(({ target, region }) => (target === 1 ? [region] : []))
    assert.deepEqual(deadOf([added(false)]), ['bottom-right'])
    assert.deepEqual(deadOf([added(true)]), [])
  })

  test('take a track that was moved far for a wrong one, and one that was touched up for neither', () => {
    const targets = (after: object) => trackExamples(any(made()), [edit(after)]).map(({ target }) => target)
    const moved = (track: string, distancePx: number) => ({ track, frame: 3, distancePx })
    // The picture is 640 wide: 2 pixels of one that is 960.
    assert.deepEqual(targets({ refinements: [moved('track 2', 1.5)] }), [0, 1, 0, 0])
    assert.deepEqual(targets({ refinements: [moved('track 2', 1.2)] }), [0, 0, 0])
    assert.deepEqual(targets({ refinements: [moved('track 2', 1.2), moved('track 2', 9)] }), [0, 1, 0, 0])
    assert.deepEqual(targets({ markerDeletions: [{ track: 'track 1', fromFrame: 0, toFrame: 4 }] }), [0, 0, 0])
    assert.deepEqual(targets({ additions: [{ track: 'own 1' }] }), [0, 0, 0, 0], 'the rest was looked at and kept')
  })

  test('take a person at their last word on a track, and runs that nobody touched for nothing', () => {
    assert.equal(takenOut([]), null)
    assert.equal(takenOut([edit({ note: 'well done' }, 'note'), edit({ deletions: [] })]), null)
    const said = [
      edit({ disabled: [{ track: 'track 1' }, { track: 'track 2' }] }),
      edit({ enabled: [{ track: 'track 1' }] }),
    ]
    assert.deepEqual([...(takenOut(said) ?? [])], ['track 2'])
    const accepted = (improved: boolean) =>
      edit({ deletions: [{ track: 'track 3', reasonText: 'proposed by track-quality 2' }], resolve: { improved } })
    assert.deepEqual([...(takenOut([accepted(true)]) ?? [])], ['track 3'])
    assert.deepEqual([...(takenOut([accepted(false)]) ?? [])], [], 'a model is not taught by its own mistakes')
    assert.deepEqual(
      trackExamples(any(made()), said).map(({ target }) => target),
      [0, 1, 0, 0],
    )
    assert.deepEqual(trackExamples(any(made()), []), [])
  })
})

describe('lives of tracks', () => {
  const size = { widthPx: 100, heightPx: 60 }
  const track = (
    id: number,
    frames: readonly number[],
    reason: 'range-end' | 'low-correlation',
    startFrame = frames[0]!,
  ): Track => ({
    id,
    origin: 'detected',
    startFrame,
    frames: Int32Array.from(frames),
    xy: Float64Array.from(frames.flatMap((frame) => [10 + 2 * frame, 30 + id])),
    correlation: Float32Array.from(frames, () => 0.9),
    begin: null,
    end: { frame: frames.at(-1)!, reason },
  })

  test('go from where it was placed to a gap or the end', () => {
    const lives = trackLives(
      [
        track(0, [0, 1, 2, 3], 'range-end'),
        track(1, [0, 1, 2], 'low-correlation'),
        track(2, [0, 1, 4, 5], 'range-end'),
        track(3, [0, 1, 2, 3], 'range-end', 2),
      ],
      size,
    )
    assert.deepEqual(
      lives.map(({ frames, failed }) => [frames, failed]),
      [
        [4, false],
        [3, true],
        [2, true],
        [2, false],
      ],
    )
  })

  test('show at a frame what was seen until then, whatever comes later', () => {
    const rng = seededRng(5)
    const wild = (frames: number): Track => ({
      ...track(
        0,
        Array.from({ length: frames }, (_, i) => i),
        'range-end',
      ),
      xy: Float64Array.from({ length: 2 * frames }, (_, i) => (i < 12 ? i : 50 * rng.next())),
    })
    const [short, long] = [trackLives([wild(6)], size)[0]!, trackLives([wild(20)], size)[0]!]
    assert.equal(short.signals.length, signalNames.length)
    short.signals.forEach((signal, i) => assert.deepEqual(signal, long.signals[i]!.slice(0, 6)))
  })
})

test('regions are told with an interval over clips, and with what people did there', () => {
  const tally = new RegionTally()
  for (let clip = 0; clip < 6; clip++) {
    const session = made({ context: { ...made().context, clip: { fingerprint: `clip-${clip}` } } })
    // A clip that is run again and again counts once.
    for (let run = 0; run <= clip; run++) tally.add(any(session), [])
  }
  tally.add(any(made()), [
    edit({ deletions: [{ region: 'center' }], additions: [{ region: 'top-left' }, { region: 'top-left' }] }),
  ])
  const found = new Map(tally.findings().map((finding) => [finding.region, finding]))
  const [dead, alive] = [found.get('bottom-right')!, found.get('top-left')!]
  assert.deepEqual([dead.share, dead.clips], [0, 6])
  assert.ok(Math.abs(alive.share! - 0.9) < 1e-9 && alive.low! <= 0.9 && alive.high! >= 0.9)
  assert.equal(alive.sentence, 'Top left: 90 % of the tracks get a point (90 % to 90 %; 6 clips); people added 2.')
  assert.equal(found.get('center')?.deleted, 1)
  assert.match(new RegionTally().findings()[0]!.sentence, /nothing is known yet/)
})
