/**
 * The image app's `training-log.jsonl`: one JSON object per line, either with three keys (timestamp, instruction,
 * sessionId) or the complete metadata. The folders are what counts; the log tells what is missing from them.
 */
import type { Context } from '#core/context.ts'
import { brief, Fault, fault } from '#core/faults.ts'
import type { Source } from '#core/io.ts'
import { isJsonObject, type JsonObject, parseJson } from '#core/json.ts'
import type { Imported } from '#core/layout.ts'
import type { Tree } from './nexvision-names.ts'
import { type Line, readLines } from './source-text.ts'

const maxLineChars = 1_000_000

/** What the log knows that the folders do not. */
export interface LogFindings {
  /** Complete lines of folders that have no metadata file, by folder name. */
  readonly metadata: ReadonlyMap<string, JsonObject>
  /** Names of sessions that the log mentions. */
  readonly mentioned: ReadonlySet<string>
  readonly problems: readonly (Imported & { readonly type: 'problem' })[]
}

/** Reads the log once; memory follows the number of sessions, a name each. */
export async function readLog(source: Source, tree: Tree, ctx: Context): Promise<LogFindings> {
  const folders = new Map(tree.folders.map((folder) => [`session-${folder.stamp}`, folder]))
  const metadata = new Map<string, JsonObject>()
  const mentioned = new Set<string>()
  const problems: (Imported & { readonly type: 'problem' })[] = []
  if (!tree.log) return { metadata, mentioned, problems }
  for await (const line of readLines(source, tree.log, maxLineChars)) {
    ctx.signal.throwIfAborted()
    const where = `${tree.log.name}:${line.number}`
    const entry = parseLine(line, where, ctx)
    if (entry === null) continue
    if (entry instanceof Fault) {
      problems.push({ type: 'problem', fault: entry, where })
      continue
    }
    const { name, value } = entry
    const folder = folders.get(name)
    if (!folder) {
      problems.push({ type: 'problem', where, fault: noFolder(name, tree.root, where) })
    } else if (mentioned.has(name)) {
      // Two posts in one millisecond had one name, and the later files replaced the earlier ones.
      const found = `a second line for ${name}: ${brief(value['instruction'] ?? null)}`
      problems.push({ type: 'problem', where, fault: lostSession(found, where) })
    } else if (!folder.files.has(`metadata-${folder.stamp}.json`)) {
      metadata.set(name, value)
    }
    mentioned.add(name)
  }
  return { metadata, mentioned, problems }
}

type LogEntry = { readonly name: string; readonly value: JsonObject }

/** null for a last line that was cut off, which is told as a warning. */
function parseLine(line: Line, where: string, ctx: Context): LogEntry | Fault | null {
  try {
    const value = parseJson(line.text, where)
    const name = isJsonObject(value) ? value['sessionId'] : undefined
    if (isJsonObject(value) && typeof name === 'string') return { name, value }
    return fault('layout.invalid', { expected: 'an object with a sessionId', found: brief(line.text), where })
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    if (line.ended) return error
    ctx.warn({ code: 'log.torn', message: 'the last line breaks off; the rest of the log was read', where })
    return null
  }
}

function noFolder(name: string, root: string, where: string): Fault {
  return fault('file.missing', {
    expected: `the folder ${root}${name} that the log names`,
    found: 'none',
    fix: 'add the folder, or leave it: without images there is nothing to import',
    where,
  })
}

function lostSession(found: string, where: string): Fault {
  return fault('layout.invalid', {
    expected: 'one line for each session',
    found,
    fix: 'nothing can be mended: the files of one session were replaced by those of the other',
    where,
  })
}
