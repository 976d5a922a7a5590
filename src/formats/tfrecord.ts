/**
 * TFRecord: `<split>-00000.tfrecord` and on, or `data-00000.tfrecord` when the data are not split, pictures inside;
 * `features.json` says what is in them and `label_map.pbtxt` what the classes are called.
 *
 * A shard's name does not say "of 10", since how many there will be is not known before the last sample.
 */
import type { SplitName } from '#core/dataset.ts'
import type { Format } from '#core/format.ts'
import type { MediaReader } from '#core/io.ts'
import { merkleTree } from '#core/merkle.ts'
import type { OptionTable } from '#core/options.ts'
import type { Sample } from '#core/sample.ts'
import { openItems } from './item-stream.ts'
import { LossCount } from './losses.ts'
import { pictureBytes } from './media-files.ts'
import { encodeExample } from './tf-example.ts'
import { frameRecord, inChunks } from './tf-records.ts'
import { exampleTable, picturesOf } from './tfrecord-features.ts'
import { featuresFile, featuresText, labelMap, readme, type Shard } from './tfrecord-papers.ts'
import { detectTfrecord, readTfrecord } from './tfrecord-read.ts'

const sampleTypes = ['image', 'pair', 'row'] as const

const options = {
  shard: {
    type: 'number',
    about: 'a new file is begun when one is this large; TensorFlow reads several side by side',
    unit: 'MB',
    min: 1,
    max: 10_000,
    integer: true,
    default: 128,
  },
} as const satisfies OptionTable

export const tfrecord = {
  name: 'tfrecord',
  about: 'TFRecord shards with the pictures inside, for TensorFlow and its object detection API',
  sampleTypes,
  options,
  async write(items, head, media, sink, given, ctx) {
    const stream = await openItems({ name: 'tfrecord', sampleTypes }, items, head, ctx)
    const table = exampleTable(stream.sampleType, head)
    const losses = new LossCount()
    const shards: Shard[] = []
    const shardBytes = Number(given['shard']) * 1e6
    async function* records(samples: AsyncIterable<Sample>): AsyncGenerator<Uint8Array> {
      for await (const sample of samples) {
        yield encodeExample(table.example(sample, await readPictures(sample, media), losses))
      }
    }
    for await (const { split, samples } of stream.splits()) {
      const waiting = records(samples)
      let next = await waiting.next()
      let part = 0
      // An empty split is an empty shard.
      do {
        const tree = merkleTree(ctx.sha256)
        const size = { records: 0, bytes: 0 }
        const frames = async function* () {
          for (; !next.done && size.bytes < shardBytes; next = await waiting.next()) {
            const frame = frameRecord(next.value)
            tree.add(next.value)
            size.records++
            size.bytes += frame.byteLength
            yield frame
          }
        }
        const file = shardName(split, part++)
        await sink.write(file, inChunks(frames()))
        shards.push({ file, split, ...size, merkleSha256: tree.root() })
      } while (!next.done)
    }
    const papers = {
      [featuresFile]: featuresText(stream.sampleType, head, table.features, shards),
      ...(stream.sampleType === 'image' ? { 'label_map.pbtxt': labelMap(head.labels) } : {}),
      'README.md': readme(head),
    }
    for (const [name, text] of Object.entries(papers)) await sink.write(name, text)
    const count = shards.reduce((sum, { records }) => sum + records, 0)
    return { files: shards.length + Object.keys(papers).length, items: count, losses: losses.report() }
  },
  read: readTfrecord,
  detect: detectTfrecord,
} as const satisfies Format

const shardName = (split: SplitName | null, part: number) =>
  `${split ?? 'data'}-${String(part).padStart(5, '0')}.tfrecord`

async function readPictures(sample: Sample, media: MediaReader): Promise<ReadonlyMap<string, Uint8Array>> {
  const pictures = new Map<string, Uint8Array>()
  for (const [name, ref] of picturesOf(sample)) pictures.set(name, await pictureBytes(ref, sample.id, media))
  return pictures
}
