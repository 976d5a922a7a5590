// Finds the test files, runs them in as few processes as is safe, and closes with one line that says how it went.
//   *.test.ts          everything that runs on its own
//   *.interop.test.ts  exported datasets in the real loaders; part of everything, `--only interop` runs these alone
//   *.long.ts          minutes, not seconds (kill -9 series …); only with `--only long`
// Properties are tried with the same cases each time; HINDSIGHT_TEST_SEED=N tries others, =random new ones each time.
// Further arguments are parts of paths and narrow the choice: `npm test -- src/store`.
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, styleText } from 'node:util'
import type { Summary } from './test-reporter.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

// Their tests touch nothing but values, so they can share one process, which saves a start of Node per file.
const pureFolders = ['core', 'vision', 'curate', 'learn', 'formats'].map((name) => `src/${name}/`)

const minuteMs = 60_000

interface Group {
  readonly files: readonly string[]
  readonly isolated: boolean
  readonly timeoutMs: number
}

function main(): number {
  const { values, positionals } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true })
  const { only } = values
  if (only !== undefined && only !== 'interop' && only !== 'long') {
    console.error(`test.usage: expected --only interop or --only long, found "${only}"; name one of the two.`)
    return 2
  }
  const summary = groupsOf(findFiles(only, positionals), only).map(runGroup).reduce(add, nothing)
  printSkipped(summary)
  const { passed, failed, skipped } = summary
  if (passed + failed + skipped === 0) console.log('No test was found.')
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  return failed > 0 || passed + skipped === 0 ? 1 : 0
}

function findFiles(only: 'interop' | 'long' | undefined, parts: readonly string[]): readonly string[] {
  const suffix = only === undefined ? '.test.ts' : only === 'interop' ? '.interop.test.ts' : '.long.ts'
  const found = globSync(`{src,test,studio,tools,bench,sample,integrations}/**/*${suffix}`, { cwd: root })
  const files = found.map((path) => path.replaceAll('\\', '/')).filter((path) => !path.includes('/node_modules/'))
  return files.filter((path) => parts.length === 0 || parts.some((part) => path.includes(part))).sort()
}

function groupsOf(files: readonly string[], only: string | undefined): readonly Group[] {
  const isPure = (path: string) =>
    pureFolders.some((folder) => path.startsWith(folder)) && !path.endsWith('.interop.test.ts')
  const timeoutMs = only === 'long' ? 60 * minuteMs : 5 * minuteMs
  if (only !== undefined) return [{ files, isolated: true, timeoutMs }]
  return [
    { files: files.filter(isPure), isolated: false, timeoutMs },
    { files: files.filter((path) => !isPure(path)), isolated: true, timeoutMs },
  ]
}

const nothing: Summary = { passed: 0, failed: 0, skipped: 0, skips: [] }

function add(a: Summary, b: Summary): Summary {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    skips: [...a.skips, ...b.skips],
  }
}

function runGroup({ files, isolated, timeoutMs }: Group): Summary {
  if (files.length === 0) return nothing
  const folder = mkdtempSync(join(tmpdir(), 'hindsight-tests-'))
  const summaryPath = join(folder, 'summary.json')
  const { NODE_TEST_CONTEXT: _, ...env } = process.env // set when a test runs this runner: it would mute the inner one
  const args = [
    '--disable-warning=ExperimentalWarning',
    `--import=${new URL('./seeded-properties.ts', import.meta.url).href}`,
    '--test',
    `--test-isolation=${isolated ? 'process' : 'none'}`,
    // The default leaves one core idle, which here is half the machine.
    ...(isolated ? [`--test-concurrency=${availableParallelism()}`] : []),
    `--test-timeout=${timeoutMs}`,
    `--test-reporter=${new URL('./test-reporter.ts', import.meta.url).href}`,
    ...files,
  ]
  try {
    const { status, signal } = spawnSync(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...env, HINDSIGHT_TEST_SUMMARY: summaryPath },
    })
    const summary = readSummary(summaryPath)
    if (summary !== null && (status === 0 || summary.failed > 0)) return summary
    // The counts do not explain the exit: the process died, or something outside the tests failed.
    console.error(`The test process ended with ${signal ?? `status ${status}`}, which counts as one failure.`)
    return add(summary ?? nothing, { ...nothing, failed: 1 })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readSummary(path: string): Summary | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Summary
  } catch {
    return null // never written: the process was cut short
  }
}

function printSkipped({ skips }: Summary): void {
  if (skips.length === 0) return
  const byReason = Map.groupBy(skips, ({ reason }) => reason)
  console.log(styleText('yellow', '\nSkipped:'))
  for (const [reason, tests] of byReason) {
    const files = [...new Set(tests.map(({ file }) => file))].join(', ')
    console.log(`  ${tests.length} × ${reason}  (${files})`)
  }
}

process.exitCode = main()
