import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Intrinsics } from '#track/geometry/intrinsics.ts'
import { project } from '#track/geometry/projection.ts'
import { rigidFromCentre } from '#track/geometry/rigid3.ts'
import { expSo3 } from '#track/geometry/so3.ts'
import { initialOrientation } from './orientation.ts'
import { objectKinds, seenObject, type ObjectKind, type TestObject } from './test-objects.ts'

const bent: Intrinsics['lens'] = { model: 'polynomial', k1: -0.12, k2: 0.02, k3: 0 }
const intrinsics = (lens: Intrinsics['lens'] = { model: 'none' }): Intrinsics => ({
  widthPx: 960,
  heightPx: 540,
  focalPx: 800,
  pixelAspect: 1,
  principalXPx: 482,
  principalYPx: 268,
  lens,
})
const object = (kind: ObjectKind, at: TestObject['at'], size = 1): TestObject => ({
  id: 1,
  kind,
  track: null,
  at,
  size,
})
const upright = initialOrientation([]).rotation
const front = { camFromWorld: rigidFromCentre(expSo3(0, 0, 0), Float64Array.of(0, 0, 0)), focalPx: 800 }

test('the foot of each object is drawn where the camera sees its point, in every frame and lens', () => {
  for (const lens of [{ model: 'none' } as const, bent]) {
    for (let frame = 0; frame < 12; frame++) {
      const focalPx = 800 + 5 * frame
      const camFromWorld = rigidFromCentre(
        expSo3(0.02 * frame, -0.01 * frame, 0.03 * frame),
        Float64Array.of(0.1 * frame, -0.05 * frame, 0.02 * frame),
      )
      const at = [0.2, 0.3, 4] as const
      const pixel = project({ ...intrinsics(lens), focalPx }, camFromWorld, at)
      assert.ok(pixel)
      const pieces = seenObject(
        object('axes', at),
        { intrinsics: intrinsics(lens) },
        { camFromWorld, focalPx },
        upright,
      )
      assert.equal(pieces.length, 3)
      for (const { pixels } of pieces) {
        assert.ok(Math.hypot((pixels[0] as number) - pixel[0], (pixels[1] as number) - pixel[1]) < 1e-9)
      }
    }
  }
})

test('a pole stands upright and as tall as it is', () => {
  const pieces = seenObject(object('pole', [0, 0, 4], 2), { intrinsics: intrinsics() }, front, upright)
  const lines = pieces.filter(({ pixels }) => pixels.length === 4)
  assert.equal(lines.length, 10)
  const ys = lines.flatMap(({ pixels }) => [pixels[1] as number, pixels[3] as number])
  assert.ok(Math.abs(Math.max(...ys) - 268) < 1e-9)
  assert.ok(Math.abs(Math.min(...ys) - (268 - (800 * 2) / 4)) < 1e-9)
  assert.ok(lines.every(({ pixels }) => Math.abs((pixels[0] as number) - 482) < 1e-9))
})

test('edges follow the lens: each corner of a piece is where the lens shows that point of the edge', () => {
  const pieces = seenObject(object('axes', [1, 0.5, 4]), { intrinsics: intrinsics(bent) }, front, upright)
  const x = pieces.find(({ colour }) => colour === '#ff6b5e')
  assert.ok(x && x.pixels.length > 4)
  const points = x.pixels.length / 2
  for (let i = 0; i < points; i++) {
    const pixel = project(intrinsics(bent), front.camFromWorld, [1 + i / (points - 1), 0.5, 4])
    assert.ok(pixel)
    assert.ok(Math.hypot(pixel[0] - (x.pixels[2 * i] as number), pixel[1] - (x.pixels[2 * i + 1] as number)) < 1e-9)
  }
})

test('what lies behind the camera is cut off, and what lies wholly there is not drawn', () => {
  for (const kind of objectKinds) {
    assert.deepEqual(seenObject(object(kind, [0, 0, -20]), { intrinsics: intrinsics() }, front, upright), [])
    const around = seenObject(object(kind, [0, 0.5, 0.3]), { intrinsics: intrinsics() }, front, upright)
    for (const { pixels, depth } of around) {
      assert.ok(depth > 0)
      assert.ok(pixels.every(Number.isFinite))
    }
  }
  assert.ok(seenObject(object('grid', [0, 0.5, 0.3]), { intrinsics: intrinsics() }, front, upright).length > 5)
})

test('pieces come back to front, so that the faces that are seen are drawn last', () => {
  const pieces = seenObject(object('cube', [0.4, 0.8, 5]), { intrinsics: intrinsics() }, front, upright)
  assert.equal(pieces.length, 6)
  const depths = pieces.map(({ depth }) => depth)
  assert.deepEqual(
    depths,
    depths.toSorted((a, b) => b - a),
  )
})
