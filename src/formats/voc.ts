/**
 * Pascal VOC detection: `Annotations/<stem>.xml` and `JPEGImages/<stem>.jpg` for each picture, and a list of stems for
 * each part of the split in `ImageSets/Main/`; `trainval` is train and val together, or everything when the data are not
 * split. In a folder `VOCdevkit/VOC2007` torchvision opens all of it.
 *
 * Coordinates are whole pixels counted from 1, and the last one is inside: a picture of 20 x 10 is 1, 1, 20, 10. Some
 * readers take them for edges counted from 0, which moves the box by a pixel.
 *
 * Source: M. Everingham et al., The PASCAL Visual Object Classes Challenge 2012 Development Kit, sections 3 and 4.
 */
import type { SplitName } from '#core/dataset.ts'
import type { ExportHead, Format } from '#core/format.ts'
import type { OptionTable } from '#core/options.ts'
import type { ImageSample } from '#core/sample.ts'
import { boundsOf, boxesOf, type LabelledBox } from './boxes.ts'
import { classLines, countUnheld, sizeOf, StemFiles } from './detector-files.ts'
import { openItems } from './item-stream.ts'
import { LossCount } from './losses.ts'
import { extensionOf } from './media-files.ts'
import { Spool } from './spool.ts'
import { encoded } from './text-chunks.ts'

const sampleTypes = ['image'] as const

const options = {
  names: {
    type: 'choice',
    about:
      'what pictures are called: "jpg" all end in .jpg, which torchvision opens and nothing else, "own" end in what they are',
    choices: ['jpg', 'own'],
    default: 'jpg',
  },
} as const satisfies OptionTable

type Size = readonly [width: number, height: number]

export const voc = {
  name: 'voc',
  about: 'Pascal VOC: pictures with an XML file of boxes each, for torchvision, MMDetection and older detectors',
  sampleTypes,
  options,
  async write(items, head, media, sink, given, ctx) {
    const stream = await openItems({ name: 'voc', sampleTypes }, items, head, ctx)
    const losses = new LossCount()
    const pictures = new StemFiles(sink, media)
    const lists = new Map(listsOf(head).map((name) => [name, new Spool()]))
    let count = 0
    for await (const { split, samples } of stream.splits()) {
      for await (const sample of samples) {
        if (sample.type !== 'image') continue
        const size = sizeOf(sample, 1, losses)
        if (size === null) continue
        const own = extensionOf(sample.image.mediaType)
        const extension = given['names'] === 'own' ? own : 'jpg'
        if (extension !== own)
          losses.add('approximated', 'image', 'a picture that is no JPEG is called .jpg, unchanged')
        const stem = await pictures.place('JPEGImages/', extension, sample)
        await sink.write(`Annotations/${stem}.xml`, annotationXml(sample, size, `${stem}.${extension}`, head, losses))
        for (const [name, stems] of lists) if (holds(name, split)) await stems.add(stem)
        count++
      }
    }
    for (const [name, stems] of lists) await sink.write(`ImageSets/Main/${name}.txt`, encoded(linesOf(stems)))
    await sink.write('classes.txt', classLines(head))
    return { files: 2 * count + lists.size + 1, items: count, losses: losses.report() }
  },
} as const satisfies Format

type ListName = SplitName | 'trainval'

function listsOf({ splits }: ExportHead): readonly ListName[] {
  return splits.length > 0 && splits.every((split) => split === 'test') ? ['test'] : [...splits, 'trainval']
}

const holds = (name: ListName, split: SplitName | null) => (name === 'trainval' ? split !== 'test' : name === split)

async function* linesOf(stems: Spool): AsyncGenerator<string> {
  for await (const group of stems.read()) yield `${group.join('\n')}\n`
}

function annotationXml(
  sample: ImageSample,
  [width, height]: Size,
  fileName: string,
  head: ExportHead,
  losses: LossCount,
): string {
  countUnheld(sample, losses)
  const objects = new Set<string>()
  for (const box of boxesOf(sample.annotations, sample.image, losses)) {
    const object = objectXml(box, [width, height], losses)
    if (objects.has(object))
      losses.add('dropped', 'annotations', 'the picture has the same box of the same class already')
    objects.add(object)
  }
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<annotation>',
    '  <folder>JPEGImages</folder>',
    `  <filename>${fileName}</filename>`,
    `  <source><database>${xmlText(head.title)}</database></source>`,
    // What loaders decode to, whatever the file holds.
    `  <size><width>${width}</width><height>${height}</height><depth>3</depth></size>`,
    '  <segmented>0</segmented>',
    ...objects,
    '</annotation>',
  ]
  return `${lines.join('\n')}\n`
}

function objectXml({ annotation, bbox, outline }: LabelledBox, [width, height]: Size, losses: LossCount): string {
  const [left, right] = wholeSpan(bbox[0], bbox[2], width)
  const [top, bottom] = wholeSpan(bbox[1], bbox[3], height)
  const exact = [left, top, right - left, bottom - top].every((value, i) => value === bbox[i])
  if (outline) losses.add('approximated', 'annotations.shape', 'an outline becomes its box')
  else if (!exact) losses.add('approximated', 'annotations.shape', 'the box is rounded to whole pixels')
  const { label, shape } = annotation
  const name = xmlText(label)
  if (name.includes('\ufffd') && !label.includes('\ufffd')) {
    losses.add('approximated', 'annotations.label', 'XML has no such characters')
  }
  const drawn = shape.type === 'box' ? shape.bbox : shape.type === 'polygon' ? boundsOf(shape.points) : bbox
  const truncated = drawn.some((value, i) => value !== bbox[i]) ? 1 : 0
  const place = `<xmin>${left + 1}</xmin><ymin>${top + 1}</ymin><xmax>${right}</xmax><ymax>${bottom}</ymax>`
  return [
    '  <object>',
    `    <name>${name}</name>`,
    `    <pose>Unspecified</pose><truncated>${truncated}</truncated><difficult>0</difficult>`,
    `    <bndbox>${place}</bndbox>`,
    '  </object>',
  ].join('\n')
}

/** The nearest edges between pixels; for less than a pixel, those of the pixel that its middle lies in. */
function wholeSpan(start: number, length: number, limit: number): readonly [number, number] {
  const [from, to] = [Math.round(start), Math.round(start + length)]
  if (to > from) return [from, to]
  const pixel = Math.min(Math.floor(start + length / 2), limit - 1)
  return [pixel, pixel + 1]
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Text of an element; U+FFFD stands for what XML 1.0 cannot hold in any form. */
function xmlText(text: string): string {
  return text.replaceAll(/[&<>\p{Cc}\p{Cs}\ufffe\uffff]/gu, (char) => {
    const code = char.charCodeAt(0)
    const held = '\t\n\r'.includes(char) || (code >= 0x7f && code <= 0x9f)
    return entities[char] ?? (held ? `&#${code};` : '\ufffd')
  })
}
