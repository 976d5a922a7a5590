/** What the command line shows: results on standard output, all else on standard error, bars and colours only on a terminal. */
import { styleText } from 'node:util'
import cliProgress from 'cli-progress'
import type { Progress, Warning } from '#core/context.ts'
import { Fault } from '#core/faults.ts'
import { canonicalJson } from '#core/json.ts'

export interface Streams {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

type Style = Parameters<typeof styleText>[0]

export class Terminal {
  readonly json: boolean
  readonly #streams: Streams
  #bar: cliProgress.SingleBar | null = null

  constructor(streams: Streams, json: boolean) {
    this.#streams = streams
    this.json = json
  }

  /** The result of a command: `value` with `--json`, else the lines for people. */
  result(value: unknown, lines: () => readonly string[] | string): void {
    this.clearBar()
    const shown = this.json ? canonicalJson(toJson(value)) : [lines()].flat().join('\n')
    this.#streams.stdout.write(shown === '' ? '' : `${shown}\n`)
  }

  /** A remark on the way. */
  say(line: string): void {
    if (this.json) return
    this.clearBar()
    this.#streams.stderr.write(`${line}\n`)
  }

  readonly warn = (warning: Warning): void => {
    this.say(`${this.style('yellow', 'warning')} ${warning.message}${warning.where ? ` (${warning.where})` : ''}`)
  }

  /** Shows how far long work has come; a bar on a terminal, nothing where nobody looks. */
  readonly progress = (progress: Progress): void => {
    if (this.json || !this.#streams.stderr.isTTY) return
    const { done, total, unit, note } = progress
    if (!this.#bar) {
      const format =
        total === null
          ? '{note} {value} {unit}'
          : '{note} [{bar}] {percentage}% {value}/{total} {unit} {eta_formatted} left'
      this.#bar = new cliProgress.SingleBar(
        { format, stream: this.#streams.stderr, hideCursor: true, clearOnComplete: true, fps: 10 },
        cliProgress.Presets.shades_classic,
      )
      this.#bar.start(total ?? 0, done, { unit, note: note ?? '' })
    }
    if (total !== null) this.#bar.setTotal(total)
    this.#bar.update(done, { unit, note: note ?? '' })
  }

  clearBar(): void {
    this.#bar?.stop()
    this.#bar = null
  }

  /** Shows why a command failed. Only our own bugs keep their stack. */
  fail(error: unknown): void {
    this.clearBar()
    if (error instanceof Fault) {
      const shown = this.json
        ? JSON.stringify({ error: error.toJSON() })
        : `${this.style('red', 'error')} ${error.message}`
      this.#streams.stderr.write(`${shown}\n`)
      return
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.#streams.stderr.write(
      this.json ? `${JSON.stringify({ error: { code: 'bug', message: stack } })}\n` : `${stack}\n`,
    )
  }

  style(style: Style, words: string): string {
    return styleText(style, words, { stream: this.#streams.stdout })
  }
}

/** Columns of text, padded; numbers to the right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): readonly string[] {
  const cells = [head, ...rows.map((row) => row.map((cell) => (cell === null ? '–' : String(cell))))]
  const widths = head.map((_, column) => Math.max(...cells.map((row) => [...(row[column] ?? '')].length)))
  const right = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number' || row[column] === null),
  )
  return cells.map((row) =>
    row
      .map((cell, column) => (right[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

/** "3.4 MB" */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** Faults and maps as plain JSON. */
function toJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item)))
}
