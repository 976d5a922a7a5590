/**
 * What is written to standard error while the engine runs. `json`: a line for each request, job and event, for machines. `text`: only
 * what went wrong, for people. Nothing of a body, a query, a secret, or a path of somebody's file is in a line of JSON.
 */

export const logKinds = ['json', 'text', 'off'] as const
export type LogKind = (typeof logKinds)[number]
export type Level = 'info' | 'warn' | 'error'
export type Fields = Readonly<Record<string, string | number | boolean | null>>

export interface Log {
  readonly kind: LogKind
  /** Something that happened. People are told only of errors. */
  event(level: Level, event: string, fields?: Fields): void
  /** An error that was not foreseen: our own fault. */
  bug(where: string, error: unknown, fields?: Fields): void
}

/** @param write takes a whole line, its end included */
export function makeLog(kind: LogKind, write: (line: string) => void, now: () => number = Date.now): Log {
  const json = (level: Level, event: string, fields: Fields) =>
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...fields })}\n`)
  if (kind === 'off') return { kind, event: () => {}, bug: () => {} }
  if (kind === 'json') {
    return {
      kind,
      event: (level, event, fields = {}) => json(level, event, fields),
      bug: (where, error, fields = {}) => json('error', 'bug', { where, ...fields, ...bugFields(error) }),
    }
  }
  return {
    kind,
    event: (level, event, fields = {}) => {
      if (level === 'error') write(`${event}: ${Object.values(fields).join(', ')}\n`)
    },
    bug: (where, error) =>
      write(`${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
  }
}

/** Standard error, of this process or of the one that a thread belongs to. */
export const processLog = (kind: LogKind): Log => makeLog(kind, (line) => process.stderr.write(line))

const longestMessage = 300
const framesShown = 12

/** Name, code and where in our own code. The message of the system names files, so it is left out. */
function bugFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { message: brief(String(error)) }
  const { code, path, syscall } = error as NodeJS.ErrnoException
  const ofSystem = path !== undefined || syscall !== undefined
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(ofSystem ? {} : { message: brief(error.message) }),
    stack: framesOf(error),
  }
}

const brief = (text: string) => (text.length <= longestMessage ? text : `${text.slice(0, longestMessage)}…`)

/** "open.ts:40 < runner.ts:12": no folder of this machine. */
function framesOf({ stack = '' }: Error): string {
  const frames = [...stack.matchAll(/([\w.-]+):(\d+):\d+\)?$/gm)]
  return frames
    .slice(0, framesShown)
    .map(([, file, line]) => `${file}:${line}`)
    .join(' < ')
}
