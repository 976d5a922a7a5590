/**
 * Writes qontinui's intermediate dataset with the documented fields and files, and without the faults of the exporter:
 * numbers start at 1, boxes are whole pixels on their image, every file named exists, counts are those of the files,
 * images without labels are there, and writing the same sessions again gives the same bytes.
 */
import type { Context } from '#core/context.ts'
import type { MediaReader, Sink } from '#core/io.ts'
import type { JsonObject } from '#core/json.ts'
import type { LayoutExtras, SessionWithEdits } from '#core/layout.ts'
import { checkOptions } from '#core/options.ts'
import type { WriteReport } from '#core/report.ts'
import { boundsOf } from '../geometry.ts'
import { cocoText } from './qontinui-coco.ts'
import {
  datasetOf,
  pythonTime,
  qontinuiOptions,
  type WrittenDataset,
  type WrittenImage,
  type WrittenLabel,
} from './qontinui-dataset.ts'
import { textOf } from './qontinui-files.ts'
import { type Gathered, type GatheredLine, gather } from './qontinui-gather.ts'

export async function writeQontinui(
  items: AsyncIterable<SessionWithEdits>,
  media: MediaReader,
  sink: Sink,
  given: JsonObject,
  extras: LayoutExtras,
  ctx: Context,
): Promise<WriteReport> {
  const options = checkOptions(qontinuiOptions, given)
  const gathered = await gather(items, options.failedActions)
  const dataset = datasetOf(gathered, options, extras)
  const bySha = new Map(dataset.images.map((image) => [image.image.media.sha256, image]))
  const lines = gathered.lines.filter(({ image }) => bySha.has(image))
  gathered.losses.add('lines', 'dropped', gathered.lines.length - lines.length, 'the options leave their images out')
  const contexts = Map.groupBy(lines, ({ image }) => image)
  let files = 0
  const write = async (name: string, content: Parameters<Sink['write']>[1]) => {
    await sink.write(name, content)
    files++
  }
  for (const [done, image] of dataset.images.entries()) {
    ctx.signal.throwIfAborted()
    ctx.progress({ done, total: dataset.images.length, unit: 'images', note: null })
    const { sha256 } = image.image.media
    await write(`images/${image.file}`, media.open(sha256))
    await write(`annotations/${image.name}.json`, annotationText(image, dataset, contexts.get(sha256) ?? []))
  }
  await write('manifest.jsonl', manifestText(lines, bySha))
  await write('metadata.json', metadataText(gathered, dataset))
  await write('dataset.json', cocoText(dataset))
  if (dataset.images.some(({ review }) => review !== null)) await write('reviews.jsonl', reviewsText(dataset.images))
  return { files, items: gathered.sessions.length, losses: gathered.losses.list() }
}

const seconds = (ms: number | null) => (ms === null ? null : ms / 1000)

function annotationText(image: WrittenImage, dataset: WrittenDataset, lines: readonly GatheredLine[]): string {
  const states = new Set([...image.image.evidence.activeStates, ...lines.flatMap(({ activeStates }) => activeStates)])
  // An image has one context here: that of its first action that succeeded, else of its first.
  const first = lines.find(({ action }) => action?.success !== false) ?? lines[0]
  return pretty({
    image_id: image.name,
    image_filename: image.file,
    image_width: image.image.width,
    image_height: image.image.height,
    annotations: image.labels.map((label) => annotationEntry(label, dataset)),
    context: {
      action_type: first?.action?.type ?? null,
      active_states: [...states].sort(),
      timestamp: seconds(first?.atMs ?? null),
      success: first?.action?.success ?? null,
    },
    version: dataset.version,
  })
}

