/**
 * Threads that help with the batches of the tracking kernel, in whose memory they all work. Between batches they sleep; the
 * thread that has a batch does one part of it itself and blocks until the others are done, as the kernel's calls are
 * synchronous. A thread that has not started yet is done without: the parts are the same, whoever does them.
 */
import { Worker } from 'node:worker_threads'
import { type Crew, type KernelCall, type Muster, performer } from '#vision/wasm/crew.ts'
import type { WasmMemory, WasmModule } from '#vision/wasm/engine.ts'
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

function crewAt(desks: readonly Desk[], perform: (call: KernelCall) => void): Crew {
  return {
    size: desks.length + 1,
    run([first, ...others]) {
      const busy: Desk[] = []
      const left: KernelCall[] = []
      for (const [i, call] of others.entries()) {
        const desk = desks[i]
        if (desk?.give(call)) busy.push(desk)
        else left.push(call)
      }
      if (first) perform(first)
      for (const call of left) perform(call)
      for (const desk of busy) desk.untilDone()
    },
  }
}
