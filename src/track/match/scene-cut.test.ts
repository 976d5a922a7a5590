import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LumaFrame } from '#vision/frames.ts'
import { render, type Texture, waves } from '#vision/test-texture.ts'
import { isBlank, isSceneCut, lookOf } from './scene-cut.ts'

const [width, height] = [128, 72]
const untold = { tried: 0, kept: 0 }

/** Large forms and small ones, as in a picture of a place. */
function scene(seed: number): Texture {
  const [forms, detail] = [waves(seed, { shortestPx: 40, longestPx: 250, waves: 12 }), waves(seed + 1000)]
  return (x, y) => 0.65 * forms(x, y) + 0.35 * detail(x, y)
}

const draw = (texture: Texture, dx = 0): LumaFrame => render(texture, width, height, (x, y) => [x + dx, y])

/** A picture smeared over so many pixels. */
const smeared =
  (texture: Texture, px: number): Texture =>
  (x, y) =>
    [-0.4, -0.2, 0, 0.2, 0.4].reduce((sum, t) => sum + texture(x + t * px, y) / 5, 0)

test('pictures of different places are a cut', () => {
  let cuts = 0
  for (let seed = 1; seed <= 10; seed++) {
    if (isSceneCut(lookOf(draw(scene(seed))), lookOf(draw(scene(seed + 50))), untold)) cuts++
  }
  assert.equal(cuts, 10)
})

test('fast pans, flashes and blur are none', () => {
  for (let seed = 1; seed <= 6; seed++) {
    const place = scene(seed)
    const before = lookOf(draw(place))
    const others = {
      still: draw(place),
      'pan of a fifth of the width': draw(place, width / 5),
      flash: draw((x, y) => 1.6 * place(x, y) + 30),
      'a third of the light': draw((x, y) => place(x, y) / 3),
      blur: draw(smeared(place, 20)),
      'blurred pan': draw(smeared(place, 20), 20),
    }
    for (const [name, frame] of Object.entries(others)) {
      assert.equal(isSceneCut(before, lookOf(frame), untold), false, `${name}, seed ${seed}`)
    }
  }
})

test('tracks that go on speak against a cut, and blank pictures tell nothing', () => {
  const [before, after] = [lookOf(draw(scene(1))), lookOf(draw(scene(51)))]
  assert.equal(isSceneCut(before, after, { tried: 40, kept: 2 }), true)
  assert.equal(isSceneCut(before, after, { tried: 40, kept: 20 }), false)
  const black = lookOf(draw(() => 0))
  assert.equal(isBlank(black), true)
  assert.equal(isSceneCut(before, black, untold), false)
  assert.equal(isSceneCut(black, after, untold), false)
})

test('a look of 16-bit luma is that of 8-bit luma, and tiny pictures have one', () => {
  const [shallow, deep] = ([8, 16] as const).map((depth) =>
    lookOf(render(scene(4), width, height, (x, y) => [x, y], { depth })),
  )
  shallow!.cells.forEach((cell, i) => assert.ok(Math.abs(cell - deep!.cells[i]!) < 0.5))
  const tiny = lookOf(render(scene(4), 3, 2, (x, y) => [x, y]))
  assert.equal(tiny.cells.length, 6)
})
