/** The dataset to be written, worked out before the first byte: which images, which labels, under which names and numbers. */
import type { Bbox, Point } from '#core/annotation.ts'
import { isJsonObject, parseJson } from '#core/json.ts'
import type { LayoutExtras } from '#core/layout.ts'
import type { OptionTable, OptionValues } from '#core/options.ts'
import { boundsOf, fitBox } from '../geometry.ts'
import { type GuiAnnotation, labelsFrom } from '../labels.ts'
import { reviewOf } from '../samples.ts'
import { metadataDocument, unixMs } from './qontinui-files.ts'
import type { Gathered, GatheredImage } from './qontinui-gather.ts'

export const qontinuiOptions = {
  datasetVersion: { type: 'text', about: 'the version that metadata.json and dataset.json state', default: '1.0.0' },
  negatives: { type: 'boolean', about: 'also images without any label, as negative examples', default: true },
  failedActions: { type: 'boolean', about: 'what failed actions found and clicked labels images too', default: false },
  verifiedOnly: { type: 'boolean', about: 'only labels that a person confirmed', default: false },
  minConfidence: {
    type: 'number',
    about: 'leave out labels less sure than this; those that state no confidence stay',
    unit: '(a share)',
    min: 0,
    max: 1,
    integer: false,
    default: 0,
  },
} as const satisfies OptionTable

type Options = OptionValues<typeof qontinuiOptions>

/** A label as it is written: whole pixels, and its category's number. */
export interface WrittenLabel {
  readonly annotation: GuiAnnotation
  readonly bbox: Bbox
  readonly polygon: readonly Point[] | null
}

export interface WrittenImage {
  /** The first hex digits of the SHA-256 of the bytes. */
  readonly name: string
  readonly file: string
  readonly image: GatheredImage
  readonly labels: readonly WrittenLabel[]
  /** Of the first action or screen that shows it, UTC. */
  readonly capturedAt: string | null
  readonly review: 'good' | 'bad' | null
}

export interface WrittenDataset {
  readonly images: readonly WrittenImage[]
  readonly categoryIds: ReadonlyMap<string, number>
  readonly version: string
  /** UTC; null when there is no session. */
  readonly created: string | null
}

export function datasetOf(gathered: Gathered, options: Options, extras: LayoutExtras): WrittenDataset {
  const names = namesOf([...gathered.images.keys()])
  const images: WrittenImage[] = []
  const lines = Map.groupBy(gathered.lines, ({ image }) => image)
  for (const [sha256, image] of gathered.images) {
    const all = labelsFrom(image.evidence, image)
    const wanted = all.filter((label) => isWanted(label, options))
    const labels = wanted.flatMap((annotation) => writtenLabel(annotation, image) ?? [])
    gathered.losses.add('labels', 'dropped', all.length - wanted.length, 'the options leave them out')
    gathered.losses.add('points', 'dropped', wanted.length - labels.length, 'a point is no box')
    gathered.losses.add('rejected', 'dropped', image.evidence.rejected.length, 'places that are not on the image')
    // Where options took away every label, the image is no negative example: it shows what they would say it lacks.
    if (labels.length === 0 && (all.length > 0 || !options.negatives)) continue
    const name = names.get(sha256) ?? sha256
    const file = `${name}.${extensionOf(image.media.mediaType)}`
    const firstMs = lines.get(sha256)?.find(({ atMs }) => atMs !== null)?.atMs ?? null
    const capturedAt = firstMs === null ? null : new Date(firstMs).toISOString()
    images.push({ name, file, image, labels, capturedAt, review: reviewOf(image.evidence) })
  }
  images.sort((a, b) => (a.file < b.file ? -1 : 1))
  const used = new Set(images.flatMap(({ labels }) => labels.map(({ annotation }) => annotation.label)))
  const categoryIds = new Map([...used].sort().map((label, index) => [label, index + 1]))
  return { images, categoryIds, version: options.datasetVersion ?? '1.0.0', created: createdOf(gathered, extras) }
}

function isWanted(label: GuiAnnotation, { verifiedOnly, minConfidence }: Options): boolean {
  if (verifiedOnly && !label.verified) return false
  return label.verified || label.confidence === null || label.confidence >= minConfidence
}

function writtenLabel(annotation: GuiAnnotation, image: GatheredImage): WrittenLabel | null {
  const { shape } = annotation
  if (shape.type === 'point') return null
  const fitted = fitBox(boundsOf(shape), image)
  if ('rejected' in fitted) return null
  return { annotation, bbox: fitted.bbox, polygon: shape.type === 'polygon' ? shape.points : null }
}

/** Sixteen digits as the source system has it; all of them where that would name two images alike. */
function namesOf(hashes: readonly string[]): ReadonlyMap<string, string> {
  const byShort = Map.groupBy(hashes, (hash) => hash.slice(0, 16))
  return new Map(hashes.map((hash) => [hash, byShort.get(hash.slice(0, 16))?.length === 1 ? hash.slice(0, 16) : hash]))
}

function extensionOf(mediaType: string): string {
  return mediaType === 'image/jpeg' ? 'jpg' : mediaType === 'image/webp' ? 'webp' : 'png'
}

/** The dataset keeps the time of its beginning over exports. */
function createdOf(gathered: Gathered, extras: LayoutExtras): string | null {
  const first = gathered.sessions[0]?.session.recordedAt ?? null
  const kept = extras.documents[metadataDocument]
  const metadata = kept === undefined ? null : parseJson(kept, metadataDocument)
  const before = isJsonObject(metadata) ? unixMs(metadata['created']) : null
  return before === null ? first : new Date(before).toISOString()
}

/** ISO 8601 that Python 3.7 reads as well. */
export const pythonTime = (utc: string | null) => utc?.replace(/Z$/, '+00:00') ?? null
