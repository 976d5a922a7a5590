/**
 * Reading COCO as it is met in the world: annotations before or after the images, ids of any kind and order, missing
 * areas, categories named twice. What is mended or left out is named by its annotation id.
 *
 * Memory follows a group of pictures: annotations wait packed, by the group that their picture is in.
 */
import type { Context } from '#core/context.ts'
import type { SplitName } from '#core/dataset.ts'
import { brief, fault } from '#core/faults.ts'
import type { ExportItem } from '#core/format.ts'
import type { Source } from '#core/io.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from '#core/json.ts'
import type { Intake } from '#core/layout.ts'
import { type AnnotationReader, annotationReader, idText } from './coco-annotation.ts'
import { readEnvelope, undated, utcOf } from './envelope.ts'
import { jsonPieces, type JsonPiece } from './json-pieces.ts'
import { Notes } from './notes.ts'
import { Spool } from './spool.ts'

/** So many pictures are put together with their annotations at once. */
const groupSize = 1024
/** Many groups wait side by side, each with little unpacked. */
const groupBlockChars = 64 * 1024

/** One annotation file and where its pictures lie. */
export interface CocoFile {
  readonly name: string
  readonly split: SplitName | null
  /** The name in the source of a picture; null when there is none. */
  readonly find: (fileName: string) => string | null
}

interface Index {
  /** Which picture in order of the file an id belongs to. */
  readonly order: Map<string, number>
  readonly images: Spool[]
  readonly annotations: Spool[]
  readonly categories: Map<string, string>
  readonly labels: Set<string>
  readonly licenses: Map<string, string>
  createdAt: string | null
}

export async function* readCocoFile(
  source: Source,
  file: CocoFile,
  intake: Intake,
  ctx: Context,
): AsyncGenerator<ExportItem> {
  const notes = new Notes(ctx, file.name)
  const index = await indexOf(source, file, notes)
  const readAnnotation = annotationReader(index.categories, notes)
  for (const [i, images] of index.images.entries()) {
    const annotations = await byImage(index.annotations[i])
    for await (const group of images.read()) {
      for (const text of group) {
        ctx.signal.throwIfAborted()
        const image = objectOf(text, file.name)
        const found = file.find(textOf(image['file_name']))
        if (found === null) {
          notes.add(
            'coco.image-missing',
            `the picture ${brief(textOf(image['file_name']))} is not there; left out`,
            `image ${idText(image['id'])}`,
          )
          continue
        }
        yield await itemOf(image, annotations.get(idText(image['id'])) ?? [], {
          file,
          found,
          index,
          notes,
          readAnnotation,
          intake,
          ctx,
        })
      }
    }
  }
  notes.close()
}

/** One pass over the file; a second one when annotations stand before the pictures that they belong to. */
async function indexOf(source: Source, file: CocoFile, notes: Notes): Promise<Index> {
  const index: Index = {
    order: new Map(),
    images: [],
    annotations: [],
    categories: new Map(),
    labels: new Set(),
    licenses: new Map(),
    createdAt: null,
  }
  let skipped = false
  for await (const pieces of jsonPieces(source.read(file.name), file.name, () => true)) {
    for (const piece of pieces) {
      if (piece.key !== 'annotations') await addPiece(index, piece, file.name, notes)
      else if (index.images.length === 0) skipped = true
      else await addAnnotation(index, piece, file.name, notes)
    }
  }
  if (!skipped) return index
  for await (const pieces of jsonPieces(source.read(file.name), file.name, (key) => key === 'annotations')) {
    for (const piece of pieces) await addAnnotation(index, piece, file.name, notes)
  }
  return index
}

async function addPiece(
  index: Index,
  { key, text, index: position }: JsonPiece,
  where: string,
  notes: Notes,
): Promise<void> {
  if (key === 'images') await addImage(index, objectOf(text, `${where}, image ${position}`), text, notes)
  else if (key === 'categories') addCategory(index, objectOf(text, `${where}, category ${position}`), notes)
  else if (key === 'licenses') {
    const license = parseJson(text, where)
    if (isJsonObject(license)) index.licenses.set(idText(license['id']), textOf(license['name'] ?? license['url']))
  } else if (key === 'info') {
    const info = parseJson(text, where)
    index.createdAt = isJsonObject(info) ? utcOf(info['date_created']) : null
  }
}

