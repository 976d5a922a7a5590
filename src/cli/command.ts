/** What a command is: one file, one of these; the program puts them on commander. */
import type { Engine } from '#engine/engine.ts'
import type { Terminal } from './terminal.ts'

export interface CommandContext {
  readonly terminal: Terminal
  /** Where the data are. */
  readonly dataDir: string
  /** Aborted by ctrl-c. */
  readonly signal: AbortSignal
  readonly env: NodeJS.ProcessEnv
}

export interface Flag {
  /** As commander writes it: `--out <dir>`. */
  readonly flag: string
  readonly about: string
  readonly default?: string | number | boolean
  /** May be given more than once. */
  readonly many?: true
  readonly required?: true
}

export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

export interface Command {
  /** "verify", or "dataset create" for a subcommand. */
  readonly name: string
  readonly about: string
  /** As commander writes them: `<path>`, `[name]`, `[ids...]`. */
  readonly args?: readonly { readonly name: string; readonly about: string }[]
  readonly flags?: readonly Flag[]
  /** Shown after the options: examples, and what the exit statuses mean beyond the usual. */
  readonly more?: string
  /** @returns the exit status; nothing = 0 */
  run(args: readonly string[], options: Options, context: CommandContext): Promise<number | void>
}

export const text = (value: Options[string]): string | null => (typeof value === 'string' ? value : null)
export const texts = (value: Options[string]): readonly string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value : []

/**
 * Opens the engine for one command, and closes it whatever happens. Jobs are left to the server.
 *
 * @param options `create`: make the data directory where there is none. For commands that bring something in, and for
 * the doctor: elsewhere a mistyped --data would be an empty store, and its backup or check a good one.
 * @throws store.missing
 */
export async function withEngine<T>(
  context: CommandContext,
  use: (engine: Engine) => Promise<T>,
  { create = false }: { readonly create?: boolean } = {},
): Promise<T> {
  const { openEngine } = await import('#engine/open.ts')
  const engine = await openEngine({ dataDir: context.dataDir, jobThreads: 0, create })
  try {
    return await use(engine)
  } finally {
    await engine.close()
  }
}
