/** What every kernel must do, against pictures whose every point is known. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import type { LumaFrame } from './frames.ts'
import type { Kernel, MotionModel, Pyramid, RefineOptions, RefineResult } from './kernel.ts'
import { render, type Texture, waves } from './test-texture.ts'

const [width, height] = [160, 120]
const flowOptions = { windowPx: 21, levels: 3, maxIterations: 20, epsilonPx: 0.005 }
const models: readonly MotionModel[] = ['Loc', 'LocRot', 'LocScale', 'LocRotScale', 'Affine', 'Perspective']

type Point = readonly [number, number]
type Map = (x: number, y: number) => Point

const still: Map = (x, y) => [x, y]
const frameOf = (texture: Texture, at: Map = still) => render(texture, width, height, at)
const flat = (grey: number): LumaFrame => render(() => grey, width, height, still)
const shiftBy =
  (dx: number, dy: number): Map =>
  (x, y) => [x - dx, y - dy]

/** So many points at any fraction of a pixel, `margin` inside the picture. */
function scatter(count: number, margin: number, seed = 5): Float32Array {
  const rng = seededRng(seed)
  return Float32Array.from(
    { length: 2 * count },
    (_, i) => margin + rng.next() * ((i % 2 ? height : width) - 2 * margin),
  )
}

const plus = (points: Float32Array, dx: number, dy: number) => points.map((p, i) => p + (i % 2 ? dy : dx))
const all = (count: number) => Int32Array.from({ length: count }, (_, i) => i)

/** The largest distance between two lists of points. */
function farthest(a: Float32Array, b: Float32Array): number {
  let most = 0
  for (let i = 0; i < a.length; i += 2) most = Math.max(most, Math.hypot(a[i]! - b[i]!, a[i + 1]! - b[i + 1]!))
  return most
}

/** Warps that only bring patterns to these places. */
function placed(points: Float32Array): Float32Array {
  return Float32Array.from({ length: points.length * 4 }, (_, i) => {
    const [k, point] = [i % 8, i >> 3]
    if (k === 2 || k === 5) return points[2 * point + (k === 5 ? 1 : 0)]!
    return k === 0 || k === 4 ? 1 : 0
  })
}

const centresOf = ({ warps }: RefineResult) => warps.filter((_, i) => i % 8 === 2 || i % 8 === 5)

