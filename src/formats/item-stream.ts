/** The items of an export, cut into their splits without holding more than one of them. */
import type { Context } from '#core/context.ts'
import type { SplitName } from '#core/dataset.ts'
import { fault } from '#core/faults.ts'
import type { ExportHead, ExportItem, Format } from '#core/format.ts'
import type { Sample, SampleType } from '#core/sample.ts'

export interface SplitItems<S extends Sample = Sample> {
  /** null when the data are not split. */
  readonly split: SplitName | null
  /** To be read to its end before the next split is asked for. */
  readonly samples: AsyncIterable<S>
}

export interface ItemStream<S extends Sample = Sample> {
  /** That of all samples; the first one that the format takes when there is no sample. */
  readonly sampleType: SampleType
  /** Every split of the head, empty ones too; one split, null, when the data are not split. */
  splits(): AsyncGenerator<SplitItems<S>>
}

/** Progress is reported, and cancelling is looked for, this often. */
const reportEvery = 200

/**
 * @throws format.sample when a sample is of a type that the format cannot hold, or of another type than the first;
 *   whatever cancels `ctx.signal`
 */
export async function openItems(
  format: Pick<Format, 'name' | 'sampleTypes'>,
  items: AsyncIterable<ExportItem>,
  head: ExportHead,
  ctx: Context,
): Promise<ItemStream> {
  const iterator = items[Symbol.asyncIterator]()
  let next = await iterator.next()
  let done = 0
  const sampleType = next.done ? (format.sampleTypes[0] ?? 'row') : next.value.sample.type
  const accepted = format.sampleTypes.includes(sampleType)
  if (!accepted) throw unfit(`${format.name} holds ${format.sampleTypes.join(', ')}`, sampleType)

  async function* samplesOf(split: SplitName | null): AsyncGenerator<Sample> {
    while (!next.done && next.value.split === split) {
      ctx.signal.throwIfAborted()
      const { sample } = next.value
      if (sample.type !== sampleType) throw unfit(`samples of one type, ${sampleType}`, sample.type)
      yield sample
      done++
      if (done % reportEvery === 0) ctx.progress({ done, total: null, unit: 'samples', note: split })
      next = await iterator.next()
    }
  }

  async function* splits(): AsyncGenerator<SplitItems> {
    try {
      for (const split of head.splits.length > 0 ? head.splits : [null]) {
        ctx.signal.throwIfAborted()
        yield { split, samples: samplesOf(split) }
      }
      if (!next.done)
        throw unfit(`items ordered by the splits ${head.splits.join(', ') || 'none'}`, String(next.value.split))
      ctx.progress({ done, total: done, unit: 'samples', note: null })
    } finally {
      await iterator.return?.()
    }
  }
  return { sampleType, splits }
}

function unfit(expected: string, found: string) {
  return fault('format.sample', { expected, found })
}
