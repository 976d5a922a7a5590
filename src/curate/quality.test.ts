import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Annotation, Bbox } from '#core/annotation.ts'
import type { SplitName } from '#core/dataset.ts'
import type { ExportItem } from '#core/format.ts'
import { gatherQuality } from './quality.ts'

const base = {
  domain: 'gui' as const,
  project: 'p',
  sessions: ['s'],
  group: 'g',
  recordedAt: '2026-01-01T00:00:00Z',
  attributes: {},
}
const provenance = {
  session: 's',
  action: null,
  at: null,
  method: null,
  threshold: null,
  activeStates: [],
  observations: 1,
}
const media = (name: string) => ({
  role: 'screenshot',
  sha256: name.repeat(64),
  mediaType: 'image/png',
  bytes: 1,
  width: 200,
  height: 100,
})

const box = (label: string, bbox: Bbox, confidence: number | null, source = 'dom', verified = false): Annotation => ({
  id: `${label}${bbox.join()}`,
  label,
  shape: { type: 'box', bbox },
  confidence,
  source,
  verified,
  provenance,
})
const image = (
  name: string,
  contributors: readonly string[],
  annotations: readonly Annotation[],
  split: SplitName | null = null,
): ExportItem => ({
  split,
  sample: { ...base, type: 'image', id: name, contributors, image: media(name), annotations },
})

test('the figures of a dataset of pictures', async () => {
  const quality = await gatherQuality([
    image(
      'a',
      ['anna'],
      [box('ok', [0, 0, 32, 32], 0.5), box('ok', [0, 0, 33, 32], null, 'person', true), box('menu', [0, 0, 97, 96], 1)],
      'train',
    ),
    image('b', ['anna', 'ben'], [box('ok', [150, 0, 51, 10], null, 'person', true)], 'train'),
    image('b', [], [], 'test'),
  ])
  const { images, ...whole } = quality
  assert.deepEqual(whole, { samples: 3, splits: { train: 2, val: 0, test: 1 }, contributors: 2, repeatedPictures: 1 })
  assert.ok(images)
  const { balance, ...rest } = images
  assert.deepEqual(rest, {
    images: 3,
    negatives: 1,
    annotations: 4,
    verified: 2,
    duplicateLabels: 1,
    boxesOutside: 1,
    meanConfidence: 0.75,
    withConfidence: 2,
    boxSizes: { small: 2, medium: 1, large: 1 },
    classes: [
      { label: 'ok', annotations: 3, images: 2, verified: 2 },
      { label: 'menu', annotations: 1, images: 1, verified: 0 },
    ],
    sources: [
      { source: 'dom', annotations: 2 },
      { source: 'person', annotations: 2 },
    ],
  })
  // Three to one: the entropy of 3/4 and 1/4 is 0.8113 bits of the one bit that two classes can have.
  assert.ok(balance !== null && Math.abs(balance - 0.8113) < 1e-4)
})

test('even classes are balanced, one class is not judged', async () => {
  const of = async (...labels: readonly string[]) =>
    (
      await gatherQuality([
        image(
          'a',
          [],
          labels.map((label, i) => box(label, [i * 40, 0, 10, 10], null)),
        ),
      ])
    ).images?.balance
  assert.ok(Math.abs(((await of('a', 'b', 'c')) ?? 0) - 1) < 1e-12)
  assert.equal(await of('a', 'a'), null)
})

test('what is not known is null, and a dataset without pictures has no figures of pictures', async () => {
  assert.equal((await gatherQuality([image('a', [], [])])).images?.meanConfidence, null)
  const row: ExportItem = { split: null, sample: { ...base, type: 'row', id: 'r', contributors: [] } }
  assert.deepEqual(await gatherQuality([row]), {
    samples: 1,
    splits: { train: 0, val: 0, test: 0 },
    contributors: 0,
    repeatedPictures: 0,
    images: null,
  })
})

test('a pair repeats only when both its pictures do', async () => {
  const pair = (id: string, input: string, output: string): ExportItem => ({
    split: null,
    sample: {
      ...base,
      type: 'pair',
      id,
      contributors: [],
      input: media(input),
      output: media(output),
      mask: null,
      instruction: 'brighter',
    },
  })
  assert.equal(
    (await gatherQuality([pair('1', 'a', 'b'), pair('2', 'a', 'c'), pair('3', 'c', 'b')])).repeatedPictures,
    1,
  )
})
