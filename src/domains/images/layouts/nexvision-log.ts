/**
 * The image app's `training-log.jsonl`: one JSON object per line, either with three keys (timestamp, instruction,
 * sessionId) or the complete metadata. The folders are what counts; the log tells what is missing from them.
 */
import type { Context } from '#core/context.ts'
import { brief, Fault, fault } from '#core/faults.ts'
import type { Source } from '#core/io.ts'
import { isJsonObject, type JsonObject, parseJson } from '#core/json.ts'
import type { Imported } from '#core/layout.ts'
import { type Line, readLines } from '#core/source-text.ts'
import type { Tree } from './nexvision-names.ts'

const maxLineChars = 1_000_000

export type Problem = Imported & { readonly type: 'problem' }

/** What the log knows that the folders do not. */
export interface LogFindings {
  /** Lines of folders that have no metadata file, by session name. */
  readonly metadata: ReadonlyMap<string, JsonObject>
  /** Sessions that the log mentions, by name, with the beginning of the line's hash. */
  readonly mentioned: ReadonlyMap<string, string>
}

/** Reads the log once and yields what is wrong in it; memory follows the number of sessions, a name and a hash each. */
export async function* readLog(source: Source, tree: Tree, ctx: Context): AsyncGenerator<Problem, LogFindings> {
  const metadata = new Map<string, JsonObject>()
  const mentioned = new Map<string, string>()
  if (!tree.log) return { metadata, mentioned }
  const folders = new Map(tree.folders.map((folder) => [`session-${folder.stamp}`, folder]))
  try {
    for await (const line of readLines(source, tree.log.name, maxLineChars)) {
      ctx.signal.throwIfAborted()
      const where = `${tree.log.name}:${line.number}`
      const entry = parseLine(line, where, ctx)
      if (entry instanceof Fault) yield problem(entry, where)
      if (entry === null || entry instanceof Fault) continue
      const { name, value } = entry
      const folder = folders.get(name)
      const hash = ctx.sha256(line.text.trim()).slice(0, 16)
      const before = mentioned.get(name)
      mentioned.set(name, hash)
      if (!folder) {
        yield problem(noFolder(name, tree.root, where), where)
      } else if (before !== undefined && before !== hash) {
        // Two posts in one millisecond had one name, and the later files replaced the earlier ones.
        yield problem(lostSession(`another line for ${name}: ${brief(value['instruction'] ?? null)}`, where), where)
      } else if (!folder.files.has(`metadata-${folder.stamp}.json`)) {
        metadata.set(name, value)
      }
    }
  } catch (error) {
    // A line too long to be one: what comes behind it is not looked at, and the folders still are.
    if (!(error instanceof Fault)) throw error
    yield problem(error, error.where ?? tree.log.name)
  }
  return { metadata, mentioned }
}

const problem = (found: Fault, where: string): Problem => ({ type: 'problem', fault: found, where })

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
    if (line.closed) return error
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
