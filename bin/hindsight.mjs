#!/usr/bin/env node
// The door of the command line: plain JavaScript, so that any Node from 18 on can open it and hand over to Node 24.
import { buildStudio, failWith, runOnNode24, setup } from '../tools/setup.mjs'

const args = process.argv.slice(2)
try {
  const node = setup()
  if (args[0] === 'start' && !args.includes('--help')) buildStudio(node) // only the server shows the page
  await runOnNode24(node, 'src/cli/main.ts', args)
} catch (error) {
  failWith(error)
}
