/**
 * What the formats share that detectors are trained on picture by picture, YOLO and Pascal VOC: a file of boxes for each
 * picture, found by its stem, and a plain list of classes.
 */
import type { ExportHead } from '#core/format.ts'
import type { MediaReader, Sink } from '#core/io.ts'
import type { ImageSample } from '#core/sample.ts'
import type { LossCount } from './losses.ts'
import { requirePicture } from './media-files.ts'

/** The first 16 hex digits of the content name a picture. */
const stemDigits = 16

/** Pictures, each sample with a file of its own: a second sample of a picture cannot share its stem, which has its boxes. */
export class StemFiles {
  readonly #sink: Sink
  readonly #media: MediaReader
  readonly #uses = new Map<string, number>()

  constructor(sink: Sink, media: MediaReader) {
    this.#sink = sink
    this.#media = media
  }

  /**
   * Writes the picture and gives its stem, which no other picture of the export has, in whatever folder: tools that pour
   * the folders together would overwrite one.
   */
  async place(folder: string, extension: string, { image }: ImageSample): Promise<string> {
    const digits = image.sha256.slice(0, stemDigits)
    const uses = (this.#uses.get(digits) ?? 0) + 1
    this.#uses.set(digits, uses)
    const stem = uses === 1 ? digits : `${digits}-${uses}`
    await this.#sink.write(`${folder}${stem}.${extension}`, this.#media.open(image.sha256))
    return stem
  }
}

/**
 * Width and height in pixels of a sample that can be written; null when it is left out, which is counted in `losses`.
 *
 * @param least pixels a side that a loader demands of a picture
 * @throws format.sample when the media are no picture
 */
export function sizeOf(sample: ImageSample, least: number, losses: LossCount): readonly [number, number] | null {
  requirePicture(sample.image, sample.id)
  const { width, height } = sample.image
  if (width === null || height === null) {
    // Without its boxes it would be learnt as background.
    losses.add('dropped', 'sample', 'the size of the picture is not known, and its boxes cannot be told without')
    return null
  }
  if (width < least || height < least) {
    losses.add('dropped', 'sample', `loaders refuse pictures under ${least} pixels a side`)
    return null
  }
  return [width, height]
}

/** Counts what a file of classes and boxes has no place for. */
export function countUnheld(sample: ImageSample, losses: LossCount): void {
  losses.add('dropped', 'sessions', 'a picture does not say which sample and sessions it comes from')
  if (Object.values(sample.attributes).some((value) => value !== null)) {
    losses.add('dropped', 'attributes', 'there is no place for them')
  }
  for (const { confidence, verified } of sample.annotations) {
    losses.add('dropped', 'annotations.provenance', 'a box does not say who found it, where and how')
    if (confidence !== null) losses.add('dropped', 'annotations.confidence', 'there is no place for it')
    if (verified) losses.add('dropped', 'annotations.verified', 'there is no place for it')
  }
}

/** One class a line, in the order of their numbers: for tools that know no other list. */
export function classLines({ labels }: ExportHead): string {
  // A blank line, or a label of two lines, would shift the numbers of all that follow.
  const lines = labels.map((label, i) => label.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim() || `class ${i}`)
  return lines.map((line) => `${line}\n`).join('')
}
