import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Bbox } from '#core/annotation.ts'
import type { ExportItem } from '#core/format.ts'
import { boundsOf } from './boxes.ts'
import { exportFolder, exportTo, interopItems, python, runPython } from './interop/test-exports.ts'
import { annotationOf, oddLabels } from './test-samples.ts'
import { voc } from './voc.ts'

interface Picture {
  readonly stem: string
  readonly fileName: string
  readonly title: string
  readonly size: readonly [number, number]
  readonly told: readonly [number, number, number]
  readonly objects: readonly {
    readonly name: string
    readonly truncated: number
    readonly difficult: number
    readonly box: readonly [number, number, number, number]
  }[]
}

type Lists = Readonly<Record<string, readonly Picture[]>>

const folder = await exportFolder()
after(() => folder.remove())

/** As the development kit counts: from 1, with the last pixel inside. */
const toBox = ([left, top, right, bottom]: Picture['objects'][number]['box']): Bbox => [
  left - 1,
  top - 1,
  right - left + 1,
  bottom - top + 1,
]

function assertPicture(picture: Picture, { sample }: ExportItem): void {
  assert.ok(sample.type === 'image')
  assert.equal(picture.stem, sample.image.sha256.slice(0, 16))
  assert.equal(picture.fileName, `${picture.stem}.jpg`)
  assert.deepEqual(picture.size, [sample.image.width, sample.image.height])
  assert.deepEqual(picture.told, [...picture.size, 3])
  assert.equal(picture.objects.length, sample.annotations.length)
  for (const [i, { label, shape }] of sample.annotations.entries()) {
    const object = picture.objects[i]
    assert.ok(object && shape.type !== 'point')
    assert.deepEqual([object.name, object.truncated, object.difficult], [label, 0, 0])
    const truth = shape.type === 'box' ? shape.bbox : boundsOf(shape.points)
    const found = toBox(object.box)
    // An edge moves by half a pixel at most, so a length by one.
    for (const [k, most] of [0.5, 0.5, 1, 1].entries()) {
      assert.ok(Math.abs((found[k] ?? 0) - (truth[k] ?? 0)) <= most, `${found.join()} for ${truth.join()}`)
    }
  }
}

test(
  "Python's XML parser and Pillow, by the rules of torchvision, read every list, picture and box",
  python,
  async () => {
    const { items, blobs } = await interopItems('image')
    const [split, whole] = [join(folder.path, 'split'), join(folder.path, 'whole')]
    await exportTo(split, voc, items, blobs)
    const unsplit = items.map(({ sample }): ExportItem => ({ sample, split: null }))
    await exportTo(whole, voc, unsplit, blobs)
    const [parts, all] = await runPython<readonly Lists[]>('check_voc.py', [split, whole])
    const within = (...splits: readonly (string | null)[]) => items.filter((item) => splits.includes(item.split))
    const expected = new Map([
      ['test.txt', within('test')],
      ['train.txt', within('train')],
      ['trainval.txt', within('train', 'val')],
      ['val.txt', within('val')],
    ])
    assert.deepEqual(Object.keys(parts ?? {}), [...expected.keys()])
    for (const [name, list] of [...expected, ['', items] as const]) {
      const pictures = name === '' ? all?.['trainval.txt'] : parts?.[name]
      assert.equal(pictures?.length, list.length)
      for (const [i, picture] of pictures.entries()) assertPicture(picture, list[i] ?? assert.fail())
    }
    assert.deepEqual(Object.keys(all ?? {}), ['trainval.txt'])
  },
)

test("Python's XML parser reads every odd name that XML can hold as it was", python, async () => {
  const { items, blobs } = await interopItems('image')
  const names = [
    ...oddLabels,
    'a & b',
    '<object/>',
    ']]>',
    '&lt;',
    '<!-- -->',
    'a\r\nb\t',
    'a\u0085b\u2028c\u009f',
    '😀',
  ]
  const odd = items.slice(0, 1).map((item): ExportItem => {
    assert.ok(item.sample.type === 'image')
    const annotations = names.map((label, i) => annotationOf(`${i}`, label, { type: 'box', bbox: [i, 1, 5, 6] }))
    return { split: 'train', sample: { ...item.sample, annotations } }
  })
  const out = join(folder.path, 'odd')
  await exportTo(out, voc, odd, blobs)
  const [read] = await runPython<readonly Lists[]>('check_voc.py', [out])
  const [picture] = read?.['train.txt'] ?? []
  assert.deepEqual(
    picture?.objects.map(({ name }) => name),
    names,
  )
  assert.equal(picture.title, 'interop@1.0.0')
})
