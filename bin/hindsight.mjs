#!/usr/bin/env node
// The door of the command line: plain JavaScript, so that any Node from 18 on can open it and hand over to Node 24.
import { buildStudio, failWith, runOnNode24, serverFlags, setup } from '../tools/setup.mjs'

const args = process.argv.slice(2)
try {
  const node = setup()
  const serves = args[0] === 'start' && !args.includes('--help')
  if (serves) buildStudio(node) // only the server shows the page
  await runOnNode24(node, 'src/cli/main.ts', args, serves ? serverFlags() : [])
} catch (error) {
  failWith(error)
}