export function testKernel(create: () => Promise<Kernel>): void {
  describe('pyramid', () => {
    test('halves sizes, rounding up, while a side stays at 8 pixels', async () => {
      const kernel = await create()
      const levels = (w: number, h: number) =>
        kernel.pyramid(
          render(() => 9, w, h, still),
          6,
        ).levels
      assert.equal(levels(160, 120), 5) // 10 x 8 is the last
      assert.equal(levels(257, 129), 5) // 17 x 9 is the last
      assert.equal(levels(15, 200), 2)
      assert.equal(levels(14, 14), 1)
      assert.equal(levels(1, 1), 1)
    })

    test('knows nothing of the depth of samples', async () => {
      const kernel = await create()
      const texture = waves('depth')
      const [eight, sixteen] = ([8, 16] as const).map((depth) => {
        const image = kernel.pyramid(render(texture, width, height, still, { depth }), 1)
        return kernel.cornerStrength(image, 7)
      })
      const strongest = Math.max(...eight!)
      for (const [i, strength] of eight!.entries()) assert.ok(Math.abs(strength - sixteen![i]!) < 0.02 * strongest)
    })

    test('keeps no bytes of the frame, and refuses use after release and what another kernel made', async () => {
      const kernel = await create()
      const frame = frameOf(waves('bytes'))
      const image = kernel.pyramid(frame, 1)
      const before = kernel.cornerStrength(image, 5)
      frame.luma.fill(0)
      assert.deepEqual(kernel.cornerStrength(image, 5), before)
      image.release()
      image.release()
      assert.throws(() => kernel.cornerStrength(image, 5), /released/)
      const foreign: Pyramid = { widthPx: 9, heightPx: 9, levels: 1, release: () => undefined }
      assert.throws(() => kernel.cornerStrength(foreign, 5), TypeError)
    })

    test('refuses arguments that do not fit', async () => {
      const kernel = await create()
      const image = kernel.pyramid(flat(9), 1)
      assert.throws(() => kernel.pyramid({ ...flat(9), widthPx: 161 }, 1), RangeError)
      assert.throws(() => kernel.cornerStrength(image, 4), RangeError)
      assert.throws(() => kernel.cornerStrength(image, 5, 1), RangeError)
      assert.throws(() => kernel.cutPatterns(image, scatter(1, 9), 183), RangeError)
      assert.throws(() => kernel.flow(image, image, scatter(2, 9), scatter(3, 9), flowOptions), RangeError)
      const { patterns } = kernel.cutPatterns(image, scatter(2, 20), 9)
      assert.throws(() => kernel.search(image, patterns, Int32Array.of(2), scatter(1, 20), 21), RangeError)
      assert.throws(() => kernel.recutPatterns(image, patterns, Int32Array.of(-1), scatter(1, 20)), RangeError)
    })
  })

  describe('corner strength', () => {
    test('is the smaller mean square of slopes, in grey levels a pixel', async () => {
      const kernel = await create()
      // Long waves, of which a window holds whole ones: mean squares of slopes are half the squares of the peaks.
      const [k, a, b] = [(2 * Math.PI) / 40, 80, 40]
      const image = kernel.pyramid(
        frameOf((x, y) => 128 + a * Math.sin(k * x) + b * Math.sin(k * y)),
        1,
      )
      const strength = kernel.cornerStrength(image, 41)
      const expected = (b * k) ** 2 / 2
      for (const [x, y] of [
        [50, 50],
        [80, 60],
        [110, 70],
      ] as const) {
        assert.ok(Math.abs(strength[y * width + x]! / expected - 1) < 0.05, `${strength[y * width + x]} at ${x} ${y}`)
      }
    })

    test('is highest at a corner, nothing on an edge and in the flat', async () => {
      const kernel = await create()
      const image = kernel.pyramid(
        frameOf((x, y) => (x > 60 && y > 50 ? 200 : 50)),
        1,
      )
      const strength = kernel.cornerStrength(image, 7)
      const at = (x: number, y: number) => strength[y * width + x]!
      const best = strength.indexOf(Math.max(...strength))
      assert.ok(Math.abs((best % width) - 60) <= 2 && Math.abs(Math.floor(best / width) - 50) <= 2)
      assert.ok(at(60, 50) > 100)
      assert.ok(at(60, 90) < 0.01 && at(100, 50) < 0.01)
      assert.equal(at(20, 20), 0)
      assert.ok(strength.every((value) => value >= 0))
    })
  })

  describe('flow', () => {
    test('follows shifts to a hundredth of a pixel, whatever the brightness does', async () => {
      const kernel = await create()
      for (const [seed, dx, dy] of [
        [1, 0.25, -0.5],
        [2, 2.37, 1.81],
        [3, -7.6, 4.4],
      ] as const) {
        const texture = waves(seed)
        const from = kernel.pyramid(frameOf(texture), 3)
        const brighter = (x: number, y: number) => 0.7 * texture(x, y) + 30
        const to = kernel.pyramid(frameOf(brighter, shiftBy(dx, dy)), 3)
        const points = scatter(40, 28)
        const { xy, ok, residual } = kernel.flow(from, to, points, points, flowOptions)
        assert.ok(ok.every((value) => value === 1))
        assert.ok(farthest(xy, plus(points, dx, dy)) < 0.02, `${farthest(xy, plus(points, dx, dy))}`)
        assert.ok(residual.every((value) => value > 0 && value < 20))
      }
    })

    test('needs no more of a window than lies in both pictures', async () => {
      const kernel = await create()
      const texture = waves('border', { shortestPx: 6 })
      const [from, to] = [still, shiftBy(1.3, -0.8)].map((at) => kernel.pyramid(frameOf(texture, at), 2))
      const points = Float32Array.of(4, 60, 156, 61, 80, 3, 81, 116, 5, 5, 0.5, 50)
      const { xy, ok } = kernel.flow(from!, to!, points, points, { ...flowOptions, levels: 2 })
      assert.ok(ok.every((value) => value === 1))
      assert.ok(farthest(xy, plus(points, 1.3, -0.8)) < 0.05, `${farthest(xy, plus(points, 1.3, -0.8))}`)
    })

    test('says where it cannot follow', async () => {
      const kernel = await create()
      const texture = waves('gone')
      const [from, to] = [still, shiftBy(9, 0)].map((at) => kernel.pyramid(frameOf(texture, at), 3))
      const points = Float32Array.of(156, 60, Number.NaN, 60, -3, 60, 80, 60)
      const gone = kernel.flow(from!, to!, points, points, flowOptions)
      assert.deepEqual([...gone.ok], [0, 0, 0, 1])
      assert.ok(Number.isNaN(gone.residual[0]))
      const wall = kernel.pyramid(flat(128), 3)
      assert.deepEqual([...kernel.flow(wall, wall, scatter(3, 20), scatter(3, 20), flowOptions).ok], [0, 0, 0])
      const wild = kernel.flow(from!, to!, scatter(1, 40), Float32Array.of(Number.NaN, 1e30), flowOptions)
      assert.deepEqual([...wild.ok], [0])
    })

    test('lives in the smallest pictures', async () => {
      const kernel = await create()
      for (const [w, h] of [
        [1, 1],
        [3, 7],
        [16, 9],
      ] as const) {
        const image = kernel.pyramid(render(waves('tiny'), w, h, still), 4)
        const points = Float32Array.of(w / 2, h / 2, 0, 0, w, h)
        kernel.flow(image, image, points, points, flowOptions)
        const { patterns, inside } = kernel.cutPatterns(image, points, 5)
        assert.equal(inside[1], 0)
        kernel.search(image, patterns, all(3), points, 401)
        kernel.refine(image, patterns, all(3), placed(points), refineOptions('Perspective'))
      }
    })
  })

  describe('patterns', () => {
    test('must lie inside the picture', async () => {
      const kernel = await create()
      const image = kernel.pyramid(frameOf(waves(4)), 2)
      const points = Float32Array.of(5.5, 60, 5.4, 60, 154.5, 114.5, 154.5, 114.6, Number.NaN, 60)
      const { patterns, inside } = kernel.cutPatterns(image, points, 11)
      assert.deepEqual([...inside], [1, 0, 1, 0, 0])
      const { ok, correlation } = kernel.refine(image, patterns, all(5), placed(points), refineOptions('Loc'))
      assert.deepEqual([...ok], [1, 0, 1, 0, 0])
      assert.ok(Number.isNaN(correlation[1]) && correlation[0]! > 0.9999)
      assert.equal(patterns.count, 5)
      patterns.release()
      assert.throws(() => kernel.search(image, patterns, Int32Array.of(0), scatter(1, 20), 31), /released/)
    })

    test('can be cut anew, one by one', async () => {
      const kernel = await create()
      const [image, other] = [4, 5].map((seed) => kernel.pyramid(frameOf(waves(seed)), 2))
      const points = scatter(4, 30)
      const { patterns } = kernel.cutPatterns(image!, points, 15)
      const inside = kernel.recutPatterns(other!, patterns, Int32Array.of(2, 0), Float32Array.of(50, 50, -4, 0))
      assert.deepEqual([...inside], [1, 0])
      const places = Float32Array.of(50, 50, 50, 50)
      const { ok, correlation } = kernel.refine(
        other!,
        patterns,
        Int32Array.of(2, 0),
        placed(places),
        refineOptions('Loc'),
      )
      assert.deepEqual([...ok], [1, 0])
      assert.ok(correlation[0]! > 0.9999)
      const kept = kernel.refine(
        image!,
        patterns,
        Int32Array.of(1),
        placed(points.subarray(2, 4)),
        refineOptions('Loc'),
      )
      assert.ok(kept.correlation[0]! > 0.9999)
    })
  })

  describe('search', () => {
    test('finds a pattern anywhere in its square, and not a pixel farther', async () => {
      const kernel = await create()
      const texture = waves('search', { shortestPx: 5 })
      const from = kernel.pyramid(frameOf(texture), 1)
      const points = scatter(12, 45)
      const { patterns } = kernel.cutPatterns(from, points, 15)
      for (const [dx, dy] of [
        [0.3, -0.2],
        [12.4, -8.7],
        [-14.6, 14.4],
      ] as const) {
        const to = kernel.pyramid(frameOf(texture, shiftBy(dx, dy)), 1)
        const { xy, score } = kernel.search(to, patterns, all(12), points, 47)
        assert.ok(farthest(xy, plus(points, dx, dy)) < 0.5, `${farthest(xy, plus(points, dx, dy))} at ${dx} ${dy}`)
        assert.ok(score.every((value) => value > 0.95))
        const narrow = kernel.search(to, patterns, all(12), points, 21)
        for (let i = 0; i < 12; i++) {
          assert.ok(Math.abs(narrow.xy[2 * i]! - points[2 * i]!) <= 4.5)
          assert.ok(Math.abs(narrow.xy[2 * i + 1]! - points[2 * i + 1]!) <= 4.5)
        }
      }
    })

    test('scores by correlation: gain and offset are nothing, an inverted picture is the worst', async () => {
      const kernel = await create()
      const texture = waves('score')
      const points = scatter(1, 60)
        .map(Math.round)
        .map((p) => p + 0.5)
      const { patterns } = kernel.cutPatterns(kernel.pyramid(frameOf(texture), 1), points, 21)
      const scoreIn = (grey: (brightness: number) => number) => {
        const image = kernel.pyramid(
          frameOf((x, y) => grey(texture(x, y))),
          1,
        )
        return kernel.search(image, patterns, Int32Array.of(0), points, 21).score[0]!
      }
      assert.equal(
        scoreIn((grey) => grey),
        1,
      )
      assert.ok(scoreIn((grey) => 0.5 * grey + 60) > 0.998)
      assert.ok(scoreIn((grey) => 255 - grey) < -0.999)
      assert.ok(Number.isNaN(scoreIn(() => 77)))
    })

    test('stays in the picture, and says so where the square lies outside', async () => {
      const kernel = await create()
      const image = kernel.pyramid(frameOf(waves('edge')), 1)
      const points = Float32Array.of(12, 12, 148, 108)
      const { patterns } = kernel.cutPatterns(image, points, 21)
      const near = kernel.search(image, patterns, all(2), Float32Array.of(2, 3, 159, 119), 61)
      assert.ok(farthest(near.xy, points) < 0.1)
      const far = kernel.search(image, patterns, all(2), Float32Array.of(-100, 60, Number.NaN, 4), 61)
      assert.ok(far.score.every(Number.isNaN))
    })
  })

  describe('refine', () => {
    for (const model of models) {
      test(`${model}: finds what it allows from 3 pixels and a tenth of the size away`, async () => {
        const kernel = await create()
        const turn = model === 'LocRot' || model === 'LocRotScale' || model === 'Affine' ? 0.08 : 0
        const scale = model === 'Loc' || model === 'LocRot' ? 1 : 1.1
        const texture = waves(`refine ${model}`)
        const [c, s] = [Math.cos(turn), Math.sin(turn)]
        const forward = (x: number, y: number): Point => {
          const [u, v] = [x - 80, y - 60]
          return [80.4 + scale * (c * u - s * v), 59.7 + scale * (s * u + c * v)]
        }
        const backward = (x: number, y: number): Point => {
          const [u, v] = [(x - 80.4) / scale, (y - 59.7) / scale]
          return [80 + c * u + s * v, 60 - s * u + c * v]
        }
        const from = kernel.pyramid(frameOf(texture), 2)
        const to = kernel.pyramid(
          frameOf((x, y) => 0.8 * texture(x, y) + 20, backward),
          2,
        )
        const points = scatter(30, 35)
        const truth = points.map((_, i) => forward(points[i & ~1]!, points[i | 1]!)[i & 1]!)
        const { patterns } = kernel.cutPatterns(from, points, 21)
        const result = kernel.refine(to, patterns, all(30), placed(plus(truth, 2.1, -2.1)), refineOptions(model))
        assert.ok(result.ok.every((value) => value === 1))
        const far = (i: number) => farthest(centresOf(result).slice(2 * i, 2 * i + 2), truth.slice(2 * i, 2 * i + 2))
        const distances = Array.from({ length: 30 }, (_, i) => far(i)).toSorted((p, q) => p - q)
        assert.ok(distances[15]! < 0.02 && distances[29]! < 0.1, `${distances[15]} ${distances[29]}`)
        assert.ok(Math.min(...result.correlation) > 0.99, `${Math.min(...result.correlation)}`)
        const mean = (k: number) => result.warps.reduce((sum, value, i) => sum + (i % 8 === k ? value / 30 : 0), 0)
        const [a, b] = [mean(0), mean(3)]
        assert.ok(Math.abs(Math.hypot(a, b) - scale) < 0.01 && Math.abs(Math.atan2(b, a) - turn) < 0.01, `${a} ${b}`)
      })
    }

    test('Perspective: finds the corners of a tilted pattern', async () => {
      const kernel = await create()
      const texture = waves('tilt')
      // From the plane of the pattern round (80, 60) to the picture.
      const tilt = [1.05, 0.02, 81.3, -0.03, 0.97, 58.9, 0.0012, -0.0008] as const
      const at = (x: number, y: number): Point => {
        const [a, b, c, d, e, f, g, h] = tilt
        const w = g * x + h * y + 1
        return [(a * x + b * y + c) / w, (d * x + e * y + f) / w]
      }
      // Newton on the map itself, which is smooth: where a picture position lies on the pattern.
      const back = (x: number, y: number): Point => {
        let [u, v] = [x - 81.3, y - 58.9]
        for (let i = 0; i < 20; i++) {
          const [px, py] = at(u, v)
          u -= px - x
          v -= py - y
        }
        return [u + 80, v + 60]
      }
      const from = kernel.pyramid(frameOf(texture), 2)
      const to = kernel.pyramid(frameOf(texture, back), 2)
      const { patterns } = kernel.cutPatterns(from, Float32Array.of(80, 60), 41)
      const start = placed(Float32Array.of(80, 60))
      const { warps, ok, correlation } = kernel.refine(
        to,
        patterns,
        Int32Array.of(0),
        start,
        refineOptions('Perspective'),
      )
      assert.equal(ok[0], 1)
      assert.ok(correlation[0]! > 0.999)
      for (const [x, y] of [
        [-20, -20],
        [20, -20],
        [20, 20],
        [-20, 20],
      ] as const) {
        const [a, b, c, d, e, f, g, h] = warps as unknown as typeof tilt
        const w = g * x + h * y + 1
        const [px, py] = at(x, y)
        assert.ok(Math.hypot((a * x + b * y + c) / w - px, (d * x + e * y + f) / w - py) < 0.1)
      }
    })

    test('has a bias of less than a hundredth of a pixel at every fraction of one', async () => {
      const kernel = await create()
      const texture = waves('bias', { shortestPx: 3 })
      const from = kernel.pyramid(frameOf(texture), 1)
      const points = scatter(60, 20)
      const { patterns } = kernel.cutPatterns(from, points, 21)
      for (const fraction of [0.125, 0.25, 0.5, 0.75]) {
        const to = kernel.pyramid(frameOf(texture, shiftBy(fraction, -fraction)), 1)
        const truth = plus(points, fraction, -fraction)
        const found = centresOf(kernel.refine(to, patterns, all(60), placed(points), refineOptions('Loc')))
        const mean = found.reduce((sum, value, i) => sum + (value - truth[i]!) * (i % 2 ? -1 : 1), 0) / found.length
        assert.ok(Math.abs(mean) < 0.003, `bias ${mean} at ${fraction}`)
        assert.ok(farthest(found, truth) < 0.02)
      }
    })

    test('fits gain and offset only when asked', async () => {
      const kernel = await create()
      const texture = waves('gain')
      const points = scatter(20, 30)
      const { patterns } = kernel.cutPatterns(kernel.pyramid(frameOf(texture), 1), points, 21)
      const bright = kernel.pyramid(
        frameOf((x, y) => 0.6 * texture(x, y) + 70),
        1,
      )
      const asked = kernel.refine(bright, patterns, all(20), placed(points), refineOptions('Loc'))
      const not = kernel.refine(bright, patterns, all(20), placed(points), refineOptions('Loc', false))
      assert.ok(farthest(centresOf(asked), points) < 0.03)
      assert.ok(farthest(centresOf(not), points) > 0.1)
    })

    test('keeps the part of a warp that the model does not move', async () => {
      const kernel = await create()
      const texture = waves('kept')
      const points = Float32Array.of(80, 60)
      const { patterns } = kernel.cutPatterns(kernel.pyramid(frameOf(texture), 2), points, 21)
      const grown = kernel.pyramid(
        frameOf(texture, (x, y) => [80 + (x - 80) / 1.2, 60 + (y - 60) / 1.2]),
        2,
      )
      const start = Float32Array.of(1.2, 0, 81, 0, 1.2, 60.5, 0, 0)
      const { warps } = kernel.refine(grown, patterns, Int32Array.of(0), start, refineOptions('Loc'))
      assert.ok(Math.hypot(warps[2]! - 80, warps[5]! - 60) < 0.02)
      assert.deepEqual([warps[0], warps[4]], [start[0], start[4]])
    })

    test('says where it ran away, and leaves the warp as it was', async () => {
      const kernel = await create()
      const image = kernel.pyramid(frameOf(waves('lost')), 2)
      const points = Float32Array.of(80, 60, 80, 60, 80, 60, 80, 60)
      const { patterns } = kernel.cutPatterns(image, points, 21)
      const start = placed(Float32Array.of(4, 60, Number.NaN, 60, 80, 60, 80, 60))
      start.set([-1, 0, 80, 0, 1, 60, 0, 0], 16) // mirrored
      start.set([1, 0, 80, 0, 1, 60, 0.2, 0], 24) // through the horizon
      const { ok, warps, correlation } = kernel.refine(image, patterns, all(4), start, refineOptions('Affine'))
      assert.deepEqual([...ok], [0, 0, 0, 0])
      assert.deepEqual(warps, start)
      assert.ok(correlation.every(Number.isNaN))
      const wall = kernel.pyramid(flat(99), 2)
      const blank = kernel.cutPatterns(wall, points, 21).patterns
      assert.deepEqual([...kernel.refine(wall, blank, all(4), placed(points), refineOptions('Loc')).ok], [0, 0, 0, 0])
    })
  })
}

function refineOptions(model: MotionModel, normalize = true): RefineOptions {
  return { model, normalize, maxIterations: 30, epsilonPx: 0.003 }
}
