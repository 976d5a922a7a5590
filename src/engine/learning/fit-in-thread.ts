/** A fit takes seconds in which its thread answers nobody, so it has one of its own: a lease is kept alive, and a stop is heard. */
import { Worker } from 'node:worker_threads'
import type { Context } from '#core/context.ts'
import { type FittedModel, folds } from './fit-model.ts'
import type { ModelName } from './model-kinds.ts'
import type { TrainingSet } from './rows.ts'

export interface FitTask {
  readonly name: ModelName
  readonly set: TrainingSet
  readonly seed: number
}

export type FitMessage =
  | { readonly type: 'progress'; readonly fits: number }
  | { readonly type: 'done'; readonly fitted: FittedModel | null }

/** @throws what the fit throws, and the reason of `ctx.signal` when that is aborted */
export async function fitInThread(
  task: FitTask,
  ctx: Pick<Context, 'signal' | 'progress'>,
): Promise<FittedModel | null> {
  ctx.signal.throwIfAborted()
  const worker = new Worker(new URL('fit-thread.ts', import.meta.url), { workerData: task })
  let stop = () => {}
  try {
    return await new Promise((resolve, reject) => {
      stop = () => reject(ctx.signal.reason)
      ctx.signal.addEventListener('abort', stop)
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`the thread that fits "${task.name}" ended with status ${code}`)))
      worker.on('message', (message: FitMessage) => {
        if (message.type === 'done') resolve(message.fitted)
        else ctx.progress({ done: message.fits, total: folds + 1, unit: 'fits', note: `training "${task.name}"` })
      })
    })
  } finally {
    ctx.signal.removeEventListener('abort', stop)
    await worker.terminate()
  }
}
