/** TFRecord exports of every type, read by a script of this folder and held against the samples they were made of. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { ExportItem } from '#core/format.ts'
import { canonicalJson, type Json, type JsonObject, parseJson } from '#core/json.ts'
import type { Sample } from '#core/sample.ts'
import type { MediaRef } from '#core/session.ts'
import { tfrecord } from '../tfrecord.ts'
import { colourOf, exportFolder, exportTo, interopItems, pythonOutput } from './test-exports.ts'

const labels = ['Größe', 'button', 'icon', 'no']

/** @param program a Python that has what the script needs */
export async function checkTfrecord(script: string, program: string): Promise<void> {
  const folder = await exportFolder()
  try {
    const types = ['image', 'pair', 'row'] as const
    const made: (readonly ExportItem[])[] = []
    for (const type of types) {
      const { items, blobs } = await interopItems(type)
      await exportTo(join(folder.path, type), tfrecord, items, blobs)
      made.push(items)
    }
    const paths = types.map((type) => join(folder.path, type))
    // Not JSON.parse: the integers are longer than a double holds.
    const answer = parseJson(await pythonOutput(script, paths, program)) as readonly JsonObject[]
    for (const [k, items] of made.entries()) checkItems(items, answer[k] ?? {})
  } finally {
    await folder.remove()
  }
}

function checkItems(items: readonly ExportItem[], splits: JsonObject): void {
  assert.deepEqual(Object.keys(splits), ['train', 'val', 'test'])
  const rows = Object.values(splits).flat() as unknown as readonly JsonObject[]
  assert.equal(rows.length, items.length)
  for (const [i, { sample, split }] of items.entries()) {
    const row = rows[i] ?? {}
    const inSplit = splits[split ?? ''] as readonly JsonObject[]
    assert.ok(inSplit.includes(row), `record ${i} is in ${split}`)
    const { 'sample/json': whole, ...found } = row
    const { picture, ...truth } = truthOf(sample)
    for (const [name, index] of Object.entries(picture)) checkPicture(found[`${name}/encoded`], index)
    const plain = Object.fromEntries(Object.entries(found).filter(([name]) => !name.endsWith('/encoded')))
    assert.deepEqual(plain, { ...commonOf(sample, i), ...truth })
    const [text = ''] = whole as readonly string[]
    const json = parseJson(text) as JsonObject
    assert.equal(canonicalJson(json['attributes']), canonicalJson(sample.attributes), 'exact beside what 32 bits hold')
  }
}

/** Pictures are of one colour; which one, their size tells. */
const indexOf = ({ width }: MediaRef) => ((width ?? 0) - 64) / 8

function checkPicture(found: Json | undefined, index: number | null): void {
  if (index === null) return assert.deepEqual(found, [])
  const [{ size, pixel }] = found as unknown as [{ size: number[]; pixel: number[] }]
  assert.deepEqual(size, [64 + 8 * index, 48 + 4 * index])
  const { r, g, b } = colourOf(index)
  for (const [k, channel] of [r, g, b].entries()) assert.ok(Math.abs((pixel[k] ?? -1) - channel) <= 6, pixel.join())
}

function commonOf(sample: Sample, i: number): JsonObject {
  const early = i < 5
  return {
    'attribute/app': [`App ${i}`],
    'attribute/count': [i],
    'attribute/huge': [9_007_199_254_740_993n + BigInt(i)],
    'attribute/mixed': [i % 2 === 0 ? '"text"' : `{"deep":[${i}]}`],
    'attribute/ok': [i % 2 === 0 ? 1 : 0],
    'attribute/only_in_train': early ? ['text'] : [],
    'attribute/ratio': [early ? i : i + 0.5],
    'sample/id': [`sample-${i}`],
    'sample/domain': [sample.domain],
    'sample/project': ['default'],
    'sample/group': [`group-${i % 4}`],
    'sample/sessions': sample.sessions,
    'sample/contributors': [],
    'sample/recorded_at_ms': [Date.UTC(2026, 0, i + 1, 10, 0, 0, 250)],
  }
}

/** What the features of a type are, and which of the coloured pictures are in it. */
function truthOf(sample: Sample): JsonObject & { readonly picture: Readonly<Record<string, number | null>> } {
  if (sample.type === 'image') {
    const { width, height, sha256, mediaType } = sample.image
    const boxes = sample.annotations.map(({ label, shape }) => {
      // The outlines are rectangles, so their first and third corners say all.
      const [[x, y] = [0, 0], , [right, bottom] = [0, 0]] = shape.type === 'polygon' ? shape.points : []
      return { label, bbox: shape.type === 'box' ? shape.bbox : [x, y, right - x, bottom - y] }
    })
    const shares = (side: (bbox: readonly number[]) => number, size: number | null) =>
      boxes.map(({ bbox }) => Math.fround(side(bbox) / (size ?? 0)))
    return {
      picture: { image: indexOf(sample.image) },
      ...pictureTruth('image', sample.image),
      'image/filename': [`${sha256.slice(0, 16)}.${mediaType === 'image/jpeg' ? 'jpg' : mediaType.slice(6)}`],
      'image/source_id': [sample.id],
      'image/key/sha256': [sha256],
      'image/object/bbox/xmin': shares(([x = 0]) => x, width),
      'image/object/bbox/xmax': shares(([x = 0, , w = 0]) => x + w, width),
      'image/object/bbox/ymin': shares(([, y = 0]) => y, height),
      'image/object/bbox/ymax': shares(([, y = 0, , h = 0]) => y + h, height),
      'image/object/class/text': boxes.map(({ label }) => label),
      'image/object/class/label': boxes.map(({ label }) => labels.indexOf(label) + 1),
      'image/object/area': boxes.map(({ bbox: [, , w = 0, h = 0] }) => Math.fround(w * h)),
      'image/object/is_crowd': boxes.map(() => 0),
    }
  }
  if (sample.type !== 'pair') return { picture: {} }
  const { input, output, mask } = sample
  return {
    picture: { input: indexOf(input), output: indexOf(output), mask: mask && indexOf(mask) },
    ...pictureTruth('input', input),
    ...pictureTruth('output', output),
    ...pictureTruth('mask', mask),
    instruction: [sample.instruction],
  }
}

const pictureTruth = (name: string, ref: MediaRef | null): JsonObject => ({
  [`${name}/format`]: ref ? [ref.mediaType.replace('image/', '')] : [],
  [`${name}/height`]: ref ? [ref.height] : [],
  [`${name}/width`]: ref ? [ref.width] : [],
})
