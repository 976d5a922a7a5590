import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Warning } from '#core/context.ts'
import { seededRng } from '#core/rng.ts'
import type { ImageSample } from '#core/sample.ts'
import { coco } from './coco.ts'
import { type Files, memoryIntake, memorySource, testContext } from './test-files.ts'
import { makeBlobs } from './test-samples.ts'

/** A 100 × 50 picture for each file name. */
function filesWith(documents: Readonly<Record<string, unknown>>, pictures: readonly string[]) {
  const blobs = makeBlobs()
  const files: Files = new Map()
  for (const name of pictures) {
    const bytes = new TextEncoder().encode(`picture ${name}`)
    blobs.add(bytes, { role: 'screenshot' })
    files.set(name, bytes)
  }
  for (const [name, value] of Object.entries(documents))
    files.set(name, new TextEncoder().encode(JSON.stringify(value)))
  return { files, blobs }
}

async function readCoco(documents: Readonly<Record<string, unknown>>, pictures: readonly string[]) {
  const { files, blobs } = filesWith(documents, pictures)
  const source = memorySource(files)
  const warnings: Warning[] = []
  const match = await coco.detect(source)
  const items = await Array.fromAsync(coco.read(source, memoryIntake(source, blobs), testContext(warnings)))
  return { match, warnings, items, samples: items.map(({ sample }) => sample as ImageSample) }
}

const labels = (sample: ImageSample | undefined) => sample?.annotations.map(({ label, shape }) => [label, shape])

test('annotations before pictures, ids as text and numbers, sparse categories, no area: read', async () => {
  const { samples, items, match } = await readCoco(
    {
      'annotations/instances_val2017.json': {
        annotations: [
          { id: 9, image_id: 'b', category_id: 90, bbox: [1, 2, 3, 4] },
          { id: '10', image_id: 7, category_id: 2, bbox: [0, 0, 100, 50], score: 0.5, segmentation: [] },
          { id: 11, image_id: 'b', category_id: 2, bbox: [5, 6, 7, 8], segmentation: [[1, 1, 9, 1, 9, 9]], iscrowd: 0 },
        ],
        categories: [
          { id: 2, name: 'button' },
          { id: 90, name: '__proto__', supercategory: 'x' },
        ],
        licenses: [{ id: 4, name: 'CC0' }],
        images: [
          { id: 7, file_name: 'one.png', width: 100, height: 50, license: 4, date_captured: '2013-11-14 17:02:52' },
          { id: 'b', file_name: './sub\\two.png' },
          { id: 8, file_name: 'empty.png' },
        ],
        info: { date_created: '2020-01-02' },
      },
    },
    ['images/val2017/one.png', 'images/val2017/sub/two.png', 'images/val2017/empty.png'],
  )
  assert.deepEqual(match, { fits: true, variant: 'one file' })
  assert.deepEqual(
    items.map(({ split }) => split),
    ['val', 'val', 'val'],
  )
  assert.deepEqual(labels(samples[0]), [['button', { type: 'box', bbox: [0, 0, 100, 50] }]])
  assert.deepEqual(labels(samples[1]), [
    ['__proto__', { type: 'box', bbox: [1, 2, 3, 4] }],
    [
      'button',
      {
        type: 'polygon',
        points: [
          [1, 1],
          [9, 1],
          [9, 9],
        ],
      },
    ],
  ])
  assert.deepEqual(labels(samples[2]), [])
  assert.equal(samples[0]?.annotations[0]?.confidence, 0.5)
  assert.equal(samples[0]?.annotations[0]?.id, '10')
  assert.equal(samples[0]?.annotations[0]?.verified, false)
  assert.deepEqual(samples[0]?.attributes, { license: 'CC0' })
  assert.deepEqual(
    samples.map(({ recordedAt }) => recordedAt.slice(0, 10)),
    ['2013-11-14', '2020-01-02', '2020-01-02'],
  )
  assert.equal(new Set(samples.map(({ id }) => id)).size, 3)
})

