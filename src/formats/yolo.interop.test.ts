import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Bbox } from '#core/annotation.ts'
import type { ExportItem } from '#core/format.ts'
import { boundsOf } from './boxes.ts'
import { exportFolder, exportTo, interopItems, python, runPython } from './interop/test-exports.ts'
import { annotationOf, oddLabels } from './test-samples.ts'
import { yolo } from './yolo.ts'

interface Read {
  readonly data: Readonly<Record<string, unknown>>
  readonly names: readonly string[]
  readonly splits: Readonly<Record<string, Readonly<Record<string, Picture>>>>
  readonly outside: number
  readonly validator: readonly string[]
  readonly uniqueStems: boolean
  readonly classLines: readonly string[]
  readonly problems: readonly string[]
}

interface Picture {
  readonly size: readonly [number, number]
  readonly rows: readonly (readonly [number, number, number, number, number])[]
}

const folder = await exportFolder()
after(() => folder.remove())

const unsplit = (items: readonly ExportItem[]) => items.map(({ sample }): ExportItem => ({ sample, split: null }))
const rules = "PyYAML, Pillow and the rules of ultralytics and of prepare_dataset.py's validate"

/** The boxes that a picture must have, by class and as edges in pixels. */
function truthOf({ sample }: ExportItem, names: readonly string[]): readonly (readonly [number, Bbox])[] {
  assert.ok(sample.type === 'image')
  return sample.annotations.map(({ label, shape }) => {
    assert.ok(shape.type !== 'point')
    return [names.indexOf(label), shape.type === 'box' ? shape.bbox : boundsOf(shape.points)] as const
  })
}

function assertBoxes({ rows, size: [width, height] }: Picture, truth: ReturnType<typeof truthOf>): void {
  assert.equal(rows.length, truth.length)
  for (const [i, [number, x, y, w, h]] of rows.entries()) {
    const [expected, box] = truth[i] ?? [-1, [0, 0, 0, 0]]
    assert.equal(number, expected)
    const found = [(x - w / 2) * width, (y - h / 2) * height, w * width, h * height]
    for (const [k, value] of found.entries())
      assert.ok(Math.abs(value - (box[k] ?? 0)) < 1e-4, `${value} in ${box.join()}`)
  }
}

test(`${rules} find every picture and box of every split where they are`, python, async () => {
  const { items, blobs } = await interopItems('image')
  const [split, whole] = [join(folder.path, 'split'), join(folder.path, 'whole')]
  await exportTo(split, yolo, items, blobs)
  await exportTo(whole, yolo, unsplit(items), blobs)
  const [parts, all] = await runPython<readonly Read[]>('check_yolo.py', [split, whole])
  assert.ok(parts && all)
  for (const read of [parts, all]) {
    assert.deepEqual(read.problems, [])
    assert.equal(read.outside, 0)
    assert.deepEqual(read.names, ['Größe', 'button', 'icon', 'no'])
    assert.deepEqual(read.classLines, read.names)
    assert.deepEqual(Object.keys(read.data).includes('path'), false)
  }
  assert.ok(parts.uniqueStems)
  assert.deepEqual(
    Object.entries(parts.splits).map(([name, pictures]) => [name, Object.keys(pictures).length]),
    [
      ['train', 5],
      ['val', 3],
      ['test', 1],
    ],
  )
  assert.deepEqual(all.splits['train'], all.splits['val'])
  for (const item of items) {
    assert.ok(item.sample.type === 'image')
    const stem = item.sample.image.sha256.slice(0, 16)
    const found: readonly (Picture | undefined)[] = [
      parts.splits[item.split ?? '']?.[stem],
      all.splits['train']?.[stem],
    ]
    for (const picture of found) {
      assert.ok(picture, stem)
      assert.deepEqual(picture.size, [item.sample.image.width, item.sample.image.height])
      assertBoxes(picture, truthOf(item, parts.names))
    }
  }
  // The validator of prepare_dataset.py sees no WebP: those of ours, and nothing else, would be "labels without images".
  const webp = items.flatMap(({ sample }) =>
    sample.type === 'image' && sample.image.mediaType === 'image/webp' ? [sample.image.sha256.slice(0, 16)] : [],
  )
  assert.deepEqual([...parts.validator].sort(), webp.sort())
})

test('PyYAML reads every odd name as it was', python, async () => {
  const { items, blobs } = await interopItems('image')
  const names = [
    ...oddLabels,
    '',
    '~',
    'yes',
    '0x1F',
    '12:30',
    'a\u0085b\u2028c',
    '\u0007\ufeff',
    '{"a": 1}',
    "it's",
  ].sort()
  const odd = items.slice(0, 1).map((item): ExportItem => {
    assert.ok(item.sample.type === 'image')
    const annotations = names.map((label, i) =>
      annotationOf(`${i}`, label, { type: 'box', bbox: [i / 3, i / 7, 64 - i / 3, 48 - i / 7] }),
    )
    return { split: 'test', sample: { ...item.sample, annotations } }
  })
  const out = join(folder.path, 'odd')
  await exportTo(out, yolo, odd, blobs)
  const [read] = await runPython<readonly Read[]>('check_yolo.py', [out])
  assert.deepEqual(read?.problems, [])
  assert.equal(read.outside, 0)
  assert.deepEqual(read.names, names)
  assert.equal(read.classLines.length, names.length)
  assert.deepEqual(read.data['train'], 'images/test')
  const [picture] = Object.values(read.splits['test'] ?? {})
  assert.ok(picture && odd[0])
  assertBoxes(picture, truthOf(odd[0], names))
})
