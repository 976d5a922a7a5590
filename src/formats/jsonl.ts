/**
 * JSON Lines: every sample whole, one per line, in `train.jsonl`, `val.jsonl` and `test.jsonl`, or `data.jsonl` when the
 * data are not split; media in `media/`. Nothing is lost, whatever the type of sample.
 *
 * README.md tells `datasets` the types of all columns. One thing no file can tell it: its JSON reader takes text that is
 * a date with whole seconds for a time; Parquet has no such trouble.
 */
import { splitNames } from '#core/dataset.ts'
import { brief, fault } from '#core/faults.ts'
import type { Format } from '#core/format.ts'
import type { Source } from '#core/io.ts'
import { isJsonObject, type JsonObject, parseJson } from '#core/json.ts'
import type { Intake } from '#core/layout.ts'
import type { Match } from '#core/report.ts'
import { type Sample, sampleMedia } from '#core/sample.ts'
import type { MediaRef } from '#core/session.ts'
import { readLines } from '#core/source-text.ts'
import { type CardFile, datasetCard } from './dataset-card.ts'
import { structText } from './features.ts'
import { openItems } from './item-stream.ts'
import { cardFields, sampleFields } from './jsonl-fields.ts'
import { MediaFiles } from './media-files.ts'
import { encoded } from './text-chunks.ts'

const sampleTypes = ['image', 'pair', 'row', 'trajectory'] as const

const splitFiles = [
  ...splitNames.map((split) => ({ split, path: `${split}.jsonl` })),
  { split: null, path: 'data.jsonl' },
]

/** A line may hold a long run of actions, but not a film. */
const maxLineChars = 256 * 1024 * 1024

export const jsonl = {
  name: 'jsonl',
  about: 'JSON Lines: whole samples of every kind, nothing left out, with their media beside them',
  sampleTypes,
  options: {},
  async write(items, head, media, sink, _options, ctx) {
    const stream = await openItems({ name: 'jsonl', sampleTypes }, items, head, ctx)
    const fields = sampleFields(stream.sampleType, head)
    const files = new MediaFiles(sink, media)
    const written: CardFile[] = []
    let count = 0
    async function* lines(samples: AsyncIterable<Sample>) {
      for await (const sample of samples) {
        yield `${structText(withFiles(sample, files), fields)}\n`
        count++
      }
    }
    for await (const { split, samples } of stream.splits()) {
      const path = split === null ? 'data.jsonl' : `${split}.jsonl`
      await sink.write(path, encoded(lines(samples)))
      written.push({ split, path })
      for await (const _ of files.writeReserved()) ctx.signal.throwIfAborted()
    }
    const about = ['Each line is one sample. Boxes are [x, y, width, height] in pixels of the upright image.']
    await sink.write('README.md', datasetCard(head, written, cardFields(fields), about))
    return { files: files.count + written.length + 1, items: count, losses: [] }
  },
  async *read(source, intake, ctx) {
    const names = new Set((await source.files()).map(({ name }) => name))
    for (const { split, path } of splitFiles) {
      if (!names.has(path)) continue
      for await (const { number, text } of readLines(source, path, maxLineChars)) {
        ctx.signal.throwIfAborted()
        yield { sample: await sampleOf(text, `${path}:${number}`, intake), split }
      }
    }
  },
  detect,
} as const satisfies Format

/** The sample with the file of each of its media. */
function withFiles(sample: Sample, files: MediaFiles): Readonly<Record<string, unknown>> {
  const placed = (media: MediaRef) => ({ ...media, file: `media/${files.reserve('media/', media)}` })
  if (sample.type === 'image') return { ...sample, image: placed(sample.image) }
  if (sample.type !== 'pair') return { ...sample }
  const mask = sample.mask === null ? null : placed(sample.mask)
  return { ...sample, input: placed(sample.input), output: placed(sample.output), mask }
}

async function sampleOf(text: string, where: string, intake: Intake): Promise<Sample> {
  const line = parseJson(text, where)
  const type = isJsonObject(line) ? line['type'] : undefined
  if (!isJsonObject(line) || !sampleTypes.some((known) => known === type)) {
    const found = brief(type ?? line)
    throw fault('layout.invalid', { expected: `a sample of type ${sampleTypes.join(', ')}`, found, where })
  }
  const taken: Record<string, MediaRef> = {}
  for (const key of ['image', 'input', 'output', 'mask'] as const) {
    const media = line[key]
    if (isJsonObject(media)) taken[key] = await mediaOf(media, `${where}, ${key}`, intake)
  }
  // Written by us and complete; whoever wrote it otherwise is told by the schema of what it becomes.
  const sample = { attributes: {}, ...line, ...taken } as unknown as Sample
  for (const media of sampleMedia(sample)) if (typeof media?.sha256 !== 'string') throw noMedia(where)
  return sample
}

async function mediaOf(media: JsonObject, where: string, intake: Intake): Promise<MediaRef> {
  const { file, role } = media
  if (typeof file !== 'string' || typeof role !== 'string') throw noMedia(where)
  const picture = typeof media['mediaType'] === 'string' && media['mediaType'].startsWith('image/')
  return intake.media(file, role, { picture })
}

const noMedia = (where: string) =>
  fault('layout.invalid', { expected: 'media with "file" and "role"', found: 'none', where })

async function detect(source: Source): Promise<Match> {
  const names = new Set((await source.files()).map(({ name }) => name))
  const found = splitFiles.filter(({ path }) => names.has(path)).map(({ path }) => path)
  if (found.length === 0) return { fits: false, because: [`no ${splitFiles.map(({ path }) => path).join(', ')}`] }
  for (const path of found) {
    for await (const { text } of readLines(source, path, maxLineChars)) {
      const because = refusal(text, path)
      return because === null ? { fits: true, variant: found.join(', ') } : { fits: false, because: [because] }
    }
  }
  return { fits: true, variant: 'empty' }
}

function refusal(text: string, path: string): string | null {
  try {
    const line = parseJson(text, path)
    const isSample = isJsonObject(line) && sampleTypes.some((known) => known === line['type']) && 'recordedAt' in line
    return isSample ? null : `the first line of ${path} is no sample`
  } catch {
    return `the first line of ${path} is no JSON`
  }
}
