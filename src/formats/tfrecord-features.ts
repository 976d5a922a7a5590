/**
 * Samples as the features of a `tf.train.Example`. Pictures with boxes have the names that the TensorFlow object
 * detection API reads (research/object_detection/data_decoders/tf_example_decoder.py).
 */
import { fault } from '#core/faults.ts'
import type { ExportHead } from '#core/format.ts'
import { canonicalJson, type Json } from '#core/json.ts'
import type { ImageSample, Sample, SampleType } from '#core/sample.ts'
import type { MediaRef } from '#core/session.ts'
import { boxesOf, type LabelledBox } from './boxes.ts'
import { envelopeOf } from './envelope.ts'
import type { LossCount } from './losses.ts'
import { extensionOf } from './media-files.ts'
import type { TfKind, TfList } from './tf-example.ts'

export interface TfFeature {
  readonly name: string
  readonly kind: TfKind
  /** How many values: one in every record; none or one; any number. */
  readonly values: 'one' | 'optional' | 'list'
  readonly about: string
}

/** The feature that holds the sample whole, but for its pictures: numbers of 64 bits, outlines, provenance. */
export const sampleFeature = 'sample/json'

const bytes = (name: string, about: string): TfFeature => ({ name, kind: 'bytes', values: 'one', about })
const integer = (name: string, about: string): TfFeature => ({ name, kind: 'int64', values: 'one', about })
const listOf = (kind: TfKind, name: string, about: string): TfFeature => ({ name, kind, values: 'list', about })
const optional = ({ name, kind, about }: TfFeature): TfFeature => ({ name, kind, values: 'optional', about })

const pictureFeatures = (prefix: string, what: string): readonly TfFeature[] => [
  bytes(`${prefix}/encoded`, `${what}, as the bytes of its file`),
  bytes(`${prefix}/format`, 'jpeg, png, webp, gif, bmp'),
  optional(integer(`${prefix}/height`, 'pixels of the upright picture')),
  optional(integer(`${prefix}/width`, 'pixels of the upright picture')),
]

const side = 'shares of the picture, 0 to 1, one for each object'

const ownFeatures: Readonly<Record<'image' | 'pair' | 'row', readonly TfFeature[]>> = {
  image: [
    ...pictureFeatures('image', 'the picture'),
    bytes('image/filename', 'the first 16 digits of its hash, and an ending'),
    bytes('image/source_id', 'the same as sample/id'),
    bytes('image/key/sha256', 'hash of the bytes, in hexadecimal'),
    listOf('float', 'image/object/bbox/xmin', side),
    listOf('float', 'image/object/bbox/xmax', side),
    listOf('float', 'image/object/bbox/ymin', side),
    listOf('float', 'image/object/bbox/ymax', side),
    listOf('bytes', 'image/object/class/text', 'the label of each object'),
    listOf('int64', 'image/object/class/label', 'its number in label_map.pbtxt, from 1'),
    listOf('float', 'image/object/area', 'square pixels'),
    listOf('int64', 'image/object/is_crowd', 'always 0'),
  ],
  pair: [
    ...pictureFeatures('input', 'the picture before'),
    ...pictureFeatures('output', 'the picture after'),
    ...pictureFeatures('mask', 'where it was to change').map(optional),
    bytes('instruction', 'what was asked'),
  ],
  row: [],
}

const envelopeFeatures: readonly TfFeature[] = [
  bytes('sample/id', 'stable over exports'),
  bytes('sample/domain', 'camera, images or gui'),
  bytes('sample/project', ''),
  bytes('sample/group', 'samples of one group are alike, and never in two splits'),
  listOf('bytes', 'sample/sessions', 'what it was made from'),
  listOf('bytes', 'sample/contributors', 'pseudonyms'),
  integer('sample/recorded_at_ms', 'milliseconds since 1970, UTC'),
  bytes(sampleFeature, 'the sample as canonical JSON, without its pictures'),
]

