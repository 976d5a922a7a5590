import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { makeFootage, type FootageOptions } from './footage.ts'
import { lookOut } from './path.ts'
import { render, type Face } from './render.ts'
import { cameraOf, project, trueCamera, type Vector } from './truth.ts'

const size = { widthPx: 320, heightPx: 180 }
const black: Vector = [0, 0, 0]
const white: Vector = [255, 255, 255]

/** A soft round spot on 48 x 48 texels, as sharp as the textures of the scenes are. */
const spot = {
  levels: [
    {
      width: 48,
      height: 48,
      values: Float32Array.from({ length: 48 * 48 }, (_, k) =>
        Math.exp(-(((k % 48) - 23.5) ** 2 + (Math.floor(k / 48) - 23.5) ** 2) / (2 * 7 ** 2)),
      ),
    },
  ],
}

/** A spot that faces along +y, so that its centre lies where the picture's spot has its centroid. */
function spotAt([x, y, z]: Vector, side: number): Face {
  const corner: Vector = [x - side / 2, y, z + side / 2]
  return { corner, u: [side, 0, 0], v: [0, 0, -side], texture: spot, dark: black, light: white }
}

/** Brightness-weighted mean position of a square of pixels. */
function centroid(pixels: Float32Array, [x, y]: readonly [number, number], reach: number): [number, number] {
  let [sum, sx, sy] = [0, 0, 0]
  for (let j = Math.floor(y) - reach; j <= y + reach; j++)
    for (let i = Math.floor(x) - reach; i <= x + reach; i++) {
      const value = pixels[j * size.widthPx + i] ?? 0
      sum += value
      sx += value * (i + 0.5)
      sy += value * (j + 0.5)
    }
  return [sx / sum, sy / sum]
}

for (const lens of [
  { k1: 0, k2: 0 },
  { k1: -0.16, k2: 0.025 },
]) {
  test(`a spot's centroid lies where its centre projects, k1 ${lens.k1}`, () => {
    const rng = seededRng('spots')
    const pose = lookOut([0.3, -1, 1.6], { yaw: 0, pitch: 0, roll: 0 })
    const camera = cameraOf(pose, 240, lens, [160, 90])
    const points = Array.from({ length: 28 }, (_, k): Vector => {
      const depth = 2 + 5 * rng.next()
      const [x, y] = [((k % 7) - 3) * 0.17 + 0.03 * rng.next(), (Math.floor(k / 7) - 1.5) * 0.17 + 0.03 * rng.next()]
      return [0.3 + x * depth, -1 + depth, 1.6 + y * depth]
    })
    const faces = points.map((p) => spotAt(p, (16 / 240) * (p[1] + 1)))
    const view = { camera: () => camera, faces: () => faces, sky: { horizon: black, zenith: black } }
    const picture = render(view, 0, size, { samples: 4, shutter: 0 }, 'luma')
    for (const point of points) {
      const at = project(camera, point)
      assert.ok(at)
      const found = centroid(picture, at, 12)
      assert.ok(Math.hypot(found[0] - at[0], found[1] - at[1]) < 0.05, `${found.join()} for ${at.join()}`)
    }
  })
}

test('a smeared spot has its centroid at the pose in the middle of the exposure', () => {
  const camera = (time: number) =>
    cameraOf(lookOut([0.06 * time, -1, 1.6], { yaw: 0, pitch: 0, roll: 0 }), 240, { k1: 0, k2: 0 }, [160, 90])
  const point: Vector = [0.4, 2, 1.7]
  const view = { camera, faces: () => [spotAt(point, 0.2)], sky: { horizon: black, zenith: black } }
  const at = project(camera(3), point)
  assert.ok(at)
  const found = centroid(render(view, 3, size, { samples: 16, shutter: 0.8 }, 'luma'), at, 14)
  assert.ok(Math.hypot(found[0] - at[0], found[1] - at[1]) < 0.05, `${found.join()} for ${at.join()}`)
})

/** Distances between where patches of one frame are found in the next and where the truth has them, ascending. */
function disagreements(options: FootageOptions): number[] {
  const { truth, frame } = makeFootage(options)
  const out: number[] = []
  for (let f = 0; f + 1 < truth.frame_count; f++) {
    const [a, b] = [frame(f).luma, frame(f + 1).luma]
    for (const point of truth.points) {
      if (point.visible[f] !== '1' || point.visible[f + 1] !== '1') continue
      const [from, to] = [project(trueCamera(truth, f), point.xyz), project(trueCamera(truth, f + 1), point.xyz)]
      if (!from || !to) continue
      const off = matchOffset(a, b, from, to)
      if (off !== null) out.push(off)
    }
  }
  return out.sort((x, y) => x - y)
}

