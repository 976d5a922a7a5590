import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExportItem } from '#core/format.ts'
import type { JsonObject } from '#core/json.ts'
import { writtenBy } from './suite.ts'
import { type Files, memoryIntake, memorySource, testContext } from './test-files.ts'
import { annotationOf, type Blobs, fixedSamples, makeBlobs } from './test-samples.ts'
import { tfrecord } from './tfrecord.ts'

const rows = (count: number, attributes: JsonObject = {}): ExportItem[] => {
  const [row] = fixedSamples('row', makeBlobs())
  assert.ok(row)
  const id = (i: number) => String(i).padStart(6, '0')
  return Array.from({ length: count }, (_, i) => ({ sample: { ...row, id: id(i), attributes }, split: 'train' }))
}

const readAll = (files: Files, blobs: Blobs) => {
  const source = memorySource(files)
  return Array.fromAsync(tfrecord.read(source, memoryIntake(source, blobs), testContext()))
}

interface Paper {
  readonly features: readonly { readonly name: string; readonly kind: string; readonly values: string }[]
  readonly shards: readonly { readonly file: string; readonly records: number; readonly bytes: number }[]
}

test('a shard is closed when it is full, and the next takes up where it ended', async () => {
  const blobs = makeBlobs()
  const items = rows(2000, { text: 'x'.repeat(400) })
  const { files, json } = await writtenBy(tfrecord, items, blobs, { shard: 1 })
  const { shards } = json('features.json') as unknown as Paper
  assert.deepEqual(
    shards.map(({ file }) => file),
    ['train-00000.tfrecord', 'train-00001.tfrecord', 'train-00002.tfrecord'],
  )
  const longest = Math.max(...shards.map(({ bytes, records }) => bytes / records)) + 16
  for (const { file, bytes } of shards) {
    assert.equal(files.get(file)?.byteLength, bytes)
    assert.ok(bytes < 1e6 + longest && (bytes >= 1e6 || file === shards.at(-1)?.file), `${file}: ${bytes}`)
  }
  assert.equal(
    shards.reduce((sum, { records }) => sum + records, 0),
    2000,
  )
  const back = await readAll(files, blobs)
  assert.deepEqual(
    back.map(({ sample }) => sample.id),
    items.map(({ sample }) => sample.id),
  )
})

test('a file that was cut off, even between two records, or changed anywhere, is refused', async () => {
  const blobs = makeBlobs()
  const { files } = await writtenBy(tfrecord, rows(3), blobs)
  const name = 'train-00000.tfrecord'
  const whole = files.get(name)
  assert.ok(whole)
  const recordBytes = whole.byteLength / 3
  const refused = async (bytes: Uint8Array, found: RegExp) =>
    assert.rejects(readAll(new Map([...files, [name, bytes]]), blobs), (error: Error) => {
      assert.equal((error as Error & { code?: string }).code, 'layout.invalid')
      assert.match(error.message, found)
      return true
    })
  await refused(whole.subarray(0, 2 * recordBytes), /the 3 records that features\.json lists.*2, or others/s)
  await refused(whole.subarray(0, 2 * recordBytes + 7), /the end of the file.*record 3/s)
  await refused(whole.subarray(0, whole.byteLength - 1), /the end of the file.*record 3/s)
  const swapped = Buffer.concat([
    whole.subarray(recordBytes, 2 * recordBytes),
    whole.subarray(0, recordBytes),
    whole.subarray(2 * recordBytes),
  ])
  await refused(new Uint8Array(swapped), /3, or others/)
  for (const [at, found] of [
    [0, /checksum of its length/],
    [9, /checksum of its length/],
    [100, /checksum of its data/],
    [recordBytes - 1, /checksum of its data/],
  ] as const) {
    const damaged = whole.slice()
    damaged[at] = (damaged[at] ?? 0) ^ 1
    await refused(damaged, found)
  }
  await assert.rejects(readAll(new Map([...files].filter(([file]) => file !== name)), blobs), /a shard/)
})

test('numbers that 32 bits cannot hold stay finite, and exact in the JSON', async () => {
  const blobs = makeBlobs()
  const attributes = { large: 1e300, small: -1e300, ratio: 0.1 }
  const { files } = await writtenBy(tfrecord, rows(1, attributes), blobs)
  const bytes = files.get('train-00000.tfrecord')
  assert.ok(bytes)
  assert.deepEqual(floatAfter(bytes, 'attribute/large'), 3.4028234663852886e38)
  assert.deepEqual(floatAfter(bytes, 'attribute/small'), -3.4028234663852886e38)
  assert.deepEqual(floatAfter(bytes, 'attribute/ratio'), Math.fround(0.1))
  assert.deepEqual((await readAll(files, blobs))[0]?.sample.attributes, attributes)
})

/** A name, then the heads of feature, list and packed values, two bytes each, then the one value. */
function floatAfter(bytes: Uint8Array, name: string): number {
  const buffer = Buffer.from(bytes)
  return buffer.readFloatLE(buffer.indexOf(name) + name.length + 6)
}

test('the label map counts from 1 and says every label in the text format', async () => {
  const blobs = makeBlobs()
  const [picture] = fixedSamples('image', blobs)
  assert.ok(picture?.type === 'image')
  const labels = ['a "b"\\', 'line\nbreak', 'Größe']
  const annotations = labels.map((label, i) => annotationOf(`l${i}`, label, { type: 'box', bbox: [1, 1, 2, 2] }))
  const { files } = await writtenBy(tfrecord, [{ sample: { ...picture, annotations }, split: null }], blobs)
  assert.equal(
    new TextDecoder().decode(files.get('label_map.pbtxt')),
    [
      'item {\n  id: 1\n  name: "Größe"\n}\n',
      'item {\n  id: 2\n  name: "a \\"b\\"\\\\"\n}\n',
      'item {\n  id: 3\n  name: "line\\012break"\n}\n',
    ].join(''),
  )
  assert.ok(files.has('data-00000.tfrecord'))
})
