import { suite, test } from 'node:test'
import assert from 'node:assert/strict'
import { seededRng } from '#core/rng.ts'
import { syntheticShot } from '#track/synthetic.ts'
import { type MotionKind, motionKind } from './motion-kind.ts'
import { parallaxOf } from './parallax.ts'
import { endingEarly, mirrored, shape, shifted, shotOf, type Stance } from './test-shots.ts'
import { zoomAnalysis } from './zoom-analysis.ts'

const frames = 60
const tremble = (frame: number) => {
  const rng = seededRng(`tremble ${frame}`)
  return { yaw: 1.6 * (rng.next() - 0.5), pitch: 1.6 * (rng.next() - 0.5) }
}

const cases: readonly (readonly [string, MotionKind, (frame: number) => Stance])[] = [
  ['a camera that stands', 'static', () => ({})],
  ['a turn to the right', 'pan', (f) => ({ yaw: 0.4 * f })],
  ['a turn upwards', 'pan', (f) => ({ pitch: 0.15 * f })],
  ['a turn through a wide lens', 'pan', (f) => ({ yaw: 0.5 * f, focalPx: 480 })],
  ['a longer lens', 'zoom', (f) => ({ focalPx: 800 * 1.3 ** (f / frames) })],
  ['a shorter lens', 'zoom', (f) => ({ focalPx: 800 * 0.75 ** (f / frames) })],
  ['going ahead', 'dolly', (f) => ({ place: [0, 0, 0.04 * f] })],
  ['going back', 'dolly', (f) => ({ place: [0, 0, -0.06 * f] })],
  ['going sideways', 'dolly', (f) => ({ place: [0.03 * f, 0, 0] })],
  ['going sideways while looking back', 'dolly', (f) => ({ place: [0.04 * f, 0, 0], yaw: -0.15 * f })],
  ['a camera that rolls', 'roll', (f) => ({ roll: 0.3 * f })],
  ['unsteady hands', 'shake', tremble],
  ['a turn while zooming', 'mixed', (f) => ({ yaw: 0.08 * f, focalPx: 800 * 1.3 ** (f / frames) })],
]

suite('the kind of motion', () => {
  for (const [name, kind, stance] of cases) {
    test(`${name}: ${kind}`, () => {
      const tracks = shotOf(stance, { frames })
      const report = motionKind(tracks, shape, 24)
      assert.equal(report?.kind, kind, JSON.stringify(report))
      // A mirror, other frame numbers and tracks of unequal length change nothing.
      const others = { mirrored: mirrored(tracks), later: shifted(tracks, 1001), unequal: endingEarly(tracks, frames) }
      for (const [how, changed] of Object.entries(others)) {
        const again = motionKind(changed, shape, 24)
        assert.equal(again?.kind, kind, `${how}: ${JSON.stringify(again)}`)
        assert.ok(Math.abs((again?.confidence ?? 0) - report.confidence) < 0.25, `${how}: ${again?.confidence}`)
      }
    })
  }

  test('a mirror turns the direction round and nothing else', () => {
    const tracks = shotOf((f) => ({ yaw: 0.4 * f, roll: 0.05 * f }), { frames })
    const [there, back] = [motionKind(tracks, shape, 24)!, motionKind(mirrored(tracks), shape, 24)!]
    assert.ok(there.evidence.shift[0] < -0.3)
    assert.ok(Math.abs(there.evidence.shift[0] + back.evidence.shift[0]) < 1e-6)
    assert.ok(Math.abs(there.evidence.rollDeg + back.evidence.rollDeg) < 1e-6)
    assert.ok(Math.abs(there.evidence.scale - back.evidence.scale) < 1e-9)
  })

  test('is known of walks through rooms with wrong tracks and movers in them', () => {
    const wrong = { noisePx: 0.4, grossShare: 0.1, movers: 1, moverShare: 0.1, shakeDeg: 0.1 }
    const kindOf = (options: Parameters<typeof syntheticShot>[0]) => {
      const { tracks } = syntheticShot({ ...wrong, ...options })
      return motionKind(tracks, shape, 24)?.kind
    }
    assert.equal(kindOf({ path: 'walk', seed: 3 }), 'dolly')
    assert.equal(kindOf({ path: 'forward', seed: 4 }), 'dolly')
    assert.equal(kindOf({ path: 'tripod', seed: 5 }), 'pan')
  })

  test('a hand that shakes by 3 % of the picture has a speed, though it gets nowhere', () => {
    const report = motionKind(
      shotOf((f) => ({ yaw: f % 2 === 0 ? 0 : 2 })),
      shape,
      24,
    )
    assert.ok(report !== null && report.evidence.speed > 0.025, JSON.stringify(report))
    assert.equal(report.kind, 'shake')
  })

  test('nothing is said without tracks that neighbours share', () => {
    assert.equal(motionKind([], shape, 24), null)
    assert.equal(
      motionKind(
        shotOf(() => ({}), { points: 3 }),
        shape,
        24,
      ),
      null,
    )
  })

  test('a cut ends the stretch that is judged', () => {
    const first = shotOf((f) => ({ yaw: 0.4 * f }), { frames: 20 })
    const second = shifted(
      shotOf((f) => ({ roll: 0.5 * f }), { frames: 40, seed: 2 }),
      20,
    )
    const report = motionKind([...first, ...second], shape, 24)
    assert.equal(report?.kind, 'roll')
    assert.deepEqual([report?.fromFrame, report?.toFrame], [20, 59])
  })
})

