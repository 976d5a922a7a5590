/** Fits one model in a thread of its own, and ends. */
import { parentPort, workerData } from 'node:worker_threads'
import { fitModel } from './fit-model.ts'
import type { FitMessage, FitTask } from './fit-in-thread.ts'

const { name, set, seed } = workerData as FitTask
const say = (message: FitMessage) => parentPort?.postMessage(message)
say({ type: 'done', fitted: fitModel(name, set, seed, (fits) => say({ type: 'progress', fits })) })
