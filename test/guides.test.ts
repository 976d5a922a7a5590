/**
 * The guides are run: each block marked `sh run` in docs/guides, in order, in a folder that looks like a fresh clone, and
 * the block marked `text` behind it is what it must print. There `…` stands for anything within a line, and a line of it
 * for any number of lines. Blocks marked `sh run python` are run where the Python packages are.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { needs } from './needs.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const guides = join(root, 'docs/guides')
/** Where the guides say the engine is; the tests have one of their own. */
const shownAddress = 'http://127.0.0.1:4747'
/** What a clone has that guides use. */
const cloned = ['integrations', 'sample', 'src', 'node_modules', 'package.json']

interface Block {
  /** The line of the guide that it begins on, from 1. */
  readonly line: number
  readonly script: string
  readonly needsPython: boolean
  /** The lines that it must print; null when the guide does not show them. */
  readonly prints: readonly string[] | null
}

function blocksOf(guide: string): readonly Block[] {
  const fences = [...guide.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)]
  return fences.flatMap((fence, index) => {
    const [, kind = '', script = ''] = fence
    if (kind !== 'sh run' && kind !== 'sh run python') return []
    const next = fences[index + 1]
    const prints = next?.[1] === 'text' ? linesOf(next[2] ?? '') : null
    const line = guide.slice(0, fence.index).split('\n').length
    return [{ line, script, needsPython: kind === 'sh run python', prints }]
  })
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')

/** Whether all lines are as shown; a shown line "…" may swallow any number of them. */
function agrees(printed: readonly string[], shown: readonly string[]): boolean {
  const [first, ...rest] = shown
  if (first === undefined) return printed.length === 0
  if (first.trim() === '…') return printed.some((_, i) => agrees(printed.slice(i), rest)) || rest.length === 0
  const [line, ...more] = printed
  return line !== undefined && patternOf(first).test(line) && agrees(more, rest)
}

function patternOf(shown: string): RegExp {
  const parts = shown.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`)
}

/** A folder like a fresh clone, and an engine running in it when the guide talks to one. */
async function openWorkplace(guide: string) {
  const dir = await mkdtemp(join(tmpdir(), 'hindsight-guide-'))
  for (const name of cloned) await symlink(join(root, name), join(dir, name))
  // Everybody types npx; here it must not look anything up in a registry.
  const tools = join(dir, '.tools')
  await mkdir(tools)
  const npx = `#!/bin/sh\n[ "$1" = hindsight ] || exit 2\nshift\nexec '${process.execPath}' '${root}src/cli/main.ts' "$@"\n`
  await writeFile(join(tools, 'npx'), npx)
  await chmod(join(tools, 'npx'), 0o755)
  const python = needs('python')
  const path = [tools, dirname(process.execPath), ...(python.skip ? [] : [dirname(python.path)]), process.env['PATH']]
  const env = { ...process.env, PATH: path.join(delimiter), NO_COLOR: '1', LC_ALL: 'C.UTF-8' }
  for (const name of ['HINDSIGHT_DATA', 'HINDSIGHT_PORT', 'HINDSIGHT_TOKEN', 'FORCE_COLOR'])
    Reflect.deleteProperty(env, name)
  const server = guide.includes(shownAddress) ? await startEngine(dir, env) : null
  return {
    run: (script: string) => runScript(server ? script.replaceAll(shownAddress, server.url) : script, dir, env),
    /** What was printed, with the address that the guide shows. */
    asShown: (printed: string) => (server ? printed.replaceAll(server.url, shownAddress) : printed),
    async close() {
      await server?.stop()
      await rm(dir, { recursive: true })
    },
  }
}

async function startEngine(dir: string, env: NodeJS.ProcessEnv) {
  const args = [join(root, 'src/cli/main.ts'), 'start', '--port', '0', '--no-sample', '--json']
  const child = spawn(process.execPath, args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [first] = (await Promise.race([once(child.stdout, 'data'), failOnExit(child)])) as [Buffer]
  const { url } = JSON.parse(first.toString()) as { url: string }
  return {
    url,
    async stop() {
      child.kill('SIGINT')
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

async function failOnExit(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null]
  throw new Error(`the engine ended with status ${code} before it was ready`)
}

async function runScript(script: string, cwd: string, env: NodeJS.ProcessEnv) {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const printed: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => printed.push(data))
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, printed: Buffer.concat(printed).toString() }
}

const windows = process.platform === 'win32' && 'the guides are written for a POSIX shell'
const names = (await readdir(guides)).filter((name) => name.endsWith('.md'))

describe('the guides', { skip: windows, concurrency: 2 }, () => {
  assert.ok(names.length > 0)
  for (const name of names) {
    describe(name, { concurrency: 1 }, () => {
      let workplace: Awaited<ReturnType<typeof openWorkplace>>
      let blocks: readonly Block[] = []
      before(async () => {
        const guide = await readFile(join(guides, name), 'utf8')
        blocks = blocksOf(guide)
        workplace = await openWorkplace(guide)
      })
      after(() => workplace.close())

      test('do what they say', async (t) => {
        assert.ok(blocks.length > 0, `${name} has no block that is run`)
        for (const { line, script, needsPython, prints } of blocks) {
          const place = `docs/guides/${name}:${line}`
          if (needsPython && needs('python').skip) {
            t.diagnostic(`${place} was not run: ${needs('python').skip}`)
            continue
          }
          const { status, printed } = await workplace.run(script)
          const shown = workplace.asShown(printed)
          assert.equal(status, 0, `${place} ended with status ${status}:\n${shown}`)
          if (prints)
            assert.ok(agrees(linesOf(shown), prints), `${place} printed\n${shown}\nand not\n${prints.join('\n')}`)
        }
      })
    })
  }
})
