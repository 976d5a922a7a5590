/**
 * Parquet as Hugging Face keeps data sets: `data/<split>-00000-of-00001.parquet`, pictures inside as a struct of bytes
 * and path, the types of all columns in the `huggingface` key of each file.
 *
 * The number of rows is not known before the last, so a split is one file; its row groups are small, which is what
 * streaming and parallel readers go by.
 */
import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer, type FileMetaData } from 'hyparquet'
import { type SplitName, splitNames } from '#core/dataset.ts'
import { fault } from '#core/faults.ts'
import type { ExportHead, Format } from '#core/format.ts'
import type { MediaReader, Source } from '#core/io.ts'
import { isJsonObject, parseJson } from '#core/json.ts'
import type { Intake } from '#core/layout.ts'
import type { Match } from '#core/report.ts'
import type { Sample, SampleType } from '#core/sample.ts'
import type { MediaRef } from '#core/session.ts'
import { type AttributeColumn, type Table, tableOf } from './columns.ts'
import { type CardFile, datasetCard } from './dataset-card.ts'
import { featureJson } from './features.ts'
import { openItems } from './item-stream.ts'
import { LossCount } from './losses.ts'
import { extensionOf, pictureBytes } from './media-files.ts'
import { type FileRow, type ImageCell, parquetFile } from './parquet-file.ts'
import { attributeColumnsOf, mediaRoles, sampleOf } from './rows.ts'
import { sourceBuffer } from './source-buffer.ts'

const sampleTypes = ['image', 'pair', 'row', 'trajectory'] as const

const pathOf = (split: SplitName | null) => `data/${split ?? 'all'}-00000-of-00001.parquet`

export const parquet = {
  name: 'parquet',
  about: 'Parquet with typed columns and the pictures inside, for Hugging Face datasets, pandas, DuckDB, Spark',
  sampleTypes,
  options: {},
  async write(items, head, media, sink, _options, ctx) {
    const stream = await openItems({ name: 'parquet', sampleTypes }, items, head, ctx)
    const table = tableOf(stream.sampleType, head)
    const losses = new LossCount()
    const files: CardFile[] = []
    let count = 0
    async function* rows(samples: AsyncIterable<Sample>): AsyncGenerator<FileRow> {
      for await (const sample of samples) yield withPictures(table.row(sample, ++count, losses), sample, media)
    }
    for await (const { split, samples } of stream.splits()) {
      const path = pathOf(split)
      await sink.write(path, parquetFile(rows(samples), table.fields, metadataOf(table, head, split)))
      files.push({ split, path })
    }
    const about = ['Boxes are [x, y, width, height] in pixels of the upright image.']
    await sink.write('README.md', datasetCard(head, files, null, about))
    return { files: files.length + 1, items: count, losses: losses.report() }
  },
  async *read(source, intake, ctx) {
    for (const path of await parquetNames(source)) {
      const file = await openParquet(source, path)
      if (file.ours === null) continue
      for (const group of rowGroups(file.metadata)) {
        ctx.signal.throwIfAborted()
        const rows = await parquetReadObjects({ ...file, ...group, utf8: false })
        for (const [i, row] of rows.entries()) {
          const where = `${path}, row ${group.rowStart + i + 1}`
          yield {
            sample: await readRow(new Map(Object.entries(row)), file.ours, where, intake),
            split: file.ours.split,
          }
        }
      }
    }
  },
  async detect(source): Promise<Match> {
    const names = await parquetNames(source)
    for (const name of names) {
      const ours = await openParquet(source, name).then(
        (file) => file.ours,
        () => null,
      )
      if (ours) return { fits: true, variant: ours.sampleType }
    }
    const because = names.length === 0 ? 'no .parquet file' : 'no .parquet file with samples in it (key "hindsight")'
    return { fits: false, because: [because] }
  },
} as const satisfies Format

