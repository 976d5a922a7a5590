import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { Fault } from '#core/faults.ts'
import type { FaultCode } from '#core/fault-codes.ts'
import { hashDistance } from '#vision/perceptual-hash.ts'
import { grayPixels, inspectImage, thumbnail } from './still.ts'

const width = 240
const height = 160
let folder = ''

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hindsight-still-'))
})
after(() => rm(folder, { recursive: true, force: true }))

/** A picture with a bright top-left corner, so that turning it shows; fine grain, so that the files have some size. */
function picture() {
  const pixels = Buffer.alloc(width * height * 3)
  for (let i = 0; i < pixels.length; i++) {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)]
    pixels[i] = (x < 80 && y < 60 ? 220 : 40 + x / 4) + (Math.imul(i, 2654435761) >>> 29)
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

const hasCode = (code: FaultCode) => (error: unknown) => error instanceof Fault && error.code === code

test('accepted types are told by content, also from a file with the wrong extension', async () => {
  const made = {
    'image/jpeg': await picture().jpeg().toBuffer(),
    'image/png': await picture().png().toBuffer(),
    'image/webp': await picture().webp().toBuffer(),
  }
  for (const [mediaType, bytes] of Object.entries(made)) {
    const path = join(folder, 'claims-to-be.jpg')
    await writeFile(path, bytes)
    for (const source of [bytes, path]) {
      const image = await inspectImage(source)
      assert.equal(image.mediaType, mediaType)
      assert.deepEqual([image.width, image.height, image.bytes], [width, height, bytes.length])
      assert.deepEqual([image.orientation, image.hasAlpha, image.frames, image.hasLocation], [null, false, 1, false])
    }
  }
})

test('an EXIF-turned picture is measured, hashed and shrunk upright', async () => {
  const turned = await picture().rotate(-90).jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer()
  const stored = await sharp(turned).metadata()
  assert.deepEqual([stored.width, stored.height], [height, width], 'the stored pixels lie on their side')
  const image = await inspectImage(turned)
  assert.deepEqual([image.width, image.height, image.orientation], [width, height, 6])
  const plain = await inspectImage(await picture().jpeg({ quality: 95 }).toBuffer())
  assert.ok(hashDistance(image.perceptualHash, plain.perceptualHash) <= 8)
  const lying = await inspectImage(await picture().rotate(-90).jpeg({ quality: 95 }).toBuffer())
  assert.ok(hashDistance(lying.perceptualHash, plain.perceptualHash) >= 16)
  const small = await thumbnail(turned, 60)
  assert.deepEqual([small.width, small.height], [60, 40])
  const [topLeft = 0, , , topRight = 0] = await grayPixels(turned, 4, 4)
  assert.ok(topLeft > topRight + 60, `bright corner at the top left, found ${topLeft} and ${topRight}`)
})

test('every cut is noticed, in memory and in a file', async () => {
  const whole = [
    await picture().jpeg().toBuffer(),
    await picture().jpeg({ progressive: true }).toBuffer(),
    await picture().png().toBuffer(),
    await picture().png({ progressive: true }).toBuffer(),
    await picture().webp().toBuffer(),
    await picture().webp({ lossless: true }).toBuffer(),
  ]
  for (const bytes of whole) {
    for (const keep of [64, bytes.length * 0.3, bytes.length * 0.7, bytes.length * 0.98, bytes.length - 13]) {
      const cut = bytes.subarray(0, Math.floor(keep))
      await assert.rejects(inspectImage(cut), hasCode('image.truncated'), `${cut.length} of ${bytes.length} bytes`)
    }
    // Down to a single byte, which only matters to the container.
    await assert.rejects(inspectImage(bytes.subarray(0, -1)), hasCode('image.truncated'))
    const path = join(folder, 'cut')
    await writeFile(path, bytes.subarray(0, -5))
    await assert.rejects(inspectImage(path), hasCode('image.truncated'))
  }
})

test('a cut below the last row that a small version needs is noticed', async () => {
  const tall = { width: 64, height: 3000 }
  const pixels = Buffer.alloc(tall.width * tall.height * 3)
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.imul(i, 2654435761) >>> 24
  const bytes = await sharp(pixels, { raw: { ...tall, channels: 3 } })
    .jpeg()
    .toBuffer()
  assert.equal((await inspectImage(bytes)).height, 3000)
  await assert.rejects(inspectImage(bytes.subarray(0, Math.floor(bytes.length * 0.99))), hasCode('image.truncated'))
})

test('a PNG whose bytes were changed is damaged, not truncated', async () => {
  const bytes = await picture().png().toBuffer()
  const middle = Math.floor(bytes.length / 2)
  bytes.fill(0x5a, middle, middle + 30)
  await assert.rejects(inspectImage(bytes), hasCode('image.damaged'))
})

