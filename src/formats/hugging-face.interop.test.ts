import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Format } from '#core/format.ts'
import type { SampleType } from '#core/sample.ts'
import { imagefolder } from './imagefolder.ts'
import { colourOf, exportFolder, exportTo, interopItems, python, runPython } from './interop/test-exports.ts'
import { jsonl } from './jsonl.ts'
import { parquet } from './parquet.ts'

type Row = Readonly<Record<string, unknown>>
interface Split {
  readonly features: Readonly<Record<string, string>>
  readonly rows: readonly Row[]
}
interface Answer {
  /** By split; or what went wrong. */
  readonly loaded: readonly { readonly splits?: Readonly<Record<string, Split>>; readonly error?: string }[]
  readonly schemas: readonly {
    readonly types: Readonly<Record<string, string>>
    readonly rows: number
    readonly read: number
    readonly keys: readonly string[]
  }[]
}

const folder = await exportFolder()
after(() => folder.remove())

const splits = { train: 5, validation: 3, test: 1 }

async function exported(format: Format, type: SampleType, options = {}): Promise<string> {
  const { items, blobs } = await interopItems(type)
  const path = join(folder.path, `${format.name}-${type}-${Object.values(options).join('-')}`)
  await exportTo(path, format, items, blobs, options)
  return path
}

/** All rows of a data set that loaded, in the order they were written. */
function rowsOf(answer: Answer, i: number, counts: Readonly<Record<string, number>> = splits): readonly Row[] {
  assert.equal(answer.loaded[i]?.error, undefined)
  const loaded = answer.loaded[i]?.splits ?? {}
  const found = Object.fromEntries(Object.entries(loaded).map(([split, { rows }]) => [split, rows.length]))
  assert.deepEqual(found, counts)
  const features = Object.values(loaded).map((split) => split.features)
  for (const other of features) assert.deepEqual(other, features[0], 'the same columns in every split')
  return Object.keys(counts).flatMap((split) => loaded[split]?.rows ?? [])
}

function assertPicture(value: unknown, i: number, sizeOf = i): void {
  const { size, pixel } = value as { size: number[]; pixel: number[] }
  assert.deepEqual(size, [64 + 8 * sizeOf, 48 + 4 * sizeOf])
  const { r, g, b } = colourOf(i)
  for (const [k, channel] of [r, g, b].entries())
    assert.ok(Math.abs((pixel[k] ?? -1) - channel) <= 6, `${pixel.join()} of ${i}`)
}

function assertAttributes(row: Row, i: number): void {
  const split = i < 5
  assert.equal(row['count'], i)
  assert.equal(row['ratio'], split ? i : i + 0.5)
  assert.equal(row['ok'], i % 2 === 0)
  assert.equal(row['only_in_train'], split ? 'text' : null)
  assert.equal(row['mixed'], i % 2 === 0 ? '"text"' : `{"deep":[${i}]}`)
}

test('datasets opens Parquet of pictures, pairs, rows and trajectories, and pyarrow its schema', python, async () => {
  const types = ['image', 'pair', 'row', 'trajectory'] as const
  const paths = await Promise.all(types.map((type) => exported(parquet, type)))
  const file = (path: string, split: string) => join(path, `data/${split}-00000-of-00001.parquet`)
  const images = paths[0] ?? ''
  const answer = await runPython<Answer>('check_hugging_face.py', {
    load: [
      ...paths.map((path) => ({ builder: null, path })),
      {
        builder: 'parquet',
        path: null,
        files: { train: file(images, 'train'), val: file(images, 'val'), test: file(images, 'test') },
      },
    ],
    schemas: paths.map((path) => file(path, 'train')),
  })
  for (const [i, row] of rowsOf(answer, 0).entries()) {
    assertPicture(row['image'], i)
    assertAttributes(row, i)
    assert.deepEqual([row['image_id'], row['width'], row['height']], [i + 1, 64 + 8 * i, 48 + 4 * i])
  }
  const objects = rowsOf(answer, 0)[4]?.['objects'] as Record<string, unknown[]>
  assert.deepEqual(objects['bbox'], [
    [2, 3, 10.5, 8.125],
    [15, 8.25, 10.5, 9.125],
    [30, 20, 30, 20],
  ])
  assert.deepEqual(objects['category'], [1, 2, 2])
  assert.deepEqual(objects['label'], ['button', 'icon', 'icon'])
  assert.match(
    answer.loaded[0]?.splits?.['train']?.features['objects'] ?? '',
    /ClassLabel\(names=\['Größe', 'button', 'icon', 'no'\]\)/,
  )
  for (const [i, row] of rowsOf(answer, 1).entries()) {
    assertPicture(row['input_image'], i)
    assertPicture(row['edited_image'], i + 1)
    assert.equal(row['edit_prompt'], `make it “${i}”`)
    if (i % 2 === 0 && i < 8) assertPicture(row['mask_image'], i)
    else assert.equal(row['mask_image'], null)
  }
  for (const [i, row] of rowsOf(answer, 2).entries()) assertAttributes(row, i)
  assert.equal(Object.keys(rowsOf(answer, 2)[0] ?? {})[0], 'app', 'a table begins with what is learned from')
  for (const [i, row] of rowsOf(answer, 3).entries()) assert.equal((row['steps'] as unknown[]).length, i % 4)
  rowsOf(answer, 4, { train: 5, val: 3, test: 1 }).forEach((row, i) => assertPicture(row['image'], i))
  const [imageSchema, , rowSchema] = answer.schemas
  assert.equal(imageSchema?.types['image'], 'struct<bytes: binary, path: string>')
  assert.deepEqual(imageSchema?.keys, ['hindsight', 'huggingface'])
  assert.deepEqual([imageSchema?.rows, imageSchema?.read], [5, 5])
  const { count, huge, ratio, ok, app, mixed } = rowSchema?.types ?? {}
  assert.deepEqual(
    { count, huge, ratio, ok, app, mixed },
    { count: 'int64', huge: 'int64', ratio: 'double', ok: 'bool', app: 'string', mixed: 'string' },
  )
})

