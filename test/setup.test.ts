// Sets up a made-up checkout with a stand-in for npm, so that starts, locks and stamps can be tried in a second.
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const windows = { skip: process.platform === 'win32' && 'the stand-in for npm is a shell script' }

// Slow enough that a second start meets the first one at work, and it removes what was there, as `npm ci` does.
const npm = `#!/bin/sh
echo "$@" >> npm-calls
[ -e npm-fails ] && exit 7
rm -rf node_modules && sleep 0.5 && mkdir node_modules
echo '{"packages":{}}' > node_modules/.package-lock.json
`

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hindsight-setup-'))
  mkdirSync(join(folder, 'tools'))
  mkdirSync(join(folder, 'path'))
  for (const name of ['setup.mjs', 'node24.mjs'])
    copyFileSync(fileURLToPath(new URL(`../tools/${name}`, import.meta.url)), join(folder, 'tools', name))
  writeFileSync(join(folder, 'package-lock.json'), '{"packages":{"":{}}}')
  writeFileSync(join(folder, 'path/npm'), npm)
  chmodSync(join(folder, 'path/npm'), 0o755)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const start = () =>
  run(process.execPath, ['tools/setup.mjs'], {
    cwd: folder,
    env: { ...process.env, PATH: `${join(folder, 'path')}${delimiter}${process.env['PATH'] ?? ''}` },
  })
const installs = () => readFileSync(join(folder, 'npm-calls'), 'utf8').trim().split('\n').length

test('installs once, and again when the lock file changes', windows, async () => {
  await start()
  await start()
  assert.equal(installs(), 1)
  writeFileSync(join(folder, 'package-lock.json'), '{"packages":{"":{},"node_modules/a":{"version":"1.0.0"}}}')
  await start()
  assert.equal(installs(), 2)
})

test('of four starts at once one installs and the others wait for it', windows, async () => {
  await Promise.all([start(), start(), start(), start()])
  assert.equal(installs(), 1)
  assert.equal(existsSync(join(folder, '.setup-lock')), false)
})

test('the lock of a start that was killed does not hold up the next one', windows, async () => {
  const dead = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim()
  mkdirSync(join(folder, '.setup-lock'))
  writeFileSync(join(folder, '.setup-lock/owner'), dead)
  await Promise.all([start(), start()])
  assert.equal(installs(), 1)
})

test('an install that fails says so in one line, leaves no lock, and the next start tries again', windows, async () => {
  writeFileSync(join(folder, 'npm-fails'), '')
  await assert.rejects(start(), (error: Error & { stderr: string; code: number }) => {
    assert.equal(error.code, 1)
    assert.match(error.stderr, /^setup\.install-failed: expected .*found exit status 7; .*\.$/m)
    assert.doesNotMatch(error.stderr, /\n {4}at /)
    return true
  })
  assert.equal(existsSync(join(folder, '.setup-lock')), false)
  rmSync(join(folder, 'npm-fails'))
  await start()
  assert.equal(installs(), 2)
})
