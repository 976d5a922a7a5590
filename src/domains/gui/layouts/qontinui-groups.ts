/**
 * Which lines of a manifest belong to one run.
 *
 * The source writes no run id. Lines that Hindsight wrote name their session; all others are put in order of time and cut
 * wherever more than half an hour passes without an action. Lines without a time stand together. A run of very many
 * pictures is cut into several sessions, so that none grows beyond what one session may hold.
 */
import type { ManifestLine } from './qontinui-files.ts'

export const gapMs = 30 * 60 * 1000
const maxLinesPerSession = 5000

export interface LineGroup {
  /** As the manifest names it; null when it was found by time. */
  readonly sessionId: string | null
  readonly lines: readonly ManifestLine[]
}

export function groupLines(lines: readonly ManifestLine[]): readonly LineGroup[] {
  const named = Map.groupBy(
    lines.filter(({ sessionId }) => sessionId !== null),
    ({ sessionId }) => sessionId,
  )
  const loose = lines.filter(({ sessionId }) => sessionId === null)
  const timed = loose.filter(({ atMs }) => atMs !== null).sort(inOrder)
  const runs: ManifestLine[][] = []
  let last: ManifestLine | null = null
  for (const line of timed) {
    const run = runs.at(-1)
    if (run && last && (line.atMs ?? 0) - (last.atMs ?? 0) <= gapMs) run.push(line)
    else runs.push([line])
    last = line
  }
  const undated = loose.filter(({ atMs }) => atMs === null)
  return [
    ...[...named].flatMap(([sessionId, own]) => pieces(sessionId, own.toSorted(inOrder))),
    ...[...runs, undated].flatMap((run) => pieces(null, run)),
  ]
}

function pieces(sessionId: string | null, lines: readonly ManifestLine[]): readonly LineGroup[] {
  const groups: LineGroup[] = []
  for (let i = 0; i < lines.length; i += maxLinesPerSession) {
    groups.push({ sessionId, lines: lines.slice(i, i + maxLinesPerSession) })
  }
  return groups
}

/** By step where the manifest has it, else by time; lines of one moment stay in the order of the file. */
function inOrder(a: ManifestLine, b: ManifestLine): number {
  if (a.step !== null && b.step !== null && a.step !== b.step) return a.step - b.step
  return (a.atMs ?? Infinity) - (b.atMs ?? Infinity) || a.order - b.order
}
