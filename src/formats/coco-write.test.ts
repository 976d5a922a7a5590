import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExportItem } from '#core/format.ts'
import { coco } from './coco.ts'
import { writtenBy } from './suite.ts'
import { annotationOf, fixedSamples, makeBlobs } from './test-samples.ts'

test('a document is as evaluators need it: ids from 1 over all splits, area, iscrowd, names of files that are there', async () => {
  const blobs = makeBlobs()
  const samples = fixedSamples('image', blobs)
  const items = samples.map((sample, i): ExportItem => ({ sample, split: i < 3 ? 'train' : 'val' }))
  const { files, json, head, report } = await writtenBy(coco, items, blobs)
  const [train, val] = ['train', 'val'].map(
    (split) => json(`annotations/instances_${split}.json`) as unknown as Document,
  )
  assert.ok(train && val)
  assert.deepEqual(
    train.images.map(({ id }) => id),
    [1, 2, 3],
  )
  assert.deepEqual(
    val.images.map(({ id }) => id),
    [4, 5, 6],
  )
  const annotations = [...train.annotations, ...val.annotations]
  assert.deepEqual(
    annotations.map(({ id }) => id),
    annotations.map((_, i) => i + 1),
  )
  assert.ok(annotations.every(({ iscrowd }) => iscrowd === 0))
  assert.deepEqual(train.categories, val.categories, 'class numbers are the same in every split')
  assert.deepEqual(
    train.categories.map(({ id, name }) => [id, name]),
    head.labels.map((label, i) => [i + 1, label]),
  )
  for (const { file_name } of train.images) assert.ok(files.has(`images/train/${file_name}`), file_name)
  for (const { file_name } of val.images) assert.ok(files.has(`images/val/${file_name}`), file_name)
  assert.match(train.images[0]?.file_name ?? '', /^[0-9a-f]{16}\.png$/)
  assert.match(val.images[1]?.file_name ?? '', /^[0-9a-f]{16}\.jpg$/)
  const outline = annotations.find(({ segmentation }) => segmentation)
  assert.deepEqual(outline?.segmentation, [[1, 1, 20.25, 1, 10, 30]])
  assert.equal(outline?.area, (19.25 * 29) / 2)
  assert.deepEqual(outline?.bbox, [1, 1, 19.25, 29])
  const cut = annotations.find(({ uid }) => uid === 'cut')
  assert.deepEqual([cut?.bbox, cut?.area], [[90, 40, 10, 10], 100])
  assert.deepEqual(
    report.losses.map(({ field, what, count }) => [field, what, count]),
    [
      ['annotations', 'dropped', 1],
      ['annotations', 'dropped', 2],
      ['annotations.shape', 'approximated', 1],
      ['annotations.shape', 'approximated', 1],
    ],
  )
})

interface Document {
  readonly images: readonly { readonly id: number; readonly file_name: string }[]
  readonly categories: readonly { readonly id: number; readonly name: string }[]
  readonly annotations: readonly {
    readonly id: number
    readonly uid: string
    readonly iscrowd: number
    readonly area: number
    readonly bbox: readonly number[]
    readonly segmentation?: readonly (readonly number[])[]
  }[]
}

test('two pictures whose hashes begin alike keep their own files', async () => {
  const blobs = makeBlobs()
  const [sample] = fixedSamples('image', blobs)
  assert.ok(sample?.type === 'image')
  const start = sample.image.sha256.slice(0, 16)
  const twin = { ...sample.image, sha256: start + sample.image.sha256.slice(16).split('').reverse().join('') }
  const reader = blobs.reader
  const both = {
    ...blobs,
    reader: { open: (hash: string) => reader.open(hash === twin.sha256 ? sample.image.sha256 : hash) },
  }
  const items = [sample, { ...sample, id: 'twin', image: twin }].map(
    (each): ExportItem => ({ sample: each, split: null }),
  )
  const { files } = await writtenBy(coco, items, both)
  assert.deepEqual(
    [...files.keys()].sort(),
    ['annotations.json', `images/${start}.png`, `images/${twin.sha256}.png`].sort(),
  )
})

test('a label that the head does not list, and media that are no picture, are refused', async () => {
  const blobs = makeBlobs()
  const [sample] = fixedSamples('image', blobs)
  assert.ok(sample?.type === 'image')
  const video = { ...sample, image: { ...sample.image, mediaType: 'video/mp4' } }
  await assert.rejects(writtenBy(coco, [{ sample: video, split: null }], blobs), { code: 'format.sample' })
  const head = { title: 't', labels: [], splits: [], at: '2026-01-01T00:00:00.000Z', attributes: [] }
  const labelled = {
    ...sample,
    attributes: {},
    annotations: [annotationOf('a', 'new', { type: 'box', bbox: [0, 0, 1, 1] })],
  }
  const { memorySink, testContext } = await import('./test-files.ts')
  const items = (async function* () {
    yield await Promise.resolve({ sample: labelled, split: null })
  })()
  await assert.rejects(coco.write(items, head, blobs.reader, memorySink(), {}, testContext()), {
    code: 'format.sample',
    message: /expected a label that the export lists, found "new"/,
  })
})
