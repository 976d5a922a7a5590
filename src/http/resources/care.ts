import type { CareTask } from '#core/care-store.ts'
import { exposition } from '#core/figures.ts'
import { careState, isKeptWell, qualityTrend, type TaskState } from '#engine/care/care-state.ts'
import { findingKinds } from '#engine/care/finding-kinds.ts'
import { previewRetention } from '#engine/care/retention.ts'
import { runTask, setSchedule } from '#engine/care/schedules.ts'
import { type Engine, makeContext } from '#engine/engine.ts'
import { engineFigures } from '#engine/figures.ts'
import type { Call, Handlers } from '../handler.ts'
import { wire } from './jobs.ts'

type Keys =
  | 'GET /healthz'
  | 'GET /readyz'
  | 'GET /livez'
  | 'GET /metrics'
  | 'GET /api/v1/care'
  | 'PUT /api/v1/care/schedules/{task}'
  | 'DELETE /api/v1/care/schedules/{task}'
  | 'POST /api/v1/care/schedules/{task}/run'
  | 'POST /api/v1/care/retention/preview'

export const careHandlers: Handlers<Keys> = {
  'GET /healthz': async (_, { engine, principal }) => {
    const [health, tasks] = await Promise.all([engine.store.health(), careState(engine, Date.now())])
    const hasRoom = health.freeBytes > health.reserveBytes
    const ok = hasRoom && isKeptWell(tasks)
    if (!maySee(principal)) return { ok }
    const problems = tasks
      .filter(({ condition }) => condition === 'failed' || condition === 'overdue')
      .map(({ task, says }) => `${task}: ${says}`)
    if (!hasRoom) problems.unshift('There is too little free disk space to take in data.')
    return { ok, version: engine.version, ...health, problems, care: tasks.map(summaryOf) }
  },

  'GET /readyz': async (_, { engine }) => {
    const { freeBytes, reserveBytes } = await engine.store.health()
    return { ok: freeBytes > reserveBytes }
  },

  'GET /livez': () => ({ ok: true }),

  'GET /metrics': async (_, { engine, figures }) => ({
    type: 'bytes',
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    headers: { 'cache-control': 'no-store' },
    body: exposition([...figures(), ...(await engineFigures(engine, Date.now()))], 'hindsight_'),
  }),

  'GET /api/v1/care': async (_, { engine }) => {
    const [tasks, backups, quality] = await Promise.all([
      careState(engine, Date.now()),
      engine.store.backups(),
      qualityTrend(engine),
    ])
    return { tasks: tasks.map(stateOf), backups, quality, findingKinds }
  },

  'PUT /api/v1/care/schedules/{task}': async ({ params, body }, { engine, principal }) => {
    await setSchedule(engine, params.task, { ...body, plan: body.plan && plainPlan(body.plan) }, principal.name)
    return await stateOfTask(engine, params.task)
  },

  'DELETE /api/v1/care/schedules/{task}': async ({ params }, { engine, principal }) => {
    await engine.store.schedules.off(params.task, principal.name)
    return await stateOfTask(engine, params.task)
  },

  'POST /api/v1/care/schedules/{task}/run': async ({ params }, { engine, principal }) =>
    wire(await runTask(engine, params.task, principal.name)),

  'POST /api/v1/care/retention/preview': ({ body }, { engine, signal }) =>
    previewRetention(engine, plainPlan(body), makeContext({ signal })),
}

/** What is left out of a request is not there, rather than undefined. */
const plainPlan = (plan: object) => JSON.parse(JSON.stringify(plan)) as Parameters<typeof previewRetention>[1]

/** Sizes and dates are for those who may look at everything here. */
const maySee = ({ via, role, project }: Call['principal']) =>
  via !== 'nobody' && role !== 'recorder' && project === null

export const summaryOf = ({ task, condition, says, on, lastGoodAt, nextAt }: TaskState) => ({
  task,
  condition,
  says,
  on,
  lastGoodAt,
  nextAt,
})

const stateOf = ({ job, plan, ...state }: TaskState) => ({
  ...state,
  plan: plan as object | null,
  job: job && wire(job),
})

async function stateOfTask(engine: Engine, task: CareTask) {
  const state = (await careState(engine, Date.now())).find((one) => one.task === task)
  if (!state) throw new Error(`no task ${task}`)
  return stateOf(state)
}
