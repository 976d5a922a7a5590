/** Runs `suite-writer.ts` in processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const writerProgram = fileURLToPath(new URL('./suite-writer.ts', import.meta.url))

export interface WriterChild {
  readonly process: ChildProcess
  /** Sessions that were acknowledged: hash by id. */
  readonly acknowledged: Map<string, string>
  /** Exit status, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>
  /** What it wrote to its error output. */
  errors(): string
}

export function startWriter(dataDir: string, first: number, count: number, blobBytes = 0): WriterChild {
  const args = ['--disable-warning=ExperimentalWarning', writerProgram, dataDir, `${first}`, `${count}`, `${blobBytes}`]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const acknowledged = new Map<string, string>()
  let rest = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const [result, , id, hash] = line.split(' ')
      if (id !== undefined && hash !== undefined && (result === 'created' || result === 'repeated'))
        acknowledged.set(id, hash)
    }
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? code))
  })
  return { process: child, acknowledged, ended, errors: () => errors }
}
