// What `npm test` says at its end decides whether a change lands, so the runner is run on small made-up projects.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const good = `import { test } from 'node:test'\ntest('good', () => {})\n`
const bad = `import { test } from 'node:test'\ntest('bad', () => { throw new Error('broken glass') })\n`
const skipped = `import { test } from 'node:test'\ntest('absent', { skip: 'needs Blender: get it' }, () => {})\n`

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hindsight-run-tests-'))
  mkdirSync(join(folder, 'tools'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  for (const name of ['run-tests.ts', 'test-reporter.ts', 'seeded-properties.ts']) {
    copyFileSync(join(root, 'tools', name), join(folder, 'tools', name))
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function runTests(files: Readonly<Record<string, string>>, ...args: readonly string[]) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const { FORCE_COLOR: _, ...env } = process.env
  const command = ['--disable-warning=ExperimentalWarning', 'tools/run-tests.ts', ...args]
  const options = { cwd: folder, encoding: 'utf8', env: { ...env, NO_COLOR: '1' } } as const
  const { status, stdout } = spawnSync(process.execPath, command, options)
  return { status, stdout, last: stdout.trimEnd().split('\n').at(-1) }
}

test('adds up the folders that share a process and those that do not', () => {
  const { status, last } = runTests({ 'src/core/a.test.ts': good, 'src/store/b.test.ts': good, 'test/c.test.ts': good })
  assert.deepEqual({ status, last }, { status: 0, last: '3 passed, 0 failed' })
})

test('a failure anywhere fails the run and is shown with its place', () => {
  const { status, stdout, last } = runTests({ 'src/core/a.test.ts': bad, 'src/store/b.test.ts': good })
  assert.deepEqual({ status, last }, { status: 1, last: '1 passed, 1 failed' })
  assert.match(stdout, /✖ bad {2}src\/core\/a\.test\.ts:2\n {4}Error: broken glass/)
})

test('no test at all, and a file without a test, are failures', () => {
  assert.deepEqual([runTests({}).status, runTests({}).last], [1, '0 passed, 0 failed'])
  const { status, last, stdout } = runTests({
    'src/store/empty.test.ts': 'export {}',
    'src/core/void.test.ts': 'export {}',
  })
  assert.equal(status, 1)
  assert.match(stdout, /src\/store\/empty\.test\.ts has no test/)
  assert.match(last ?? '', /^0 passed, [12] failed$/)
})

test('a test process that ends early is a failure, and what it printed is shown', () => {
  const dies = `import { test } from 'node:test'\ntest('dies', () => { console.log('last words'); process.exit(3) })\n`
  const rim = runTests({ 'src/store/a.test.ts': dies })
  assert.deepEqual([rim.status, rim.last], [1, '0 passed, 1 failed'])
  assert.match(rim.stdout, /last words/)
  const pure = runTests({ 'src/store/a.test.ts': good, 'src/core/b.test.ts': dies })
  assert.deepEqual([pure.status, pure.last], [1, '1 passed, 1 failed'])
})

test('skipped tests are counted, and listed with the way to get what they need', () => {
  const { status, last, stdout } = runTests({ 'src/store/a.test.ts': skipped, 'src/core/b.test.ts': good })
  assert.deepEqual([status, last], [0, '1 passed, 0 failed, 1 skipped'])
  assert.match(stdout, /Skipped:\n {2}1 × needs Blender: get it {2}\(src\/store\/a\.test\.ts\)/)
})

test('long suites run only when asked for, interop suites alone when asked for', () => {
  const files = { 'src/store/a.long.ts': bad, 'src/store/b.test.ts': good, 'src/formats/c.interop.test.ts': good }
  assert.equal(runTests(files).last, '2 passed, 0 failed')
  assert.equal(runTests(files, '--only', 'interop').last, '1 passed, 0 failed')
  assert.equal(runTests(files, '--only', 'long').last, '0 passed, 1 failed')
  assert.equal(runTests(files, '--only', 'short').status, 2)
})