async function addImage(index: Index, image: JsonObject, text: string, notes: Notes): Promise<void> {
  const id = idText(image['id'])
  if (index.order.has(id)) {
    notes.add('coco.image-twice', 'two pictures have this id; the second is left out', `image ${id}`)
    return
  }
  const place = index.order.size
  index.order.set(id, place)
  await groupAt(index.images, place).add(oneLine(text))
}

function addCategory(index: Index, category: JsonObject, notes: Notes): void {
  const id = idText(category['id'])
  const name = category['name']
  const label = typeof name === 'string' ? name : `category ${id}`
  if (label !== name) notes.add('coco.category-name', `no name; called "${label}"`, `category ${id}`)
  if (index.labels.has(label)) {
    notes.add('coco.category-twice', `another category is called "${label}" too; they become one`, `category ${id}`)
  }
  index.labels.add(label)
  index.categories.set(id, label)
}

async function addAnnotation(
  index: Index,
  { text, index: position }: JsonPiece,
  where: string,
  notes: Notes,
): Promise<void> {
  const annotation = objectOf(text, `${where}, annotation ${position}`)
  const place = index.order.get(idText(annotation['image_id']))
  if (place !== undefined) {
    await groupAt(index.annotations, place).add(oneLine(text))
    return
  }
  const message = `no picture has the id ${idText(annotation['image_id'])}; left out`
  notes.add('coco.image-unknown', message, `annotation ${idText(annotation['id'])}`)
}

function groupAt(groups: Spool[], place: number): Spool {
  const i = Math.floor(place / groupSize)
  while (groups.length <= i) groups.push(new Spool(groupBlockChars))
  return groups[i] ?? new Spool()
}

async function byImage(annotations: Spool | undefined): Promise<Map<string, JsonObject[]>> {
  const found = new Map<string, JsonObject[]>()
  if (annotations === undefined) return found
  for await (const group of annotations.read()) {
    for (const text of group) {
      const annotation = objectOf(text, 'annotation')
      const id = idText(annotation['image_id'])
      const list = found.get(id)
      if (list) list.push(annotation)
      else found.set(id, [annotation])
    }
  }
  return found
}

interface ItemParts {
  readonly file: CocoFile
  readonly found: string
  readonly index: Index
  readonly notes: Notes
  readonly readAnnotation: AnnotationReader
  readonly intake: Intake
  readonly ctx: Context
}

async function itemOf(image: JsonObject, annotations: readonly JsonObject[], parts: ItemParts): Promise<ExportItem> {
  const { file, found, index, notes, intake, ctx } = parts
  const written = image['sample']
  const role = isJsonObject(written) && typeof written['role'] === 'string' ? written['role'] : 'screenshot'
  const media = await intake.media(found, role, { picture: true })
  const foreign = {
    identity: canonicalIdentity(media.sha256, textOf(image['file_name'])),
    domain: 'gui',
    project: intake.project,
    recordedAt: utcOf(image['date_captured']) ?? index.createdAt,
  } as const
  const envelope = readEnvelope(written, foreign, ctx)
  if (envelope.recordedAt === undated)
    notes.add('coco.date', `no date; taken as ${undated}`, `image ${idText(image['id'])}`)
  const license = index.licenses.get(idText(image['license']))
  const attributes = written === undefined && license ? { ...envelope.attributes, license } : envelope.attributes
  const read = annotations.flatMap((annotation) => parts.readAnnotation(annotation, media) ?? [])
  return { sample: { type: 'image', ...envelope, attributes, image: media, annotations: read }, split: file.split }
}

const canonicalIdentity = (sha256: string, fileName: string) => `coco ${sha256} ${fileName}`

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : '')

function objectOf(text: string, where: string): JsonObject {
  const value = parseJson(text, where)
  if (isJsonObject(value)) return value
  throw fault('layout.invalid', { expected: 'an object', found: brief(value), where })
}

/** Text between quotes has no line breaks in JSON; those outside mean nothing. */
const oneLine = (text: string) => (text.includes('\n') ? text.replaceAll(/[\r\n]+/g, ' ') : text)
