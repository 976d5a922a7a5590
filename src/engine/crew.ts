/**
 * Threads that help with the batches of the tracking kernel, in whose memory they all work. Between batches they sleep; the
 * thread that has a batch does one part of it itself and blocks until the others are done, as the kernel's calls are
 * synchronous. A thread that has not started yet is done without: the parts are the same, whoever does them.
 */
import { Worker } from 'node:worker_threads'
import { type Crew, type KernelCall, type Muster, performer } from '#vision/wasm/crew.ts'
import type { CallName, WasmMemory, WasmModule } from '#vision/wasm/engine.ts'
import { Desk, deskBytes } from './crew-desk.ts'

export interface ThreadCrew {
  /** For `createWasmKernel`. */
  readonly muster: Muster
  /** Ends the threads. */
  close(): Promise<void>
}

/** @param size members in all, this thread counted */
export function threadCrew(size: number): ThreadCrew {
  const workers: Worker[] = []
  return {
    muster(module, memory) {
      const desks = Array.from({ length: size - 1 }, () => new Desk(new SharedArrayBuffer(deskBytes)))
      for (const { buffer } of desks) workers.push(hire({ module, memory, buffer }))
      return crewAt(desks, performer(module, memory))
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

/** What a thread is born with. */
export interface Job {
  readonly module: WasmModule
  readonly memory: WasmMemory
  readonly buffer: SharedArrayBuffer
}

function hire(job: Job): Worker {
  const worker = new Worker(new URL('crew-thread.ts', import.meta.url), { workerData: job })
  // Nobody waits for a helper: the program may end without it.
  worker.unref()
  return worker
}

/**
 * Who is awake is given a part; who sleeps only where what it takes off this thread lasts longer than waking it was seen to
 * take, which is microseconds on some machines and milliseconds on others.
 */
function crewAt(desks: readonly Desk[], perform: (call: KernelCall) => void): Crew {
  const pace = new Pace()
  return {
    size: desks.length + 1,
    run([first, ...others]) {
      const busy: Desk[] = []
      const left: KernelCall[] = []
      for (const [i, call] of others.entries()) {
        const desk = desks[i]
        const helper = desk?.helper ?? null
        if (desk === undefined || helper === null || (helper === 'asleep' && !pace.isWorthWaking(call))) {
          left.push(call)
          continue
        }
        const started = performance.now()
        desk.give(call)
        if (helper === 'asleep') pace.woke(performance.now() - started)
        busy.push(desk)
      }
      const own = first ? [first, ...left] : left
      const started = performance.now()
      for (const call of own) perform(call)
      if (first && others.length > 0) pace.did(first, (performance.now() - started) / own.length)
      for (const desk of busy) desk.untilDone()
    },
  }
}

/** How much of the newest measurement goes into a running mean. */
const newestShare = 0.25
/** Waking is measured anew after so many calls for which it was too dear: the machine may have been busy. */
const patientCalls = 200

/** How long things were seen to take, in milliseconds, as running means. */
class Pace {
  readonly #partMs = new Map<CallName, number>()
  #wakingMs: number | null = null
  #declined = 0

  isWorthWaking({ name }: KernelCall): boolean {
    const worth = this.#wakingMs === null || (this.#partMs.get(name) ?? Infinity) > this.#wakingMs
    if (worth || ++this.#declined >= patientCalls) {
      this.#declined = 0
      return true
    }
    return false
  }

  woke(ms: number): void {
    this.#wakingMs = mixed(this.#wakingMs, ms)
  }

  did({ name }: KernelCall, ms: number): void {
    this.#partMs.set(name, mixed(this.#partMs.get(name) ?? null, ms))
  }
}

const mixed = (before: number | null, ms: number) => (before === null ? ms : before + newestShare * (ms - before))
