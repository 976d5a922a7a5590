/** What the score says, as Markdown. */
import type { ClipScore } from './run-clip.ts'

export interface Row extends ClipScore {
  readonly clip: string
  /** The fixed settings that solve it; null: none do. */
  readonly solvedBy: string | null
  /** Whether Blender solved it; null: not measured. */
  readonly peer: boolean | null
}

const tick = (value: boolean | null) => (value === null ? '–' : value ? 'yes' : 'no')
const percent = (share: number) => `${(100 * share).toFixed(0)} %`
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const survival = ({ inSolve, started }: Row) => inSolve / Math.max(1, started)

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

export function solveTable(rows: readonly Row[]): string {
  const head = [
    'clip',
    'solvable',
    'first try',
    'in the end',
    'says',
    'attempts',
    'survival',
    'held-out px',
    'forecast',
    'wall s',
    'CPU s',
    'Blender',
    'how far off',
  ]
  return table(
    head,
    rows.map((row) => [
      row.clip,
      row.solvedBy ?? 'no',
      tick(row.first.right),
      tick(row.final.right),
      `${row.saysSolved ? 'solved' : 'not'}, ${percent(row.confidence)}`,
      String(row.attempts),
      percent(survival(row)),
      row.heldOutPx?.toFixed(3) ?? '–',
      row.forecast?.toFixed(2) ?? '–',
      row.wallS.toFixed(1),
      row.cpuS.toFixed(1),
      tick(row.peer),
      row.final.said.join('; '),
    ]),
  )
}

export function verdictTable(rows: readonly Row[]): string {
  return table(
    ['clip', 'solvable', 'right', 'says', 'verdict', 'attempts', 'CPU s', 'why, how far off'],
    rows.map((row) => [
      row.clip,
      row.solvedBy ?? 'no',
      tick(row.final.right),
      `${row.saysSolved ? 'solved' : 'not'}, ${percent(row.confidence)}`,
      row.saysSolved === row.final.right ? 'right' : 'WRONG',
      String(row.attempts),
      row.cpuS.toFixed(1),
      row.fault ?? row.final.said.join('; '),
    ]),
  )
}

export function summary(rows: readonly Row[]): string {
  const solvable = rows.filter(({ solvedBy }) => solvedBy !== null)
  const count = (of: readonly Row[], which: (row: Row) => boolean) => {
    const n = of.filter(which).length
    return of.length === 0 ? '–' : `${n} of ${of.length}, ${percent(n / of.length)}`
  }
  const foretold = rows.flatMap(({ forecast, first }) =>
    forecast === null ? [] : [(forecast - (first.right ? 1 : 0)) ** 2],
  )
  const held = rows.flatMap(({ heldOutPx, final }) => (heldOutPx === null || !final.right ? [] : [heldOutPx]))
  const all = rows.flatMap(({ heldOutPx }) => (heldOutPx === null ? [] : [heldOutPx]))
  const measured = rows.filter(({ peer }) => peer !== null)
  const lines: readonly (readonly [string, string])[] = [
    ['right at the first try, of those that fixed settings solve', count(solvable, ({ first }) => first.right)],
    ['right in the end, of those', count(solvable, ({ final }) => final.right)],
    ['right at the first try, of all', count(rows, ({ first }) => first.right)],
    ['right in the end, of all', count(rows, ({ final }) => final.right)],
    ['attempts on average', mean(rows.map(({ attempts }) => attempts)).toFixed(2)],
    ['attempts on average, of the solvable', mean(solvable.map(({ attempts }) => attempts)).toFixed(2)],
    ['survival: tracks in the solve, of all ever started', percent(mean(rows.map(survival)))],
    [
      'survival, pooled over tracks',
      percent(rows.reduce((n, r) => n + r.inSolve, 0) / rows.reduce((n, r) => n + r.started, 0)),
    ],
    ['held-out error on average, all; those that are right', `${mean(all).toFixed(3)} px; ${mean(held).toFixed(3)} px`],
    ['verdict right', count(rows, ({ saysSolved, final }) => saysSolved === final.right)],
    ['said solved, and is wrong', count(rows, ({ saysSolved, final }) => saysSolved && !final.right)],
    ['said not solved, and is right', count(rows, ({ saysSolved, final }) => !saysSolved && final.right)],
    ['Brier score of the forecast; of the mean alone', `${mean(foretold).toFixed(3)}; ${chance(rows).toFixed(3)}`],
    [
      'wall and processor seconds a clip',
      `${mean(rows.map(({ wallS }) => wallS)).toFixed(1)}; ${mean(rows.map(({ cpuS }) => cpuS)).toFixed(1)}`,
    ],
    [
      'Blender right, of those it was run on; ours at the first try of the same',
      `${count(measured, ({ peer }) => peer === true)}; ${count(measured, ({ first }) => first.right)}`,
    ],
  ]
  return `\n${table(['', ''], lines)}\n`
}

function chance(rows: readonly Row[]): number {
  const right = mean(rows.map(({ first }) => (first.right ? 1 : 0)))
  return right * (1 - right)
}
