/** The image app's own folder (`training-data/` with session folders and a log), both ways. */
import type { Layout } from '#core/layout.ts'
import { checkOptions, type OptionTable } from '#core/options.ts'
import { findTrees, logName } from './nexvision-names.ts'
import { readNexvision } from './nexvision-read.ts'
import { writeNexvision } from './nexvision-write.ts'

const options = {
  log: {
    type: 'choice',
    about: 'What a line of the log holds: the complete metadata, or time, instruction and name only',
    choices: ['complete', 'short'],
    default: 'complete',
  },
  'keep-metadata': {
    type: 'boolean',
    about: 'Whether the pictures keep what their files say of place, person and device',
    default: false,
  },
} as const satisfies OptionTable

export const nexvision: Layout = {
  name: 'nexvision',
  domain: 'images',
  about: 'NexVision training-data folder: a folder per session with original, reimagined and metadata, and a log',
  options,
  async detect(source) {
    const trees = findTrees(await source.files())
    const sessions = trees.reduce((sum, tree) => sum + tree.folders.length, 0)
    const logs = trees.filter((tree) => tree.log !== null).length
    if (sessions > 0) return { fits: true, variant: logs > 0 ? 'folders with a log' : 'folders without a log' }
    if (logs > 0) return { fits: true, variant: 'a log without folders' }
    return {
      fits: false,
      because: ['no folder session-STAMP with original, reimagined and metadata in it', `no file ${logName}`],
    }
  },
  read: readNexvision,
  write(items, media, sink, given, extras, ctx) {
    const { log, 'keep-metadata': keepMetadata } = checkOptions(options, given)
    const chosen = { log: log === 'short' ? 'short' : 'complete', keepMetadata } as const
    return writeNexvision(items, media, sink, chosen, extras, ctx)
  },
}
