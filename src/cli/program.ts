/** The commands on commander: help, options, exit statuses (0 done, 1 failed, 2 usage). */
import { resolve } from 'node:path'
import { Command as Commander, CommanderError } from 'commander'
import { Fault } from '#core/faults.ts'
import type { Command, CommandContext, Options } from './command.ts'
import { loadCommands } from './commands/commands.ts'
import { type Streams, Terminal } from './terminal.ts'

interface Surroundings extends Streams {
  readonly env: NodeJS.ProcessEnv
}

const exitStatuses = 'Exit status: 0 done, 1 failed, 2 the command line was not understood.'

/** @returns the exit status */
export async function runCli(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const terminal = new Terminal(surroundings, args.includes('--json'))
  const stop = new AbortController()
  const interrupt = () => stop.abort(new Error('interrupted'))
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  let status = 0
  const commands = await loadCommands(args[0])
  const program = makeProgram(commands, surroundings, (command, given, options, data) => {
    const context: CommandContext = { terminal, dataDir: resolve(data), signal: stop.signal, env: surroundings.env }
    return command.run(given, options, context).then((ended) => {
      status = ended ?? 0
    })
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (stop.signal.aborted && !(error instanceof Fault)) {
      terminal.fail(
        new Fault('job.cancelled', {
          expected: 'the command to end',
          found: 'an interruption',
          fix: 'run it again; what was done is safe',
        }),
      )
      return 1
    }
    terminal.fail(error)
    return error instanceof Fault && error.code === 'usage' ? 2 : 1
  } finally {
    terminal.clearBar()
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

type Run = (command: Command, args: readonly string[], options: Options, dataDir: string) => Promise<void>

function makeProgram(commands: readonly Command[], { env, stdout, stderr }: Surroundings, run: Run): Commander {
  const program = new Commander('hindsight')
    .description('Turns every run of your software into training data, and every run makes the next one better.')
    .exitOverride()
    .configureOutput({ writeOut: (words) => stdout.write(words), writeErr: (words) => stderr.write(words) })
    .showHelpAfterError('(see --help)')
    .helpCommand(false)
  for (const command of commands) {
    const words = command.name.split(' ')
    const parent = words.length === 2 ? group(program, words[0] ?? '') : program
    const sub = parent.command(words.at(-1) ?? '').description(command.about)
    for (const { name, about } of command.args ?? []) sub.argument(name, about)
    for (const flag of command.flags ?? []) {
      const about = flag.default === undefined ? flag.about : `${flag.about} (default ${flag.default})`
      if (flag.many) sub.option(flag.flag, about, (value: string, earlier: string[]) => [...earlier, value], [])
      else if (flag.required) sub.requiredOption(flag.flag, about)
      else sub.option(flag.flag, about)
    }
    sub.option('--data <dir>', 'data directory (default $HINDSIGHT_DATA or ./hindsight-data)')
    sub.option('--json', 'print one JSON document')
    sub.addHelpText('after', `\n${command.more ? `${command.more}\n\n` : ''}${exitStatuses}`)
    sub.action(async (...given: unknown[]) => {
      const { data, ...options } = sub.opts<Record<string, string | boolean | string[] | undefined>>()
      const positional = given
        .slice(0, (command.args ?? []).length)
        .flat()
        .filter((arg): arg is string => typeof arg === 'string')
      await run(
        command,
        positional,
        options,
        typeof data === 'string' ? data : (env['HINDSIGHT_DATA'] ?? 'hindsight-data'),
      )
    })
  }
  return program
}

/** What the commands of two words have in common. */
const groups: Readonly<Record<string, string>> = {
  learn: 'what was learned from runs, what it is worth, and the models and experiments behind it',
  dataset: 'name sets of samples, freeze, compare and judge their versions',
  schedule: 'backup, verify, retention and quality checks by the clock',
  archive: 'move old sessions into files, and back',
  people: 'accounts: who may sign in, and as what',
  keys: 'API tokens for programs, and ingest keys for web pages',
  quota: 'how much projects may hold, and how fast keys may write',
  webhooks: 'have other programs told of new sessions, new versions and finished jobs',
  consent: 'say and see on what basis data may be used',
}

function group(program: Commander, name: string): Commander {
  return (
    program.commands.find((command) => command.name() === name) ??
    program
      .command(name)
      .description(groups[name] ?? name)
      .helpCommand(false)
  )
}
