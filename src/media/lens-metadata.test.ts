import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import sharp from 'sharp'
import { needs } from '#test/needs.ts'
import { focalOf } from './exif.ts'
import { focalInTags, lensMetadata } from './lens-metadata.ts'

let dir: string
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hindsight-lens-'))
})
after(() => rm(dir, { recursive: true }))
const { signal } = new AbortController()
const picture = () => sharp({ create: { width: 32, height: 18, channels: 3, background: '#345' } })

test('the EXIF of the first picture of a sequence is read', async () => {
  for (const frame of [1, 2]) {
    const exif = { IFD2: { FocalLength: '42/10', FocalLengthIn35mmFilm: '26' } }
    await picture()
      .jpeg()
      .withExif(exif)
      .toFile(join(dir, `shot.000${frame}.jpg`))
  }
  assert.deepEqual(await lensMetadata(dir, { signal }), { focalMm: 4.2, focal35Mm: 26, source: 'exif' })
})

test('pictures without it say nothing', async () => {
  const plain = join(dir, 'plain.0001.png')
  await picture().png().toFile(plain)
  assert.equal(await lensMetadata(plain, { signal }), null)
})

test('the tags that a phone writes into its films are read', needs('ffmpeg'), async () => {
  const film = join(dir, 'film.mov')
  const tags = [
    'com.apple.quicktime.camera.focal_length.35mm_equivalent=24',
    'com.apple.quicktime.camera.lens_model=Phone back camera 6.86mm f/1.78',
  ]
  const source = '-v error -f lavfi -i testsrc2=s=64x36:r=24:d=0.2 -c:v mpeg4 -movflags use_metadata_tags'.split(' ')
  const made = spawnSync(needs('ffmpeg').path, [...source, ...tags.flatMap((tag) => ['-metadata', tag]), film])
  assert.equal(made.status, 0, String(made.stderr))
  assert.deepEqual(await lensMetadata(film, { signal }), { focalMm: 6.86, focal35Mm: 24, source: 'video tags' })
  const bare = join(dir, 'bare.mp4')
  assert.equal(spawnSync(needs('ffmpeg').path, [...source.slice(0, -2), bare]).status, 0)
  assert.equal(await lensMetadata(bare, { signal }), null)
})

test('what is no length is none', () => {
  assert.deepEqual(focalInTags({ 'x.focal_length': 'n/a', lens_model: 'EF 2.8' }), { focalMm: null, focal35Mm: null })
  assert.deepEqual(focalInTags({ focal_length: '0', 'camera.focal_length.35mm_equivalent': '-1' }), {
    focalMm: null,
    focal35Mm: null,
  })
})

test('EXIF that is cut off or points outside is no EXIF', async () => {
  const exif = { IFD2: { FocalLength: '42/10', FocalLengthIn35mmFilm: '26' } }
  const bytes = await picture().jpeg().withExif(exif).toBuffer()
  const { exif: block } = await sharp(bytes).metadata()
  assert.ok(block)
  for (let length = 0; length < block.length; length++) {
    const { focalMm } = focalOf(block.subarray(0, length))
    assert.ok(focalMm === null || focalMm === 4.2)
  }
})
