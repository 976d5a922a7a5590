/**
 * One headless Blender and the pipe to it. It lives as long as its run: it is killed with all its children when a question
 * is cancelled or takes too long, and ends by itself when this process is gone, since its input ends then.
 */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { brief, fault, type Fault } from '#core/faults.ts'
import {
  type Answer,
  answers,
  envelope,
  type Hello,
  helloAnswer,
  mark,
  type Question,
  type Questions,
} from './protocol.ts'

/** Milliseconds that an answer may take. */
export interface Patience {
  /** The program's start, which reads much from a cold disk. */
  readonly startMs: number
  readonly questionMs: number
  readonly solveMs: number
}

export const usualPatience: Patience = { startMs: 120_000, questionMs: 300_000, solveMs: 1_800_000 }

export interface BridgeOptions {
  readonly program: string
  /** Before those of the bridge. */
  readonly extraArgs: readonly string[]
  readonly patience: Patience
}

/** What is being waited for. */
interface Waiting {
  readonly id: number
  settle(value: unknown): void
  fail(error: unknown): void
}

const script = fileURLToPath(new URL('bridge.py', import.meta.url))
/** Of what Blender last said, for the fault. */
const keptLines = 12
const lineChars = 300
/** What a Blender that was told to end gets to do so by itself. */
const goodbyeMs = 3_000

export class Bridge {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #patience: Patience
  readonly #said: string[] = []
  readonly #gone: Promise<void>
  #waiting: Waiting | null = null
  #next = 1
  /** Why nothing more can be asked; null while it can. */
  #over: Error | null = null

  private constructor({ program, extraArgs, patience }: BridgeOptions) {
    this.#patience = patience
    const args = ['-b', '--factory-startup', '--python-exit-code', '1', ...extraArgs, '--python', script]
    // A group of its own: what stands on the PATH may be a script that starts the real program.
    this.#child = spawn(program, args, { stdio: 'pipe', windowsHide: true, detached: process.platform !== 'win32' })
    const { stdin, stdout, stderr } = this.#child
    // Writing to a program that has just died: its end is told by 'close'.
    stdin.on('error', () => {})
    createInterface({ input: stdout }).on('line', (line) => this.#take(line))
    createInterface({ input: stderr }).on('line', (line) => this.#remember(line))
    this.#gone = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#end(cannotRun(program, error))
        resolve()
      })
      this.#child.once('close', (status, signal) => {
        this.#end(this.#crash(status === null ? `killed by ${signal}` : `ended with status ${status}`))
        resolve()
      })
    })
  }

  /**
   * Starts Blender and waits until it listens.
   *
   * @throws engine.missing, engine.crashed, engine.stuck, and `signal.reason`
   */
  static async start(options: BridgeOptions, signal: AbortSignal): Promise<{ bridge: Bridge; hello: Hello }> {
    signal.throwIfAborted()
    const bridge = new Bridge(options)
    try {
      const hello = helloAnswer.safeParse(await bridge.#await(0, 'start', options.patience.startMs, signal))
      if (hello.success) return { bridge, hello: hello.data }
      throw bridge.#crash('its first words are not those of the bridge')
    } catch (error) {
      await bridge.close()
      throw error
    }
  }

  /**
   * One question at a time.
   *
   * @throws engine.crashed, engine.stuck, and `signal.reason`, after each of which Blender is gone
   */
  async ask<Q extends Question>(question: Q, asked: Questions[Q], signal: AbortSignal): Promise<Answer<Q>> {
    signal.throwIfAborted()
    if (this.#over !== null) throw this.#over
    const id = this.#next++
    const answer = this.#await(
      id,
      question,
      question === 'solve' ? this.#patience.solveMs : this.#patience.questionMs,
      signal,
    )
    this.#child.stdin.write(`${JSON.stringify({ id, do: question, with: asked })}\n`)
    const parsed = answers[question].safeParse(await answer)
    if (parsed.success) return parsed.data as Answer<Q>
    throw this.#giveUp(this.#crash(`its answer to "${question}" is not understood: ${brief(parsed.error.message)}`))
  }

  /** Lets Blender end, by force if it does not. Nothing is thrown. */
  async close(): Promise<void> {
    this.#child.stdin.end()
    const timer = setTimeout(() => this.#kill(), this.#over === null ? goodbyeMs : 0)
    await this.#gone
    clearTimeout(timer)
  }

  async #await(id: number, what: string, patienceMs: number, signal: AbortSignal): Promise<unknown> {
    if (this.#waiting !== null) throw new Error('the bridge is asked one thing at a time')
    const cancel = () => this.#giveUp(asError(signal.reason))
    const timer = setTimeout(() => this.#giveUp(this.#stuck(what, patienceMs)), patienceMs)
    signal.addEventListener('abort', cancel, { once: true })
    try {
      return await new Promise<unknown>((settle, fail) => {
        this.#waiting = { id, settle, fail }
        if (this.#over !== null) fail(this.#over)
      })
    } finally {
      this.#waiting = null
      clearTimeout(timer)
      signal.removeEventListener('abort', cancel)
    }
  }

  #take(line: string): void {
    if (!line.startsWith(mark)) return this.#remember(line)
    const message = envelope.safeParse(parsed(line.slice(mark.length)))
    if (!message.success || message.data.id !== this.#waiting?.id) {
      this.#giveUp(this.#crash(`it said what nobody asked: ${brief(line)}`))
    } else if (message.data.error === undefined) this.#waiting.settle(message.data.value)
    else this.#giveUp(this.#crash(`its bridge failed: ${brief(message.data.error, lineChars)}`))
  }

  #remember(line: string): void {
    if (line.trim() === '') return
    this.#said.push(line.slice(0, lineChars))
    if (this.#said.length > keptLines) this.#said.shift()
  }

  /** Blender is of no more use. */
  #giveUp(why: Error): Error {
    this.#end(why)
    this.#kill()
    return why
  }

  #end(why: Error): void {
    this.#over ??= why
    this.#waiting?.fail(this.#over)
  }

  #kill(): void {
    const { pid } = this.#child
    if (pid === undefined) return
    if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(pid), '/t', '/f'], { windowsHide: true })
    else {
      try {
        process.kill(-pid, 'SIGKILL')
      } catch {
        // It was gone before.
      }
    }
    // A grandchild that escaped the group would hold the pipes open and keep 'close' from coming.
    this.#child.stdout.destroy()
    this.#child.stderr.destroy()
  }

  #crash(how: string): Fault {
    const last = this.#said.length === 0 ? 'It said nothing.' : `It last said:\n${this.#said.join('\n')}`
    return fault('engine.crashed', { expected: 'Blender to work to the end', found: `that ${how}. ${last}` })
  }

  #stuck(what: string, patienceMs: number): Fault {
    return fault('engine.stuck', {
      expected: `Blender to answer "${what}" within ${patienceMs / 1000} s`,
      found: this.#said.length === 0 ? 'nothing' : `nothing but: ${this.#said.join('\n')}`,
    })
  }
}

/** An abort's reason may be anything. */
const asError = (reason: unknown) => (reason instanceof Error ? reason : new Error('cancelled', { cause: reason }))

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export const cannotRun = (program: string, cause: unknown): Fault =>
  fault('engine.missing', { expected: 'Blender', found: `that "${program}" cannot be run`, cause })
