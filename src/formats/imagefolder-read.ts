/** Reading an imagefolder, ours or anyone's: pictures with boxes, or pairs with the columns that diffusers expects. */
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import type { Context } from '#core/context.ts'
import type { SplitName } from '#core/dataset.ts'
import { brief, fault } from '#core/faults.ts'
import type { ExportItem } from '#core/format.ts'
import type { Source } from '#core/io.ts'
import { canonicalJson, isJsonObject, type JsonObject, parseJson } from '#core/json.ts'
import type { Intake } from '#core/layout.ts'
import type { Match } from '#core/report.ts'
import type { SampleType } from '#core/sample.ts'
import type { MediaRef } from '#core/session.ts'
import { readLines, readText } from '#core/source-text.ts'
import { noProvenance } from './coco-annotation.ts'
import type { AttributeColumn } from './columns.ts'
import { readEnvelope } from './envelope.ts'
import { attributeColumnsOf, mediaRoles, type ReadRow, sampleOf } from './rows.ts'
import { sourceBuffer } from './source-buffer.ts'

const splitFolders: Readonly<Record<string, SplitName>> = {
  train: 'train',
  training: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  dev: 'val',
  test: 'test',
}

const tableName = /^(?:([^/]+)\/)?metadata\.(jsonl|parquet)$/

const maxLineChars = 64 * 1024 * 1024
const maxSidecarBytes = 16 * 1024 * 1024

interface MetadataTable {
  readonly path: string
  readonly folder: string
  readonly split: SplitName | null
}

/** What a column of file names holds, by the name of the picture's own column. */
const fileColumns: Readonly<Record<string, string>> = {
  image: 'file_name',
  input_image: 'input_image_file_name',
  edited_image: 'edited_image_file_name',
  mask_image: 'mask_image_file_name',
}

export async function* readImagefolder(source: Source, intake: Intake, ctx: Context): AsyncGenerator<ExportItem> {
  const attributes = await attributesIn(source)
  const names = new Set((await source.files()).map(({ name }) => name))
  for (const table of await tablesIn(source)) {
    let number = 0
    for await (const row of rowsIn(source, table.path)) {
      ctx.signal.throwIfAborted()
      const where = `${table.path}, row ${++number}`
      const media = await mediaOf(row, table.folder, names, intake, where)
      const sampleType: SampleType = media.has('image') ? 'image' : 'pair'
      const complete = row.has('sample_id') ? row : completed(row, media, intake, ctx)
      yield { sample: sampleOf(complete, media, { sampleType, attributes, where }), split: table.split }
    }
  }
}

export async function detectImagefolder(source: Source): Promise<Match> {
  const tables = await tablesIn(source)
  if (tables.length === 0) {
    return { fits: false, because: ['no metadata.jsonl or metadata.parquet at the top or in a folder of it'] }
  }
  try {
    for (const { path } of tables) {
      for await (const row of rowsIn(source, path)) return matchOf(row, path)
    }
  } catch (error) {
    return { fits: false, because: [error instanceof Error ? error.message : String(error)] }
  }
  return { fits: false, because: ['no row in any metadata file'] }
}

function matchOf(row: ReadRow, path: string): Match {
  if (row.has('file_name')) return { fits: true, variant: 'pictures' }
  if (row.has('input_image_file_name') && row.has('edited_image_file_name')) return { fits: true, variant: 'pairs' }
  const because = `no column file_name, or input_image_file_name and edited_image_file_name, in ${path}`
  return { fits: false, because: [because] }
}

/** Splits in the order train, val, test. */
async function tablesIn(source: Source): Promise<readonly MetadataTable[]> {
  const tables = (await source.files()).flatMap(({ name }): MetadataTable[] => {
    const [path, folder] = tableName.exec(name) ?? []
    if (path === undefined) return []
    if (folder === undefined) return [{ path, folder: '', split: null }]
    return [{ path, folder: `${folder}/`, split: splitFolders[folder.toLowerCase()] ?? null }]
  })
  const order = ['train', 'val', 'test']
  return tables.sort((a, b) => order.indexOf(a.split ?? '') - order.indexOf(b.split ?? ''))
}

