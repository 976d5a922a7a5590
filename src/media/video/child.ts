/** A child process that cannot outlive its use. */
import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

export interface Child {
  readonly stdout: Readable
  /** Its exit status, or null when it was killed; settles when it is gone and all it wrote was read. */
  readonly ended: Promise<number | null>
  /** Ends it, if it still runs, and waits until it is gone. */
  stop(): Promise<void>
}

/**
 * Starts a program that reads no input.
 *
 * @param onLine is called with each line that it writes to its error output
 * @param signal kills it
 */
export function startChild(
  program: string,
  args: readonly string[],
  onLine: (line: string) => void,
  signal: AbortSignal,
): Child {
  signal.throwIfAborted()
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
  const kill = () => child.kill('SIGKILL')
  signal.addEventListener('abort', kill, { once: true })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  }).finally(() => signal.removeEventListener('abort', kill))
  // Whoever leaves early does not look at how it ended.
  ended.catch(() => {})
  forEachLine(child.stderr, onLine)
  return {
    stdout: child.stdout,
    ended,
    stop: async () => {
      kill()
      // A pipe that nobody reads would keep it from being closed.
      child.stdout.destroy()
      await ended.catch(() => {})
    },
  }
}

/** Lines are cut at this length: some filters print whole binary blocks as one. */
const maxLineChars = 4096

function forEachLine(stream: Readable, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = (lines.pop() ?? '').slice(0, maxLineChars)
    for (const line of lines) onLine(line)
  })
  stream.on('end', () => rest !== '' && onLine(rest))
}
