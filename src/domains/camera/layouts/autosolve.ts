/**
 * AutoSolve's own files, both ways: the data folder, the export archive, the older single JSON (format 3) and the layout
 * of EZTrack's plan. What each field means there, and which values only say "never measured", is in `autosolve/`.
 */
import type { Layout } from '#core/layout.ts'
import { checkOptions } from '#core/options.ts'
import { detectAutosolve } from './autosolve/files.ts'
import { readAutosolve } from './autosolve/read.ts'
import { writeAutosolve, writtenForms } from './autosolve/write.ts'

const options = {
  form: {
    type: 'choice',
    about: 'the export archive’s tree, the data folder, the older single JSON, or the layout of EZTrack’s plan',
    choices: writtenForms,
    default: 'zip-tree',
  },
  model: {
    type: 'choice',
    about:
      'model.json: made from the sessions that are written, or the imported one, whoever’s sessions it was made from',
    choices: ['computed', 'kept'],
    default: 'computed',
  },
} as const

export const autosolve: Layout = {
  name: 'autosolve',
  domain: 'camera',
  about: 'AutoSolve for Blender: data folder, export archive, format 3, EZTrack plan',
  options,
  detect: detectAutosolve,
  read: readAutosolve,
  write: async (items, _media, sink, given, extras, ctx) =>
    writeAutosolve(items, sink, checkOptions(options, given), extras, ctx),
}