async function* rowsIn(source: Source, path: string): AsyncGenerator<ReadRow> {
  if (path.endsWith('.parquet')) {
    yield* parquetRows(source, path)
    return
  }
  for await (const { number, text } of readLines(source, path, maxLineChars)) {
    const row = parseJson(text, `${path}:${number}`)
    if (!isJsonObject(row)) {
      throw fault('layout.invalid', { expected: 'an object', found: brief(row), where: `${path}:${number}` })
    }
    yield new Map(Object.entries(row))
  }
}

async function* parquetRows(source: Source, path: string): AsyncGenerator<ReadRow> {
  const file = await sourceBuffer(source, path)
  const metadata = await parquetMetadataAsync(file)
  let rowStart = 0
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows)
    for (const row of await parquetReadObjects({ file, metadata, rowStart, rowEnd })) yield new Map(Object.entries(row))
    rowStart = rowEnd
  }
}

async function attributesIn(source: Source): Promise<readonly AttributeColumn[]> {
  const has = (await source.files()).some(({ name }) => name === '.hindsight.json')
  if (!has) return []
  const sidecar = parseJson(await readText(source, '.hindsight.json', maxSidecarBytes), '.hindsight.json')
  return isJsonObject(sidecar) ? attributeColumnsOf(sidecar['attributes']) : []
}

async function mediaOf(
  row: ReadRow,
  folder: string,
  names: ReadonlySet<string>,
  intake: Intake,
  where: string,
): Promise<ReadonlyMap<string, MediaRef>> {
  const roles = [...mediaRoles(row)]
  const media = new Map<string, MediaRef>()
  for (const [column, fileColumn] of Object.entries(fileColumns)) {
    const file = row.get(fileColumn)
    if (typeof file !== 'string') continue
    const path = folder + file.normalize('NFC')
    if (!names.has(path))
      throw fault('layout.invalid', { expected: `the picture ${brief(path)}`, found: 'no such file', where })
    media.set(column, await intake.media(path, roles.shift() ?? defaultRoles[column] ?? column, { picture: true }))
  }
  return media
}

const defaultRoles: Readonly<Record<string, string>> = {
  image: 'screenshot',
  input_image: 'input',
  edited_image: 'output',
  mask_image: 'mask',
}

/** A row that someone else wrote, with what a sample needs. */
function completed(row: ReadRow, media: ReadonlyMap<string, MediaRef>, intake: Intake, ctx: Context): ReadRow {
  const hashes = [...media.values()].map(({ sha256 }) => sha256)
  const isPair = !media.has('image')
  const prompt = [row.get('edit_prompt'), row.get('text')].find((value) => typeof value === 'string') ?? ''
  const foreign = {
    identity: `imagefolder ${hashes.join(' ')} ${prompt}`,
    domain: isPair ? 'images' : 'gui',
    project: intake.project,
    recordedAt: null,
  } as const
  const { id, domain, project, group, recordedAt } = readEnvelope(undefined, foreign, ctx)
  return new Map<string, unknown>([
    ...row,
    ['sample_id', id],
    ['domain', domain],
    ['project', project],
    ['group', group],
    ['recorded_at', recordedAt],
    ['edit_prompt', prompt],
    ['objects', completedObjects(row.get('objects'))],
  ])
}

/** Boxes with class numbers alone, as the loader's own examples have them; names are not in such files. */
function completedObjects(value: unknown): JsonObject {
  const objects = (isJsonObject(value) ? value : {}) as JsonObject
  const listAt = (...keys: readonly string[]) => {
    const found = keys.map((key) => objects[key]).find((item) => Array.isArray(item))
    return (found ?? []) as readonly (string | number)[]
  }
  const boxes = listAt('bbox', 'bboxes')
  const classes = listAt('label', 'labels', 'category', 'categories')
  const labels = boxes.map((_, i) =>
    typeof classes[i] === 'string' ? classes[i] : `category ${String(classes[i] ?? 0)}`,
  )
  const provenance = canonicalJson(noProvenance)
  return {
    bbox: boxes,
    uid: boxes.map((_, i) => String(i + 1)),
    label: labels,
    source: boxes.map(() => 'imported'),
    provenance: boxes.map(() => provenance),
  }
}
