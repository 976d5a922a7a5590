import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Annotation, Bbox } from '#core/annotation.ts'
import type { ExportItem } from '#core/format.ts'
import type { ImageSample } from '#core/sample.ts'
import { formatSuite, writtenBy } from './suite.ts'
import { annotationOf, fixedSamples, makeBlobs } from './test-samples.ts'
import { voc } from './voc.ts'

formatSuite(voc)

const blobs = makeBlobs()
const [plain] = fixedSamples('image', blobs).filter((sample): sample is ImageSample => sample.type === 'image')
assert.ok(plain)
const stem = plain.image.sha256.slice(0, 16)
const box = (bbox: Bbox, more: Partial<Annotation> = {}) => annotationOf('a', 'button', { type: 'box', bbox }, more)

/** The picture is 100 x 50. */
const itemOf = (annotations: readonly Annotation[], split: ExportItem['split'] = 'train', id = 'one'): ExportItem => ({
  split,
  sample: { ...plain, id, attributes: {}, annotations },
})

async function written(items: readonly ExportItem[], options = {}) {
  const { files, report } = await writtenBy(voc, items, blobs, options)
  const text = (name: string) => new TextDecoder().decode(files.get(name))
  return { names: [...files.keys()], report, text, xml: text(`Annotations/${stem}.xml`) }
}

const coordinates = (xml: string) => [...xml.matchAll(/<[xy]m(?:in|ax)>(\d+)</g)].map(([, digits]) => Number(digits))

test('a file of boxes is written as the development kit has it', async () => {
  const { xml, names, text } = await written([itemOf([box([0, 0, 100, 50])])])
  assert.equal(
    xml,
    `<?xml version="1.0" encoding="UTF-8"?>
<annotation>
  <folder>JPEGImages</folder>
  <filename>${stem}.jpg</filename>
  <source><database>suite@1.0.0</database></source>
  <size><width>100</width><height>50</height><depth>3</depth></size>
  <segmented>0</segmented>
  <object>
    <name>button</name>
    <pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>
    <bndbox><xmin>1</xmin><ymin>1</ymin><xmax>100</xmax><ymax>50</ymax></bndbox>
  </object>
</annotation>
`,
  )
  const lists = ['ImageSets/Main/train.txt', 'ImageSets/Main/trainval.txt']
  assert.deepEqual(names, [`JPEGImages/${stem}.jpg`, `Annotations/${stem}.xml`, ...lists, 'classes.txt'])
  for (const list of lists) assert.equal(text(list), `${stem}\n`)
})

test('any box becomes whole pixels inside the picture, nearest to it, and at least one', async () => {
  const coordinate = fc.double({ min: -30, max: 130, noNaN: true })
  const size = fc.oneof(fc.double({ min: 1e-9, max: 1, noNaN: true }), coordinate, fc.integer({ min: 1, max: 60 }))
  await fc.assert(
    fc.asyncProperty(coordinate, coordinate, size, size, async (x, y, width, height) => {
      const { xml, report } = await written([itemOf([box([x, y, width, height])])])
      if (report.losses.some(({ field, what }) => field === 'annotations' && what === 'dropped')) {
        assert.doesNotMatch(xml, /<object>/)
        return
      }
      const [left = 0, top = 0, right = 0, bottom = 0] = coordinates(xml)
      assert.ok(left >= 1 && top >= 1 && right <= 100 && bottom <= 50 && left <= right && top <= bottom, xml)
      for (const [first, last, start, length, limit] of [
        [left, right, x, width, 100],
        [top, bottom, y, height, 50],
      ] as const) {
        // Half a pixel is the rounding; what covers less than a pixel keeps the one that it lies in.
        assert.ok(
          Math.abs(first - 1 - Math.max(0, start)) <= 1 && Math.abs(last - Math.min(limit, start + length)) <= 1,
        )
      }
    }),
    // Between two pixels, and at the far corner: each rounded for itself would be the next pixel, or none.
    {
      numRuns: 200,
      examples: [
        [0.5, 0, 1e-9, 1e-9],
        [99.9, 49.9, 0.1, 0.1],
      ],
    },
  )
})

test('lists are those of the split: without one everything is trainval, and a test part is not in it', async () => {
  const parts = await written([itemOf([], 'train', '1'), itemOf([], 'val', '2'), itemOf([], 'test', '3')])
  assert.equal(parts.text('ImageSets/Main/trainval.txt'), `${stem}\n${stem}-2\n`)
  assert.equal(parts.text('ImageSets/Main/val.txt'), `${stem}-2\n`)
  assert.equal(parts.text('ImageSets/Main/test.txt'), `${stem}-3\n`)
  const lists = ({ names }: { names: readonly string[] }) => names.filter((name) => name.startsWith('ImageSets'))
  assert.deepEqual(lists(await written([itemOf([], null)])), ['ImageSets/Main/trainval.txt'])
  assert.deepEqual(lists(await written([itemOf([], 'test')])), ['ImageSets/Main/test.txt'])
})

test('the report tells what is rounded, cut, twice there, renamed, and not XML', async () => {
  const outline = [
    [1, 1],
    [20, 1],
    [10, 30],
  ] as const
  const annotations = [
    box([1, 2, 3, 4], { verified: true }),
    box([1, 2, 3, 4], { confidence: null }),
    box([1.25, 2, 3, 40]),
    box([90, 40, 20, 20]),
    box([5, 6, 7, 8], { label: 'bell\u0007' }),
    annotationOf('c', 'icon', { type: 'polygon', points: outline }),
    annotationOf('d', 'icon', { type: 'point', point: [1, 2] }),
  ]
  const { report, xml } = await written([itemOf(annotations)])
  assert.match(xml, /<name>bell\ufffd<\/name>/)
  assert.deepEqual(
    [...xml.matchAll(/<truncated>(\d)</g)].map(([, digit]) => digit),
    ['0', '0', '1', '0', '0'],
  )
  assert.deepEqual(
    report.losses.map(({ field, what, count }) => `${field} ${what} ${count}`),
    [
      'annotations dropped 1',
      'annotations dropped 1',
      'annotations.confidence dropped 6',
      'annotations.label approximated 1',
      'annotations.provenance dropped 7',
      'annotations.shape approximated 1',
      'annotations.shape approximated 1',
      'annotations.shape approximated 1',
      'annotations.verified dropped 1',
      'image approximated 1',
      'sessions dropped 1',
    ],
  )
})

test('pictures keep the ending of what they are when asked to', async () => {
  const { names, report, xml } = await written([itemOf([])], { names: 'own' })
  assert.ok(names.includes(`JPEGImages/${stem}.png`))
  assert.match(xml, new RegExp(`<filename>${stem}.png</filename>`))
  assert.ok(report.losses.every(({ field }) => field !== 'image'))
})
