/** The table of a replay: every setting on every clip, as lines of JSON. A run that was stopped goes on where it was. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Probe } from '#domains/camera/probe/probe.ts'
import type { ClipInfo } from '#vision/frames.ts'
import type { ReplayClip } from './clips.ts'

export interface ClipRow extends ReplayClip {
  readonly type: 'clip'
  readonly info: ClipInfo
  readonly probe: Probe
}

/** What came of one setting on one clip, at the first try. */
export interface CellRow {
  readonly type: 'cell'
  readonly clip: string
  readonly key: string
  /** The camera is right, by the truth. */
  readonly right: boolean
  /** What the program says of it. */
  readonly status: 'succeeded' | 'partial' | 'failed'
  /** Pixels of the clip; null: nothing was held out. */
  readonly heldOutPx: number | null
  readonly errorPx: number | null
  /** Of the least sure shot. */
  readonly confidence: number
  /** Frames that have a camera. */
  readonly cameras: number
  readonly points: number
  readonly started: number
  /** Share of all tracks that lived for five frames. */
  readonly survival: number | null
  /** Of the tracks that began in the first frames, those that were alive ten frames later; what a short trial would see. */
  readonly early: number | null
  readonly score: number
  readonly cpuS: number
}

export type Row = ClipRow | CellRow

export interface ReplayTable {
  readonly clips: readonly ClipRow[]
  readonly cells: readonly CellRow[]
}

const digits = 5

/** Five digits: what is measured is no more exact, and the file is read by people. */
export const textOf = (row: Row): string =>
  JSON.stringify(row, (_, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(digits)) : value,
  )

/** A last line that was cut off is left out. */
export function readTable(file: string): ReplayTable {
  const rows = existsSync(file) ? readFileSync(file, 'utf8').split('\n').flatMap(rowOf) : []
  return {
    clips: rows.filter((row) => row.type === 'clip'),
    cells: rows.filter((row) => row.type === 'cell'),
  }
}

function rowOf(line: string): readonly Row[] {
  try {
    return [JSON.parse(line) as Row]
  } catch {
    return []
  }
}

export function append(file: string, row: Row): void {
  mkdirSync(dirname(file), { recursive: true })
  appendFileSync(file, `${textOf(row)}\n`)
}