const attributeKinds = { number: 'float', integer: 'int64', boolean: 'int64', string: 'bytes', json: 'bytes' } as const

/** All features of a record, in their order. A prefix keeps what an attribute is called apart from all other names. */
function featuresOf(sampleType: SampleType, head: ExportHead): readonly TfFeature[] {
  const attributes = head.attributes.map(({ key, type }): TfFeature => {
    const about = type === 'json' ? 'JSON' : type === 'boolean' ? '0 or 1' : ''
    return { name: attributeName(key), kind: attributeKinds[type], values: 'optional', about }
  })
  return [...(sampleType === 'trajectory' ? [] : ownFeatures[sampleType]), ...attributes, ...envelopeFeatures]
}

const attributeName = (key: string) => `attribute/${key}`

type Values = readonly (Uint8Array | string | number | bigint)[]
type Entry = readonly [name: string, values: Values]

/** The bytes of each picture of the sample under what it is to it: `image`, `input`, `output`, `mask`. */
export type Pictures = ReadonlyMap<string, Uint8Array>

/** The pictures of a sample under those names. */
export function picturesOf(sample: Sample): ReadonlyMap<string, MediaRef> {
  if (sample.type === 'image') return new Map([['image', sample.image]])
  if (sample.type !== 'pair') return new Map()
  const { input, output, mask } = sample
  return new Map([['input', input], ['output', output], ...(mask ? [['mask', mask] as const] : [])])
}

/** How samples of one type become records. */
export interface ExampleTable {
  readonly features: readonly TfFeature[]
  /** One record. What cannot be a box is counted in `losses` and left out. */
  example(sample: Sample, pictures: Pictures, losses: LossCount): ReadonlyMap<string, TfList>
}

export function exampleTable(sampleType: SampleType, head: ExportHead): ExampleTable {
  const features = featuresOf(sampleType, head)
  const classes = new Map(head.labels.map((label, i) => [label, i + 1]))
  return {
    features,
    example(sample, pictures, losses) {
      const boxes = sample.type === 'image' ? sizedBoxesOf(sample, losses) : []
      const entries = new Map<string, Values>([
        ...[...picturesOf(sample)].flatMap(([name, ref]) => pictureEntries(name, ref, pictures)),
        ...(sample.type === 'image' ? imageEntries(sample, boxes, classes) : []),
        ...(sample.type === 'pair' ? ([['instruction', [sample.instruction]]] satisfies Entry[]) : []),
        ...attributeEntries(sample, head),
        ...envelopeEntries(sample, boxes),
      ])
      return new Map(features.map(({ name, kind }) => [name, listAs(kind, entries.get(name) ?? [])]))
    },
  }
}

function listAs(kind: TfKind, values: Values): TfList {
  if (kind === 'int64')
    return { kind, values: values.map((value) => (typeof value === 'bigint' ? value : Number(value))) }
  if (kind === 'float') return { kind, values: values.map((value) => single(Number(value))) }
  const encoder = new TextEncoder()
  return { kind, values: values.map((value) => (value instanceof Uint8Array ? value : encoder.encode(String(value)))) }
}

const largestSingle = 3.4028234663852886e38

/** Learners choke on an infinity, which 32 bits would make of the largest numbers. */
const single = (value: number) => Math.max(-largestSingle, Math.min(largestSingle, value))

function pictureEntries(name: string, ref: MediaRef, pictures: Pictures): readonly Entry[] {
  const size = (pixels: number | null) => (pixels === null ? [] : [pixels])
  return [
    [`${name}/encoded`, [pictures.get(name) ?? new Uint8Array(0)]],
    [`${name}/format`, [ref.mediaType.replace('image/', '')]],
    [`${name}/height`, size(ref.height)],
    [`${name}/width`, size(ref.width)],
  ]
}

