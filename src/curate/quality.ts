/** Figures by which people judge whether a dataset is fit to train on, gathered in one pass. */
import type { Annotation } from '#core/annotation.ts'
import { type SplitName, splitNames } from '#core/dataset.ts'
import type { ExportItem } from '#core/format.ts'
import { sampleMedia } from '#core/sample.ts'
import { findDuplicateLabels } from './duplicates.ts'

export interface DatasetQuality {
  readonly samples: number
  readonly splits: Readonly<Record<SplitName, number>>
  /** How many people's sessions it comes from. */
  readonly contributors: number
  /** Samples whose pictures were all seen before, byte for byte, in an earlier sample. */
  readonly repeatedPictures: number
  /** Labelled pictures; null when the dataset has none. */
  readonly images: ImageQuality | null
}

export interface ImageQuality {
  readonly images: number
  /** Pictures without any label: needed, so that a model learns what is nothing. */
  readonly negatives: number
  readonly annotations: number
  /** Labels that a person confirmed. */
  readonly verified: number
  /** Mean of those that have one; null when none has. */
  readonly meanConfidence: number | null
  readonly withConfidence: number
  /** Pairs of labels that say the same of the same place. */
  readonly duplicateLabels: number
  /** Boxes by area, bounded as COCO's evaluation does: up to 32², up to 96², above, in pixels. */
  readonly boxSizes: { readonly small: number; readonly medium: number; readonly large: number }
  /** Boxes that reach beyond their picture; null size of the picture counts as within. */
  readonly boxesOutside: number
  /** Most frequent first. */
  readonly classes: readonly ClassQuality[]
  /**
   * Evenness of the classes, 0 to 1: the entropy of the shares of the labels over the highest that so many classes can
   * have; null for fewer than two classes.
   */
  readonly balance: number | null
  /** Labels by how they came about, most frequent first. */
  readonly sources: readonly { readonly source: string; readonly annotations: number }[]
}

export interface ClassQuality {
  readonly label: string
  readonly annotations: number
  readonly images: number
  readonly verified: number
}

/** Reads all items once. Memory grows with classes, contributors and 8 bytes of each picture's hash. */
export async function gatherQuality(items: AsyncIterable<ExportItem> | Iterable<ExportItem>): Promise<DatasetQuality> {
  const splits: Record<SplitName, number> = { train: 0, val: 0, test: 0 }
  const contributors = new Set<string>()
  const pictures = new Set<string>()
  const images = startImages()
  let samples = 0
  let repeatedPictures = 0
  for await (const { sample, split } of items) {
    samples += 1
    if (split !== null) splits[split] += 1
    for (const contributor of sample.contributors) contributors.add(contributor)
    // 64 bits of the hash are enough to tell a billion pictures apart, and a quarter of the memory.
    const hashes = sampleMedia(sample).map(({ sha256 }) => sha256.slice(0, 16))
    if (hashes.length > 0 && hashes.every((hash) => pictures.has(hash))) repeatedPictures += 1
    for (const hash of hashes) pictures.add(hash)
    if (sample.type === 'image') images.add(sample.annotations, sample.image)
  }
  const ordered = Object.fromEntries(splitNames.map((split) => [split, splits[split]])) as Record<SplitName, number>
  return { samples, splits: ordered, contributors: contributors.size, repeatedPictures, images: images.figures() }
}

interface PictureSize {
  readonly width: number | null
  readonly height: number | null
}

function startImages() {
  const total = { images: 0, negatives: 0, annotations: 0, verified: 0, duplicateLabels: 0, boxesOutside: 0 }
  const boxSizes = { small: 0, medium: 0, large: 0 }
  const classes = new Map<string, { annotations: number; images: number; verified: number }>()
  const sources = new Map<string, number>()
  let confidenceSum = 0
  let withConfidence = 0

  const addLabel = ({ label, shape, confidence, source, verified }: Annotation, picture: PictureSize) => {
    const own = classes.get(label) ?? { annotations: 0, images: 0, verified: 0 }
    own.annotations += 1
    own.verified += Number(verified)
    classes.set(label, own)
    sources.set(source, (sources.get(source) ?? 0) + 1)
    total.verified += Number(verified)
    if (confidence !== null) {
      confidenceSum += confidence
      withConfidence += 1
    }
    if (shape.type !== 'box') return
    const [x, y, width, height] = shape.bbox
    boxSizes[sizeClass(width * height)] += 1
    const outside =
      x < 0 || y < 0 || x + width > (picture.width ?? Infinity) || y + height > (picture.height ?? Infinity)
    total.boxesOutside += Number(outside)
  }
  return {
    add(annotations: readonly Annotation[], picture: PictureSize) {
      total.images += 1
      total.negatives += Number(annotations.length === 0)
      total.annotations += annotations.length
      total.duplicateLabels += findDuplicateLabels(annotations).length
      for (const annotation of annotations) addLabel(annotation, picture)
      for (const label of new Set(annotations.map((annotation) => annotation.label))) {
        const own = classes.get(label)
        if (own) own.images += 1
      }
    },
    figures(): ImageQuality | null {
      if (total.images === 0) return null
      const byCount = [...classes].sort(([a, m], [b, n]) => n.annotations - m.annotations || (a < b ? -1 : 1))
      return {
        ...total,
        meanConfidence: withConfidence === 0 ? null : confidenceSum / withConfidence,
        withConfidence,
        boxSizes,
        classes: byCount.map(([label, counts]) => ({ label, ...counts })),
        balance: evenness(byCount.map(([, { annotations }]) => annotations)),
        sources: [...sources]
          .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
          .map(([source, annotations]) => ({ source, annotations })),
      }
    },
  }
}

function sizeClass(areaPx: number): 'small' | 'medium' | 'large' {
  if (areaPx <= 32 ** 2) return 'small'
  return areaPx <= 96 ** 2 ? 'medium' : 'large'
}

function evenness(counts: readonly number[]): number | null {
  if (counts.length < 2) return null
  const total = counts.reduce((a, b) => a + b)
  const entropy = counts.reduce((sum, count) => sum - (count / total) * Math.log(count / total), 0)
  return entropy / Math.log(counts.length)
}
