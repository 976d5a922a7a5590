/** Rows of a table back as samples: the other way of `columns.ts`. */
import type { Annotation, AnnotationProvenance, Bbox, Point, Shape } from '#core/annotation.ts'
import { fault } from '#core/faults.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from '#core/json.ts'
import type { Sample, SampleType } from '#core/sample.ts'
import { type DomainName, domainNames, type MediaRef } from '#core/session.ts'
import type { AttributeColumn } from './columns.ts'
import type { Envelope } from './envelope.ts'

/** A row as it was read, by column; whole numbers may come as bigint. */
export type ReadRow = ReadonlyMap<string, unknown>

export interface RowContext {
  readonly sampleType: SampleType
  readonly attributes: readonly AttributeColumn[]
  /** For messages. */
  readonly where: string
}

/**
 * @param media the pictures of the row by column, already taken in
 * @throws layout.invalid when a column that a sample needs is not there
 */
export function sampleOf(row: ReadRow, media: ReadonlyMap<string, MediaRef>, context: RowContext): Sample {
  const base = envelopeOf(row, context)
  const picture = (column: string) => media.get(column) ?? missing(column, context)
  switch (context.sampleType) {
    case 'image':
      return { type: 'image', ...base, image: picture('image'), annotations: objectsOf(row.get('objects'), context) }
    case 'pair': {
      const [input, output, mask] = [picture('input_image'), picture('edited_image'), media.get('mask_image') ?? null]
      return { type: 'pair', ...base, input, output, mask, instruction: textAt(row, 'edit_prompt', context) }
    }
    case 'trajectory': {
      const steps = listOf(row.get('steps')).map((step) => parseJson(String(step), context.where) as JsonObject)
      return { type: 'trajectory', ...base, steps }
    }
    case 'row':
      return { type: 'row', ...base }
  }
}

/** The list of attribute columns as a file keeps it. */
export function attributeColumnsOf(value: Json | undefined): readonly AttributeColumn[] {
  const list = Array.isArray(value) ? (value as readonly Json[]) : []
  return list.filter((item) => isJsonObject(item) && 'key' in item && 'column' in item) as unknown as AttributeColumn[]
}

/** What each picture of the row is to its session, in the order input, edited, mask. */
export function mediaRoles(row: ReadRow): readonly string[] {
  return listOf(row.get('media_roles')).map(String)
}

function envelopeOf(row: ReadRow, context: RowContext): Envelope {
  const texts = (column: string) => listOf(row.get(column)).map(String)
  return {
    id: textAt(row, 'sample_id', context),
    domain: domainOf(textAt(row, 'domain', context), context),
    project: textAt(row, 'project', context),
    sessions: texts('sessions'),
    contributors: texts('contributors'),
    group: textAt(row, 'group', context),
    recordedAt: textAt(row, 'recorded_at', context),
    attributes: Object.fromEntries(
      context.attributes.map(({ key, column, type }) => [key, attributeOf(row.get(column), type, context.where)]),
    ),
  }
}

function attributeOf(value: unknown, type: AttributeColumn['type'], where: string): Json {
  if (value === null || value === undefined) return null
  if (type === 'json') return typeof value === 'string' ? parseJson(value, where) : null
  if (typeof value === 'bigint') return shorten(value)
  return value as Json
}

const shorten = (value: bigint): number | bigint =>
  BigInt.asIntN(53, value) === value || Number.isSafeInteger(Number(value)) ? Number(value) : value

function domainOf(text: string, { where }: RowContext): DomainName {
  const domain = domainNames.find((name) => name === text)
  if (domain) return domain
  throw fault('layout.invalid', {
    expected: `a domain of ${domainNames.join(', ')}`,
    found: JSON.stringify(text),
    where,
  })
}

/** `objects` is a struct of lists, one entry for each label. */
function objectsOf(value: unknown, { where }: RowContext): Annotation[] {
  const objects = (value ?? {}) as Readonly<Record<string, unknown>>
  const column = (name: string) => listOf(objects[name])
  const [labels, boxes, outlines, scores] = [column('label'), column('bbox'), column('segmentation'), column('score')]
  const [sources, verified, provenance] = [column('source'), column('verified'), column('provenance')]
  return column('uid').map((uid, i) => ({
    id: String(uid),
    label: String(labels[i]),
    shape: shapeOf(listOf(boxes[i]).map(Number), listOf(outlines[i]).map(Number)),
    confidence: typeof scores[i] === 'number' ? scores[i] : null,
    source: String(sources[i]),
    verified: verified[i] === true,
    provenance: parseJson(String(provenance[i]), where) as unknown as AnnotationProvenance,
  }))
}

function shapeOf(box: readonly number[], outline: readonly number[]): Shape {
  const [x = 0, y = 0, width = 0, height = 0] = box
  if (outline.length === 0) return { type: 'box', bbox: [x, y, width, height] satisfies Bbox }
  const points = Array.from(
    { length: outline.length / 2 },
    (_, i): Point => [outline[2 * i] ?? 0, outline[2 * i + 1] ?? 0],
  )
  return { type: 'polygon', points }
}

function textAt(row: ReadRow, column: string, context: RowContext): string {
  const value = row.get(column)
  return typeof value === 'string' ? value : missing(column, context)
}

function missing(column: string, { where }: RowContext): never {
  throw fault('layout.invalid', { expected: `a column "${column}"`, found: 'none, or no value in it', where })
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
