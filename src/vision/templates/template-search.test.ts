import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { seededRng } from '#core/rng.ts'
import { dropOverlaps, overlapOf } from './peaks.ts'
import { blockMeans, type Picture, planeOf, resized } from './picture.ts'
import { createPlainScoreKernel, createWasmScoreKernel } from './scores.ts'
import { createTemplateSearch, type TemplateOptions, type TemplateSearch } from './template-search.ts'
import { cut, drawScreen } from './test-screen.ts'

const search = await createTemplateSearch()
const drawn = drawScreen(640, 400, 4)

function find(
  picture: Picture,
  template: Picture,
  options: Partial<TemplateOptions> = {},
  by: TemplateSearch = search,
) {
  const screen = by.screen(picture)
  try {
    return by.find(screen, template, { threshold: 0.8, ...options })
  } finally {
    screen.release()
  }
}

/** A picture with its colours changed pixel by pixel. */
const changed = (picture: Picture, change: (value: number, index: number) => number): Picture => ({
  ...picture,
  data: Uint8Array.from(picture.data, (value, i) => Math.max(0, Math.min(255, Math.round(change(value, i))))),
})

describe('template search', () => {
  test('finds each button of a screen at its very pixel, and nothing else as good', () => {
    for (const { x, y, width, height } of drawn.buttons) {
      const { matches, best } = find(drawn, cut(drawn, { x, y, width, height }))
      assert.deepEqual([best?.x, best?.y, best?.width, best?.height, best?.scale], [x, y, width, height, 1])
      assert.ok(best!.score > 0.9999, String(best!.score))
      assert.ok(matches.slice(1).every(({ score }) => score < 0.95))
    }
  })

  test('finds what a random part of the page is cut from, whatever its shape', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 260 }),
        fc.integer({ min: 24, max: 120 }),
        fc.nat({ max: 9999 }),
        (width, height, at) => {
          const x = 20 + (at % (290 - width))
          const y = 40 + ((at * 7) % (340 - height))
          const { best } = find(drawn, cut(drawn, { x, y, width, height }))
          assert.deepEqual([best?.x, best?.y], [x, y])
        },
      ),
      { numRuns: 60 },
    )
  })

  test('does not mind gain and offset of brightness, and little noise', () => {
    const rng = seededRng(3)
    const seen = changed(drawn, (value) => 0.7 * value + 30 + 6 * (rng.next() - 0.5))
    const box = drawn.buttons[2]!
    const { best } = find(seen, cut(drawn, box))
    assert.deepEqual([best?.x, best?.y], [box.x, box.y])
    assert.ok(best!.score > 0.95)
  })

  test('a template that is not there has no match, and the best place is told all the same', () => {
    const { matches, best, impossible } = find(drawn, cut(drawScreen(640, 400, 99), drawn.buttons[1]!))
    assert.deepEqual([matches, impossible], [[], null])
    assert.ok(best !== null && best.score < 0.8)
  })

  test('finds it larger or smaller, and says how much', () => {
    for (const scale of [0.8, 0.9, 1.15, 1.25]) {
      const [width, height] = [Math.round(640 * scale), Math.round(400 * scale)]
      const planes = (['red', 'green', 'blue'] as const).map((c) => resized(planeOf(drawn, c), width, height).values)
      const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => planes[i % 3]![Math.floor(i / 3)]! + 0.5)
      const box = drawn.buttons[3]!
      const scales = Array.from({ length: 23 }, (_, i) => 0.8 * (1.25 / 0.8) ** (i / 22))
      const { best } = find({ widthPx: width, heightPx: height, channels: 3, data }, cut(drawn, box), { scales })
      assert.ok(Math.abs(best!.scale - scale) < 0.025, `${scale} found as ${best!.scale}`)
      assert.ok(Math.abs(best!.x - box.x * scale) <= 2 && Math.abs(best!.y - box.y * scale) <= 2)
      assert.equal(best!.width, Math.round(box.width * best!.scale))
    }
  })

  test('with colour, a button of the same brightness and another hue is another one', () => {
    const box = drawn.buttons[1]!
    // Red up and blue down by as much as leaves brightness as it is.
    const template = changed(cut(drawn, box), (value, i) => value + [30, 0, -79.6][i % 3]! * (value > 150 ? 1 : 0))
    assert.ok(find(drawn, template).best!.score > 0.97)
    assert.ok(find(drawn, template, { color: true }).best!.score < 0.95)
    const same = find(drawn, cut(drawn, box), { color: true }).best!
    assert.deepEqual([same.x, same.y, same.score > 0.9999], [box.x, box.y, true])
  })

  test('what a mask leaves out may be anything', () => {
    const box = { x: 40, y: 120, width: 60, height: 40 }
    const inside = (x: number, y: number) => ((x - 30) / 30) ** 2 + ((y - 20) / 20) ** 2 < 1
    const mask = Uint8Array.from({ length: 60 * 40 }, (_, i) => (inside(i % 60, Math.floor(i / 60)) ? 1 : 0))
    const rng = seededRng(8)
    const template = changed(cut(drawn, box), (value, i) => (mask[Math.floor(i / 3)] === 0 ? 255 * rng.next() : value))
    assert.ok(find(drawn, template).best!.score < 0.8)
    const { best } = find(drawn, template, { mask })
    assert.deepEqual([best?.x, best?.y, best!.score > 0.9999], [40, 120, true])
  })

  test('looks only where it is told to, and a match lies there as a whole', () => {
    const box = drawn.buttons[2]!
    const template = cut(drawn, box)
    const around = { x: box.x - 10, y: box.y - 10, width: box.width + 20, height: box.height + 20 }
    assert.deepEqual(find(drawn, template, { region: around }).matches.length, 1)
    assert.deepEqual(find(drawn, template, { region: { ...around, x: box.x + 1 } }).matches, [])
    const beyond = { x: -50, y: -50, width: 40, height: 40 }
    assert.equal(find(drawn, template, { region: beyond }).impossible, 'too-large')
  })

  test('of places that overlap the best stays; the number can be limited', () => {
    const dot = cut(drawn, { x: drawn.buttons[0]!.x - 6, y: drawn.buttons[0]!.y - 6, width: 24, height: 16 })
    const corners = find(drawn, dot, { threshold: 0.9 }).matches
    assert.ok(corners.length >= drawn.buttons.length)
    assert.equal(find(drawn, dot, { threshold: 0.9, limit: 2 }).matches.length, 2)
    for (const [i, a] of corners.entries()) for (const b of corners.slice(i + 1)) assert.ok(overlapOf(a, b) <= 0.3)
    const [first, second] = dropOverlaps([corners[0]!, { ...corners[0]!, x: corners[0]!.x + 1 }, corners[1]!], 0.3)
    assert.deepEqual([first, second], [corners[0], corners[1]])
  })

  test('one colour all over cannot be sought, nor what is larger than the screen', () => {
    const flat = cut(drawn, { x: 2, y: 2, width: 12, height: 12 })
    assert.deepEqual(find(drawn, flat), { matches: [], best: null, impossible: 'flat-template' })
    assert.equal(find(cut(drawn, drawn.buttons[0]!), drawn).impossible, 'too-large')
    assert.throws(() => find({ ...drawn, widthPx: 5 }, flat), RangeError)
  })
})

