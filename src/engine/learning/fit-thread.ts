/** Fits one model, or judges a network, in a thread of its own, and ends. */
import { parentPort, workerData } from 'node:worker_threads'
import { fitModel, judgeNetwork } from './fit-model.ts'
import type { FitMessage, FitTask, JudgeTask } from './fit-in-thread.ts'

const task = workerData as FitTask | JudgeTask
const say = (message: FitMessage) => parentPort?.postMessage(message)
const result =
  'judge' in task
    ? judgeNetwork(task.name, task.set, task.seed, task.judge)
    : fitModel(task.name, task.set, task.seed, (fits) => say({ type: 'progress', fits }))
say({ type: 'done', result })
