/** One Parquet file as a stream: a group of rows is packed and handed on before the next one is gathered. */
import type { KeyValue, SchemaElement } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { Feature, Field } from './features.ts'

/** A cell of type image, as Hugging Face lays pictures in Parquet: the struct's fields in this order. */
export interface ImageCell {
  readonly bytes: Uint8Array
  readonly path: string
}

export type FileRow = ReadonlyMap<string, unknown>

/** A reader takes a whole group into memory, so groups with pictures stay small. */
const maxGroupBytes = 16 * 1024 * 1024
const maxGroupRows = { withImages: 100, plain: 10_000 }

export async function* parquetFile(
  rows: AsyncIterable<FileRow>,
  fields: readonly Field[],
  metadata: readonly KeyValue[],
): AsyncGenerator<Uint8Array> {
  const writer = new ByteWriter()
  const file = new ParquetWriter({
    writer,
    schema: [{ name: 'root', num_children: fields.length }, ...fields.flatMap(schemaOf)],
    kvMetadata: [...metadata],
    createdBy: 'hindsight',
  })
  const maxRows = fields.some(({ feature }) => feature.type === 'image') ? maxGroupRows.withImages : maxGroupRows.plain
  let group: FileRow[] = []
  let groupBytes = 0
  const flush = async () => {
    if (group.length > 0) await file.write({ columnData: columnsOf(group, fields), rowGroupSize: group.length })
    group = []
    groupBytes = 0
    return taken(writer)
  }
  for await (const row of rows) {
    group.push(row)
    groupBytes += bytesOf([...row.values()])
    if (group.length >= maxRows || groupBytes >= maxGroupBytes) yield await flush()
  }
  yield await flush()
  await file.finish()
  yield taken(writer)
}

/** What the writer holds so far; copied, since it fills the same buffer again. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice()
  writer.index = 0
  return bytes
}

/** About how much memory a value takes. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (value instanceof Uint8Array) return value.byteLength
  if (Array.isArray(value)) return value.reduce((sum: number, item: unknown) => sum + bytesOf(item), 8)
  if (typeof value === 'object' && value !== null) return bytesOf(Object.values(value))
  return 8
}

function columnsOf(group: readonly FileRow[], fields: readonly Field[]) {
  return fields.map(({ name, feature }) => ({
    name,
    data: group.map((row) => stored(row.get(name), feature)),
    // Pictures are packed already, and their bytes have no smallest and largest worth knowing.
    ...(feature.type === 'image' ? ({ encoding: 'PLAIN', codec: 'UNCOMPRESSED', statistics: false } as const) : {}),
  }))
}

/** A value as the writer wants it: whole numbers of 64 bits as bigint. */
function stored(value: unknown, feature: Feature): unknown {
  if (value === null || value === undefined) return null
  switch (feature.type) {
    case 'int64':
    case 'class':
      return BigInt(value as number | bigint)
    case 'list':
      return (value as readonly unknown[]).map((item) => stored(item, feature.of))
    case 'struct': {
      const struct = value as Readonly<Record<string, unknown>>
      return Object.fromEntries(feature.fields.map((field) => [field.name, stored(struct[field.name], field.feature)]))
    }
    default:
      return value
  }
}

function schemaOf({ name, feature }: Field): SchemaElement[] {
  const column = { name, repetition_type: 'OPTIONAL' } as const
  switch (feature.type) {
    case 'string':
    case 'json':
      return [{ ...column, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }]
    case 'int64':
    case 'class':
      return [{ ...column, type: 'INT64' }]
    case 'float64':
      return [{ ...column, type: 'DOUBLE' }]
    case 'bool':
      return [{ ...column, type: 'BOOLEAN' }]
    case 'image':
      return [
        { ...column, num_children: 2 },
        { name: 'bytes', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY' },
        ...schemaOf({ name: 'path', feature: { type: 'string' } }),
      ]
    case 'list':
      return [
        { ...column, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...schemaOf({ name: 'element', feature: feature.of }),
      ]
    case 'struct':
      return [{ ...column, num_children: feature.fields.length }, ...feature.fields.flatMap(schemaOf)]
  }
}
