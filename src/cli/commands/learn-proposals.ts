import { setTimeout as delay } from 'node:timers/promises'
import type { Job } from '#core/job.ts'
import { fault } from '#core/faults.ts'
import { type Engine, makeContext } from '#engine/engine.ts'
import { runJobs } from '#engine/jobs/runner.ts'
import { acceptCleanup, proposeCleanup } from '#engine/learning/proposals.ts'
import { regionReport } from '#engine/learning/region-report.ts'
import type { SolveAgainResult } from '#engine/solve-again.ts'
import { type Command, type CommandContext, withEngine } from '../command.ts'
import { table } from '../terminal.ts'

export const learnProposals: Command = {
  name: 'learn proposals',
  about: 'tracks of a run that a person would most likely take out',
  args: [{ name: '<session>', about: 'id of a camera session' }],
  flags: [
    { flag: '--accept', about: 'delete them and solve again; both solves stay on record, the better one is kept' },
  ],
  more: `By what people took out of other runs. Nothing is changed without --accept. Exit status 1 when --accept finds nothing
to take out, or the clip could not be solved again.`,
  run: ([session = ''], options, context) =>
    withEngine(context, async (engine) => {
      const { terminal, signal } = context
      if (options['accept'] === true) return await accept(engine, session, context)
      const proposed = await proposeCleanup(engine, session, makeContext({ signal, warn: terminal.warn }))
      terminal.result(proposed, () => {
        const rows = proposed.proposals.map(({ name, probability, reason }) => [name, probability.toFixed(2), reason])
        const found = rows.length === 0 ? 'nothing to take out' : `${rows.length} to take out`
        return [
          proposed.why,
          `${proposed.tracks} tracks, ${found}`,
          ...(rows.length === 0 ? [] : [...table(['track', 'probability', 'what speaks for it'], rows)]),
        ]
      })
      return 0
    }),
}

async function accept(engine: Engine, session: string, { terminal, signal }: CommandContext): Promise<number> {
  const ctx = makeContext({ signal, warn: terminal.warn })
  const job = await acceptCleanup(engine, session, null, { principal: 'owner', activeMs: 0 }, ctx)
  const ended = await endOf(engine, job, signal)
  if (ended.error !== null) throw faultOf(ended.error)
  const { kept, why, session: solved } = ended.result as unknown as SolveAgainResult
  terminal.result(ended.result, () => [
    why,
    kept === 'new' && solved !== null ? `kept: the new solve, session ${solved}` : 'kept: the solve as it was',
  ])
  return 0
}

function faultOf(error: NonNullable<Job['error']>): Error {
  if (!('expected' in error)) return new Error(error.message)
  const { code, expected, found, fix } = error
  return fault(code, { expected, found, fix })
}

/** Runs it here, unless an engine on the same data was faster. */
async function endOf(engine: Engine, { id }: Job, signal: AbortSignal): Promise<Job> {
  for (;;) {
    signal.throwIfAborted()
    await runJobs(engine, signal)
    const job = await engine.store.jobs.get(id)
    if (job === null) throw new Error('the job is gone')
    if (job.state !== 'queued' && job.state !== 'running') return job
    await delay(200)
  }
}

export const learnRegions: Command = {
  name: 'learn regions',
  about: 'how tracks fare in each part of the picture, and where people take out and add',
  more: 'As of the last training ("learn train"): the share of tracks that get a point, its 95 % interval over clips.',
  run: (_args, _options, context) =>
    withEngine(context, async (engine) => {
      const report = await regionReport(engine)
      context.terminal.result(report, () =>
        report.trainedAt === null
          ? [`Nothing was trained yet: that happens by itself from ${report.dueFrom} camera sessions on.`]
          : [...report.findings.map(({ sentence }) => sentence), `trained ${report.trainedAt}`],
      )
    }),
}
