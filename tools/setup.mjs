// Makes a checkout ready to run. Plain JavaScript without dependencies, because it runs before there are any,
// on whatever Node (18 or newer) is installed; what it prepares runs on Node 24.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { failWith, findNode24, pinnedNode, root, SetupError } from './node24.mjs'

export { failWith, nodeFlags, root, runOnNode24, SetupError } from './node24.mjs'

const stampPath = join(root, 'node_modules/.hindsight-setup.json')
const lockPath = join(root, '.setup-lock')

/**
 * Installs what package-lock.json says if node_modules is missing or stale, and returns the path of a Node 24.
 * Costs a few milliseconds when nothing is missing.
 */
export function setup() {
  const lockfile = readFileSync(join(root, 'package-lock.json'), 'utf8')
  const wanted = createHash('sha256').update(lockfile).update(`${process.platform}-${process.arch}`).digest('hex')
  return nodeOfStamp(wanted) ?? underLock(() => nodeOfStamp(wanted) ?? install(lockfile, wanted))
}

/** Builds the page into dist/studio if its sources changed since the last build; does nothing without a page. */
export function buildStudio(node) {
  if (!existsSync(join(root, 'studio/index.html'))) return
  const wanted = hashOfStudioSources()
  const upToDate = () => readIfThere(join(root, 'dist/studio/.built-from')) === wanted
  if (upToDate()) return
  underLock(() => {
    if (!upToDate()) viteBuild(node, wanted)
  })
}

function nodeOfStamp(wanted) {
  try {
    const stamp = JSON.parse(readFileSync(stampPath, 'utf8'))
    const node = resolve(root, stamp.node)
    return stamp.wanted === wanted && existsSync(node) ? node : null
  } catch {
    return null // no stamp, or a torn one: both mean "not set up"
  }
}

function install(lockfile, wanted) {
  if (!installedMatches(lockfile)) npmCi()
  const node = findNode24()
  // Relative when it is ours, so that a checkout that is moved or copied runs its own Node.
  writeFileSync(stampPath, JSON.stringify({ wanted, node: node === pinnedNode() ? relative(root, node) : node }))
  return node
}

// npm keeps its own list of what it installed. Comparing it saves a full reinstall after `npm install some-package`,
// which has already put everything in place and only made the stamp stale.
function installedMatches(lockfile) {
  const text = readIfThere(join(root, 'node_modules/.package-lock.json'))
  if (text === null || pinnedNode() === null) return false
  const installed = JSON.parse(text).packages ?? {}
  return Object.entries(JSON.parse(lockfile).packages).every(([path, wanted]) => {
    if (path === '') return true
    const found = installed[path]
    return found ? found.version === wanted.version && found.integrity === wanted.integrity : wanted.optional === true
  })
}

function npmCi() {
  console.error('Installing dependencies (once, about half a minute) …')
  // Run from `npm start`, npm's own settings for that run are in the environment and would steer the inner npm;
  // those that say how to reach the registry must stay.
  const own = /^npm_(config|package|lifecycle)_/i
  const reach = /cafile|registry|proxy|userconfig|globalconfig|cache/i
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name) || reach.test(name)))
  // The page is built from devDependencies and Node 24 is an optional one: neither may be left out by a setting.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const windows = process.platform === 'win32'
  const { status, error } = spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], env, shell: windows })
  if (error) {
    throw new SetupError('setup.npm-missing', {
      expected: 'npm on the PATH',
      found: error.message,
      fix: 'install Node.js with npm and try again',
    })
  }
  if (status !== 0) {
    throw new SetupError('setup.install-failed', {
      expected: '"npm ci" to succeed',
      found: `exit status ${status}`,
      fix: 'read its message above, check the network, and try again',
    })
  }
}

// Everything the page may be made of. It takes little of src, but a page built too often is better than a stale one.
function hashOfStudioSources() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')))
  for (const folder of ['studio', 'src']) {
    for (const path of filesUnder(folder)) hash.update(`\0${path}\0`).update(readFileSync(join(root, path)))
  }
  return hash.digest('hex')
}

function filesUnder(folder) {
  if (!existsSync(join(root, folder))) return []
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  return entries
    .filter(({ name }) => name !== 'dist' && !name.endsWith('.test.ts'))
    .map((entry) => [`${folder}/${entry.name}`, entry.isDirectory()])
    .sort()
    .flatMap(([path, isFolder]) => (isFolder ? filesUnder(path) : [path]))
}

// Built aside and moved in, so that a server reading dist/studio never meets half a page.
function viteBuild(node, wanted) {
  console.error('Building the studio (once per change) …')
  const fresh = join(root, `dist/.studio-${process.pid}`)
  const old = `${fresh}-old`
  const target = join(root, 'dist/studio')
  try {
    const vite = join(root, 'node_modules/vite/bin/vite.js')
    const args = [vite, 'build', join(root, 'studio'), '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn']
    const { status } = spawnSync(node, args, { cwd: root, stdio: ['ignore', 2, 2] })
    if (status !== 0) {
      throw new SetupError('setup.studio-failed', {
        expected: 'the studio to build',
        found: `vite exit status ${status}`,
        fix: 'mend what it names above',
      })
    }
    writeFileSync(join(fresh, '.built-from'), wanted)
    if (existsSync(target)) renameSync(target, old)
    renameSync(fresh, target)
  } finally {
    for (const path of [fresh, old]) rmSync(path, { recursive: true, force: true })
  }
}

// Two first starts at once must not install into the same folder. The lock is a folder (made atomically) that names
// its owner, so that one left by a killed start is recognised and set aside.
function underLock(work) {
  takeLock()
  try {
    return work()
  } finally {
    rmSync(lockPath, { recursive: true, force: true })
  }
}

function takeLock() {
  for (let waits = 0; ; waits++) {
    const own = `${lockPath}-${process.pid}`
    rmSync(own, { recursive: true, force: true })
    mkdirSync(own)
    writeFileSync(join(own, 'owner'), String(process.pid))
    try {
      renameSync(own, lockPath) // fails if a lock is there: a folder never replaces one that is not empty
      return
    } catch (error) {
      rmSync(own, { recursive: true, force: true })
      if (!['EEXIST', 'ENOTEMPTY', 'EPERM', 'EACCES'].includes(error.code)) throw error
    }
    const owner = Number(readIfThere(join(lockPath, 'owner')))
    if (owner > 0 && !isAlive(owner)) breakLockOf(owner)
    else {
      if (waits === 4) console.error(`Waiting for another start (process ${owner}) that is setting up …`)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250)
    }
  }
}

// Moved before it is removed: of two that find the same dead owner only one can move it, and a lock that turns out to
// be a living one's is put back.
function breakLockOf(owner) {
  const aside = `${lockPath}-broken-${process.pid}`
  try {
    renameSync(lockPath, aside)
    if (Number(readIfThere(join(aside, 'owner'))) === owner) rmSync(aside, { recursive: true, force: true })
    else renameSync(aside, lockPath)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
    throw error
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    buildStudio(setup())
  } catch (error) {
    failWith(error)
  }
}
