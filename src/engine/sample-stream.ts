/** Streams of samples as they go into datasets and exports: joined over sessions, and only where consent allows. */
import type { ConsentScope } from '#core/consent.ts'
import type { Context } from '#core/context.ts'
import type { SessionQuery } from '#core/query.ts'
import type { Sample, SampleType } from '#core/sample.ts'
import { domainByName } from '#domains/domains.ts'
import { consentGate } from './consent.ts'
import type { Engine } from './engine.ts'
import { refreshSamples } from './samples.ts'

/** Samples that were left out, and why, counted by reason. */
export type Withheld = Map<string, number>

export interface SampleStream {
  readonly samples: () => AsyncIterable<Sample>
  /** Filled while the stream is read; read anew with each pass. */
  readonly withheld: Withheld
}

/**
 * The samples that a query finds today, ordered by id, those of one id joined. May be read more than once; each pass
 * sees the same sessions as long as nothing is recorded in between.
 */
export async function samplesToday(
  engine: Engine,
  query: SessionQuery,
  type: SampleType,
  scope: ConsentScope,
  ctx: Context,
): Promise<SampleStream> {
  await refreshSamples(engine, ctx)
  const withheld: Withheld = new Map()
  const gated = () => {
    withheld.clear()
    return gate(engine, engine.store.samples.scan(query, type), query.project ?? 'default', scope, withheld)
  }
  return { samples: () => joinEqual(gated()), withheld }
}

const gateBatch = 500

/** Lets through what may be used for `scope` today. */
export async function* gate(
  engine: Engine,
  samples: AsyncIterable<Sample>,
  project: string,
  scope: ConsentScope,
  withheld: Withheld,
): AsyncIterable<Sample> {
  const decide = await consentGate(engine, project, scope)
  for await (const batch of batches(samples, gateBatch)) {
    const ids = [...new Set(batch.flatMap((sample) => sample.sessions))]
    const subjects = new Map((await engine.store.catalog.subjects(ids)).map((subject) => [subject.id, subject]))
    for (const sample of batch) {
      const because = refusal(sample, subjects, decide)
      if (because === null) yield sample
      else withheld.set(because, (withheld.get(because) ?? 0) + 1)
    }
  }
}

type Gate = Awaited<ReturnType<typeof consentGate>>
type Subject = Parameters<Gate>[0]

/** A sample of several sessions may be used only when every one of them may. */
function refusal(sample: Sample, subjects: ReadonlyMap<string, Subject>, decide: Gate): string | null {
  for (const id of sample.sessions) {
    const subject = subjects.get(id)
    if (!subject) return 'a session it was made from was erased'
    const decision = decide(subject)
    if (!decision.allowed) return decision.because
  }
  return null
}

async function* batches<T>(items: AsyncIterable<T>, size: number): AsyncIterable<readonly T[]> {
  let batch: T[] = []
  for await (const item of items) {
    batch.push(item)
    if (batch.length >= size) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}

/** Joins neighbours of one id, as the domain joins them. */
async function* joinEqual(samples: AsyncIterable<Sample>): AsyncIterable<Sample> {
  let held: Sample | null = null
  for await (const sample of samples) {
    if (held?.id === sample.id) {
      held = domainByName(sample.domain).mergeSamples(held, sample)
      continue
    }
    if (held) yield held
    held = sample
  }
  if (held) yield held
}
