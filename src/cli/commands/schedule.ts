import { resolve } from 'node:path'
import { careTasks, type CareTask } from '#core/care-store.ts'
import { fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import { isJsonObject, type JsonObject } from '#core/json.ts'
import { careState, isKeptWell, type TaskState } from '#engine/care/care-state.ts'
import { previewRetention } from '#engine/care/retention.ts'
import { runTask, setSchedule } from '#engine/care/schedules.ts'
import { type Engine, makeContext } from '#engine/engine.ts'
import { finishJob } from '#engine/jobs/finish-job.ts'
import { type Command, type CommandContext, type Options, text, texts, withEngine } from '../command.ts'
import { table, type Terminal } from '../terminal.ts'

const taskArg = { name: '<task>', about: careTasks.join(', ') }

export const scheduleList: Command = {
  name: 'schedule list',
  about: 'what is done for the data by the clock, how it stands, and when it is next',
  more: 'Exit status 1 when backup or verify failed or is overdue.',
  run: (_args, _options, context) =>
    withEngine(context, async (engine) => {
      const tasks = await careState(engine, Date.now())
      context.terminal.result({ tasks }, () => [
        ...table(
          ['task', 'when', 'zone', 'next', 'state'],
          tasks.map(({ task, on, when, zone, nextAt, condition }) => [
            task,
            on ? when : '–',
            on ? zone : '–',
            nextAt?.slice(0, 16).replace('T', ' ') ?? '–',
            condition,
          ]),
        ),
        ...tasks.map(({ task, says }) => `${task}: ${says}`),
      ])
      return isKeptWell(tasks) ? 0 : 1
    }),
}

export const scheduleSet: Command = {
  name: 'schedule set',
  about: 'switch a task on, or change it; what is left out stays as it was',
  args: [taskArg],
  flags: [
    {
      flag: '--at <when>',
      about:
        '"hourly at :15", "daily at 03:00", "weekly on sunday at 03:00" or "monthly on day 1 at 03:00" (default: at night)',
    },
    { flag: '--zone <name>', about: 'whose clock it goes by, "Europe/Berlin" (default: that of this machine)' },
    { flag: '--folder <dir>', about: 'backup: where backups are kept (default: backups in the data directory)' },
    { flag: '--keep <n>', about: 'backup: how many of the newest are kept (default 7)' },
    { flag: '--keep-daily <n>', about: 'backup: and the newest of how many days (default 14)' },
    { flag: '--keep-weekly <n>', about: 'backup: and the newest of how many weeks (default 8)' },
    {
      flag: '--rule <rule>',
      about:
        'retention: "archive 180 project=demo" or "forget 365 status=failed" (action, days, query), again for each further rule',
      many: true,
    },
    { flag: '--yes', about: 'retention: switch it on after seeing what it would take' },
  ],
  more: 'The server runs what is due; without one, "hindsight schedule run" from a timer of the system does.',
  run: ([task = ''], options, context) =>
    withEngine(context, async (engine) => {
      const known = taskNamed(task)
      const plan = planOf(known, options, await engine.store.schedules.get(known).then((kept) => kept?.plan ?? {}))
      const shown = known === 'retention' ? await showRetention(engine, plan, options, context) : null
      if (known === 'retention' && shown === null) return 1
      const asked = { when: text(options['at']) ?? undefined, zone: text(options['zone']) ?? undefined, plan, shown }
      await setSchedule(engine, known, asked, 'owner')
      tellTask(context.terminal, await stateOf(engine, known))
      return 0
    }),
}

export const scheduleOff: Command = {
  name: 'schedule off',
  about: 'switch a task off; what was planned is kept',
  args: [taskArg],
  run: ([task = ''], _options, context) =>
    withEngine(context, async (engine) => {
      await engine.store.schedules.off(taskNamed(task), 'owner')
      tellTask(context.terminal, await stateOf(engine, taskNamed(task)))
    }),
}

export const scheduleRun: Command = {
  name: 'schedule run',
  about: 'run a task now, or without a name all that are due',
  args: [{ name: '[task]', about: careTasks.join(', ') }],
  more: 'Exit status 1 when one of them failed.',
  run: ([task], _options, context) =>
    withEngine(context, async (engine) => {
      const { terminal, signal } = context
      const jobs = task === undefined ? await engine.store.schedules.startDue() : [await start(engine, task)]
      const ended: Job[] = []
      for (const job of jobs) ended.push(await finishJob(engine, job, { signal, progress: terminal.progress }))
      terminal.result({ jobs: ended }, () =>
        ended.length === 0
          ? 'Nothing is due.'
          : ended.map(({ kind, state, error, result }) => `${kind}: ${state}${tellEnd(error, result as JsonObject)}`),
      )
      return ended.every(({ state }) => state === 'succeeded') ? 0 : 1
    }),
}

const start = (engine: Engine, task: string) => runTask(engine, taskNamed(task), 'owner')

function taskNamed(name: string): CareTask {
  const task = careTasks.find((known) => known === name)
  if (task) return task
  throw fault('usage', { expected: `one of ${careTasks.join(', ')}`, found: `"${name}"`, where: 'the task' })
}

/** What is given on the command line, over what was planned before. */
function planOf(task: CareTask, options: Options, before: JsonObject): JsonObject {
  const keep = { newest: options['keep'], daily: options['keepDaily'], weekly: options['keepWeekly'] }
  const counts = Object.entries(keep).flatMap(([name, value]) => (text(value) === null ? [] : [[name, Number(value)]]))
  const folder = text(options['folder'])
  const rules = texts(options['rule'])
  if (task !== 'backup' && (counts.length > 0 || folder !== null)) throw notFor(task, '--folder, --keep …')
  if (task !== 'retention' && rules.length > 0) throw notFor(task, '--rule')
  if (task === 'backup') {
    return {
      ...before,
      ...(folder === null ? {} : { folder: resolve(folder) }),
      keep: { ...(before['keep'] as JsonObject | undefined), ...(Object.fromEntries(counts) as JsonObject) },
    }
  }
  return rules.length > 0 ? { rules: rules.map(readRule) } : before
}

const notFor = (task: CareTask, flag: string) =>
  fault('usage', {
    expected: `no ${flag} for ${task}`,
    found: flag,
    fix: '"hindsight schedule set --help" tells which',
  })

/** "forget 365 project=demo&status=failed" */
function readRule(rule: string): JsonObject {
  const [, action = '', days = '', query = ''] = /^(\S+)\s+(\d+)(?:\s+(\S.*))?$/.exec(rule.trim()) ?? []
  if (action === '') {
    throw fault('usage', { expected: '"forget 365 project=demo": action, days, query', found: rule, where: '--rule' })
  }
  return { action, olderThanDays: Number(days), query }
}

/** @returns the proof that it was shown; null when nobody said yes */
async function showRetention(
  engine: Engine,
  plan: JsonObject,
  options: Options,
  { terminal, signal }: CommandContext,
): Promise<string | null> {
  const { rules, shown } = await previewRetention(engine, plan, makeContext({ signal }))
  const tell = () => [
    'What these rules would take today:',
    ...table(
      ['action', 'days', 'query', 'sessions', 'oldest', 'newest'],
      rules.map(({ action, olderThanDays, query, sessions, oldest, newest }) => [
        action,
        olderThanDays,
        query || 'all',
        sessions,
        oldest?.slice(0, 10) ?? null,
        newest?.slice(0, 10) ?? null,
      ]),
    ),
    ...rules.flatMap(({ versions }) => (versions.length > 0 ? [`Forgetting would redact ${versions.join(', ')}`] : [])),
  ]
  if (options['yes'] === true) {
    for (const line of tell()) terminal.say(line)
    return shown
  }
  terminal.result({ rules, switchedOn: false }, () => [...tell(), 'Nothing was switched on; --yes does that.'])
  return null
}

async function stateOf(engine: Engine, task: CareTask): Promise<TaskState> {
  const state = (await careState(engine, Date.now())).find((one) => one.task === task)
  if (!state) throw new Error(`no task ${task}`)
  return state
}

function tellTask(terminal: Terminal, state: TaskState): void {
  const { task, on, when, zone, nextAt } = state
  terminal.result(state, () =>
    on ? `${task}: ${when} (${zone}), next ${nextAt?.slice(0, 16).replace('T', ' ')} UTC` : `${task}: off`,
  )
}

function tellEnd(error: Job['error'], result: JsonObject | null): string {
  if (error !== null) return `, ${error.message}`
  const findings = result?.['findings']
  const told = { ...result, ...(isJsonObject(findings ?? null) ? (findings as JsonObject) : {}) }
  const figures = Object.entries(told).flatMap(([name, value]) =>
    typeof value === 'number' ? [`${name} ${value}`] : [],
  )
  return figures.length === 0 ? '' : ` (${figures.join(', ')})`
}