/** Best of the shifts around the true one, by sum of squares over 11 x 11 pixels; null without texture or at the border. */
function matchOffset(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  from: readonly number[],
  to: readonly number[],
): number | null {
  const [fx = 0, fy = 0, tx = 0, ty = 0] = [...from, ...to]
  if ([fx, tx].some((x) => x < 12 || x > 308) || [fy, ty].some((y) => y < 12 || y > 168)) return null
  const at = (image: ArrayLike<number>, x: number, y: number) => {
    const [i, j] = [Math.floor(x - 0.5), Math.floor(y - 0.5)]
    const [p, q, k] = [x - 0.5 - i, y - 0.5 - j, j * 320 + i]
    const value = (n: number) => image[n] ?? 0
    return (value(k) * (1 - p) + value(k + 1) * p) * (1 - q) + (value(k + 320) * (1 - p) + value(k + 321) * p) * q
  }
  const cost = (dx: number, dy: number) => {
    let sum = 0
    for (let y = -5; y <= 5; y++)
      for (let x = -5; x <= 5; x++) sum += (at(a, fx + x, fy + y) - at(b, tx + x + dx, ty + y + dy)) ** 2
    return sum
  }
  let best = { cost: Infinity, dx: 0, dy: 0 }
  for (let dy = -1.5; dy <= 1.5; dy += 0.25)
    for (let dx = -1.5; dx <= 1.5; dx += 0.25) {
      const here = cost(dx, dy)
      if (here < best.cost) best = { cost: here, dx, dy }
    }
  const flat = Math.min(cost(2, 0), cost(-2, 0), cost(0, 2), cost(0, -2)) < 121 * 40
  return flat ? null : Math.hypot(best.dx, best.dy)
}

for (const [name, options] of Object.entries({
  'a walk through a room': {},
  'a drive down a street with a lens': { scene: 'street', motion: 'forward', k1: -0.16, k2: 0.025 },
  'a tripod': { motion: 'tripod' },
  'a zoom on a wall, with noise': { scene: 'wall', focalPx: [240, 250], noise: 2 },
} satisfies Record<string, FootageOptions>)) {
  test(`the pictures of ${name} move as the truth says`, () => {
    const off = disagreements({ frames: 2, ...options })
    assert.ok(off.length > 60, `${off.length} pairs`)
    const median = off[off.length >> 1] ?? NaN
    assert.ok(median <= 0.25, `median ${median} px of ${off.length}`)
    assert.ok(off.filter((d) => d <= 0.5).length / off.length > 0.85, off.join(' '))
  })
}

test('the same options give the same bytes, and another seed others', () => {
  const options = { widthPx: 96, heightPx: 54, frames: 2, noise: 3, movers: 2, shutter: 0.5, samples: 4 }
  const [a, b] = [makeFootage({ seed: 5, ...options }), makeFootage({ seed: 5, ...options })]
  assert.deepEqual(a.frame(1).luma, b.frame(1).luma)
  assert.deepEqual(a.truth, b.truth)
  assert.notDeepEqual(a.frame(1).luma, makeFootage({ seed: 6, ...options }).frame(1).luma)
})

test('frames come in any range, forwards and backwards', async () => {
  const clip = makeFootage({ frames: 5, widthPx: 64, heightPx: 36 })
  const indices = async (range?: { from?: number; to?: number }) =>
    (await Array.fromAsync(clip.frames(range))).map((f) => f.index)
  assert.deepEqual(await indices(), [0, 1, 2, 3, 4])
  assert.deepEqual(await indices({ from: 3, to: 1 }), [3, 2, 1])
})

test('a cut changes the scene, and no point is seen on both sides', () => {
  const { truth, frame } = makeFootage({ widthPx: 96, heightPx: 54, frames: 6, cutAt: 3 })
  const change = (f: number) => {
    const [a, b] = [frame(f).luma, frame(f + 1).luma]
    return Array.from(a, (v, i) => Math.abs(v - (b[i] ?? 0))).reduce((sum, d) => sum + d, 0) / a.length
  }
  assert.ok(change(2) > 3 * change(1), `${change(2)} against ${change(1)}`)
  assert.deepEqual(truth.segments, [
    { first: 0, last: 2 },
    { first: 3, last: 5 },
  ])
  for (const p of truth.points) assert.ok(!(p.visible.slice(0, 3).includes('1') && p.visible.slice(3).includes('1')))
})

test('movers move and their boxes say where', () => {
  const { truth, frame } = makeFootage({ frames: 8, movers: 2, motion: 'still' })
  const [a, b] = [frame(0).luma, frame(7).luma]
  const inBox = (x: number, y: number) =>
    truth.movers.some(({ boxes }) =>
      [boxes[0], boxes[7]].some(
        (box) => box != null && x >= box[0] - 1 && x <= box[2] + 1 && y >= box[1] - 1 && y <= box[3] + 1,
      ),
    )
  let [inside, outside] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue
    if (inBox((i % 320) + 0.5, Math.floor(i / 320) + 0.5)) inside++
    else outside++
  }
  assert.ok(inside > 500, `${inside} changed inside`)
  assert.equal(outside, 0)
})
