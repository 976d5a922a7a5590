/** Turns a labelled picture that came from elsewhere (COCO, YOLO …) into a session, so that it can be kept and curated. */
import type { Sha256 } from '#core/context.ts'
import { uuidFromHash } from '#core/ids.ts'
import { canonicalJson, type JsonObject } from '#core/json.ts'
import type { ImageSample } from '#core/sample.ts'

/**
 * The session of an imported picture. Its id depends on nothing but the content: the same picture with the same labels is
 * the same session, however often it is imported; a picture that has other labels now is another one.
 *
 * @param dataset what it came from, as people call it; null when that is not known
 */
export function fromImageSample(
  sample: ImageSample,
  project: string,
  sha256: Sha256,
  dataset: string | null = null,
): JsonObject {
  const { image, annotations, attributes } = sample
  const content: JsonObject = {
    project,
    domain: 'gui',
    schemaVersion: 1,
    recordedAt: sample.recordedAt,
    host: { name: 'import', version: null },
    contributor: null,
    consent: null,
    parent: null,
    context: {
      kind: 'import',
      app: textOf(attributes['app']),
      os: textOf(attributes['os']),
      workflows: textOf(attributes['workflow'])?.split(', ') ?? null,
      group: sample.group,
      attributes: foreign(attributes),
      origin: { dataset },
    },
    settings: { values: {}, reason: null, propensity: null, policy: null },
    outcome: { status: null, error: null, durationMs: null },
    telemetry: {
      screens: [
        {
          sha256: image.sha256,
          width: image.width ?? 1,
          height: image.height ?? 1,
          activeStates: stringsOf(attributes['states']),
          elements: annotations.map((annotation) => ({
            label: annotation.label,
            shape: { ...annotation.shape },
            confidence: annotation.confidence,
            source: annotation.source,
            verified: annotation.verified,
            method: annotation.provenance.method,
            threshold: annotation.provenance.threshold,
            action: annotation.provenance.action,
            at: annotation.provenance.at,
            activeStates: annotation.provenance.activeStates,
            observations: Math.max(1, annotation.provenance.observations),
          })),
        },
      ],
    },
    media: [{ ...image, role: 'screenshot' }],
  }
  return { id: uuidFromHash(sha256(canonicalJson(content, 'the imported picture'))), ...content }
}

/** What this domain works out anew for each picture is no fact of the source. */
const derived = new Set([
  'kind',
  'app',
  'os',
  'workflow',
  'width',
  'height',
  'states',
  'labels',
  'verified',
  'rejected',
])

function foreign(attributes: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => !derived.has(key) && key !== 'review'))
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string' && item !== '') : []
}
