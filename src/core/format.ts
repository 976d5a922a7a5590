/** A format is how a training framework wants its data: samples in, files out. One format = one file in `src/formats`. */
import type { Context } from './context.ts'
import type { SplitName } from './dataset.ts'
import type { MediaReader, Sink, Source } from './io.ts'
import type { JsonObject } from './json.ts'
import type { Intake } from './layout.ts'
import type { OptionTable } from './options.ts'
import type { Match, WriteReport } from './report.ts'
import type { Sample, SampleType } from './sample.ts'

export interface ExportItem {
  readonly sample: Sample
  /** null when the data are not split. */
  readonly split: SplitName | null
}

/** What a format is told about the whole before the first sample comes. */
export interface ExportHead {
  /** "screens@1.0.0", or a query in words. */
  readonly title: string
  /** All labels, sorted: class numbers are fixed over splits, and by `labels` of earlier versions over time. */
  readonly labels: readonly string[]
  /** The splits that occur, in the order train, val, test; empty when the data are not split. */
  readonly splits: readonly SplitName[]
  /** A fixed time, UTC: that of the version, so that exporting it again gives the same bytes. */
  readonly at: string
  /** All attribute keys that occur, sorted, with the one type that holds all values, so that every split has the same columns. */
  readonly attributes: readonly {
    readonly key: string
    readonly type: 'number' | 'integer' | 'boolean' | 'string' | 'json'
  }[]
}

export interface Format {
  /** `coco`; the only place the name is written. */
  readonly name: string
  /** One line for the help and the studio. */
  readonly about: string
  readonly sampleTypes: readonly SampleType[]
  readonly options: OptionTable
  /** Items come ordered by split, then by sample id. */
  write(
    items: AsyncIterable<ExportItem>,
    head: ExportHead,
    media: MediaReader,
    sink: Sink,
    options: JsonObject,
    ctx: Context,
  ): Promise<WriteReport>
  /** Present = what it wrote is read back to the same samples, within the losses it reported. */
  read?(source: Source, intake: Intake, ctx: Context): AsyncIterable<ExportItem>
  detect?(source: Source): Promise<Match>
}
