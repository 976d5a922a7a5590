// `npm run setup:system [-- --blender]`: installs what npm cannot, so that no test is skipped: a browser, strace,
// ffmpeg, and a Python environment with the real dataset loaders. Quick when all is there. Plain JavaScript for any Node
// from 18 on.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { failWith, root, SetupError } from './setup.mjs'

const packages = ['chromium', 'ffmpeg', 'fonts-liberation', 'strace', 'python3', 'python3-venv']
const venv = join(root, '.venv')
const imports =
  'import pycocotools.coco, pycocotools.cocoeval, datasets, pyarrow.parquet, PIL.Image, numpy, yaml, tqdm, pycolmap, pxr.Usd, schemathesis'

/** Installs the Debian packages that are missing; needs root or sudo only then. */
function installPackages(wanted) {
  const missing = wanted.filter((name) => !isInstalled(name))
  if (missing.length === 0) return
  console.error(`Installing ${missing.join(', ')} …`)
  const prefix = process.getuid() === 0 ? [] : ['sudo']
  const apt = ['apt-get', '-q', '-y', '-o', 'DPkg::Lock::Timeout=600', '-o', 'APT::Color=0']
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run('package list', [...prefix, ...apt, 'update'], { env })
  run('packages', [...prefix, ...apt, 'install', '--no-install-recommends', ...missing], { env })
}

function isInstalled(name) {
  const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' })
  return status === 0 && stdout.endsWith(' installed')
}

/** Makes .venv with exactly tools/requirements.txt, anew when that file changed; the stamp is written last. */
function installPython() {
  const requirements = join(root, 'tools/requirements.txt')
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  const stamp = join(venv, '.requirements')
  const python = join(venv, 'bin/python')
  if (existsSync(stamp) && existsSync(python) && readFileSync(stamp, 'utf8') === wanted) return
  console.error('Installing the Python packages into .venv (about a minute) …')
  rmSync(venv, { recursive: true, force: true })
  run('Python environment', [findPython(), '-m', 'venv', venv])
  const pip = [python, '-m', 'pip', '--quiet', '--disable-pip-version-check']
  run('Python packages', [...pip, 'install', '--only-binary', ':all:', '--requirement', requirements])
  if (!imported(python)) {
    throw new SetupError('setup.python-broken', {
      expected: `"${imports}" to run`,
      found: 'an import that fails',
      fix: 'run it with .venv/bin/python to see which',
    })
  }
  writeFileSync(stamp, wanted)
}

function imported(python) {
  return spawnSync(python, ['-c', imports], { stdio: 'ignore' }).status === 0
}

function findPython() {
  const probe = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
  const candidates = ['python3', '/usr/bin/python3', 'python3.13', 'python3.12', 'python3.11']
  const found = candidates.find((python) => spawnSync(python, ['-c', probe], { stdio: 'ignore' }).status === 0)
  if (found) return found
  throw new SetupError('setup.python-missing', {
    expected: 'Python 3.11 or newer with venv',
    found: 'none on the PATH',
    fix: 'install one and try again',
  })
}

function run(what, [command, ...args], options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options })
  if (status === 0) return
  throw new SetupError('setup.system-failed', {
    expected: `the ${what} to install`,
    found: error ? error.message : `"${command}" with exit status ${status}`,
    fix: 'read its message above and try again',
  })
}

try {
  if (spawnSync('apt-get', ['--version']).status !== 0) {
    throw new SetupError('setup.system-unknown', {
      expected: 'Debian or Ubuntu (apt-get)',
      found: process.platform,
      fix: 'install Chromium or Chrome by hand; tests that need strace or Python stay skipped here',
    })
  }
  installPackages(process.argv.includes('--blender') ? [...packages, 'blender'] : packages)
  installPython()
  console.error('The system is set up.')
} catch (error) {
  failWith(error)
}
