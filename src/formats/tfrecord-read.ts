/** Reading back what `tfrecord.ts` wrote: every shard against its count and hash. */
import type { Annotation } from '#core/annotation.ts'
import type { Context } from '#core/context.ts'
import { splitNames } from '#core/dataset.ts'
import { fault } from '#core/faults.ts'
import type { ExportItem } from '#core/format.ts'
import type { Source } from '#core/io.ts'
import { isJsonObject, type JsonObject, parseJson } from '#core/json.ts'
import type { Intake } from '#core/layout.ts'
import { merkleTree } from '#core/merkle.ts'
import type { Match } from '#core/report.ts'
import type { Sample } from '#core/sample.ts'
import type { MediaRef } from '#core/session.ts'
import { readText } from '#core/source-text.ts'
import { readEnvelope } from './envelope.ts'
import { bytesOfExample } from './tf-example.ts'
import { readRecords } from './tf-records.ts'
import { sampleFeature } from './tfrecord-features.ts'
import { featuresFile, type Shard } from './tfrecord-papers.ts'

const maxPaperBytes = 64 * 1024 * 1024

export async function* readTfrecord(source: Source, intake: Intake, ctx: Context): AsyncGenerator<ExportItem> {
  const lengths = new Map((await source.files()).map(({ name, bytes }) => [name, bytes]))
  for (const shard of await shardsOf(source)) {
    const fileBytes = lengths.get(shard.file)
    if (fileBytes === undefined)
      throw fault('layout.invalid', { expected: 'a shard', found: 'none', where: shard.file })
    const tree = merkleTree(ctx.sha256)
    let records = 0
    for await (const data of readRecords(source.read(shard.file), { fileBytes, name: shard.file })) {
      ctx.signal.throwIfAborted()
      tree.add(data)
      records++
      yield { sample: await sampleOf(data, `${shard.file}, record ${records}`, intake, ctx), split: shard.split }
    }
    if (records !== shard.records || tree.root() !== shard.merkleSha256) {
      const [expected, found] = [`the ${shard.records} records that ${featuresFile} lists`, `${records}, or others`]
      throw fault('layout.invalid', { expected, found, where: shard.file })
    }
  }
}

export async function detectTfrecord(source: Source): Promise<Match> {
  try {
    const shards = await shardsOf(source)
    return { fits: true, variant: shards.length === 1 ? 'one shard' : `${shards.length} shards` }
  } catch {
    return { fits: false, because: [`no ${featuresFile} that lists shards of records`] }
  }
}

async function shardsOf(source: Source): Promise<readonly Shard[]> {
  const paper = parseJson(await readText(source, featuresFile, maxPaperBytes), featuresFile)
  const shards = isJsonObject(paper) && paper['format'] === 'tfrecord' ? paper['shards'] : undefined
  if (Array.isArray(shards)) return (shards as readonly JsonObject[]).map(shardOf)
  throw fault('layout.invalid', { expected: 'a list "shards"', found: 'none', where: featuresFile })
}

function shardOf(shard: JsonObject): Shard {
  const { file, split, records, bytes, merkleSha256 } = shard
  const isShard = typeof file === 'string' && typeof merkleSha256 === 'string'
  if (isShard && typeof records === 'number' && typeof bytes === 'number') {
    return { file, records, bytes, merkleSha256, split: splitNames.find((known) => known === split) ?? null }
  }
  const expected = 'shards with "file", "records", "bytes" and "merkleSha256"'
  throw fault('layout.invalid', { expected, found: 'one without', where: featuresFile })
}

async function sampleOf(data: Uint8Array, where: string, intake: Intake, ctx: Context): Promise<Sample> {
  const features = bytesOfExample(data, where)
  const json = features.get(sampleFeature)
  const whole = json && parseJson(new TextDecoder().decode(json), where)
  if (!isJsonObject(whole)) {
    throw fault('layout.invalid', { expected: `a feature "${sampleFeature}"`, found: 'none', where })
  }
  const { roles } = whole
  const media: Record<string, MediaRef> = {}
  for (const [name, role] of Object.entries(isJsonObject(roles) ? roles : {})) {
    const bytes = features.get(`${name}/encoded`)
    const known = typeof role === 'string' ? role : name
    if (bytes) media[name] = await intake.media(bytes, known, { picture: true })
  }
  const foreign = { identity: where, domain: 'gui', project: intake.project, recordedAt: null } as const
  return withPictures(whole, readEnvelope(whole, foreign, ctx), media, where)
}

function withPictures(
  whole: JsonObject,
  base: ReturnType<typeof readEnvelope>,
  media: Readonly<Record<string, MediaRef>>,
  where: string,
): Sample {
  const picture = (name: string) => {
    const found = media[name]
    if (found) return found
    throw fault('layout.invalid', { expected: `a feature "${name}/encoded"`, found: 'none', where })
  }
  switch (whole['type']) {
    case 'image': {
      // Written by us and whole; whoever wrote it otherwise is told by the schema of what it becomes.
      const annotations = (whole['annotations'] ?? []) as unknown as readonly Annotation[]
      return { type: 'image', ...base, image: picture('image'), annotations }
    }
    case 'pair': {
      const instruction = typeof whole['instruction'] === 'string' ? whole['instruction'] : ''
      const [input, output] = [picture('input'), picture('output')]
      return { type: 'pair', ...base, input, output, mask: media['mask'] ?? null, instruction }
    }
    case 'row':
      return { type: 'row', ...base }
    default:
      throw fault('layout.invalid', { expected: 'a sample of type image, pair or row', found: 'another', where })
  }
}
