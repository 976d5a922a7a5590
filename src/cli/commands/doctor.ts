import { diagnose } from '#engine/doctor.ts'
import { makeContext } from '#engine/engine.ts'
import { type Command, type CommandContext, type Options, text, withEngine } from '../command.ts'
import type { Tried } from '../self-test/self-test.ts'

const marks = { good: ['green', '✓'], warning: ['yellow', '!'], bad: ['red', '✗'], skipped: ['dim', '–'] } as const

export const doctor: Command = {
  name: 'doctor',
  about: 'find out what is wrong, with a concrete finding for each usual trouble',
  flags: [
    { flag: '--self-test', about: 'send a sample through each door, read it back, export it, and remove it' },
    { flag: '--url <url>', about: 'with --self-test: of a running server, $HINDSIGHT_TOKEN (default: one is started)' },
  ],
  more: 'Exit status 1 when something is bad; warnings alone are 0.',
  run: (_args, options, context) => (options['selfTest'] === true ? testDoors(options, context) : examine(context)),
}

const examine = (context: CommandContext) =>
  withEngine(
    context,
    async (engine) => {
      const { terminal, signal, env } = context
      const findings = await diagnose(engine, env, makeContext({ signal, progress: terminal.progress }))
      terminal.result({ findings }, () =>
        findings.flatMap(({ check, state, found, fix }) => {
          const [style, mark] = marks[state]
          return [`${terminal.style(style, mark)} ${check}: ${found}`, ...(fix === null ? [] : [`    ${fix}`])]
        }),
      )
      return findings.some((finding) => finding.state === 'bad') ? 1 : 0
    },
    { create: true },
  )

async function testDoors(options: Options, { terminal, signal, env, dataDir }: CommandContext): Promise<number> {
  const { selfTest } = await import('../self-test/self-test.ts')
  const asked = { url: text(options['url']), token: env['HINDSIGHT_TOKEN'] || null, dataDir, env, signal }
  const onTried = ({ door }: Tried) => terminal.progress({ done: 0, total: null, unit: '', note: door })
  const tried = await selfTest({ ...asked, onTried })
  terminal.result({ tried }, () =>
    tried.flatMap(({ door, state, note, problem, durationMs }) => {
      const [style, mark] = marks[state]
      const remark = problem ? `${problem.message}` : note === null ? `${durationMs} ms` : note
      return [
        `${terminal.style(style, mark)} ${door}: ${remark}`,
        ...(problem && !remark.endsWith(problem.fix) ? [`    ${problem.fix}`] : []),
      ]
    }),
  )
  return tried.some(({ state }) => state === 'bad') ? 1 : 0
}
