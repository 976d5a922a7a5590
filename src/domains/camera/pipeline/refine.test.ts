/** Refining: a second solve is kept only where it is better in what it was not chosen by. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Shot } from '#track/scenes/solve-json.ts'
import type { SolvedCamera, SolvedPoint, Solution } from '#track/solution.ts'
import type { SolveShots } from '#track/track-clip.ts'
import type { Track } from '#track/tracks.ts'
import { isBetter, refine } from './refine.ts'
import { bestOf, scoreOf } from './score.ts'

const count = 60
const tracks = Array.from(
  { length: count },
  (_, id): Track => ({
    id,
    origin: id === 59 ? 'user' : 'detected',
    startFrame: 0,
    frames: Int32Array.of(0, 1),
    xy: Float64Array.of(1, 1, 2, 2),
    correlation: Float32Array.of(1, 1),
    begin: null,
    end: null,
  }),
)

/** Of the tracks given; the higher the id, the worse it fits. */
function solutionOf(said: Partial<Solution> = {}, ids = tracks.map(({ id }) => id), scale = 1): Solution {
  return {
    motion: 'general',
    zoom: false,
    fromFrame: 0,
    toFrame: 9,
    intrinsics: {
      widthPx: 960,
      heightPx: 540,
      focalPx: 900,
      pixelAspect: 1,
      principalXPx: 480,
      principalYPx: 270,
      lens: { model: 'none' },
    },
    focalSigmaPx: null,
    cameras: Array.from({ length: 10 }, (_, frame) => ({ frame }) as SolvedCamera),
    points: ids.map(
      (track): SolvedPoint => ({ track, xyz: [0, 0, 1], errorPx: scale * (1 + track), droppedFrames: [] }),
    ),
    unsolved: [],
    errorPx: 2,
    meanTrackErrorPx: 2,
    heldOutErrorPx: 2,
    observations: { used: 100, dropped: 0, heldOut: 5 },
    confidence: 0.6,
    notes: [],
    ...said,
  }
}
const shotOf = (solution: Solution): Shot => ({ fromFrame: 0, toFrame: 9, result: { ok: true, solution } })
const options = {} as Parameters<typeof refine>[2]
const ctx = { signal: new AbortController().signal, progress: () => {} }

describe('a second solve is better', () => {
  const before = solutionOf()
  const fewer = tracks.slice(0, 51).map(({ id }) => id)

  test('when all says so', () => {
    assert.ok(isBetter(before, solutionOf({ heldOutErrorPx: 1 }, fewer, 0.9)))
  })
  test('not when only the bad tracks are gone and the others fit as before', () => {
    assert.ok(!isBetter(before, solutionOf({ heldOutErrorPx: 1, errorPx: 1 }, fewer)))
  })
  test('not when cameras or certainty are lost, or the gain is chance', () => {
    for (const said of [
      { cameras: before.cameras.slice(1) },
      { confidence: 0.5 },
      { heldOutErrorPx: 1.95 },
    ] as Partial<Solution>[]) {
      assert.ok(!isBetter(before, solutionOf({ heldOutErrorPx: 1, ...said }, fewer, 0.9)))
    }
  })
})

describe('refining', () => {
  const solver =
    (results: readonly Solution[], seen: number[] = []): SolveShots =>
    async ([task]) => {
      seen.push(task?.tracks.length ?? 0)
      const solution = results[seen.length - 1]
      return [solution ? { ok: true, solution } : { ok: false, code: 'unstable', why: 'no' }]
    }
  const keptIds = (n: number) => tracks.slice(0, n).map(({ id }) => id)

  test('goes round after round while it helps, and keeps the best', async () => {
    const better = solutionOf({ heldOutErrorPx: 1.5 }, keptIds(51), 0.9)
    const worse = solutionOf({ heldOutErrorPx: 3 }, keptIds(44), 2)
    const seen: number[] = []
    const { shots, refinements } = await refine(
      [shotOf(solutionOf())],
      tracks,
      options,
      'quality',
      solver([better, worse], seen),
      ctx,
    )
    const [shot] = shots
    assert.ok(shot?.result.ok)
    assert.equal(shot.result.solution.heldOutErrorPx, 1.5)
    assert.deepEqual(
      refinements.map(({ kept }) => kept),
      [true, false],
    )
    // The worst 9 of 60, but for the one that the person brought.
    assert.equal(seen[0], 52)
    const taken = shot.result.solution.unsolved.map(({ track, reason }) => `${track} ${reason}`)
    assert.ok(taken.includes('58 high-error'))
  })

  test('leaves alone what is good, sure, unsolved or small', async () => {
    const never: SolveShots = () => assert.fail('solved again')
    const fine = [
      shotOf(solutionOf({ heldOutErrorPx: 0.3 })),
      shotOf(solutionOf({ confidence: 0.95 })),
      shotOf(solutionOf({}, keptIds(20))),
      { fromFrame: 0, toFrame: 9, result: { ok: false, code: 'unstable', why: 'no' } } as const,
    ]
    const { shots, refinements } = await refine(fine, tracks, options, 'balanced', never, ctx)
    assert.deepEqual([shots, refinements], [fine, []])
    assert.deepEqual((await refine([shotOf(solutionOf())], tracks, options, 'fast', never, ctx)).refinements, [])
  })

  test('a solve that fails changes nothing', async () => {
    const shot = shotOf(solutionOf())
    const { shots, refinements } = await refine([shot], tracks, options, 'balanced', solver([]), ctx)
    assert.deepEqual(shots, [shot])
    assert.deepEqual([refinements.length, refinements[0]?.kept, refinements[0]?.after], [1, false, null])
  })
})

describe('the score', () => {
  const unsolved: Shot = { fromFrame: 10, toFrame: 19, result: { ok: false, code: 'no-parallax', why: 'no' } }

  test('is none for nothing, and higher the more cameras, the surer and the smaller the error', () => {
    const score = (said: Partial<Solution>) => scoreOf([shotOf(solutionOf(said))])
    assert.equal(scoreOf([unsolved]), 0)
    assert.ok(score({ confidence: 0.9 }) > score({}))
    assert.ok(score({ heldOutErrorPx: 1 }) > score({}))
    assert.ok(score({ cameras: [] }) < score({}))
    assert.equal(scoreOf([shotOf(solutionOf()), unsolved]), score({}) / 2)
    assert.equal(scoreOf([]), 0)
  })

  test('of equals the first is kept', () => {
    const [a, b] = [{ score: 0.5 }, { score: 0.5 }]
    assert.equal(bestOf([a, b]), a)
    assert.equal(bestOf([]), null)
  })
})
