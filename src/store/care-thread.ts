import { parentPort, workerData } from 'node:worker_threads'
import type { CareMessage } from './care.ts'
import { type CareContext, careTasks } from './care-tasks.ts'
import { dataPaths } from './data-dir.ts'
import { asFault } from './sqlite-faults.ts'
import { sendError } from './writer-messages.ts'

const { name, dataDir, args } = workerData as { name: keyof typeof careTasks; dataDir: string; args: unknown }
const send = (message: CareMessage) => parentPort?.postMessage(message)

const context: CareContext = { paths: dataPaths(dataDir), progress: (progress) => send({ progress }) }
const task = careTasks[name] as (context: CareContext, args: unknown) => unknown
try {
  send({ value: await task(context, args) })
} catch (error) {
  send({ error: sendError(asFault(error, dataDir)) })
}
