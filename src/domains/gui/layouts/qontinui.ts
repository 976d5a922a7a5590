/** The intermediate dataset that qontinui-runner exports: manifest, annotations, metadata, images and a COCO file. */
import type { Source } from '#core/io.ts'
import type { Layout } from '#core/layout.ts'
import type { Match } from '#core/report.ts'
import { qontinuiOptions } from './qontinui-dataset.ts'
import { datasetRoot } from './qontinui-files.ts'
import { readQontinui } from './qontinui-read.ts'
import { writeQontinui } from './qontinui-write.ts'

export const qontinui = {
  name: 'qontinui',
  domain: 'gui',
  about: 'qontinui training data: manifest.jsonl, annotations/, images/, metadata.json and dataset.json (COCO)',
  options: qontinuiOptions,
  detect,
  read: readQontinui,
  write: writeQontinui,
} as const satisfies Layout

async function detect(source: Source): Promise<Match> {
  const names = (await source.files()).map(({ name }) => name)
  const because: string[] = []
  const root = datasetRoot(names)
  if (root === null) because.push('it has no manifest.jsonl')
  else {
    const inside = names.filter((name) => name.startsWith(root)).map((name) => name.slice(root.length))
    // The tool's oldest runs have no annotation file at all, so images are what a dataset must have.
    const hasImages = inside.some((name) => name.startsWith('images/'))
    const hasLabels = inside.some((name) => name.startsWith('annotations/'))
    if (!hasImages && !hasLabels) because.push(`there is neither images/ nor annotations/ beside ${root}manifest.jsonl`)
  }
  return because.length === 0 ? { fits: true, variant: 'intermediate dataset' } : { fits: false, because }
}
