import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { seededRng } from '#core/rng.ts'
import { hashDistance, hashSidePx, perceptualHash } from './perceptual-hash.ts'

/** Small drawings of blocks and discs, as different as pictures of different things. */
function drawing(seed: number): Buffer {
  const rng = seededRng(seed)
  const shapes = Array.from({ length: 14 }, () => {
    const [x, y, size] = [rng.int(320), rng.int(240), 30 + rng.int(110)]
    const fill = `rgb(${rng.int(256)},${rng.int(256)},${rng.int(256)})`
    return rng.int(2) === 0
      ? `<circle cx="${x}" cy="${y}" r="${size / 2}" fill="${fill}"/>`
      : `<rect x="${x}" y="${y}" width="${size}" height="${size * 0.7}" fill="${fill}"/>`
  })
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240"><rect width="320" height="240" fill="#789"/>${shapes.join('')}</svg>`,
  )
}

async function hashOf(bytes: Buffer): Promise<string> {
  const gray = await sharp(bytes).resize(hashSidePx, hashSidePx, { fit: 'fill' }).greyscale().raw().toBuffer()
  return perceptualHash(gray)
}

test('copies that were resized, recompressed, brightened or lightly blurred are near', async () => {
  for (let seed = 0; seed < 12; seed++) {
    const original = await sharp(drawing(seed)).png().toBuffer()
    const hash = await hashOf(original)
    const copies = [
      await sharp(original).resize(200).jpeg({ quality: 60 }).toBuffer(),
      await sharp(original).resize(900).webp({ quality: 50 }).toBuffer(),
      await sharp(original).modulate({ brightness: 1.15 }).jpeg().toBuffer(),
      await sharp(original).blur(1.5).jpeg().toBuffer(),
    ]
    for (const copy of copies) {
      const distance = hashDistance(hash, await hashOf(copy))
      assert.ok(distance <= 8, `seed ${seed}: a copy lies ${distance} bits away`)
    }
  }
})

test('different pictures are far', async () => {
  const hashes = await Promise.all(Array.from({ length: 16 }, (_, seed) => hashOf(drawing(seed))))
  const distances = hashes.flatMap((a, i) => hashes.slice(i + 1).map((b) => hashDistance(a, b)))
  assert.ok(Math.min(...distances) >= 14, `two different pictures lie only ${Math.min(...distances)} bits apart`)
  const mean = distances.reduce((sum, d) => sum + d, 0) / distances.length
  assert.ok(mean > 28 && mean < 36, `unrelated pictures differ in about half of the bits, found ${mean}`)
})

test('the hash is the DCT by definition, and says when it is given something else', () => {
  const rng = seededRng(5)
  const gray = Uint8Array.from({ length: hashSidePx ** 2 }, () => rng.int(256))
  // The textbook sum over all pixels for each frequency pair, without the separation into rows and columns.
  const direct: number[] = []
  for (let l = 1; l <= 8; l++) {
    for (let k = 1; k <= 8; k++) {
      let sum = 0
      for (let y = 0; y < 32; y++) {
        for (let x = 0; x < 32; x++) {
          const wave = Math.cos((Math.PI * (2 * x + 1) * k) / 64) * Math.cos((Math.PI * (2 * y + 1) * l) / 64)
          sum += (gray[y * 32 + x] ?? 0) * wave
        }
      }
      direct.push(sum)
    }
  }
  const median =
    direct
      .toSorted((a, b) => a - b)
      .slice(31, 33)
      .reduce((a, b) => a + b) / 2
  const bits = direct.map((value) => (value > median ? '1' : '0')).join('')
  assert.equal(perceptualHash(gray), BigInt(`0b${bits}`).toString(16).padStart(16, '0'))
  assert.equal(perceptualHash(new Uint8Array(1024).fill(77)), '0'.repeat(16), 'a flat picture has no frequencies')
  assert.throws(() => perceptualHash(new Uint8Array(64)), /expected 1024 gray values, found 64/)
})

test('distance counts differing bits', () => {
  assert.equal(hashDistance('0000000000000000', 'ffffffffffffffff'), 64)
  assert.equal(hashDistance('8000000000000001', '0000000000000003'), 2)
  assert.equal(hashDistance('0123456789abcdef', '0123456789abcdef'), 0)
})
