/**
 * Names in the image app's own folder: `session-STAMP/` with `original-STAMP.jpg`, `reimagined-STAMP.jpg` and
 * `metadata-STAMP.json`, beside one `training-log.jsonl`. A stamp is an ISO time whose `:` and `.` became `-`.
 */
import type { SourceFile } from '#core/io.ts'

export const logName = 'training-log.jsonl'
const folderPrefix = 'session-'

/** One session folder: the files in it, by their names without the folder. */
export interface SessionFolder {
  /** With the path to it: `training-data/session-2025-01-15T10-30-45-123Z`. */
  readonly path: string
  readonly stamp: string
  readonly files: ReadonlyMap<string, SourceFile>
}

/** One tree; a source may hold several, each with its own log. */
export interface Tree {
  /** The path in front of everything, '' or with a slash at its end. */
  readonly root: string
  readonly folders: readonly SessionFolder[]
  readonly log: SourceFile | null
}

/** The trees in a source, in name order. Files that belong to none are left alone. */
export function findTrees(files: readonly SourceFile[]): readonly Tree[] {
  const logs = new Map<string, SourceFile>()
  const folders = new Map<string, Map<string, SourceFile>>()
  for (const file of files) {
    const slash = file.name.lastIndexOf('/')
    const [folder, name] = [file.name.slice(0, Math.max(0, slash)), file.name.slice(slash + 1)]
    if (name === logName) logs.set(folder, file)
    if (!lastPart(folder).startsWith(folderPrefix)) continue
    const known = folders.get(folder) ?? new Map<string, SourceFile>()
    folders.set(folder, known.set(name, file))
  }
  const byRoot = Map.groupBy(
    [...folders].filter(([path, inside]) => isSession(path, inside)),
    ([path]) => parentOf(path),
  )
  return [...new Set([...byRoot.keys(), ...logs.keys()])].sort().map((root) => ({
    root: root === '' ? '' : `${root}/`,
    log: logs.get(root) ?? null,
    folders: (byRoot.get(root) ?? [])
      .map(([path, inside]) => ({ path, stamp: lastPart(path).slice(folderPrefix.length), files: inside }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  }))
}

/** A folder that is only called session-something is none. */
function isSession(path: string, files: ReadonlyMap<string, SourceFile>): boolean {
  const stamp = lastPart(path).slice(folderPrefix.length)
  const names = [...files.keys()]
  return (
    timeOfStamp(stamp) !== null || names.some((name) => /^(?:metadata-.*\.json|(?:original|reimagined)-.*)$/.test(name))
  )
}

const lastPart = (path: string) => path.slice(path.lastIndexOf('/') + 1)
const parentOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** `2025-01-15T10-30-45-123Z` for 2025-01-15T10:30:45.123Z */
export function stampOfTime(utc: string): string {
  return new Date(utc).toISOString().replace(/[:.]/g, '-')
}

/** The time a stamp tells, UTC; null when it tells none. A counter behind it (`…Z-2`) is allowed. */
export function timeOfStamp(stamp: string): string | null {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z(?:-\d+)?$/.exec(stamp)
  if (!parts) return null
  const [, day, hours, minutes, seconds, millis] = parts
  const time = Date.parse(`${day}T${hours}:${minutes}:${seconds}.${millis}Z`)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

/** Gives every session a stamp of its own: the second of one millisecond is `…Z-2`, which the app's readers take as well. */
export function stampGiver(): (wanted: string) => string {
  // Some disks hold names to be the same that differ in letter case.
  const given = new Set<string>()
  return (wanted) => {
    let stamp = wanted
    for (let n = 2; given.has(stamp.toLowerCase()); n++) stamp = `${wanted}-${n}`
    given.add(stamp.toLowerCase())
    return stamp
  }
}