test('datasets opens imagefolders of pictures and pairs, with the table as JSON lines or Parquet', python, async () => {
  const pictures = await exported(imagefolder, 'image')
  const pairs = await exported(imagefolder, 'pair')
  // Without the attributes that are empty in one split, and with labels in each, JSON lines say all types.
  const plain = await plainFolders()
  for (const path of [plain.images, plain.pairs]) assert.ok(existsSync(join(path, 'train/metadata.jsonl')), path)
  for (const path of [pictures, pairs]) assert.ok(existsSync(join(path, 'val/metadata.parquet')), path)
  const answer = await runPython<Answer>('check_hugging_face.py', {
    load: [pictures, pairs, plain.images, plain.pairs, plain.unsplit]
      .map((path) => ({ builder: 'imagefolder', path }))
      .concat([{ builder: null as unknown as string, path: plain.pairs }]),
  })
  for (const [i, row] of rowsOf(answer, 0).entries()) {
    assertPicture(row['image'], i)
    assertAttributes(row, i)
  }
  for (const [i, row] of rowsOf(answer, 1).entries()) {
    assertPicture(row['input_image'], i)
    assertPicture(row['edited_image'], i + 1)
    assert.equal(row['edit_prompt'], `make it “${i}”`)
  }
  for (const k of [2, 3, 5]) {
    for (const [i, row] of rowsOf(answer, k, { train: 5, validation: 3 }).entries()) {
      assertPicture(row[k === 2 ? 'image' : 'input_image'], i)
      assert.equal(row['ratio'], i < 5 ? i : i + 0.5)
    }
  }
  assert.equal(answer.loaded[3]?.splits?.['train']?.features['edited_image'], 'Image(mode=None, decode=True)')
  const last = rowsOf(answer, 2, { train: 5, validation: 3 })[7]
  assert.deepEqual((last?.['objects'] as { label: string[]; category: number[] } | undefined)?.category, [0, 1])
  rowsOf(answer, 4, { train: 8 }).forEach((row, i) => assertPicture(row['image'], i))
})

async function plainFolders() {
  const paths = {
    images: join(folder.path, 'plain-images'),
    pairs: join(folder.path, 'plain-pairs'),
    unsplit: join(folder.path, 'unsplit'),
  }
  for (const [path, type] of [
    [paths.images, 'image'],
    [paths.pairs, 'pair'],
    [paths.unsplit, 'image'],
  ] as const) {
    const { items, blobs } = await interopItems(type)
    const plain = items.slice(0, 8).map(({ sample, split }) => {
      const { only_in_train: _, ...attributes } = sample.attributes
      const labelled =
        sample.type === 'image'
          ? {
              ...sample,
              annotations: sample.annotations
                .map((a) => ({ ...a, confidence: 0.5 }))
                .filter((a) => a.shape.type === 'box'),
            }
          : sample
      return { sample: { ...labelled, attributes }, split: path === paths.unsplit ? null : split }
    })
    await exportTo(path, imagefolder, plain, blobs)
  }
  return paths
}

test('datasets opens JSON Lines of every kind by their card, with the types of all columns', python, async () => {
  const types = ['image', 'pair', 'row', 'trajectory'] as const
  const paths = await Promise.all(types.map((type) => exported(jsonl, type)))
  const answer = await runPython<Answer>('check_hugging_face.py', {
    load: paths.map((path) => ({ builder: null, path })),
  })
  for (const [k, type] of types.entries()) {
    for (const [i, row] of rowsOf(answer, k).entries()) {
      assert.equal(row['type'], type)
      assert.equal(row['id'], `sample-${i}`)
      assert.equal(row['recordedAt'], `2026-01-0${i + 1}T10:00:00.250Z`)
      const attributes = row['attributes'] as Row
      assert.equal(attributes['ratio'], i < 5 ? i : i + 0.5)
      assert.equal(attributes['only_in_train'], i < 5 ? 'text' : null)
      assert.deepEqual(attributes['mixed'], i % 2 === 0 ? 'text' : { deep: [i] })
    }
  }
  const annotations = rowsOf(answer, 0)[0]?.['annotations'] as { label: string; shape: { type: string } }[]
  assert.deepEqual(
    annotations.map(({ label, shape }) => [label, shape.type]),
    [
      ['button', 'box'],
      ['icon', 'polygon'],
    ],
  )
  // Columns of any JSON are rounded to ten places by the loader itself.
  const steps = rowsOf(answer, 3)[3]?.['steps'] as { x: number }[]
  const rounded = steps.map((step) => ({ ...step, x: Number(step.x.toFixed(9)) }))
  assert.deepEqual(rounded, [
    { frame: 0, x: 0, text: null },
    { frame: 1, x: 0.333333333, text: 'odd' },
    { frame: 2, x: 0.666666667, text: null },
  ])
})
