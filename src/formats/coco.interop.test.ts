import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { coco } from './coco.ts'
import { exportFolder, exportTo, interopItems, python, runPython } from './interop/test-exports.ts'

interface CocoResult {
  readonly images: number
  readonly annotations: number
  readonly categories: Readonly<Record<string, number>>
  readonly sizesAgree: boolean
  readonly smallestIds: readonly [number, number]
  readonly ap: number | null
  readonly maskPixels: number
}

const folder = await exportFolder()
after(() => folder.remove())

test('pycocotools evaluates the ground truth as perfect, in every split', python, async () => {
  const { items, blobs } = await interopItems('image')
  const split = join(folder.path, 'split')
  const whole = join(folder.path, 'whole')
  await exportTo(split, coco, items, blobs)
  await exportTo(
    whole,
    coco,
    items.map(({ sample }) => ({ sample, split: null })),
    blobs,
  )
  const entries = ['train', 'val', 'test'].map((name) => ({
    annotations: join(split, `annotations/instances_${name}.json`),
    images: join(split, 'images', name),
  }))
  const request = [...entries, { annotations: join(whole, 'annotations.json'), images: join(whole, 'images') }]
  const [train, val, negatives, all] = await runPython<readonly CocoResult[]>('check_coco.py', request)
  const categories = { Größe: 1, button: 2, icon: 3, no: 4 }
  assert.deepEqual(train, {
    images: 5,
    annotations: 10,
    categories,
    sizesAgree: true,
    smallestIds: [1, 1],
    ap: 1,
    maskPixels: 3 * 30 * 20,
  })
  assert.deepEqual(
    { ...val, maskPixels: 0 },
    { images: 3, annotations: 7, categories, sizesAgree: true, smallestIds: [6, 11], ap: 1, maskPixels: 0 },
  )
  assert.deepEqual(negatives, {
    images: 1,
    annotations: 0,
    categories,
    sizesAgree: true,
    smallestIds: [9, 0],
    ap: null,
    maskPixels: 0,
  })
  assert.equal(all?.ap, 1)
  assert.equal(all?.annotations, 17)
  const document = JSON.parse(await readFile(join(whole, 'annotations.json'), 'utf8')) as Record<string, unknown>
  assert.deepEqual(Object.keys(document), ['info', 'licenses', 'categories', 'images', 'annotations'])
})
