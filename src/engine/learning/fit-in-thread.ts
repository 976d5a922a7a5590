/** A fit takes seconds in which its thread answers nobody, so it has one of its own: a lease is kept alive, and a stop is heard. */
import { Worker } from 'node:worker_threads'
import type { Context } from '#core/context.ts'
import { type FittedModel, folds, type Judged, type judgeNetwork } from './fit-model.ts'
import type { ModelName } from './model-kinds.ts'
import type { RowSet, TrainingSet } from './rows.ts'

export interface FitTask {
  readonly name: ModelName
  readonly set: TrainingSet
  readonly seed: number
}

/** Nothing is fitted to be kept: a network that was brought is judged. */
export interface JudgeTask extends FitTask {
  readonly set: RowSet
  readonly judge: Parameters<typeof judgeNetwork>[3]
}

export type FitMessage =
  | { readonly type: 'progress'; readonly fits: number }
  | { readonly type: 'done'; readonly result: FittedModel | Judged | null }

/** @throws what the fit throws, and the reason of `ctx.signal` when that is aborted */
export const fitInThread = (task: FitTask, ctx: ThreadContext): Promise<FittedModel | null> =>
  inThread(task, ctx) as Promise<FittedModel | null>

/** @throws as {@link fitInThread} */
export const judgeInThread = (task: JudgeTask, ctx: ThreadContext): Promise<Judged> =>
  inThread(task, ctx) as Promise<Judged>

type ThreadContext = Pick<Context, 'signal' | 'progress'>

async function inThread(task: FitTask | JudgeTask, ctx: ThreadContext): Promise<FittedModel | Judged | null> {
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
        if (message.type === 'done') resolve(message.result)
        else ctx.progress({ done: message.fits, total: folds + 1, unit: 'fits', note: `training "${task.name}"` })
      })
    })
  } finally {
    ctx.signal.removeEventListener('abort', stop)
    await worker.terminate()
  }
}
