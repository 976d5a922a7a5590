/**
 * YOLO detection as Ultralytics reads it: `images/<split>/`, for each picture `labels/<split>/<stem>.txt` with a row
 * `class centre-x centre-y width height` in shares of the picture for each box, and `data.yaml`; without the folders of
 * splits when the data are not split. A picture without boxes has an empty file of labels: it is background.
 *
 * Edges are rounded to a ten-millionth of the picture (a thousandth of a pixel at 10,000 pixels) and written as centre
 * and size without rounding again, so that no box passes the edge of its picture by a last digit.
 *
 * Source: docs.ultralytics.com/datasets/detect, and what `verify_image_label` and `check_det_dataset` of ultralytics
 * 8.4 refuse.
 */
import type { SplitName } from '#core/dataset.ts'
import type { ExportHead, Format } from '#core/format.ts'
import type { ImageSample } from '#core/sample.ts'
import { boxesOf, classNumber, type LabelledBox } from './boxes.ts'
import { classLines, countUnheld, sizeOf, StemFiles } from './detector-files.ts'
import { openItems } from './item-stream.ts'
import { LossCount } from './losses.ts'
import { extensionOf } from './media-files.ts'

const sampleTypes = ['image'] as const

/** What Ultralytics demands of a side. */
const leastPixels = 10

/** Edges lie on whole parts of so many. */
const gridParts = 10_000_000

export const yolo = {
  name: 'yolo',
  about: 'YOLO detection: pictures with a text file of boxes each, and data.yaml, for Ultralytics',
  sampleTypes,
  options: {},
  async write(items, head, media, sink, _options, ctx) {
    const stream = await openItems({ name: 'yolo', sampleTypes }, items, head, ctx)
    const numbers = new Map(head.labels.map((label, i) => [label, i]))
    const losses = new LossCount()
    const pictures = new StemFiles(sink, media)
    let [files, count] = [0, 0]
    for await (const { split, samples } of stream.splits()) {
      const before = count
      for await (const sample of samples) {
        if (sample.type !== 'image') continue
        const size = sizeOf(sample, leastPixels, losses)
        if (size === null) continue
        const stem = await pictures.place(folderOf('images', split), extensionOf(sample.image.mediaType), sample)
        await sink.write(`${folderOf('labels', split)}${stem}.txt`, labelRows(sample, size, numbers, losses))
        files += 2
        count++
      }
      if (count > before) continue
      // A loader looks for the folder; that there is nothing in it is for the loader to say.
      await sink.write(`${folderOf('images', split)}.empty`, '')
      files++
    }
    await sink.write('classes.txt', classLines(head))
    await sink.write('data.yaml', dataYaml(head))
    return { files: files + 2, items: count, losses: losses.report() }
  },
} as const satisfies Format

const folderOf = (kind: 'images' | 'labels', split: SplitName | null) =>
  split === null ? `${kind}/` : `${kind}/${split}/`

function labelRows(
  sample: ImageSample,
  [width, height]: readonly [number, number],
  numbers: ReadonlyMap<string, number>,
  losses: LossCount,
): string {
  countUnheld(sample, losses)
  const rows = new Set<string>()
  for (const box of boxesOf(sample.annotations, sample.image, losses)) {
    if (box.outline) losses.add('approximated', 'annotations.shape', 'an outline becomes its box')
    const row = rowOf(box, classNumber(box, numbers, sample.id), width, height)
    if (rows.has(row)) losses.add('dropped', 'annotations', 'the picture has the same box of the same class already')
    rows.add(row)
  }
  return [...rows].map((row) => `${row}\n`).join('')
}

function rowOf({ bbox }: LabelledBox, number: number, width: number, height: number): string {
  const [left, right] = gridSpan(bbox[0], bbox[2], width)
  const [top, bottom] = gridSpan(bbox[1], bbox[3], height)
  return [number, centre(left, right), centre(top, bottom), share(right - left), share(bottom - top)].join(' ')
}

/** Both edges on the grid, from 0 to {@link gridParts}, at least one part from each other. */
function gridSpan(start: number, length: number, limit: number): readonly [number, number] {
  const part = (position: number) => Math.min(gridParts, Math.max(0, Math.round((position / limit) * gridParts)))
  const [from, to] = [part(start), part(start + length)]
  if (to > from) return [from, to]
  return to < gridParts ? [to, to + 1] : [gridParts - 1, gridParts]
}

// The middle of two edges on the grid lies on a half part: one digit more says it exactly.
const centre = (from: number, to: number) => (((from + to) * 5) / (gridParts * 10)).toFixed(8)
const share = (parts: number) => (parts / gridParts).toFixed(7)

/**
 * No `path`: it would be sought from where the training is started, and an export that is moved would not be found. No
 * `download` either, which is run as a command.
 */
function dataYaml({ title, labels, splits }: ExportHead): string {
  const folder = (split: SplitName) =>
    folderOf('images', splits.includes(split) ? split : (splits[0] ?? null)).slice(0, -1)
  const lent = (['train', 'val'] as const).filter((split) => !splits.includes(split))
  const lines = [
    `# ${yamlText(title)}`,
    ...lent.map((split) => `# No pictures were put aside as "${split}", a key that must be there: it names others.`),
    `train: ${folder('train')}`,
    `val: ${folder('val')}`,
    ...(splits.includes('test') ? [`test: ${folder('test')}`] : []),
    `nc: ${labels.length}`,
    ...(labels.length === 0 ? ['names: {}'] : ['names:', ...labels.map((label, i) => `  ${i}: ${yamlText(label)}`)]),
  ]
  return `${lines.join('\n')}\n`
}

/**
 * JSON text is YAML in double quotes, where no word is taken for a boolean or a number; but YAML wants more characters
 * escaped, and folds further line breaks.
 */
function yamlText(text: string): string {
  const escape = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(text).replaceAll(/[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g, escape)
}
