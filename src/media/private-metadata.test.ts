import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import fc from 'fast-check'
import sharp, { type Sharp } from 'sharp'
import { Fault } from '#core/faults.ts'
import { withoutPrivateMetadata } from './private-metadata.ts'
import { inspectImage } from './still.ts'

const gps = { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1', GPSLongitudeRef: 'E', GPSLongitude: '7/1 0/1 0/1' }
const exif = { IFD0: { Artist: 'Jo Doe', Copyright: 'Jo Doe' }, IFD3: gps }
const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><r exif:GPSLatitude="51,30N" creator="Jo Doe"/></x:xmpmeta>'
const secrets = /Jo Doe|GPSLatitude|adobe:ns:meta/

const kinds = {
  jpeg: (image: Sharp) => image.jpeg(),
  'progressive jpeg': (image: Sharp) => image.jpeg({ progressive: true }),
  'cmyk jpeg': (image: Sharp) => image.toColourspace('cmyk').jpeg(),
  png: (image: Sharp) => image.png(),
  webp: (image: Sharp) => image.webp(),
  'lossless webp': (image: Sharp) => image.webp({ lossless: true }),
}

let pixels = Buffer.alloc(0)
before(() => {
  pixels = Buffer.alloc(50 * 35 * 3)
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.imul(i, 2654435761) >>> 25
})
const picture = () => sharp(pixels, { raw: { width: 50, height: 35, channels: 3 } })
const rendered = (bytes: Uint8Array) => sharp(bytes).autoOrient().toColourspace('srgb').raw().toBuffer()
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

for (const [kind, as] of Object.entries(kinds)) {
  test(`${kind}: names and places go; pixels, colour profile and orientation stay`, async () => {
    for (const orientation of [1, 6, 8]) {
      const dressed = picture().withMetadata({ orientation }).withExifMerge(exif).withXmp(xmp).withIccProfile('p3')
      const bytes = await as(dressed).toBuffer()
      assert.match(latin1(bytes), secrets)
      const clean = withoutPrivateMetadata(bytes)
      assert.doesNotMatch(latin1(clean), secrets)
      assert.deepEqual(await rendered(clean), await rendered(bytes))
      const [was, is] = [await sharp(bytes).metadata(), await sharp(clean).metadata()]
      assert.deepEqual([is.orientation ?? 1, is.icc, is.xmp], [was.orientation ?? 1, was.icc, undefined])
      assert.equal((await inspectImage(clean)).hasLocation, false)
      assert.equal(withoutPrivateMetadata(clean).length, clean.length, 'a second time finds nothing')
    }
  })

  test(`${kind}: what hangs behind the end goes`, async () => {
    const bytes = await as(picture()).toBuffer()
    const trailed = Buffer.concat([bytes, Buffer.from('Jo Doe was here')])
    assert.doesNotMatch(latin1(withoutPrivateMetadata(trailed)), /Jo Doe/)
    assert.deepEqual(await rendered(withoutPrivateMetadata(trailed)), await rendered(bytes))
  })
}

test('a file without anything private is the same file', async () => {
  for (const bytes of [await picture().png().toBuffer(), await picture().webp().toBuffer()]) {
    assert.equal(withoutPrivateMetadata(bytes), bytes)
  }
  const jpeg = await picture().jpeg().toBuffer()
  assert.deepEqual(withoutPrivateMetadata(jpeg), jpeg)
})

test('an animation keeps its frames', async () => {
  const frames = await Promise.all(
    ['red', 'blue'].map((background) => {
      return sharp({ create: { width: 20, height: 10, channels: 3, background } })
        .png()
        .toBuffer()
    }),
  )
  const bytes = await sharp(frames, { join: { animated: true } })
    .withExif(exif)
    .webp()
    .toBuffer()
  assert.match(latin1(bytes), secrets)
  const clean = withoutPrivateMetadata(bytes)
  assert.doesNotMatch(latin1(clean), secrets)
  assert.equal((await inspectImage(clean)).frames, 2)
})

test('comments and text chunks go', async () => {
  const jpeg = await picture().jpeg().toBuffer()
  const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 8]), Buffer.from('Jo Doe')])
  const commented = Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)])
  assert.deepEqual(withoutPrivateMetadata(commented), jpeg)
})

test('anything else is a fault, never a crash or a hang', async () => {
  const code = (bytes: Uint8Array) => {
    try {
      withoutPrivateMetadata(bytes)
      return 'fine'
    } catch (error) {
      assert.ok(error instanceof Fault, String(error))
      return error.code
    }
  }
  assert.equal(code(Buffer.from('<svg/>')), 'image.type')
  const whole = [await picture().jpeg().toBuffer(), await picture().png().toBuffer(), await picture().webp().toBuffer()]
  for (const bytes of whole) {
    for (let length = 16; length < bytes.length; length += 97)
      assert.equal(code(bytes.subarray(0, length)), 'image.damaged')
  }
  fc.assert(
    fc.property(fc.constantFrom(...whole), fc.nat(), fc.uint8Array({ maxLength: 30 }), (bytes, at, noise) => {
      const changed = Uint8Array.from(bytes)
      changed.set(noise, Math.min(at % 700, changed.length - noise.length))
      assert.match(code(changed), /^(?:fine|image\.(?:type|damaged))$/)
    }),
    { numRuns: 500 },
  )
})
