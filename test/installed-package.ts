/**
 * The package as a user has it: packed by npm, and installed by npm into an empty folder, without a network. What it depends
 * on is laid there beforehand, as hard links to this checkout's own, where npm finds it and has nothing to fetch.
 */
import { execFile } from 'node:child_process'
import { cp, link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const windows = process.platform === 'win32'
const staleMs = 3 * 60_000

export interface InstalledPackage {
  /** Where somebody ran `npm install hindsight-engine`. */
  readonly folder: string
  /** What is in the tarball. */
  readonly files: readonly { readonly path: string; readonly size: number }[]
  /** Of the tarball. */
  readonly packedBytes: number
  /** As a shell there has it: the checkout's programs are not on its path, and npm's settings for the tests not in it. */
  readonly env: NodeJS.ProcessEnv
  remove(): Promise<void>
}

interface LockedPackage {
  readonly dev?: boolean
  readonly bin?: Readonly<Record<string, string>>
}

/** Takes some ten seconds. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'hindsight-package-'))
  const env = plainEnv(folder)
  try {
    const npm = (args: readonly string[], cwd: string) =>
      run('npm', args, { cwd, env, shell: windows, maxBuffer: 2 ** 26 })
    const { stdout } = await oneAtATime(() => npm(['pack', '--json', '--pack-destination', folder], root))
    const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [
      { filename: string; size: number; files: { path: string; size: number }[] },
    ]
    await layDependencies(folder)
    await writeFile(join(folder, 'package.json'), '{ "name": "app", "private": true, "type": "module" }\n')
    await npm(
      ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', join(folder, packed.filename)],
      folder,
    )
    const remove = () => rm(folder, { recursive: true })
    return { folder, files: packed.files, packedBytes: packed.size, env, remove }
  } catch (error) {
    await rm(folder, { recursive: true })
    throw error
  }
}

/** Packing builds `lib`, from which another test may be packing at the moment. */
async function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  const lock = join(root, 'node_modules/.packing')
  for (;;) {
    try {
      await mkdir(lock)
      break
    } catch {
      const made = (await stat(lock).catch(() => null))?.mtimeMs ?? Date.now()
      // Of a test that was killed.
      if (Date.now() - made > staleMs) await rm(lock, { recursive: true, force: true })
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  try {
    return await work()
  } finally {
    await rm(lock, { recursive: true, force: true })
  }
}

async function layDependencies(folder: string): Promise<void> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, LockedPackage>>
  }
  await mkdir(join(folder, 'node_modules/.bin'), { recursive: true })
  for (const [path, { dev = false, bin = {} }] of Object.entries(lock.packages)) {
    // What lies in another package's own folder comes with that.
    const isOwn = path.lastIndexOf('node_modules/') === 0
    if (dev || !isOwn || !existsSync(join(root, path))) continue
    await linkFolder(join(root, path), join(folder, path))
    // Without these npm thinks the package half installed, and fetches it again.
    for (const [name, target] of Object.entries(bin))
      await symlink(join('..', path.replace('node_modules/', ''), target), join(folder, 'node_modules/.bin', name))
  }
}

async function linkFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await linkFolder(source, target)
    // Where the folders are on two disks, a copy does.
    else await link(source, target).catch(() => cp(source, target, { verbatimSymlinks: true }))
  }
}

function plainEnv(folder: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:npm_|HINDSIGHT_|NODE_|FORCE_COLOR)/i.test(name))
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => !/node_modules[\\/]\.bin/.test(entry))
  // Where nothing else is installed, npm itself needs a node.
  if (!path.some((entry) => existsSync(join(entry, windows ? 'node.exe' : 'node'))))
    path.push(dirname(process.execPath))
  const cache = join(folder, '.npm')
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), npm_config_cache: cache, NO_COLOR: '1' }
}