/** Boxes are shares of the picture's size, so without one there are none. */
function sizedBoxesOf({ image, annotations }: ImageSample, losses: LossCount): readonly LabelledBox[] {
  if (image.width !== null && image.height !== null) return boxesOf(annotations, image, losses)
  for (const _ of annotations) losses.add('dropped', 'annotations', 'the size of the picture is not known')
  return []
}

function imageEntries(
  sample: ImageSample,
  boxes: readonly LabelledBox[],
  classes: ReadonlyMap<string, number>,
): readonly Entry[] {
  const { sha256, mediaType, width, height } = sample.image
  const share = (pixels: number, size: number | null) => Math.min(1, pixels / (size ?? 1))
  return [
    ['image/filename', [`${sha256.slice(0, 16)}.${extensionOf(mediaType)}`]],
    ['image/source_id', [sample.id]],
    ['image/key/sha256', [sha256]],
    ['image/object/bbox/xmin', boxes.map(({ bbox }) => share(bbox[0], width))],
    ['image/object/bbox/xmax', boxes.map(({ bbox }) => share(bbox[0] + bbox[2], width))],
    ['image/object/bbox/ymin', boxes.map(({ bbox }) => share(bbox[1], height))],
    ['image/object/bbox/ymax', boxes.map(({ bbox }) => share(bbox[1] + bbox[3], height))],
    ['image/object/class/text', boxes.map(({ annotation }) => annotation.label)],
    ['image/object/class/label', boxes.map(({ annotation }) => classOf(annotation.label, classes, sample.id))],
    ['image/object/area', boxes.map(({ area }) => area)],
    ['image/object/is_crowd', boxes.map(() => 0)],
  ]
}

function classOf(label: string, classes: ReadonlyMap<string, number>, sampleId: string): number {
  const number = classes.get(label)
  if (number !== undefined) return number
  const [expected, found] = ['a label that the export lists', JSON.stringify(label)]
  throw fault('format.sample', { expected, found, where: `sample ${sampleId}` })
}

function attributeEntries(sample: Sample, head: ExportHead): readonly Entry[] {
  return head.attributes.map(({ key, type }): Entry => {
    const value = (Object.hasOwn(sample.attributes, key) ? sample.attributes[key] : null) ?? null
    return [attributeName(key), value === null ? [] : [attributeValue(value, type, sample.id)]]
  })
}

function attributeValue(value: Json, type: keyof typeof attributeKinds, sampleId: string): string | number | bigint {
  if (type === 'json') return canonicalJson(value, `sample ${sampleId}`)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value
  throw fault('format.sample', {
    expected: `a value of type ${type}`,
    found: typeof value,
    where: `sample ${sampleId}`,
  })
}

function envelopeEntries(sample: Sample, boxes: readonly LabelledBox[]): readonly Entry[] {
  const { id, domain, project, group, sessions, contributors, recordedAt } = sample
  return [
    ['sample/id', [id]],
    ['sample/domain', [domain]],
    ['sample/project', [project]],
    ['sample/group', [group]],
    ['sample/sessions', sessions],
    ['sample/contributors', contributors],
    ['sample/recorded_at_ms', [Date.parse(recordedAt)]],
    [sampleFeature, [canonicalJson(wholeSample(sample, boxes), `sample ${id}`)]],
  ]
}

/** All of a sample but its pictures, of which it says what they are to their session. */
function wholeSample(sample: Sample, boxes: readonly LabelledBox[]): object {
  const roles = Object.fromEntries([...picturesOf(sample)].map(([name, { role }]) => [name, role]))
  const whole = { type: sample.type, ...envelopeOf(sample), roles }
  if (sample.type === 'image') return { ...whole, annotations: boxes.map(asWritten) }
  return sample.type === 'pair' ? { ...whole, instruction: sample.instruction } : whole
}

/** The label as its box says it: inside the picture; an outline stays one. */
function asWritten({ annotation, bbox, outline }: LabelledBox) {
  return { ...annotation, shape: outline ? { type: 'polygon', points: outline } : { type: 'box', bbox } }
}
