/**
 * Long reading work in a thread of its own: checking every byte and copying the catalog would hold up everything else. It
 * only reads; what it finds is acted on by the writer thread.
 */
import { Worker } from 'node:worker_threads'
import type { Context, Progress } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { CareArgs, CareName, CareResult } from './care-tasks.ts'
import { receiveError, type SentError } from './writer-messages.ts'

export type CareMessage = { readonly progress: Progress } | { readonly value: unknown } | { readonly error: SentError }

/** @throws job.cancelled when `ctx.signal` asks to stop */
export function runCare<Name extends CareName>(
  name: Name,
  dataDir: string,
  args: CareArgs<Name>,
  ctx: Pick<Context, 'signal' | 'progress'>,
): Promise<CareResult<Name>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./care-thread.ts', import.meta.url), { workerData: { name, dataDir, args } })
    const stop = () => {
      void worker.terminate()
      reject(cancelled())
    }
    if (ctx.signal.aborted) stop()
    ctx.signal.addEventListener('abort', stop, { once: true })
    const end = (settle: () => void) => {
      ctx.signal.removeEventListener('abort', stop)
      settle()
      void worker.terminate()
    }
    worker.on('message', (message: CareMessage) => {
      if ('progress' in message) ctx.progress(message.progress)
      else if ('value' in message) end(() => resolve(message.value as CareResult<Name>))
      else end(() => reject(receiveError(message.error)))
    })
    worker.on('error', (error) => end(() => reject(error instanceof Error ? error : new Error(String(error)))))
    worker.on('exit', (code) => end(() => reject(new Error(`a thread of the store ended with status ${code}`))))
  })
}

export const cancelled = () => fault('job.cancelled', { expected: 'to go on to the end', found: 'a request to stop' })

/** @throws job.cancelled */
export function goOn(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled()
}