describe('scores', () => {
  test('in WebAssembly are those of plain TypeScript', async () => {
    const [plain, wasm] = [createPlainScoreKernel(), await createWasmScoreKernel()]
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 30 }),
        fc.boolean(),
        fc.constantFrom(3, 60, 255),
        (seed, width, height, isMasked, contrast) => {
          const rng = seededRng(seed)
          const noise = (w: number, h: number) => ({
            width: w,
            height: h,
            values: Float32Array.from({ length: w * h }, () => Math.round(255 - contrast * rng.next())),
          })
          const [ground, stamp] = [noise(61, 47), noise(width, height)]
          const mask = isMasked ? Uint8Array.from(stamp.values, () => (rng.next() < 0.7 ? 1 : 0)) : null
          const places = { x: rng.int(5), y: rng.int(5), nx: 61 - width - 5, ny: 47 - height - 5 }
          const [a, b] = [plain, wasm].map((kernel) => {
            const [g, s] = [kernel.ground(ground), kernel.stamp(stamp, mask)]
            const { numerators, energies } = kernel.sums(g, s, places)
            const scores = Array.from(numerators, (n, i) =>
              energies[i]! * s.energy > 1 ? n / Math.sqrt(energies[i]! * s.energy) : 0,
            )
            g.release()
            s.release()
            return scores
          })
          for (const [i, score] of a!.entries()) assert.ok(Math.abs(score - b![i]!) < 0.002, `${score} ${b![i]}`)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('of block means and of other sizes keep what a picture shows', () => {
    const plane = planeOf(drawn, 'gray')
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length
    assert.ok(Math.abs(mean(blockMeans(plane, 8, 4).values) - mean(plane.values)) < 0.01)
    for (const [width, height] of [
      [320, 200],
      [500, 123],
      [900, 700],
    ] as const) {
      const other = resized(plane, width, height)
      assert.deepEqual([other.width, other.height, other.values.length], [width, height, width * height])
      assert.ok(Math.abs(mean(other.values) - mean(plane.values)) < 1.5)
    }
    assert.equal(resized(plane, 640, 400), plane)
  })
})
