/**
 * Shots of a cut clip solved side by side, each in a thread, where that pays: a thread first has to load and warm up the
 * solver, so one shot alone, or a few short ones, are solved in this thread.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { SolveResult } from '#track/solution.ts'
import { oneAfterTheOther, type SolveShots, type SolveTask } from '#track/track-clip.ts'

/** Positions of tracks in all; on two cores, threads took 0.75 of the time at so many, 0.87 at 20,000 and longer at 12,000. */
const worthThreads = 50_000

export const sideBySide: SolveShots = (tasks, ctx) => {
  const positions = tasks.reduce((sum, { tracks }) => sum + tracks.reduce((n, { frames }) => n + frames.length, 0), 0)
  const threads = positions < worthThreads ? 1 : Math.min(tasks.length, availableParallelism())
  return threads < 2 ? oneAfterTheOther(tasks, ctx) : inThreads(tasks, ctx, threads)
}

/** @throws what the solver throws, and the reason of `ctx.signal` when that is aborted */
export async function inThreads(
  tasks: readonly SolveTask[],
  ctx: Parameters<SolveShots>[1],
  threads: number,
): Promise<readonly SolveResult[]> {
  ctx.signal.throwIfAborted()
  const results: SolveResult[] = []
  const waiting = tasks.entries()
  let done = 0
  async function work(thread: SolveThread): Promise<void> {
    for (const [index, task] of waiting) {
      results[index] = await thread.solve(task)
      ctx.progress({ done: ++done, total: tasks.length, unit: 'shots', note: 'solving' })
    }
  }
  const crew = Array.from({ length: threads }, () => new SolveThread())
  const stop = () => crew.forEach((thread) => thread.end(ctx.signal.reason))
  ctx.signal.addEventListener('abort', stop)
  try {
    await Promise.all(crew.map(work))
    return results
  } finally {
    ctx.signal.removeEventListener('abort', stop)
    stop()
  }
}

class SolveThread {
  readonly #worker = new Worker(new URL('solve-thread.ts', import.meta.url))
  #ended: { readonly reason: unknown } | null = null
  #reject: (reason: unknown) => void = () => {}

  /** @throws what the solver throws, and the reason of `end` */
  solve(task: SolveTask): Promise<SolveResult> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended.reason)
      this.#reject = reject
      this.#worker.removeAllListeners()
      this.#worker.once('message', resolve)
      this.#worker.once('error', reject)
      this.#worker.postMessage(task)
    })
  }

  end(reason: unknown): void {
    this.#ended ??= { reason }
    this.#reject(reason)
    void this.#worker.terminate()
  }
}
