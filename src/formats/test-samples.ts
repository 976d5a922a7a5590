/** Samples for tests of formats: a few that hold what is hard, and random ones. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { Annotation, AnnotationProvenance, Shape } from '#core/annotation.ts'
import { fault } from '#core/faults.ts'
import type { MediaReader } from '#core/io.ts'
import type { Json, JsonObject } from '#core/json.ts'
import type { ImageSample, PairSample, RowSample, Sample, SampleType, TrajectorySample } from '#core/sample.ts'
import type { MediaRef } from '#core/session.ts'

export const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

export interface Blobs {
  readonly reader: MediaReader
  readonly refs: Map<string, Omit<MediaRef, 'role'>>
  readonly add: (bytes: Uint8Array, facts: Partial<MediaRef> & { role: string }) => MediaRef
}

export function makeBlobs(): Blobs {
  const refs: Blobs['refs'] = new Map()
  const contents = new Map<string, Uint8Array>()
  return {
    refs,
    add(bytes, { role, mediaType = 'image/png', width = 100, height = 50 }) {
      const hash = sha256(bytes)
      const ref = { sha256: hash, mediaType, bytes: bytes.byteLength, width, height }
      refs.set(hash, ref)
      contents.set(hash, bytes)
      return { role, ...ref }
    },
    reader: {
      async *open(hash) {
        const bytes = contents.get(hash)
        if (!bytes) throw fault('blob.unknown', { expected: 'a blob', found: hash })
        // In two parts, as large ones come.
        yield await Promise.resolve(bytes.subarray(0, 3))
        yield bytes.subarray(3)
      },
    },
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(`picture of ${text}`)

export const provenance: AnnotationProvenance = {
  session: '01890000-0000-7000-8000-000000000000',
  action: 'action-1',
  at: '2026-01-01T00:00:00.000Z',
  method: 'ccoeff',
  threshold: 0.8,
  activeStates: ['Login', 'Menü'],
  observations: 2,
}

export function annotationOf(id: string, label: string, shape: Shape, more: Partial<Annotation> = {}): Annotation {
  return { id, label, shape, confidence: 0.75, source: 'template_matching', verified: false, provenance, ...more }
}

const base = (id: string, attributes: JsonObject = {}) => ({
  id,
  domain: 'gui' as const,
  project: 'default',
  sessions: [`session-of-${id}`, 'zweite-Sitzung'],
  contributors: ['c-1'],
  group: `group-${id.charAt(0)}`,
  recordedAt: '2026-01-01T10:00:00.000Z',
  attributes,
})

/** Labels that break what is not careful. */
export const oddLabels = [
  '__proto__',
  'constructor',
  'no',
  '1',
  'Größe "m²"',
  '日本語 ☃',
  ' spaced ',
  'a\nb',
  '# - : {}',
  'null',
]

export function fixedSamples(type: SampleType, blobs: Blobs): Sample[] {
  const attributes = (i: number): JsonObject => ({
    count: i,
    huge: i === 0 ? 9_007_199_254_740_993n : -i,
    ratio: i + 0.5,
    whole: i * 1.0,
    ok: i % 2 === 0,
    app: i === 1 ? null : `App ${i}`,
    sometimes: i === 2 ? 'here' : null,
    mixed: i === 0 ? 'text' : i === 1 ? 5 : { nested: [1, 'two', null] },
    'odd name; "quoted"': 'ü',
    Count: 'differs by letter case',
    image: 'the name of a column',
    mask_file_name: 'no file',
    recorded_at: 'taken too',
    date: '2026-01-01',
  })
  const ids = ['b-1', 'a-2', 'a-3', 'c-4', 'd-5', 'e-6']
  switch (type) {
    case 'image':
      return imageSamples(ids, attributes, blobs)
    case 'pair':
      return pairSamples(ids, attributes, blobs)
    case 'row':
      return ids.map((id, i): RowSample => ({ type: 'row', ...base(id, attributes(i)) }))
    case 'trajectory':
      return ids.map((id, i): TrajectorySample => {
        const steps = Array.from(
          { length: i },
          (_, step): JsonObject => ({ frame: step, x: step / 3, y: i === 2 ? null : 'mixed', big: 2n ** 60n }),
        )
        return { type: 'trajectory', ...base(id, attributes(i)), steps }
      })
  }
}

type AttributesOf = (i: number) => JsonObject