test('what is wrong is mended or left out, and each problem names its annotation', async () => {
  const { samples, warnings } = await readCoco(
    {
      'data.json': {
        images: [
          { id: 1, file_name: 'a.png' },
          { id: 2, file_name: 'gone.png' },
          { id: 1, file_name: 'a.png' },
        ],
        categories: [{ id: 1, name: 'x' }, { id: 2, name: 'x' }, { id: 3 }],
        annotations: [
          { id: 1, image_id: 1, category_id: 1, bbox: [90, 40, 20, 20] },
          { id: 2, image_id: 1, category_id: 2, bbox: [1, 1, -4, 4] },
          { id: 3, image_id: 1, category_id: 3, bbox: ['1', 1, 4, 4] },
          { id: 4, image_id: 1, category_id: 3, bbox: [1, 1, 4] },
          { id: 5, image_id: 1, category_id: 5, bbox: [1, 1, 4, 4] },
          { id: 6, image_id: 99, category_id: 1, bbox: [1, 1, 4, 4] },
          {
            id: 7,
            image_id: 1,
            category_id: 2,
            bbox: [1, 1, 4, 4],
            iscrowd: 1,
            segmentation: { counts: [1], size: [1, 1] },
          },
          { id: 8, image_id: 1, category_id: 2, bbox: [2, 2, 4, 4], segmentation: { counts: 'abc', size: [50, 100] } },
          {
            id: 9,
            image_id: 1,
            category_id: 2,
            bbox: [3, 3, 4, 4],
            segmentation: [
              [1, 1, 2],
              [1, 2, 3, 4, 5, 6],
            ],
          },
          { id: 10, image_id: 1, category_id: 3, bbox: [200, 200, 4, 4] },
        ],
      },
    },
    ['a.png'],
  )
  assert.equal(samples.length, 1)
  assert.deepEqual(labels(samples[0]), [
    ['x', { type: 'box', bbox: [90, 40, 10, 10] }],
    ['category 5', { type: 'box', bbox: [1, 1, 4, 4] }],
    ['x', { type: 'box', bbox: [2, 2, 4, 4] }],
    ['x', { type: 'box', bbox: [3, 3, 4, 4] }],
  ])
  const told = warnings.map(({ code, where }) => `${code} ${where}`)
  assert.deepEqual(told.sort(), [
    'coco.bbox data.json, annotation 10',
    'coco.bbox data.json, annotation 2',
    'coco.bbox data.json, annotation 3',
    'coco.bbox data.json, annotation 4',
    'coco.bbox-outside data.json, annotation 1',
    'coco.category-name data.json, category 3',
    'coco.category-twice data.json, category 2',
    'coco.category-unknown data.json, annotation 5',
    'coco.crowd data.json, annotation 7',
    'coco.date data.json, image 1',
    'coco.image-missing data.json, image 2',
    'coco.image-twice data.json, image 1',
    'coco.image-unknown data.json, annotation 6',
    'coco.mask data.json, annotation 7',
    'coco.mask data.json, annotation 8',
    'coco.outline data.json, annotation 9',
  ])
})

test('a thousand times the same problem is told twenty times, then counted', async () => {
  const annotations = Array.from({ length: 1000 }, (_, id) => ({ id, image_id: 5, category_id: 1, bbox: [0, 0, 1, 1] }))
  const { warnings } = await readCoco(
    { 'a.json': { images: [{ id: 1, file_name: 'a.png' }], annotations, categories: [] } },
    ['a.png'],
  )
  const unknown = warnings.filter(({ code }) => code === 'coco.image-unknown')
  assert.equal(unknown.length, 21)
  assert.equal(unknown.at(-1)?.message, '980 more of these')
})

test('reading twice gives the same samples, so that importing twice is harmless', async () => {
  const document = { 'a.json': { images: [{ id: 1, file_name: 'a.png' }], annotations: [], categories: [] } }
  const [first, second] = [await readCoco(document, ['a.png']), await readCoco(document, ['a.png'])]
  assert.deepEqual(first.samples, second.samples)
})

test('other layouts: one folder per split with the pictures beside the file', async () => {
  const document = (file: string) => ({
    images: [{ id: 0, file_name: file }],
    annotations: [],
    categories: [{ id: 0, name: 'x' }],
  })
  const { items } = await readCoco(
    { 'valid/_annotations.coco.json': document('v.jpg'), 'train/_annotations.coco.json': document('t.jpg') },
    ['train/t.jpg', 'valid/v.jpg'],
  )
  assert.deepEqual(
    items.map(({ split }) => split),
    ['train', 'val'],
  )
})

test('files that are not COCO are told apart', async () => {
  const { files } = filesWith({ 'a.json': { images: [], annotations: [] }, 'b.json': [1], 'c.json': { hello: 1 } }, [])
  const match = await coco.detect(memorySource(files))
  assert.deepEqual(match, { fits: false, because: ['no .json file with "images", "annotations" and "categories"'] })
})

test('a file that is broken inside is refused with its place', async () => {
  const { files, blobs } = filesWith({}, ['a.png'])
  const text = '{"images":[{"id":1,"file_name":"a.png"}],"categories":[],"annotations":[{"id":1,,}]}'
  files.set('a.json', new TextEncoder().encode(text))
  const source = memorySource(files)
  await assert.rejects(Array.fromAsync(coco.read(source, memoryIntake(source, blobs), testContext())), {
    code: 'json.malformed',
    where: 'a.json, annotations 0',
  })
})

test('annotations in any order, before or after the pictures, belong to the same pictures', async () => {
  const count = 1200
  const images = Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    file_name: `${i}.png`,
    date_captured: '2020-01-01',
  }))
  const annotations = images.flatMap(({ id }, i) =>
    Array.from({ length: i % 3 }, (_, k) => ({
      id: id * 10 + k,
      image_id: id,
      category_id: 1,
      bbox: [k, k, 5, 1 + (i % 40)],
    })),
  )
  const rng = seededRng(5)
  const shuffled = annotations
    .map((each) => [rng.next(), each] as const)
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each)
  const categories = [{ id: 1, name: 'x' }]
  const pictures = images.map(({ file_name }) => file_name)
  const expected = await readCoco({ 'a.json': { categories, images, annotations } }, pictures)
  assert.equal(expected.samples.length, count)
  assert.deepEqual(
    expected.samples[1199]?.annotations.map(({ id }) => id),
    ['12000', '12001'],
  )
  const byId = (sample: ImageSample) => ({
    ...sample,
    annotations: sample.annotations.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  })
  for (const document of [
    { images, annotations: shuffled, categories },
    { annotations, images, categories },
    { annotations: shuffled, categories, images },
  ]) {
    const { samples, warnings } = await readCoco({ 'a.json': document }, pictures)
    assert.deepEqual(samples.map(byId), expected.samples.map(byId))
    assert.deepEqual(warnings, [])
  }
})
