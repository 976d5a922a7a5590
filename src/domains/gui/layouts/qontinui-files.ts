/**
 * The files of qontinui's intermediate dataset, read with tolerance: what each may hold, whoever wrote it.
 *
 *   manifest.jsonl        one line per action with a screenshot
 *   annotations/<h>.json  the boxes of one image
 *   metadata.json         counts and the category map
 *   reviews.jsonl         what people said of images
 *
 * `<h>` is the first 16 hex digits of the SHA-256 of the image's bytes. Fields that only Hindsight writes are optional.
 */
import type { Bbox } from '#core/annotation.ts'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'

/** The name under which metadata.json is kept as a document. */
export const metadataDocument = 'qontinui/metadata.json'

export interface ManifestLine {
  /** `manifest.jsonl:12` */
  readonly where: string
  /** Counted from 1; the place of the file itself for an image that no line names. */
  readonly order: number
  readonly image: string
  readonly annotations: string | null
  /** null for a screenshot that no action is known for. */
  readonly actionId: string | null
  readonly actionType: string | null
  /** Unix time. */
  readonly atMs: number | null
  readonly states: readonly string[]
  readonly source: string | null
  readonly sessionId: string | null
  readonly runId: string | null
  readonly step: number | null
  readonly success: boolean | null
  readonly imageAfter: string | null
  readonly statesAfter: readonly string[]
  readonly target: string | null
}

/** @returns null when the value is no manifest line: it names no image inside the dataset */
export function manifestLine(value: Json, where: string, order: number): ManifestLine | null {
  if (!isJsonObject(value)) return null
  const image = innerPath(value['image'])
  if (image === null) return null
  const isAction = value['role'] !== 'screen'
  return {
    where,
    order,
    image,
    annotations: innerPath(value['annotations']),
    actionId: isAction ? textOf(value['action_id']) : null,
    actionType: isAction ? textOf(value['action_type']) : null,
    atMs: unixMs(value['timestamp']),
    states: textsOf(value['active_states']),
    source: textOf(value['source']),
    sessionId: textOf(value['session_id']),
    runId: textOf(value['run_id']),
    step: numberOf(value['step']),
    success: booleanOf(value['success']),
    imageAfter: innerPath(value['image_after']),
    statesAfter: textsOf(value['active_states_after']),
    target: textOf(value['target']),
  }
}

export interface RawBox {
  readonly bbox: Bbox
  readonly name: string | null
  readonly categoryId: number | null
  readonly confidence: number | null
  readonly source: string
  readonly verified: boolean
  /** Only in what Hindsight wrote. */
  readonly provenance: JsonObject | null
  readonly polygon: readonly (readonly [number, number])[] | null
}

export interface AnnotationFile {
  readonly width: number | null
  readonly height: number | null
  readonly boxes: readonly RawBox[]
  /** Entries that are no box at all, by their index. */
  readonly unreadable: readonly { readonly index: number; readonly found: Json }[]
  readonly context: {
    readonly actionType: string | null
    readonly states: readonly string[]
    readonly atMs: number | null
    readonly success: boolean | null
  }
}

export function annotationFile(value: Json): AnnotationFile | null {
  if (!isJsonObject(value)) return null
  const boxes: RawBox[] = []
  const unreadable: { index: number; found: Json }[] = []
  const entries = Array.isArray(value['annotations']) ? (value['annotations'] as readonly Json[]) : []
  for (const [index, entry] of entries.entries()) {
    const box = rawBox(entry)
    if (box) boxes.push(box)
    else unreadable.push({ index, found: entry })
  }
  const context = isJsonObject(value['context']) ? value['context'] : {}
  return {
    width: numberOf(value['image_width']),
    height: numberOf(value['image_height']),
    boxes,
    unreadable,
    context: {
      actionType: textOf(context['action_type']),
      states: textsOf(context['active_states']),
      atMs: unixMs(context['timestamp']),
      success: booleanOf(context['success']),
    },
  }
}

