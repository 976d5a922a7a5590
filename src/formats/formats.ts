/** Every dataset format: the whole list. */
import { brief, fault } from '#core/faults.ts'
import type { Format } from '#core/format.ts'
import { coco } from './coco.ts'
import { imagefolder } from './imagefolder.ts'
import { jsonl } from './jsonl.ts'
import { parquet } from './parquet.ts'
import { tfrecord } from './tfrecord.ts'
import { voc } from './voc.ts'
import { yolo } from './yolo.ts'

export const formats: readonly Format[] = [coco, jsonl, parquet, imagefolder, yolo, voc, tfrecord]

/** @throws format.unknown */
export function formatByName(name: string): Format {
  const format = formats.find((candidate) => candidate.name === name)
  if (format) return format
  throw fault('format.unknown', { expected: formats.map((known) => known.name).join(', '), found: brief(name) })
}
