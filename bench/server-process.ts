/** A real server in a process of its own, for benches and crash tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const { hindsight } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  hindsight: { nodeFlags: string[] }
}
const cli = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

export interface ServerProcess {
  readonly url: string
  readonly child: ChildProcess
  /** The most memory it held so far, MB; null where the system does not tell. */
  peakMb(): number | null
  stop(): Promise<void>
  /** Kills it as a power cut would. */
  kill(): Promise<void>
}

/** @throws when it ends before it is ready, with what it said */
export async function startServerProcess(
  dataDir: string,
  extra: readonly string[] = ['--no-sample'],
): Promise<ServerProcess> {
  const child = spawn(
    process.execPath,
    [...hindsight.nodeFlags, cli, 'start', '--data', dataDir, '--port', '0', '--json', ...extra],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const url = await new Promise<string>((resolve, reject) => {
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      const line = out.split('\n')[0]
      if (out.includes('\n') && line) resolve((JSON.parse(line) as { url: string }).url)
    })
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)))
  })
  const ended = once(child, 'exit')
  return {
    url,
    child,
    peakMb() {
      try {
        const kb = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]
        return kb === undefined ? null : Math.round(Number(kb) / 1000)
      } catch {
        return null
      }
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
