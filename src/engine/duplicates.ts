/** What a set of samples holds more than once: the same bytes, pictures that look alike, and labels that were set twice. */
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { SessionQuery } from '#core/query.ts'
import { type Sample, type SampleType, sampleMedia } from '#core/sample.ts'
import { findDuplicateLabels, findExactDuplicates, findNearDuplicates, type NearCluster } from '#curate/duplicates.ts'
import { maxNearDistance } from '#curate/near-pairs.ts'
import type { Engine } from './engine.ts'
import { fingerprintsOf } from './fingerprints.ts'
import { samplesToday } from './sample-stream.ts'

export interface DuplicateReport {
  readonly samples: number
  /** Ids of samples whose pictures are the same to the byte. */
  readonly exact: readonly (readonly string[])[]
  /** Ids of samples whose first pictures look alike. */
  readonly near: readonly NearCluster[]
  /** Pictures on which the same thing is labelled twice. */
  readonly labels: readonly { readonly sample: string; readonly label: string; readonly iou: number }[]
}

/**
 * @param maxDistance pictures at most this many of 64 bits apart look alike
 * @throws query.invalid
 */
export async function findDuplicates(
  engine: Engine,
  query: SessionQuery,
  type: SampleType,
  maxDistance: number,
  ctx: Context,
): Promise<DuplicateReport> {
  if (!Number.isInteger(maxDistance) || maxDistance < 0 || maxDistance > maxNearDistance) {
    const expected = `a distance from 0 to ${maxNearDistance} bits`
    throw fault('query.invalid', { expected, found: String(maxDistance) })
  }
  const stream = await samplesToday(engine, query, type, 'train', ctx)
  const pictures: { id: string; hash: string; first: string }[] = []
  const labels: { sample: string; label: string; iou: number }[] = []
  let samples = 0
  for await (const sample of stream.samples()) {
    samples++
    const media = sampleMedia(sample)
    if (media[0])
      pictures.push({ id: sample.id, hash: media.map((ref) => ref.sha256).join(' '), first: media[0].sha256 })
    labels.push(...labelledTwice(sample))
  }
  const prints = await fingerprintsOf(
    engine,
    pictures.map((picture) => picture.first),
    ctx,
  )
  const seen = pictures.flatMap(({ id, first }) => {
    const fingerprint = prints.get(first)
    return fingerprint === undefined ? [] : [{ id, fingerprint }]
  })
  return { samples, exact: findExactDuplicates(pictures), near: findNearDuplicates(seen, maxDistance), labels }
}

function labelledTwice(sample: Sample) {
  if (sample.type !== 'image') return []
  return findDuplicateLabels(sample.annotations).map(({ a, iou }) => ({ sample: sample.id, label: a.label, iou }))
}
