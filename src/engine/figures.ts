/** All that a watcher of the service may ask for: of the store, the care of the data, the learners and the process. */
import { readdir } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type Figure, gauge, gaugesBy } from '#core/figures.ts'
import { careConditions, careState } from './care/care-state.ts'
import type { Engine } from './engine.ts'
import { lessonsNamed } from './learning/learners.ts'

export async function engineFigures(engine: Engine, nowMs: number): Promise<readonly Figure[]> {
  return [
    gaugesBy('build_info', 'The version of this program; always 1.', [[{ version: engine.version }, 1]]),
    ...(await engine.store.figures()),
    ...(await careFigures(engine, nowMs)),
    ...(await learnerFigures(engine)),
    ...(await processFigures()),
  ]
}

async function careFigures(engine: Engine, nowMs: number): Promise<readonly Figure[]> {
  const tasks = await careState(engine, nowMs)
  const ages = tasks.flatMap(({ task, lastGoodAt }) =>
    lastGoodAt === null ? [] : [[{ task }, Math.max(0, nowMs - Date.parse(lastGoodAt)) / 1000] as const],
  )
  const conditions = tasks.flatMap(({ task, condition }) =>
    careConditions.map((one) => [{ task, condition: one }, one === condition ? 1 : 0] as const),
  )
  return [
    gaugesBy('care_last_success_age_seconds', 'How long ago a task succeeded last.', ages),
    gaugesBy('care_condition', '1 for the condition that a task is in.', conditions),
  ]
}

async function learnerFigures({ store }: Engine): Promise<readonly Figure[]> {
  const lessons: (readonly [{ readonly learner: string }, number])[] = []
  const due: (readonly [{ readonly learner: string }, number])[] = []
  for (const { name: learner } of lessonsNamed(null)) {
    lessons.push([{ learner }, await store.learned.count(learner)])
    due.push([{ learner }, (await store.learned.tally(learner)).due])
  }
  return [
    gaugesBy('learner_lessons', 'Sessions that taught a learner something.', lessons),
    gaugesBy('learner_sessions_due', 'Sessions that a learner has yet to look at.', due),
  ]
}

/** From the first time that anybody asks. */
const loopResolutionMs = 20
const loop = monitorEventLoopDelay({ resolution: loopResolutionMs })

/** It measures from one tick of its own to the next. */
const lateS = () => Math.max(0, loop.percentile(99) / 1e9 - loopResolutionMs / 1000)

async function processFigures(): Promise<readonly Figure[]> {
  loop.enable()
  const { rss, heapUsed, external } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const handles = await readdir('/proc/self/fd').then(
    ({ length }) => length,
    () => null, // only Linux tells
  )
  return [
    {
      name: 'process_cpu_seconds_total',
      help: 'Processor time, of all threads.',
      type: 'counter',
      samples: [{ suffix: '', labels: {}, value: (user + system) / 1e6 }],
    },
    gauge('process_resident_bytes', 'Memory in use.', rss),
    gauge('process_heap_bytes', 'JavaScript objects of the main thread.', heapUsed),
    gauge('process_external_bytes', 'Memory outside the heap of the main thread.', external),
    gauge('process_open_files', 'Open files and sockets.', handles),
    gauge('process_uptime_seconds', 'Since it was started.', process.uptime()),
    gauge('event_loop_delay_seconds', 'By how much the main thread is late, 99th percentile.', lateS()),
  ]
}