/** The row with its pictures read. */
async function withPictures(cells: ReadonlyMap<string, unknown>, sample: Sample, media: MediaReader): Promise<FileRow> {
  const row = new Map(cells)
  for (const [column, cell] of picturesOf(cells, sample)) row.set(column, await readPicture(cell, sample, media))
  return row
}

function picturesOf(cells: ReadonlyMap<string, unknown>, sample: Sample): readonly (readonly [string, MediaRef])[] {
  const columns = pictureColumns[sample.type]
  return columns.flatMap((column) => {
    const cell = cells.get(column)
    return cell ? [[column, cell as MediaRef] as const] : []
  })
}

const pictureColumns: Readonly<Record<SampleType, readonly string[]>> = {
  image: ['image'],
  pair: ['input_image', 'edited_image', 'mask_image'],
  row: [],
  trajectory: [],
}

async function readPicture(ref: MediaRef, sample: Sample, media: MediaReader): Promise<ImageCell> {
  const bytes = await pictureBytes(ref, sample.id, media)
  return { bytes, path: `${ref.sha256.slice(0, 16)}.${extensionOf(ref.mediaType)}` }
}

/** What a reader must know beyond the columns: for `datasets`, and for reading the samples back. */
function metadataOf({ fields, sampleType, attributes }: Table, head: ExportHead, split: SplitName | null) {
  const features = Object.fromEntries(fields.map(({ name, feature }) => [name, featureJson(feature)]))
  const ours = { version: 1, title: head.title, sampleType, split, labels: head.labels, attributes }
  return [
    { key: 'huggingface', value: JSON.stringify({ info: { features } }) },
    { key: 'hindsight', value: JSON.stringify(ours) },
  ]
}

interface Ours {
  readonly sampleType: SampleType
  readonly split: SplitName | null
  readonly attributes: readonly AttributeColumn[]
}

interface OpenFile {
  readonly file: AsyncBuffer
  readonly metadata: FileMetaData
  readonly ours: Ours | null
}

async function parquetNames(source: Source): Promise<readonly string[]> {
  const order = new Map<string, number>([...splitNames, null].map((split, i) => [pathOf(split), i]))
  const names = (await source.files()).map(({ name }) => name).filter((name) => name.endsWith('.parquet'))
  return names.sort((a, b) => (order.get(a) ?? 9) - (order.get(b) ?? 9))
}

async function openParquet(source: Source, name: string): Promise<OpenFile> {
  const file = await sourceBuffer(source, name)
  try {
    const metadata = await parquetMetadataAsync(file)
    const value = metadata.key_value_metadata?.find(({ key }) => key === 'hindsight')?.value
    return { file, metadata, ours: value === undefined ? null : oursOf(parseJson(value, name)) }
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause)
    throw fault('layout.invalid', { expected: 'a whole Parquet file', found, where: name, cause })
  }
}

function oursOf(value: unknown): Ours | null {
  if (!isJsonObject(value)) return null
  const sampleType = sampleTypes.find((known) => known === value['sampleType'])
  const split = splitNames.find((known) => known === value['split']) ?? null
  return sampleType ? { sampleType, split, attributes: attributeColumnsOf(value['attributes']) } : null
}

function rowGroups(metadata: FileMetaData): readonly { rowStart: number; rowEnd: number }[] {
  let rowEnd = 0
  return metadata.row_groups.map(({ num_rows }) => {
    const rowStart = rowEnd
    rowEnd += Number(num_rows)
    return { rowStart, rowEnd }
  })
}

async function readRow(row: FileRow, ours: Ours, where: string, intake: Intake): Promise<Sample> {
  const roles = mediaRoles(row)
  const media = new Map<string, MediaRef>()
  for (const [i, column] of pictureColumns[ours.sampleType].entries()) {
    const cell = row.get(column) as Partial<ImageCell> | null | undefined
    if (cell?.bytes) media.set(column, await intake.media(cell.bytes, roles[i] ?? column, { picture: true }))
  }
  return sampleOf(row, media, { ...ours, where })
}
