/** The writer thread: takes groups of calls, commits each, and answers when it is durable. */
import { parentPort, workerData } from 'node:worker_threads'
import { Committer } from './committer.ts'
import type { Call } from './writer-messages.ts'

const committer = new Committer((workerData as { dataDir: string }).dataDir)

parentPort?.on('message', (calls: readonly Call[] | null) => {
  if (calls !== null) {
    parentPort?.postMessage(committer.commit(calls))
    return
  }
  committer.close()
  parentPort?.close()
})
