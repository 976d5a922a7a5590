/**
 * The folder that `load_dataset("imagefolder")` opens: `<split>/metadata.jsonl` beside the pictures of the split, or both
 * at the top when the data are not split. Pairs have the columns that the diffusers training scripts expect.
 *
 * The loader takes the type of a column from what it meets first, and refuses a data set in which a column has another
 * type in another split: one that is empty there, or text that looks like a date. JSON has no way to say it, so where it
 * would matter all splits have `metadata.parquet` instead, which the loader takes as well.
 */
import type { SplitName } from '#core/dataset.ts'
import type { Format } from '#core/format.ts'
import { isJsonObject, parseJson } from '#core/json.ts'
import type { OptionTable } from '#core/options.ts'
import type { Sample } from '#core/sample.ts'
import type { MediaRef } from '#core/session.ts'
import { type Table, tableOf } from './columns.ts'
import { type Field, structText, text } from './features.ts'
import { detectImagefolder, readImagefolder } from './imagefolder-read.ts'
import { openItems } from './item-stream.ts'
import { LossCount } from './losses.ts'
import { MediaFiles, requirePicture } from './media-files.ts'
import { type FileRow, parquetFile } from './parquet-file.ts'
import { SeenTypes } from './seen-types.ts'
import { Spool } from './spool.ts'
import { encoded } from './text-chunks.ts'

const sampleTypes = ['image', 'pair'] as const

const options = {
  metadata: {
    type: 'choice',
    about: 'the table beside the pictures: "auto" is JSON lines where these load without fail, else Parquet',
    choices: ['auto', 'jsonl', 'parquet'],
    default: 'auto',
  },
} as const satisfies OptionTable

const maskColumn = 'mask_image_file_name'

/** The rows of a split, waiting until it is known how they are to be written. */
interface Rows {
  readonly folder: string
  readonly spool: Spool
}

export const imagefolder = {
  name: 'imagefolder',
  about: 'Folders of pictures with a metadata table, as Hugging Face datasets and diffusers open them',
  sampleTypes,
  options,
  async write(items, head, media, sink, given, ctx) {
    const stream = await openItems({ name: 'imagefolder', sampleTypes }, items, head, ctx)
    const table = tableOf(stream.sampleType, head)
    const columns = table.fields.map(fileColumn)
    const losses = new LossCount()
    const files = new MediaFiles(sink, media)
    const seen = new SeenTypes(columns)
    const splits: Rows[] = []
    let count = 0
    for await (const { split, samples } of stream.splits()) {
      const rows: Rows = { folder: folderOf(split), spool: new Spool() }
      splits.push(rows)
      seen.nextSplit()
      for await (const sample of samples) {
        const row = await withFiles(table, table.row(sample, ++count, losses), sample, rows.folder, files)
        const line = structText(row, columns)
        seen.add(row, line.length)
        await rows.spool.add(line)
      }
    }
    const fields = columns.filter(({ name }) => name !== maskColumn || seen.any(maskColumn))
    const asJson = given['metadata'] === 'auto' ? seen.sameEverywhere() : given['metadata'] === 'jsonl'
    for (const { folder, spool } of splits) {
      if (asJson) await sink.write(`${folder}metadata.jsonl`, encoded(linesOf(spool)))
      else await sink.write(`${folder}metadata.parquet`, parquetFile(rowsOf(spool), fields, []))
    }
    await sink.write('.hindsight.json', sidecar(table, head.title))
    return { files: files.count + splits.length + 1, items: count, losses: losses.report() }
  },
  read: readImagefolder,
  detect: detectImagefolder,
} as const satisfies Format

// Names that loaders take for splits, and no other folder below: one that began with such a word would be read as one.
const folderOf = (split: SplitName | null) => (split === null ? '' : `${split}/`)

/** A picture is the name of its file; the loader makes `X` of a column `X_file_name`, and `image` of `file_name`. */
function fileColumn({ name, feature }: Field): Field {
  if (feature.type !== 'image') return { name, feature: feature.type === 'json' ? text : feature }
  return { name: name === 'image' ? 'file_name' : `${name}_file_name`, feature: text }
}

async function withFiles(
  table: Table,
  cells: ReadonlyMap<string, unknown>,
  sample: Sample,
  folder: string,
  files: MediaFiles,
): Promise<Readonly<Record<string, unknown>>> {
  const row: [string, unknown][] = []
  for (const field of table.fields) {
    const cell = cells.get(field.name)
    if (field.feature.type !== 'image') row.push([field.name, cell])
    else if (cell) {
      requirePicture(cell as MediaRef, sample.id)
      row.push([fileColumn(field).name, await files.place(folder, cell as MediaRef)])
    }
  }
  return Object.fromEntries(row)
}

async function* linesOf(spool: Spool): AsyncGenerator<string> {
  for await (const group of spool.read()) yield `${group.join('\n')}\n`
}

async function* rowsOf(spool: Spool): AsyncGenerator<FileRow> {
  for await (const group of spool.read()) {
    for (const line of group) {
      const row = parseJson(line)
      if (isJsonObject(row)) yield new Map(Object.entries(row))
    }
  }
}

/** What the columns do not say, for reading the samples back; loaders pass over names that begin with a dot. */
function sidecar({ sampleType, attributes }: Table, title: string): string {
  return `${JSON.stringify({ version: 1, title, sampleType, attributes }, null, 2)}\n`
}
