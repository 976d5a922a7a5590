/** README.md of an export: for people, and for `datasets`, which reads its head. */
import type { SplitName } from '#core/dataset.ts'
import type { ExportHead } from '#core/format.ts'
import { featureCard, type Field } from './features.ts'

/** What Hugging Face calls the splits. */
const splitAliases: Readonly<Record<SplitName, string>> = { train: 'train', val: 'validation', test: 'test' }

export interface CardFile {
  readonly split: SplitName | null
  readonly path: string
}

/** @param fields null leaves the types to the reader, for files that say them themselves */
export function datasetCard(
  head: ExportHead,
  files: readonly CardFile[],
  fields: readonly Field[] | null,
  lines: readonly string[],
): string {
  const dataFiles = files.map(({ split, path }) => ({ split: split === null ? 'train' : splitAliases[split], path }))
  const config = [{ config_name: 'default', data_files: dataFiles }]
  const yaml = [
    '---',
    `configs: ${JSON.stringify(config)}`,
    ...(fields ? [`dataset_info: ${JSON.stringify({ features: featureCard(fields) })}`] : []),
    '---',
  ]
  const labels = head.labels.map((label, i) => `${i}. ${label.replaceAll(/[\\`*_[\]<>#|]/g, '\\$&')}`)
  const body = [
    `# ${head.title.replaceAll('\n', ' ')}`,
    ...lines,
    ...(labels.length > 0 ? ['## Labels', labels.join('\n')] : []),
  ]
  return `${yaml.join('\n')}\n\n${body.join('\n\n')}\n`
}
