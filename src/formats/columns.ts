/** Samples as rows of a table: one list of columns for each type of sample, the same in every split. */
import { brief, fault } from '#core/faults.ts'
import type { ExportHead } from '#core/format.ts'
import { canonicalJson } from '#core/json.ts'
import type { ImageSample, PairSample, Sample, SampleType } from '#core/sample.ts'
import { boxesOf } from './boxes.ts'
import { type Feature, type Field, fieldsOf, image, integer, listOf, real, structOf, text, flag } from './features.ts'
import type { LossCount } from './losses.ts'

/** A value of a row: that of a picture is its MediaRef, for the format to copy. */
export type Cell = unknown

export interface Table {
  readonly sampleType: SampleType
  readonly fields: readonly Field[]
  /** Which column holds which attribute. */
  readonly attributes: readonly AttributeColumn[]
  /** The cells of one sample by column. @param number counted from 1 over the whole export */
  row(sample: Sample, number: number, losses: LossCount): ReadonlyMap<string, Cell>
}

export interface AttributeColumn {
  readonly key: string
  readonly column: string
  readonly type: ExportHead['attributes'][number]['type']
}

const envelopeFields = fieldsOf({
  sample_id: text,
  domain: text,
  project: text,
  sessions: listOf(text),
  contributors: listOf(text),
  group: text,
  recorded_at: text,
})

export function tableOf(sampleType: SampleType, head: ExportHead): Table {
  const own = ownFields(sampleType, head.labels)
  const attributes = attributeColumns(head, [...own, ...envelopeFields])
  const attributeFields = attributes.map(({ column, type }) => ({ name: column, feature: attributeFeatures[type] }))
  const categories = new Map(head.labels.map((label, i) => [label, i]))
  // A table for tabular learners begins with what they learn from.
  const fields =
    sampleType === 'row' ? [...attributeFields, ...envelopeFields] : [...own, ...attributeFields, ...envelopeFields]
  return {
    sampleType,
    fields,
    attributes,
    row: (sample, number, losses) =>
      new Map<string, Cell>([
        ...ownCells(sample, number, categories, losses),
        ...attributes.map(({ key, column, type }): [string, Cell] => [column, attributeCell(sample, key, type)]),
        ...envelopeCells(sample),
      ]),
  }
}

const attributeFeatures: Readonly<Record<AttributeColumn['type'], Feature>> = {
  number: real,
  integer,
  boolean: flag,
  string: text,
  json: { type: 'json' },
}

/** Columns of databases do not tell letter case, and some names mean something to loaders: those get a prefix. */
function attributeColumns(head: ExportHead, taken: readonly Field[]): readonly AttributeColumn[] {
  const names = new Set(taken.map(({ name }) => name.toLowerCase()))
  return head.attributes.map(({ key, type }) => {
    let column = key === '' || reservedName.test(key) ? `attribute_${key}` : key
    while (names.has(column.toLowerCase())) column = `attribute_${column}`
    names.add(column.toLowerCase())
    return { key, column, type }
  })
}

/** `*file_name(s)` is taken for a picture by imagefolder; a dot would nest, and `__proto__` change objects. */
const reservedName = /file_names?$|\.|^__|^label$/

function ownFields(sampleType: SampleType, labels: readonly string[]): readonly Field[] {
  switch (sampleType) {
    case 'image':
      return fieldsOf({
        image,
        image_id: integer,
        width: integer,
        height: integer,
        objects: structOf({
          id: listOf(integer),
          bbox: listOf(listOf(real)),
          area: listOf(real),
          category: listOf(labels.length > 0 ? { type: 'class', names: labels } : integer),
          label: listOf(text),
          segmentation: listOf(listOf(real)),
          score: listOf(real),
          source: listOf(text),
          verified: listOf(flag),
          uid: listOf(text),
          provenance: listOf(text),
        }),
        media_roles: listOf(text),
      })
    case 'pair':
      return fieldsOf({
        input_image: image,
        edit_prompt: text,
        edited_image: image,
        mask_image: image,
        media_roles: listOf(text),
      })
    case 'trajectory':
      return fieldsOf({ steps: listOf(text) })
    case 'row':
      return []
  }
}

type Cells = readonly (readonly [string, Cell])[]

function ownCells(sample: Sample, number: number, categories: ReadonlyMap<string, number>, losses: LossCount): Cells {
  switch (sample.type) {
    case 'image':
      return imageCells(sample, number, categories, losses)
    case 'pair':
      return pairCells(sample)
    case 'trajectory':
      return [['steps', sample.steps.map((step) => canonicalJson(step, `sample ${sample.id}`))]]
    case 'row':
      return []
  }
}

function imageCells(
  sample: ImageSample,
  number: number,
  categories: ReadonlyMap<string, number>,
  losses: LossCount,
): Cells {
  const boxes = boxesOf(sample.annotations, sample.image, losses)
  const annotations = boxes.map(({ annotation }) => annotation)
  const objects = {
    id: boxes.map((_, i) => i + 1),
    bbox: boxes.map(({ bbox }) => bbox),
    area: boxes.map(({ area }) => area),
    category: annotations.map(({ label }) => categoryOf(label, categories, sample)),
    label: annotations.map(({ label }) => label),
    segmentation: boxes.map(({ outline }) => outline?.flat() ?? []),
    score: annotations.map(({ confidence }) => confidence),
    source: annotations.map(({ source }) => source),
    verified: annotations.map(({ verified }) => verified),
    uid: annotations.map(({ id }) => id),
    provenance: annotations.map(({ provenance }) => canonicalJson(provenance, `sample ${sample.id}`)),
  }
  return [
    ['image', sample.image],
    ['image_id', number],
    ['width', sample.image.width],
    ['height', sample.image.height],
    ['objects', objects],
    ['media_roles', [sample.image.role]],
  ]
}

function pairCells(sample: PairSample): Cells {
  const media = [sample.input, sample.output, ...(sample.mask ? [sample.mask] : [])]
  return [
    ['input_image', sample.input],
    ['edit_prompt', sample.instruction],
    ['edited_image', sample.output],
    ['mask_image', sample.mask],
    ['media_roles', media.map(({ role }) => role)],
  ]
}

function categoryOf(label: string, categories: ReadonlyMap<string, number>, sample: Sample): number {
  const category = categories.get(label)
  if (category !== undefined) return category
  const [expected, found] = ['a label that the export lists', JSON.stringify(label)]
  throw fault('format.sample', { expected, found, where: `sample ${sample.id}` })
}

function envelopeCells(sample: Sample): Cells {
  return [
    ['sample_id', sample.id],
    ['domain', sample.domain],
    ['project', sample.project],
    ['sessions', sample.sessions],
    ['contributors', sample.contributors],
    ['group', sample.group],
    ['recorded_at', sample.recordedAt],
  ]
}

function attributeCell(sample: Sample, key: string, type: AttributeColumn['type']): Cell {
  const value = Object.hasOwn(sample.attributes, key) ? (sample.attributes[key] ?? null) : null
  if (value === null) return null
  if (type === 'json') return canonicalJson(value, `sample ${sample.id}`)
  const found = typeof value === 'bigint' ? 'integer' : typeof value
  if (found === type || (type === 'integer' && typeof value === 'number' && Number.isSafeInteger(value))) return value
  const where = `attribute "${key}" of sample ${sample.id}`
  throw fault('format.sample', { expected: `a value of type ${type}`, found: brief(value), where })
}
