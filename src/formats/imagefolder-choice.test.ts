import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExportItem } from '#core/format.ts'
import type { ImageSample, PairSample } from '#core/sample.ts'
import { imagefolder } from './imagefolder.ts'
import { writtenBy } from './suite.ts'
import { memoryIntake, memorySource, testContext, type Files } from './test-files.ts'
import { annotationOf, fixedSamples, makeBlobs } from './test-samples.ts'

const blobs = makeBlobs()
const pairs = fixedSamples('pair', blobs).filter((sample): sample is PairSample => sample.type === 'pair')
const images = fixedSamples('image', blobs).filter((sample): sample is ImageSample => sample.type === 'image')
const box = annotationOf('a', 'x', { type: 'box', bbox: [1, 2, 3, 4] })

const splitInTwo = <S extends PairSample | ImageSample>(samples: readonly S[]): ExportItem[] =>
  samples.map((sample, i) => ({ sample, split: i < samples.length / 2 ? 'train' : 'val' }))

const kindOf = (files: Files) => [...files.keys()].filter((name) => name.includes('metadata')).sort()
const asJson = ['train/metadata.jsonl', 'val/metadata.jsonl']
const asParquet = ['train/metadata.parquet', 'val/metadata.parquet']

test('pairs have the columns of diffusers, in JSON lines', async () => {
  const plain = pairs.map((pair) => ({ ...pair, attributes: {}, mask: null, instruction: 'make it red' }))
  const { files } = await writtenBy(imagefolder, splitInTwo(plain), blobs)
  assert.deepEqual(kindOf(files), asJson)
  const [line] = new TextDecoder().decode(files.get('train/metadata.jsonl')).split('\n')
  const row = JSON.parse(line ?? '') as Record<string, unknown>
  const columns = ['input_image_file_name', 'edit_prompt', 'edited_image_file_name']
  assert.deepEqual(Object.keys(row).slice(0, 3), columns)
  for (const column of ['input_image_file_name', 'edited_image_file_name']) {
    assert.ok(files.has(`train/${String(row[column])}`), column)
  }
})

test('JSON lines are given up where they would be given other types in another split', async () => {
  const base = images.slice(0, 4).map((image) => ({ ...image, attributes: {}, annotations: [box] }))
  const variants: Record<string, [typeof base, readonly string[]]> = {
    'labels everywhere': [base, asJson],
    'no label in one split': [base.map((image, i) => ({ ...image, annotations: i < 2 ? [box] : [] })), asParquet],
    'no label anywhere': [base.map((image) => ({ ...image, annotations: [] })), asJson],
    'an attribute that is empty in one split': [
      base.map((image, i) => ({ ...image, attributes: { a: i < 2 ? 1 : null } })),
      asParquet,
    ],
    'an attribute with gaps in both': [
      base.map((image, i) => ({ ...image, attributes: { a: i % 2 === 0 ? 'text' : null } })),
      asJson,
    ],
    'text like a date': [base.map((image) => ({ ...image, attributes: { a: '2026-01-01 10:00:00' } })), asParquet],
    'no confidence in one split': [
      base.map((image, i) => ({ ...image, annotations: [{ ...box, confidence: i < 2 ? null : 1 }] })),
      asParquet,
    ],
  }
  for (const [what, [samples, expected]] of Object.entries(variants)) {
    const { files } = await writtenBy(imagefolder, splitInTwo(samples), blobs)
    assert.deepEqual(kindOf(files), expected, what)
  }
  const forced = await writtenBy(imagefolder, splitInTwo(base), blobs, { metadata: 'parquet' })
  assert.deepEqual(kindOf(forced.files), asParquet)
})

test('folders that others made are read: class numbers only, no names, no dates', async () => {
  const [image] = images
  assert.ok(image)
  const picture = (await Array.fromAsync(blobs.reader.open(image.image.sha256))).flatMap((chunk) => [...chunk])
  const files: Files = new Map([
    ['train/0001.png', Uint8Array.from(picture)],
    [
      'train/metadata.jsonl',
      new TextEncoder().encode('{"file_name": "0001.png", "objects": {"bbox": [[1, 2, 3, 4]], "categories": [7]}}\n'),
    ],
  ])
  const source = memorySource(files)
  assert.deepEqual(await imagefolder.detect(source), { fits: true, variant: 'pictures' })
  const [item] = await Array.fromAsync(imagefolder.read(source, memoryIntake(source, blobs), testContext()))
  assert.equal(item?.split, 'train')
  assert.ok(item?.sample.type === 'image')
  assert.deepEqual(
    item.sample.annotations.map(({ label, shape }) => [label, shape]),
    [['category 7', { type: 'box', bbox: [1, 2, 3, 4] }]],
  )
  files.delete('train/0001.png')
  const without = memorySource(files)
  await assert.rejects(Array.fromAsync(imagefolder.read(without, memoryIntake(without, blobs), testContext())), {
    code: 'layout.invalid',
    message: /the picture train\/0001.png/,
  })
})
