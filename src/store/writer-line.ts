/** How calls get to what commits them: over to a thread, or right here. */
import { Worker } from 'node:worker_threads'
import type { Call, Reply } from './writer-messages.ts'

/** What hears of it. */
export interface LineEnd {
  settle(replies: readonly Reply[]): void
  fail(error: Error): void
}

export interface WriterLine {
  send(calls: readonly Call[]): void
  /** Whether the program stays alive for it. */
  keepAlive(does: boolean): void
  /** After what was sent. */
  close(): Promise<void>
}

/** A thread of its own, which a sync of the disk may keep waiting while the program goes on. */
export function threadLine(dataDir: string, end: LineEnd): WriterLine {
  const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData: { dataDir } })
  worker.on('message', (replies: readonly Reply[]) => end.settle(replies))
  worker.on('error', (error) => end.fail(error instanceof Error ? error : new Error(String(error))))
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      end.fail(new Error(`the writer thread ended with status ${code}`))
      resolve()
    })
  })
  return {
    send: (calls) => worker.postMessage(calls),
    keepAlive: (does) => (does ? worker.ref() : worker.unref()),
    async close() {
      worker.postMessage(null)
      await ended
    },
  }
}

/**
 * The calling thread itself, which waits for each commit: for few writes, since starting a thread and loading this program's
 * parts there takes longer than they do.
 *
 * @throws store.permission, store.corrupt, store.busy
 */
export async function ownLine(dataDir: string, end: LineEnd): Promise<WriterLine> {
  const { Committer } = await import('./committer.ts')
  const committer = new Committer(dataDir)
  return {
    // In a later turn, as from a thread; the call that waits keeps the program alive until then.
    send: (calls) => void setImmediate(() => end.settle(committer.commit(calls))),
    keepAlive: () => {},
    async close() {
      committer.close()
      end.fail(new Error('the writer was closed'))
    },
  }
}