function imageSamples(ids: readonly string[], attributes: AttributesOf, blobs: Blobs): ImageSample[] {
  const box = (x: number, y: number, width: number, height: number): Shape => ({
    type: 'box',
    bbox: [x, y, width, height],
  })
  const annotations: Annotation[][] = [
    oddLabels.map((label, i) => annotationOf(`l${i}`, label, box(i, i / 3, 10.5, 0.1 + 0.2))),
    [],
    [
      annotationOf('in', 'button', box(0, 0, 100, 50), { confidence: null, verified: true }),
      annotationOf('cut', 'button', box(90, 40, 20, 20)),
      annotationOf('outside', 'button', box(150, 10, 5, 5)),
      annotationOf('flat', 'button', box(5, 5, 0, 10)),
      annotationOf('dot', 'button', { type: 'point', point: [3, 4] }),
      annotationOf('outline', 'icon', {
        type: 'polygon',
        points: [
          [1, 1],
          [20.25, 1],
          [10, 30],
        ],
      }),
      annotationOf('line', 'icon', {
        type: 'polygon',
        points: [
          [1, 1],
          [20, 10],
        ],
      }),
    ],
    [
      annotationOf('only', 'button', box(1, 2, 3, 4), {
        provenance: { ...provenance, action: null, activeStates: [] },
      }),
    ],
    [],
    [annotationOf('x', 'icon', box(0.1, 0.2, 0.3, 0.4))],
  ]
  return ids.map((id, i) => {
    // Two samples share a picture, one has another type, and of one the size is not known.
    const picture = blobs.add(bytesOf(id === 'c-4' ? 'b-1' : id), {
      role: i === 1 ? 'frame' : 'screenshot',
      mediaType: id === 'd-5' ? 'image/jpeg' : 'image/png',
      ...(id === 'e-6' ? { width: null, height: null } : {}),
    })
    return { type: 'image', ...base(id, attributes(i)), image: picture, annotations: annotations[i] ?? [] }
  })
}

function pairSamples(ids: readonly string[], attributes: AttributesOf, blobs: Blobs): PairSample[] {
  const instructions = ['make it "red"', '', 'mehr Größe', 'line\nbreak', '雪をかぶせて', '2026-01-01']
  return ids.map((id, i) => ({
    type: 'pair',
    ...base(id, attributes(i)),
    domain: 'images',
    input: blobs.add(bytesOf(`${id} before`), { role: 'input', mediaType: 'image/webp' }),
    output: blobs.add(bytesOf(`${id} after`), { role: 'output' }),
    mask: i % 3 === 0 ? blobs.add(bytesOf(`${id} mask`), { role: 'mask' }) : null,
    instruction: instructions[i] ?? '',
  }))
}

const someText = fc.string({ unit: 'grapheme', maxLength: 12 })
const someNumber = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))
const key = someText.filter((text) => text !== '__proto__')
const someJson: fc.Arbitrary<Json> = fc.oneof(
  someText,
  someNumber,
  fc.boolean(),
  fc.constant(null),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }),
  fc.array(fc.oneof(someText, fc.integer()), { maxLength: 3 }),
)

const someBase = fc.record({
  id: fc.uuid(),
  domain: fc.constantFrom('camera', 'images', 'gui'),
  project: someText,
  sessions: fc.array(fc.uuid(), { maxLength: 3 }),
  contributors: fc.array(someText, { maxLength: 2 }),
  group: someText,
  recordedAt: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString()),
  attributes: fc.dictionary(key, someJson, { maxKeys: 4 }),
} as const)

const coordinate = fc.oneof(
  fc.integer({ min: -20, max: 120 }),
  fc.double({ min: -20, max: 120, noNaN: true }).map((x) => x + 0),
)
const someShape: fc.Arbitrary<Shape> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(coordinate, coordinate, coordinate, coordinate).map((bbox) => ({ type: 'box' as const, bbox })),
  },
  { weight: 1, arbitrary: fc.tuple(coordinate, coordinate).map((point) => ({ type: 'point' as const, point })) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 5 })
      .map((points) => ({ type: 'polygon' as const, points })),
  },
)

const someAnnotations = fc.uniqueArray(
  fc.record({
    id: someText,
    label: someText,
    shape: someShape,
    confidence: fc.option(fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x + 0)),
    source: someText,
    verified: fc.boolean(),
    provenance: fc.constant(provenance),
  }),
  { selector: ({ id }) => id, maxLength: 4 },
)

/** A few pictures, so that samples come to share them. */
const somePicture = (blobs: Blobs, role: string) =>
  fc.integer({ min: 0, max: 4 }).map((i) => blobs.add(bytesOf(`random ${i}`), { role }))

export function arbitrarySample(type: SampleType, blobs: Blobs): fc.Arbitrary<Sample> {
  const own: Readonly<Record<SampleType, fc.Arbitrary<object>>> = {
    image: fc.record({ image: somePicture(blobs, 'screenshot'), annotations: someAnnotations }),
    pair: fc.record({
      input: somePicture(blobs, 'input'),
      output: somePicture(blobs, 'output'),
      mask: fc.option(somePicture(blobs, 'mask')),
      instruction: someText,
    }),
    row: fc.constant({}),
    trajectory: fc.record({ steps: fc.array(fc.dictionary(key, someJson, { maxKeys: 3 }), { maxLength: 4 }) }),
  }
  return fc.tuple(someBase, own[type]).map(([common, rest]) => ({ type, ...common, ...rest }) as Sample)
}
