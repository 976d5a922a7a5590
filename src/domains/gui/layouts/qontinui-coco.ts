/** The COCO file beside the intermediate dataset. Ids are integers from 1: evaluators take 0 for "not matched". */
import type { JsonObject } from '#core/json.ts'
import { pythonTime, type WrittenDataset, type WrittenImage } from './qontinui-dataset.ts'

/** dataset.json, one record per line; images that a person judged bad are left out. */
export async function* cocoText(dataset: WrittenDataset): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder()
  const images = dataset.images.filter(({ review }) => review !== 'bad')
  const created = pythonTime(dataset.created)
  const info = { version: dataset.version, description: 'GUI elements on screenshots', date_created: created }
  const categories = [...dataset.categoryIds].map(([name, id]) => ({ id, name, supercategory: 'gui_element' }))
  yield encoder.encode(`{"info": ${JSON.stringify(info)},\n"licenses": [],\n"images": [`)
  yield* list(encoder, images.map(imageRecord))
  yield encoder.encode('],\n"annotations": [')
  yield* list(encoder, annotationRecords(images, dataset))
  yield encoder.encode('],\n"categories": [')
  yield* list(encoder, categories)
  yield encoder.encode(']}\n')
}

function* list(encoder: InstanceType<typeof TextEncoder>, records: Iterable<JsonObject>): Iterable<Uint8Array> {
  let separator = '\n'
  for (const record of records) {
    yield encoder.encode(separator + JSON.stringify(record))
    separator = ',\n'
  }
}

function imageRecord({ file, image, capturedAt }: WrittenImage, index: number): JsonObject {
  return {
    id: index + 1,
    file_name: file,
    width: image.width,
    height: image.height,
    date_captured: pythonTime(capturedAt),
    active_states: image.evidence.activeStates,
  }
}

function* annotationRecords(images: readonly WrittenImage[], dataset: WrittenDataset): Iterable<JsonObject> {
  let id = 0
  for (const [index, { labels }] of images.entries()) {
    for (const { annotation, bbox, polygon } of labels) {
      id++
      yield {
        id,
        image_id: index + 1,
        category_id: dataset.categoryIds.get(annotation.label) ?? 0,
        bbox: [...bbox],
        area: bbox[2] * bbox[3],
        iscrowd: 0,
        segmentation: polygon ? [polygon.flat()] : [],
        confidence: annotation.confidence,
        source: annotation.source,
        verified: annotation.verified,
      }
    }
  }
}
