#!/usr/bin/env node
// The door of the command line: plain JavaScript, so that any Node from 18 on can open it and hand over to Node 24. In a
// checkout it first makes ready what is missing, and runs the sources; the installed package has all that it needs.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { failWith, node24, nodeFlags, root, runOnNode24 } from '../tools/node24.mjs'

// Commands that run for long or hold much; all others start faster without a process of their own.
const heavy = new Set(['start', 'import', 'export', 'dataset', 'reindex', 'track'])
const args = process.argv.slice(2)
const [command = ''] = args
try {
  const isCheckout = existsSync(join(root, 'src'))
  const node = isCheckout ? await prepare() : node24()
  const script = isCheckout ? 'src/cli/main.ts' : 'lib/cli/main.js'
  await runOnNode24(node, script, args, heavy.has(command) ? nodeFlags(command) : [])
} catch (error) {
  failWith(error)
}

async function prepare() {
  const { buildStudio, setup } = await import('../tools/setup.mjs')
  const node = setup()
  if (command === 'start' && !args.includes('--help')) buildStudio(node) // only the server shows the page
  return node
}
