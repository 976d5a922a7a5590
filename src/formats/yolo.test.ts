import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Annotation, Bbox } from '#core/annotation.ts'
import type { ExportItem } from '#core/format.ts'
import type { ImageSample } from '#core/sample.ts'
import { formatSuite, writtenBy } from './suite.ts'
import { annotationOf, fixedSamples, makeBlobs } from './test-samples.ts'
import { yolo } from './yolo.ts'

formatSuite(yolo)

const blobs = makeBlobs()
const images = fixedSamples('image', blobs).filter((sample): sample is ImageSample => sample.type === 'image')
const [plain] = images
assert.ok(plain)
const box = (id: string, bbox: Bbox, more: Partial<Annotation> = {}) =>
  annotationOf(id, 'button', { type: 'box', bbox }, more)

const itemOf = (annotations: readonly Annotation[], more: Partial<ImageSample> = {}): ExportItem => ({
  split: 'train',
  sample: { ...plain, attributes: {}, annotations, ...more },
})

async function written(items: readonly ExportItem[]) {
  const { files, report } = await writtenBy(yolo, items, blobs)
  const text = (name: string) => new TextDecoder().decode(files.get(name))
  const labels = [...files.keys()].filter((name) => name.startsWith('labels/'))
  return { files, report, text, labels: labels.map(text), names: [...files.keys()] }
}

test('a box is class, centre and size in shares of the picture', async () => {
  const { labels, text, names } = await written([itemOf([box('a', [25, 10, 50, 20])])])
  assert.deepEqual(labels, ['0 0.50000000 0.40000000 0.5000000 0.4000000\n'])
  const stem = plain.image.sha256.slice(0, 16)
  assert.deepEqual(names, [`images/train/${stem}.png`, `labels/train/${stem}.txt`, 'classes.txt', 'data.yaml'])
  assert.equal(
    text('data.yaml'),
    [
      '# "suite@1.0.0"',
      '# No pictures were put aside as "val", a key that must be there: it names others.',
      'train: images/train',
      'val: images/train',
      'nc: 1',
      'names:',
      '  0: "button"',
      '',
    ].join('\n'),
  )
})

test('no box passes the edge of its picture, or has no size, in the digits that are written', async () => {
  const coordinate = fc.double({ min: -30, max: 130, noNaN: true })
  const size = fc.oneof(fc.double({ min: 1e-9, max: 1e-3, noNaN: true }), coordinate)
  await fc.assert(
    fc.asyncProperty(coordinate, coordinate, size, size, async (x, y, width, height) => {
      const { labels, report } = await written([itemOf([box('a', [x, y, width, height])])])
      const rows = (labels[0] ?? '').split('\n').filter((line) => line !== '')
      const dropped = report.losses.some(({ field, what }) => field === 'annotations' && what === 'dropped')
      assert.equal(rows.length, dropped ? 0 : 1)
      for (const row of rows) {
        // Whole numbers of the last digit: 8 places for a centre, so that twice it has no rounding.
        const [, ...cells] = row.split(' ')
        const [cx, cy, w, h] = cells.map((cell) => BigInt(Math.round(Number(cell) * 1e8)))
        for (const [centre, extent] of [
          [cx, w],
          [cy, h],
        ]) {
          assert.ok(centre !== undefined && extent !== undefined && extent > 0n)
          assert.ok(2n * centre - extent >= 0n && 2n * centre + extent <= 200_000_000n, row)
        }
      }
    }),
    { numRuns: 200 },
  )
})

test('the same box of the same class is written once, and counted', async () => {
  const twice = [box('a', [1, 2, 3, 4]), box('b', [1, 2, 3, 4]), box('c', [1, 2, 3, 4], { label: 'icon' })]
  const { labels, report } = await written([itemOf(twice)])
  assert.equal(labels[0]?.split('\n').length, 3)
  const why = 'the picture has the same box of the same class already'
  assert.deepEqual(
    report.losses.filter(({ field }) => field === 'annotations'),
    [{ field: 'annotations', what: 'dropped', count: 1, why }],
  )
})

test('the report tells everything that YOLO has no place for', async () => {
  const outline = [
    [1, 1],
    [20, 1],
    [10, 30],
  ] as const
  const annotations = [
    box('a', [1, 2, 3, 4], { verified: true }),
    box('b', [5, 2, 3, 4], { confidence: null }),
    annotationOf('c', 'icon', { type: 'polygon', points: outline }),
    annotationOf('d', 'icon', { type: 'point', point: [1, 2] }),
  ]
  const { report } = await written([itemOf(annotations, { attributes: { app: 'Ledger', none: null } })])
  assert.deepEqual(
    report.losses.map(({ field, what, count }) => `${field} ${what} ${count}`),
    [
      'annotations dropped 1',
      'annotations.confidence dropped 3',
      'annotations.provenance dropped 4',
      'annotations.shape approximated 1',
      'annotations.verified dropped 1',
      'attributes dropped 1',
      'sessions dropped 1',
    ],
  )
})

test('pictures without boxes are background; what no loader would take is left out and counted', async () => {
  const small = blobs.add(new TextEncoder().encode('small'), { role: 'screenshot', width: 9, height: 500 })
  const unknown = blobs.add(new TextEncoder().encode('unknown'), { role: 'screenshot', width: null, height: null })
  const items = [
    itemOf([], { id: '1' }),
    itemOf([box('a', [1, 2, 3, 4])], { id: '2', image: small }),
    itemOf([box('a', [1, 2, 3, 4])], { id: '3', image: unknown }),
  ]
  const { labels, report, names } = await written(items)
  assert.deepEqual(labels, [''])
  assert.equal(names.filter((name) => name.startsWith('images/')).length, 1)
  assert.equal(report.items, 1)
  assert.equal(report.losses.filter(({ field }) => field === 'sample').length, 2)
})

test('two samples of one picture have a file each, with the boxes of each', async () => {
  const items = [
    itemOf([box('a', [0, 0, 100, 50])], { id: '1' }),
    { ...itemOf([], { id: '2' }), split: 'val' as const },
  ]
  const { labels, names } = await written(items)
  const stem = plain.image.sha256.slice(0, 16)
  assert.deepEqual(labels, ['0 0.50000000 0.50000000 1.0000000 1.0000000\n', ''])
  assert.ok(names.includes(`images/train/${stem}.png`) && names.includes(`images/val/${stem}-2.png`))
})

test('class numbers are those of the head, in every split', async () => {
  const items = [
    itemOf([box('a', [1, 2, 3, 4], { label: 'zebra' })], { id: '1' }),
    { ...itemOf([box('a', [1, 2, 3, 4], { label: 'ant' })], { id: '2' }), split: 'test' as const },
  ]
  const { labels, text } = await written(items)
  assert.deepEqual(
    labels.map((rows) => rows.charAt(0)),
    ['1', '0'],
  )
  assert.equal(text('classes.txt'), 'ant\nzebra\n')
})
