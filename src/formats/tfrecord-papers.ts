/** What lies beside the shards of a TFRecord export: what is in them, the label map, and how to read them. */
import type { SplitName } from '#core/dataset.ts'
import type { ExportHead } from '#core/format.ts'
import type { SampleType } from '#core/sample.ts'
import type { TfFeature } from './tfrecord-features.ts'

export const featuresFile = 'features.json'

export interface Shard {
  readonly file: string
  /** null when the data are not split. */
  readonly split: SplitName | null
  readonly records: number
  readonly bytes: number
  /** Root of the tree over the data of its records (RFC 6962, section 2.1), 64 hex digits. */
  readonly merkleSha256: string
}

/** Everything that a parser is built from, and that a file cut off between two records is told by. */
export function featuresText(
  sampleType: SampleType,
  head: ExportHead,
  features: readonly TfFeature[],
  shards: readonly Shard[],
): string {
  const paper = { version: 1, format: 'tfrecord', title: head.title, sampleType, labels: head.labels }
  return `${JSON.stringify({ ...paper, features, shards }, null, 2)}\n`
}

/** The label map of the object detection API (StringIntLabelMap as Protocol Buffers text): classes count from 1. */
export const labelMap = (labels: readonly string[]): string =>
  labels.map((label, i) => `item {\n  id: ${i + 1}\n  name: "${quoted(label)}"\n}\n`).join('')

function quoted(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')
  // oxlint-disable-next-line no-control-regex -- those are what must not stand there
  return escaped.replaceAll(/[\u0000-\u001f\u007f]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

export function readme(head: ExportHead): string {
  return `# ${head.title.replaceAll('\n', ' ')}

Shards of \`tf.train.Example\` records. Boxes are shares of the upright picture's size. \`${featuresFile}\` lists every feature
with its kind (\`bytes\`, \`float\`, \`int64\`) and whether each record has one value of it, one or none (\`optional\`), or a list;
and every shard with its number of records, since a file that was cut off between two records looks whole to a reader.

\`\`\`python
${reader}\`\`\`
`
}

/** Tried on real exports with TensorFlow by `tfrecord.long.ts`. */
const reader = `import json
import pathlib
import tensorflow as tf

folder = pathlib.Path(".")
about = json.loads((folder / "${featuresFile}").read_text(encoding="utf-8"))
dtypes = {"bytes": tf.string, "float": tf.float32, "int64": tf.int64}


def parser(feature):
    dtype = dtypes[feature["kind"]]
    return tf.io.FixedLenFeature([], dtype) if feature["values"] == "one" else tf.io.RaggedFeature(dtype)


spec = {feature["name"]: parser(feature) for feature in about["features"]}


def dataset(split):
    """One dictionary of tensors for each sample; split is None when the data are not split."""
    shards = [shard for shard in about["shards"] if shard["split"] == split]
    for shard in shards:
        assert (folder / shard["file"]).stat().st_size == shard["bytes"], f"{shard['file']} is not whole"
    records = tf.data.TFRecordDataset([str(folder / shard["file"]) for shard in shards])
    return records.map(lambda record: tf.io.parse_single_example(record, spec))
`
