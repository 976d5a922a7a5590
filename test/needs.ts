// What some tests need beyond npm packages. A test says so in its options: `test('…', needs('chromium'), …)` is skipped,
// with the way to get it, where the machine lacks it; with HINDSIGHT_TEST_ALL=1 the lack is a failure instead.
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Need {
  /** false when it is there, else the reason that the test runner shows. */
  readonly skip: string | false
  /** Absolute path of the program; '' only when the test is skipped. */
  readonly path: string
}

export type NeedName = keyof typeof finders

const root = fileURLToPath(new URL('..', import.meta.url))
const windows = process.platform === 'win32'

const finders = {
  chromium: { what: 'Chromium', find: findChromium, get: 'npm run setup:system' },
  ffmpeg: { what: 'ffmpeg and ffprobe', find: findFfmpeg, get: 'npm run setup:system' },
  python: { what: 'the Python packages of tools/requirements.txt', find: findPython, get: 'npm run setup:system' },
  strace: { what: 'strace', find: () => onPath('strace'), get: 'npm run setup:system' },
  // Large, and only the sample project is made with it: CI does without.
  blender: { what: 'Blender', find: () => onPath('blender'), get: 'npm run setup:system -- --blender', extra: true },
  // Some 1.5 GB. What CI does without it is to read the same files by their specifications.
  tensorflow: {
    what: 'a Python with tensorflow-cpu, named by HINDSIGHT_TENSORFLOW',
    find: () => named('HINDSIGHT_TENSORFLOW'),
    get: 'python3 -m venv FOLDER && FOLDER/bin/pip install tensorflow-cpu',
    extra: true,
  },
} satisfies Record<string, { what: string; find: () => string | null; get: string; extra?: true }>

const found = new Map<NeedName, Need>()

/** The options of a test that needs a program, and the program's path. Throws when everything must be there and is not. */
export function needs(name: NeedName): Need {
  const known = found.get(name)
  if (known) return known
  const finder: { what: string; find: () => string | null; get: string; extra?: true } = finders[name]
  const path = finder.find()
  if (path === null && process.env['HINDSIGHT_TEST_ALL'] === '1' && !finder.extra) {
    throw new Error(`test.need-missing: expected ${finder.what}, found none; run "${finder.get}"`)
  }
  const need = { skip: path === null && `needs ${finder.what}: ${finder.get}`, path: path ?? '' }
  found.set(name, need)
  return need
}

function findChromium(): string | null {
  if (process.env['HINDSIGHT_CHROMIUM']) return named('HINDSIGHT_CHROMIUM')
  const installed = [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ].find(isExecutable)
  return onPath('chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome') ?? installed ?? null
}

// Debian brings both in one package; the tests make their clips with the one and look at them with the other.
function findFfmpeg(): string | null {
  return onPath('ffprobe') && onPath('ffmpeg')
}

// The stamp is written last by tools/setup-system.mjs: an environment without it is half made or of older requirements.
function findPython(): string | null {
  const python = join(root, windows ? '.venv/Scripts/python.exe' : '.venv/bin/python')
  const stamp = join(root, '.venv/.requirements')
  if (!existsSync(python) || !existsSync(stamp)) return null
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'tools/requirements.txt')))
    .digest('hex')
  return readFileSync(stamp, 'utf8') === wanted ? python : null
}

function named(variable: string): string | null {
  const path = process.env[variable] ?? ''
  return path !== '' && isExecutable(path) ? path : null
}

function onPath(...names: readonly string[]): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, windows ? `${name}.exe` : name)))
  return paths.find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