suite('depth', () => {
  test('is told from the length of tracks, from opposite motions and from zoom', () => {
    const turn = shotOf((f) => ({ yaw: 0.5 * f, focalPx: 480 }))
    assert.ok(parallaxOf(turn, shape)! < 0.02)
    assert.ok(parallaxOf(endingEarly(turn, frames), shape)! < 0.02)
    assert.ok(
      parallaxOf(
        shotOf((f) => ({ focalPx: 800 + 6 * f })),
        shape,
      )! < 0.02,
    )
    assert.ok(
      parallaxOf(
        shotOf((f) => ({ place: [0, 0, 0.05 * f] })),
        shape,
      )! > 0.1,
    )
    assert.equal(
      parallaxOf(
        shotOf(() => ({})),
        shape,
      ),
      null,
    )
  })
})

suite('zoom analysis', () => {
  test('a longer lens is in, with the ratio of its focal lengths', () => {
    for (const ratio of [1.25, 0.8]) {
      const tracks = endingEarly(
        shotOf((f) => ({ focalPx: 800 * ratio ** (f / 59) })),
        60,
      )
      const zoom = zoomAnalysis(tracks, shape, 24)!
      assert.equal(zoom.detected, true)
      assert.equal(zoom.direction, ratio > 1 ? 'in' : 'out')
      assert.ok(Math.abs(zoom.focalRatio! / ratio - 1) < 0.01, String(zoom.focalRatio))
      assert.equal(zoom.scales![0], 1)
      assert.equal(zoom.scales!.length, 13)
      assert.equal(zoom.uniform, true)
      assert.ok(Math.sign(ratio - 1) * zoom.radialConvergence! > 0.8, String(zoom.radialConvergence))
      assert.ok(zoom.scaleVariance! < 1e-5)
    }
  })

  test('coming nearer, turning and standing are none', () => {
    for (const stance of [
      (f: number) => ({ place: [0, 0, 0.05 * f] as const }),
      (f: number) => ({ yaw: 0.4 * f }),
      () => ({}),
    ]) {
      const zoom = zoomAnalysis(endingEarly(shotOf(stance), 60), shape, 24)!
      assert.equal(zoom.detected, false, JSON.stringify(zoom))
      assert.equal(zoom.direction, 'none')
    }
  })

  test('a camera that comes nearer says nothing of its lens', () => {
    const zoom = zoomAnalysis(
      shotOf((f) => ({ place: [0, 0, 0.05 * f] })),
      shape,
      24,
    )!
    assert.equal(zoom.uniform, false)
    assert.equal(zoom.focalRatio, null)
    assert.ok(zoom.scales!.at(-1)! > 1.1)
  })
})
