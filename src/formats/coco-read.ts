/**
 * Reading COCO as it is met in the world: annotations before or after the images, ids of any kind and order, missing
 * areas, categories named twice. What is mended or left out is named by its annotation id.
 */
import type { Context } from '#core/context.ts'
import type { SplitName } from '#core/dataset.ts'
import { brief } from '#core/faults.ts'
import type { ExportItem } from '#core/format.ts'
import type { Source } from '#core/io.ts'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import type { Intake } from '#core/layout.ts'
import type { MediaRef } from '#core/session.ts'
import { type AnnotationReader, annotationReader, idText } from './coco-annotation.ts'
import { type CocoIndex, type CocoPicture, indexCoco, joinCoco } from './coco-join.ts'
import { readEnvelope, undated, utcOf } from './envelope.ts'
import { inOrder } from './in-order.ts'
import { Notes } from './notes.ts'

/** One annotation file and where its pictures lie. */
export interface CocoFile {
  readonly name: string
  readonly split: SplitName | null
  /** The name in the source of a picture; null when there is none. */
  readonly find: (fileName: string) => string | null
}

export async function* readCocoFile(
  source: Source,
  file: CocoFile,
  intake: Intake,
  ctx: Context,
): AsyncGenerator<ExportItem> {
  const notes = new Notes(ctx, file.name)
  const index = await indexCoco(source, file.name, notes)
  const readAnnotation = annotationReader(index.categories, notes)
  // Files of pictures are small and many: most of the time would be spent waiting for each.
  const takeIn = async (picture: CocoPicture) => {
    ctx.signal.throwIfAborted()
    const found = file.find(textOf(picture.image['file_name']))
    const media = found === null ? null : await intake.media(found, roleOf(picture.image), { picture: true })
    return { picture, media }
  }
  for await (const { picture, media } of inOrder(joinCoco(source, file.name, index, notes), filesAtOnce, takeIn)) {
    if (media !== null)
      yield itemOf(picture, media, { file, index, notes, readAnnotation, project: intake.project, ctx })
    else {
      const message = `the picture ${brief(textOf(picture.image['file_name']))} is not there; left out`
      notes.add('coco.image-missing', message, `image ${idText(picture.image['id'])}`)
    }
  }
  notes.close()
}

const filesAtOnce = 8

function roleOf({ sample }: JsonObject): string {
  return isJsonObject(sample) && typeof sample['role'] === 'string' ? sample['role'] : 'screenshot'
}

interface ItemParts {
  readonly file: CocoFile
  readonly index: CocoIndex
  readonly notes: Notes
  readonly readAnnotation: AnnotationReader
  readonly project: string
  readonly ctx: Context
}

function itemOf({ image, annotations }: CocoPicture, media: MediaRef, parts: ItemParts): ExportItem {
  const { file, index, notes, project, ctx } = parts
  const written = image['sample']
  const foreign = {
    identity: `coco ${media.sha256} ${textOf(image['file_name'])}`,
    domain: 'gui',
    project,
    recordedAt: utcOf(image['date_captured']) ?? index.createdAt,
  } as const
  const envelope = readEnvelope(written, foreign, ctx)
  if (envelope.recordedAt === undated) {
    notes.add('coco.date', `no date; taken as ${undated}`, `image ${idText(image['id'])}`)
  }
  const license = index.licenses.get(idText(image['license']))
  const attributes = written === undefined && license ? { ...envelope.attributes, license } : envelope.attributes
  const read = annotations.flatMap((annotation) => parts.readAnnotation(annotation, media) ?? [])
  return { sample: { type: 'image', ...envelope, attributes, image: media, annotations: read }, split: file.split }
}

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : '')
