/**
 * Writing COCO detection: `images/<split>/` and `annotations/instances_<split>.json`, or `images/` and
 * `annotations.json` when the data are not split.
 *
 * Ids are integers from 1, because evaluators take annotation 0 for "no match" and other readers refuse category 0; they
 * run on over the splits, so that the files can be merged. Pictures without boxes stay, as negatives. What COCO has no
 * place for stands in extra keys, which its readers pass over.
 */
import type { AnnotationProvenance } from '#core/annotation.ts'
import type { Context } from '#core/context.ts'
import type { SplitName } from '#core/dataset.ts'
import type { ExportHead, ExportItem } from '#core/format.ts'
import type { MediaReader, Sink } from '#core/io.ts'
import { canonicalJson } from '#core/json.ts'
import type { ImageSample } from '#core/sample.ts'
import type { WriteReport } from '#core/report.ts'
import { boxesOf, classNumber, type LabelledBox } from './boxes.ts'
import { envelopeOf } from './envelope.ts'
import { openItems } from './item-stream.ts'
import { LossCount } from './losses.ts'
import { MediaFiles, requirePicture } from './media-files.ts'
import { Spool } from './spool.ts'

/** Numbers that run on over the splits. */
interface Counters {
  images: number
  annotations: number
}

export async function writeCoco(
  items: AsyncIterable<ExportItem>,
  head: ExportHead,
  media: MediaReader,
  sink: Sink,
  ctx: Context,
): Promise<WriteReport> {
  const stream = await openItems({ name: 'coco', sampleTypes: ['image'] }, items, head, ctx)
  const categories = new Map(head.labels.map((label, i) => [label, i + 1]))
  const losses = new LossCount()
  const files = new MediaFiles(sink, media)
  const counters: Counters = { images: 0, annotations: 0 }
  let documents = 0
  for await (const { split, samples } of stream.splits()) {
    const images = new Spool()
    const annotations = new Spool()
    for await (const sample of samples) {
      if (sample.type !== 'image') continue
      requirePicture(sample.image, sample.id)
      const fileName = await files.place(split === null ? 'images/' : `images/${split}/`, sample.image)
      const imageId = ++counters.images
      await images.add(imageText(sample, imageId, fileName))
      for (const box of boxesOf(sample.annotations, sample.image, losses)) {
        const category = classNumber(box, categories, sample.id)
        await annotations.add(annotationText(box, ++counters.annotations, imageId, category))
      }
    }
    await sink.write(documentName(split), documentChunks(head, images, annotations))
    documents++
  }
  return { files: files.count + documents, items: counters.images, losses: losses.report() }
}

const documentName = (split: SplitName | null) =>
  split === null ? 'annotations.json' : `annotations/instances_${split}.json`

function imageText(sample: ImageSample, id: number, fileName: string): string {
  const { width, height, role } = sample.image
  const extra = canonicalJson({ ...envelopeOf(sample), role }, `sample ${sample.id}`)
  const file = JSON.stringify(fileName)
  const date = JSON.stringify(sample.recordedAt)
  return `{"id":${id},"file_name":${file},"width":${width},"height":${height},"date_captured":${date},"sample":${extra}}`
}

function annotationText(box: LabelledBox, id: number, imageId: number, category: number): string {
  const { annotation, bbox, area, outline } = box
  const { id: uid, confidence, source, verified, provenance } = annotation
  const segmentation = outline === null ? '' : `"segmentation":[[${outline.flat().join(',')}]],`
  const extra = JSON.stringify({ uid, score: confidence, source, verified, provenance: inOrder(provenance) })
  const place = `"id":${id},"image_id":${imageId},"category_id":${category}`
  return `{${place},"bbox":[${bbox.join(',')}],"area":${area},"iscrowd":0,${segmentation}${extra.slice(1)}`
}

/** The same text for the same value, whatever order its keys came in; by hand, since there are millions. */
function inOrder(provenance: AnnotationProvenance): AnnotationProvenance {
  const { session, action, at, method, threshold, activeStates, observations } = provenance
  return { session, action, at, method, threshold, activeStates, observations }
}

async function* documentChunks(head: ExportHead, images: Spool, annotations: Spool): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  const description = `${head.title}; boxes are [x, y, width, height] in pixels of the upright image`
  const info = { description, url: '', version: head.title, year: Number(head.at.slice(0, 4)), contributor: '' }
  const categories = head.labels.map((name, i) => ({ id: i + 1, name, supercategory: '' }))
  yield encoder.encode(`{"info":${JSON.stringify({ ...info, date_created: head.at })},\n"licenses":[],\n`)
  yield encoder.encode(`"categories":${JSON.stringify(categories)},\n"images":[`)
  yield* lines(images, encoder)
  yield encoder.encode('],\n"annotations":[')
  yield* lines(annotations, encoder)
  yield encoder.encode(']}\n')
}

async function* lines(spool: Spool, encoder: InstanceType<typeof TextEncoder>): AsyncGenerator<Uint8Array> {
  let separator = '\n'
  for await (const group of spool.read()) {
    yield encoder.encode(separator + group.join(',\n'))
    separator = ',\n'
  }
}
