import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lumaOfLinear, lumaOfRgb, toFullRange } from './luma.ts'

const interleaved = { red: 0, green: 1, blue: 2, step: 3 }

/** The definition, written as plainly as it stands in BT.2100, Table 9. */
function stretched(value: number, depth: number, limited: boolean): number {
  const unit = 2 ** (depth - 8)
  const [black, white] = limited ? [16 * unit, 235 * unit] : [0, 2 ** depth - 1]
  const share = Math.min(1, Math.max(0, (value - black) / (white - black)))
  return Math.round(share * (depth <= 8 ? 255 : 65_535))
}

test('each 8-bit value is stretched as the definition says, wherever it lies in a frame', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 67 }), fc.integer({ min: 0, max: 3 }), (values, offset) => {
      // A view into a longer buffer, so that the words of the fast path do not begin where it does.
      const holder = new Uint8Array(values.length + offset)
      holder.set(values, offset)
      const found = toFullRange(holder.subarray(offset), 8, true)
      assert.deepEqual(
        [...found],
        Array.from(values, (value) => stretched(value, 8, true)),
      )
    }),
  )
})

test('deeper samples reach 0 and 65535 in both ranges', () => {
  for (const depth of [9, 10, 12, 14, 16]) {
    for (const limited of [false, true]) {
      const all = Uint16Array.from({ length: 2 ** depth }, (_, value) => value)
      const expected = Array.from(all, (value) => stretched(value, depth, limited))
      assert.deepEqual([...toFullRange(all, depth, limited)], expected, `${depth} bits, limited ${limited}`)
    }
  }
})

test('luma of RGB weighs by BT.709, is exact on gray and white, and scales the depth', () => {
  const rgb = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 77, 77, 77)
  assert.deepEqual([...lumaOfRgb(rgb, interleaved, 5, 8)], [54, 182, 18, 255, 77])
  const planar = Uint16Array.of(1023, 512, 1023, 512, 1023, 512)
  assert.deepEqual([...lumaOfRgb(planar, { green: 0, blue: 2, red: 4, step: 1 }, 2, 10)], [65_535, 32_800])
})

test('linear light goes through the sRGB curve; what is no light is black, what is too bright white', () => {
  const gray = { red: 0, green: 0, blue: 0, step: 1 }
  const light = Float32Array.of(0, 0.18, 0.5, 1, 7, -1, Number.NaN, Infinity, 0.001)
  const luma = lumaOfLinear(light, gray, light.length)
  // 18 % gray is 46.1 % of the curve, half is 73.5 %; below 0.0031308 it is straight (IEC 61966-2-1).
  const shares = Array.from(luma, (value) => Math.round((value / 65_535) * 1e3))
  assert.deepEqual(shares, [0, 461, 735, 1000, 1000, 0, 0, 1000, 13])
})
