// `npm run check`: format, lint (with the import law), and types of the product and of the page, each in turn.
// `npm run format` writes the format instead. Plain JavaScript for any Node >= 18, since it sets up first.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { failWith, root, setup } from './setup.mjs'

const bin = (path) => join(root, 'node_modules', path)
const format = { name: 'format', command: [bin('@biomejs/biome/bin/biome'), 'format'], fix: 'npm run format' }
const checks = [
  format,
  { name: 'lint', command: [bin('oxlint/bin/oxlint')] },
  { name: 'types', command: [bin('typescript/bin/tsc'), '--project', root] },
  { name: 'types of the studio', command: [bin('typescript/bin/tsc'), '--project', join(root, 'studio')] },
]

function passes(node, { name, command, fix }) {
  const started = Date.now()
  const { status } = spawnSync(node, command, { cwd: root, stdio: 'inherit' })
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  console.log(
    `${status === 0 ? '✔' : '✖'} ${name} (${seconds} s)${status !== 0 && fix ? `; mend it with "${fix}"` : ''}`,
  )
  return status === 0
}

try {
  const node = setup()
  const write = process.argv.includes('--write')
  const wanted = write ? [{ ...format, command: [...format.command, '--write'] }] : checks
  if (!wanted.map((check) => passes(node, check)).every(Boolean)) process.exitCode = 1
} catch (error) {
  failWith(error)
}