function annotationEntry({ annotation, bbox, polygon }: WrittenLabel, dataset: WrittenDataset): JsonObject {
  const { provenance } = annotation
  return {
    bbox: [...bbox],
    category_id: dataset.categoryIds.get(annotation.label) ?? 0,
    category_name: annotation.label,
    confidence: annotation.confidence,
    source: annotation.source,
    verified: annotation.verified,
    ...(polygon ? { polygon: polygon.map((point) => [...point]) } : {}),
    provenance: {
      session_id: provenance.session,
      action_id: provenance.action,
      at: provenance.at,
      method: provenance.method,
      threshold: provenance.threshold,
      active_states: provenance.activeStates,
      observations: provenance.observations,
      seen: provenance.seen.map((seen) => ({
        session_id: seen.session,
        action_id: seen.action,
        source: seen.source,
        label: seen.label,
        bbox: [...boundsOf(seen.shape)],
        confidence: seen.confidence,
        count: seen.count,
      })),
      clicks: provenance.clicks.map((click) => ({
        session_id: click.session,
        action_id: click.action,
        point: [...click.point],
        by: click.by,
        count: click.count,
      })),
    },
  }
}

function* manifestLines(
  lines: readonly GatheredLine[],
  images: ReadonlyMap<string, WrittenImage>,
): Iterable<JsonObject> {
  const seen = new Set<string>()
  for (const line of lines) {
    const image = images.get(line.image)
    if (!image) continue
    const after = line.imageAfter === null ? undefined : images.get(line.imageAfter)
    yield {
      id: image.name,
      image: `images/${image.file}`,
      annotations: `annotations/${image.name}.json`,
      action_id: line.action?.id ?? null,
      action_type: line.action?.type ?? null,
      timestamp: seconds(line.atMs),
      active_states: [...line.activeStates].sort(),
      source: line.kind === 'recording' ? 'user_recording' : 'runner_execution',
      is_new: !seen.has(image.name),
      reviewed: image.review !== null || (image.labels.length > 0 && image.labels.every(isVerified)),
      session_id: line.sessionId,
      run_id: line.runId,
      step: line.step,
      success: line.action?.success ?? null,
      image_after: after ? `images/${after.file}` : null,
      active_states_after: [...(line.action?.statesAfter ?? [])].sort(),
      target: line.action?.target?.label ?? null,
      ...(line.action === null ? { role: 'screen' } : {}),
    }
    seen.add(image.name)
  }
}

const isVerified = ({ annotation }: WrittenLabel) => annotation.verified

async function* jsonLines(values: Iterable<JsonObject>): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder()
  for (const value of values) yield encoder.encode(`${JSON.stringify(value)}\n`)
}

const manifestText = (lines: readonly GatheredLine[], images: ReadonlyMap<string, WrittenImage>) =>
  jsonLines(manifestLines(lines, images))

function reviewsText(images: readonly WrittenImage[]): AsyncIterable<Uint8Array> {
  return jsonLines(
    images.flatMap(({ name, image, review }) => {
      const word = image.evidence.words.findLast(({ said }) => 'verdict' in said)
      if (review === null || !word || !('verdict' in word.said)) return []
      return [{ image_id: name, status: review, notes: word.said.notes ?? '', at: word.at }]
    }),
  )
}

function metadataText(gathered: Gathered, dataset: WrittenDataset): string {
  const { counts, sessions } = gathered
  const last = sessions.at(-1)?.session.recordedAt ?? null
  return pretty({
    dataset_version: dataset.version,
    created: pythonTime(dataset.created),
    updated: pythonTime(last),
    total_images: dataset.images.length,
    total_annotations: dataset.images.reduce((sum, { labels }) => sum + labels.length, 0),
    category_map: Object.fromEntries(dataset.categoryIds),
    categories: [...dataset.categoryIds].map(([name, id]) => ({ id, name })),
    statistics: {
      total_records_processed: counts.actions,
      records_with_screenshots: counts.withScreenshot,
      records_with_matches: counts.withMatches,
      records_with_clicks: counts.withClicks,
      skipped_records: counts.actions - counts.withScreenshot,
      // Not known: it would make two exports of the same sessions differ.
      export_time_seconds: null,
    },
    format: 'intermediate',
    description: 'Training dataset of GUI automation runs, exported by Hindsight',
    sessions: sessions.map(({ session }) => ({
      session_id: session.id,
      run_id: session.context.runId ?? null,
      kind: session.context.kind,
      recorded_at: session.recordedAt,
      status: session.outcome.status,
      duration_ms: session.outcome.durationMs,
      app: textOf(session.context.app ?? undefined),
      os: textOf(session.context.os ?? undefined),
      workflows: session.context.workflows ?? [],
      group: session.context.group ?? null,
    })),
  })
}

function pretty(value: JsonObject): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
