/**
 * Shots of a cut clip solved side by side, each in a thread. One shot alone is solved in this thread: another would first
 * have to load and warm up the solver.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { SolveResult } from '#track/solution.ts'
import { oneAfterTheOther, type SolveShots, type SolveTask } from '#track/track-clip.ts'

export const sideBySide: SolveShots = async (tasks, ctx) => {
  const threads = Math.min(tasks.length, availableParallelism())
  if (threads < 2) return oneAfterTheOther(tasks, ctx)
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