test('everything that is no JPEG, PNG or WebP is refused by what it is', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
  const refused: readonly (readonly [string, Buffer])[] = [
    ['image/svg+xml', Buffer.from(svg)],
    ['image/svg+xml', Buffer.from(`\ufeff<?xml version="1.0"?>\n<!-- a photo --> <!DOCTYPE svg>${svg}`)],
    ['image/svg+xml', Buffer.from(`\ufeff${svg}`, 'utf16le')],
    ['text/html', Buffer.from('  <!DOCTYPE html><html><body>hello</body></html>')],
    ['image/gif', await picture().gif().toBuffer()],
    ['image/tiff', await picture().tiff().toBuffer()],
    ['no bytes at all', Buffer.alloc(0)],
    ['bytes of no known type', Buffer.from('just words')],
    ['bytes of no known type', Buffer.alloc(4096)],
  ]
  for (const [found, bytes] of refused) {
    const path = join(folder, 'photo.jpg')
    await writeFile(path, bytes)
    const works = [
      () => inspectImage(path),
      () => inspectImage(bytes),
      () => thumbnail(bytes, 20),
      () => grayPixels(bytes, 8, 8),
    ]
    for (const work of works) {
      await assert.rejects(work(), (error) => hasCode('image.type')(error) && (error as Fault).found === found)
    }
  }
})

test('a header that announces billions of pixels is refused before anything is decoded', async () => {
  const bomb = pngOf(60_000, 60_000, deflateSync(Buffer.alloc(1000)))
  const rssBefore = process.memoryUsage().rss
  await assert.rejects(
    inspectImage(bomb, { where: 'originalImage' }),
    (error) => hasCode('image.size')(error) && /3600000000.*in originalImage/.test((error as Fault).message),
  )
  await assert.rejects(thumbnail(bomb, 64), hasCode('image.size'))
  assert.ok(process.memoryUsage().rss - rssBefore < 100e6)
  const small = await picture().png().toBuffer()
  await assert.rejects(inspectImage(small, { maxPixels: width * height - 1 }), hasCode('image.size'))
  await inspectImage(small, { maxPixels: width * height })
})

test('a real deflate bomb above the limit costs no memory, below it a bounded amount', async () => {
  // 9,000 x 9,000 gray pixels in 80 kB: below the limit of 100 MP, so it is decoded, row by row.
  const rows = deflateSync(Buffer.alloc(9000 * 9001), { level: 9 })
  const bytes = pngOf(9000, 9000, rows, 0)
  assert.ok(bytes.length < 100_000)
  const rssBefore = process.memoryUsage().rss
  const image = await inspectImage(bytes)
  assert.deepEqual([image.width, image.height], [9000, 9000])
  assert.ok(process.memoryUsage().rss - rssBefore < 250e6)
})

test('CMYK, 16 bits, gray, transparent and animated pictures are understood', async () => {
  const cmyk = await inspectImage(await picture().toColourspace('cmyk').jpeg().toBuffer())
  assert.deepEqual([cmyk.colourSpace, cmyk.width], ['cmyk', width])
  const deep = await picture().toColourspace('rgb16').png().toBuffer()
  assert.equal((await inspectImage(deep)).bitsPerChannel, 16)
  const [bright = 0, , , dark = 0] = await grayPixels(deep, 4, 4)
  const [bright8 = 0, , , dark8 = 0] = await grayPixels(await picture().png().toBuffer(), 4, 4)
  assert.ok(Math.abs(bright - bright8) <= 1 && Math.abs(dark - dark8) <= 1, '16 bits are scaled to 8, not cut')
  assert.equal((await inspectImage(await picture().toColourspace('b-w').png().toBuffer())).colourSpace, 'b-w')
  const clear = await picture().ensureAlpha(0).png().toBuffer()
  assert.equal((await inspectImage(clear)).hasAlpha, true)
  assert.deepEqual([...(await grayPixels(clear, 2, 2))], [255, 255, 255, 255])

  const frame = (background: string) => sharp({ create: { width: 50, height: 40, channels: 3, background } }).png()
  const frames = await Promise.all(['red', 'blue', 'green'].map((colour) => frame(colour).toBuffer()))
  const animated = await sharp(frames, { join: { animated: true } })
    .webp({ loop: 0 })
    .toBuffer()
  const image = await inspectImage(animated)
  assert.deepEqual([image.frames, image.width, image.height], [3, 50, 40])
  await assert.rejects(inspectImage(animated, { maxPixels: 50 * 40 * 2 }), hasCode('image.size'))
  assert.equal((await thumbnail(animated, 25)).height, 20)
})

test('a place in the metadata is noticed, and thumbnails carry no metadata', async () => {
  const gps = { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1', GPSLongitudeRef: 'E', GPSLongitude: '7/1 0/1 0/1' }
  const bytes = await picture()
    .withExif({ IFD0: { Artist: 'somebody' }, IFD3: gps })
    .jpeg()
    .toBuffer()
  assert.equal((await inspectImage(bytes)).hasLocation, true)
  const without = await picture()
    .withExif({ IFD0: { Artist: 'somebody' } })
    .jpeg()
    .toBuffer()
  assert.equal((await inspectImage(without)).hasLocation, false)
  const small = await sharp((await thumbnail(bytes, 100)).data).metadata()
  assert.deepEqual([small.exif, small.xmp, small.format, small.width], [undefined, undefined, 'webp', 100])
  assert.equal((await thumbnail(bytes, 5000)).width, width, 'never enlarged')
})

test('many pictures at once all come back', async () => {
  const bytes = await picture().jpeg().toBuffer()
  const all = await Promise.all(Array.from({ length: 60 }, () => inspectImage(bytes)))
  assert.equal(new Set(all.map((image) => image.perceptualHash)).size, 1)
})

/** A PNG by hand (specification, section 5): signature, IHDR, one IDAT, IEND. */
function pngOf(pngWidth: number, pngHeight: number, data: Buffer, colourType = 2): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(pngWidth, 0)
  header.writeUInt32BE(pngHeight, 4)
  header[8] = 8
  header[9] = colourType
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}
