#!/usr/bin/env node
// The door of the command line: plain JavaScript, so that any Node from 18 on can open it and hand over to Node 24.
import { buildStudio, failWith, nodeFlags, runOnNode24, setup } from '../tools/setup.mjs'

// Commands that run for long or hold much; all others start faster without a process of their own.
const heavy = new Set(['start', 'import', 'export', 'dataset', 'reindex', 'track'])
const args = process.argv.slice(2)
try {
  const node = setup()
  const [command = ''] = args
  if (command === 'start' && !args.includes('--help')) buildStudio(node) // only the server shows the page
  await runOnNode24(node, 'src/cli/main.ts', args, heavy.has(command) ? nodeFlags(command) : [])
} catch (error) {
  failWith(error)
}