/** A box with four finite numbers and a positive size; anything else is none. */
export function rawBox(entry: Json): RawBox | null {
  if (!isJsonObject(entry) || !Array.isArray(entry['bbox'])) return null
  const [x, y, width, height, more] = (entry['bbox'] as readonly Json[]).map(numberOf)
  if (typeof x !== 'number' || typeof y !== 'number' || more !== undefined) return null
  if (typeof width !== 'number' || typeof height !== 'number' || width <= 0 || height <= 0) return null
  return {
    bbox: [x, y, width, height],
    name: textOf(entry['category_name']),
    categoryId: numberOf(entry['category_id']),
    confidence: numberOf(entry['confidence']),
    source: textOf(entry['source']) ?? 'unknown',
    verified: entry['verified'] === true,
    provenance: isJsonObject(entry['provenance']) ? entry['provenance'] : null,
    polygon: polygonOf(entry['polygon']),
  }
}

function polygonOf(value: Json | undefined): RawBox['polygon'] {
  if (!Array.isArray(value)) return null
  const points = (value as readonly Json[]).map((point) => (Array.isArray(point) ? point.map(numberOf) : []))
  const good = points.flatMap(([x, y]) => (typeof x === 'number' && typeof y === 'number' ? [[x, y] as const] : []))
  return good.length >= 3 && good.length === points.length ? good : null
}

/** A name inside the dataset; null for absolute names and such as climb out of it. */
export function innerPath(value: Json | undefined): string | null {
  if (typeof value !== 'string' || value === '' || /^([/\\]|[A-Za-z]:)/.test(value)) return null
  const parts = value
    .toWellFormed()
    .normalize('NFC')
    .split(/[/\\]/)
    .filter((part) => part !== '' && part !== '.')
  return parts.length === 0 || parts.includes('..') ? null : parts.join('/')
}

export function textOf(value: Json | undefined): string | null {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value !== 'string') return null
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters have no place in a name
  const text = value
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
  return text === '' ? null : text.slice(0, 200)
}

/** Numbers that were written as text count; NaN and infinities do not. */
export function numberOf(value: Json | undefined): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

/** A copy that can be stored: halves of surrogate pairs are replaced, keys that could change objects are left out. */
export function storable(value: Json): Json {
  if (typeof value === 'string') return value.toWellFormed()
  if (Array.isArray(value)) return (value as readonly Json[]).map(storable)
  if (!isJsonObject(value)) return value
  const kept = Object.entries(value).filter(([key]) => key !== '__proto__')
  return Object.fromEntries(kept.map(([key, item]) => [key.toWellFormed(), storable(item)]))
}

export function notNegative(value: Json | undefined): number | null {
  const number = numberOf(value)
  return number !== null && number >= 0 ? number : null
}

/** A count; what no counter can have reached is no count. */
export function wholeOf(value: Json | undefined): number | null {
  const number = notNegative(value)
  return number === null || number > 1e9 ? null : Math.round(number)
}

export function booleanOf(value: Json | undefined): boolean | null {
  return typeof value === 'boolean' ? value : null
}

export function textsOf(value: Json | undefined): readonly string[] {
  if (!Array.isArray(value)) return []
  const texts = (value as readonly Json[]).map(textOf).filter((text) => text !== null)
  return [...new Set(texts)].sort().slice(0, 1000)
}

/** Seconds as the tool writes them; milliseconds and ISO times are understood as well. Times without a zone are UTC. */
export function unixMs(value: Json | undefined): number | null {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value)) {
    const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(value) || !value.includes('T') ? value : `${value}Z`
    return plausible(Date.parse(zoned))
  }
  const number = numberOf(value)
  if (number === null || number <= 0) return null
  return plausible(Math.round(number > 1e11 ? number : number * 1000))
}

/** Within the years that ISO 8601 writes with four digits. */
function plausible(ms: number): number | null {
  return ms > 0 && ms < 253_402_300_800_000 ? ms : null
}

/** The folder of the dataset, '' or ending in '/': where the manifest nearest to the top lies. */
export function datasetRoot(names: readonly string[]): string | null {
  const roots = names
    .filter((name) => name === 'manifest.jsonl' || name.endsWith('/manifest.jsonl'))
    .map((name) => name.slice(0, -'manifest.jsonl'.length))
    .sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1))
  return roots[0] ?? null
}
