/** Reads AutoSolve's records in all their forms. What identifies a record is its content, never its file's name. */
import type { Context } from '#core/context.ts'
import { brief, Fault, fault } from '#core/faults.ts'
import type { Source, SourceFile } from '#core/io.ts'
import { canonicalJson, isJsonObject, type Json } from '#core/json.ts'
import type { Imported, Intake } from '#core/layout.ts'
import { type EndedSessions, endedSessions } from './ended.ts'
import { readBehavior } from './read-behavior.ts'
import type { Reading } from './reading.ts'
import { readSession } from './read-session.ts'
import { type Files, findFiles, limits } from './files.ts'
import { decodeText, parseLoose, readBytes } from './text.ts'

export async function* readAutosolve(source: Source, intake: Intake, ctx: Context): AsyncIterable<Imported> {
  const files = await findFiles(source)
  if ('because' in files) {
    throw fault('layout.unknown', { expected: 'AutoSolve data', found: files.because.join('; '), where: source.name })
  }
  const reading: Reading = { intake, ctx, contributor: await readContributor(source, files) }
  const ended = endedSessions()
  const total = files.sessions.length + files.behaviors.length
  let done = 0
  const advance = () => ctx.progress({ done: ++done, total, unit: 'files', note: 'reading AutoSolve records' })
  for (const file of files.sessions) {
    ctx.signal.throwIfAborted()
    yield* readSessionFile(source, file, files, reading, ended)
    advance()
  }
  for (const file of files.behaviors) {
    ctx.signal.throwIfAborted()
    yield* orProblem(file.name, async () => {
      const { value } = await readJson(source, file, limits.recordBytes, ctx)
      return [readBehavior(value, file.name, reading, ended)]
    })
    advance()
  }
  yield* readDocuments(source, files, ctx)
}

async function* readSessionFile(
  source: Source,
  file: SourceFile,
  files: Files,
  reading: Reading,
  ended: EndedSessions,
): AsyncIterable<Imported> {
  const bundle = files.form === 'format 3'
  let value: Json
  try {
    value = (await readJson(source, file, bundle ? limits.format3Bytes : limits.recordBytes, reading.ctx)).value
  } catch (error) {
    yield problem(file.name, error)
    return
  }
  if (!bundle) {
    yield* orProblem(file.name, () => [takeSession(value, file.name, reading, ended)])
    return
  }
  const { sessions, ...model } = isJsonObject(value) ? value : {}
  for (const [i, session] of (Array.isArray(sessions) ? (sessions as readonly Json[]) : []).entries()) {
    const where = `${file.name}, sessions[${i}]`
    yield* orProblem(where, () => [takeSession(session, where, reading, ended)])
  }
  if ('footage_classes' in model) {
    yield { type: 'document', name: 'autosolve/model.json', text: canonicalJson(model), where: file.name }
  }
}

function takeSession(value: Json, where: string, reading: Reading, ended: EndedSessions): Imported {
  const { session, end } = readSession(value, where, reading)
  ended.add(end)
  return { type: 'session', session, where }
}

async function* readDocuments(source: Source, files: Files, ctx: Context): AsyncIterable<Imported> {
  for (const { file, name } of files.documents) {
    // The manifest says nothing that the files do not say themselves.
    if (name === 'autosolve/manifest.json') continue
    yield* orProblem(file.name, async () => {
      const { value, text } = await readJson(source, file, limits.recordBytes, ctx)
      if (!isJsonObject(value)) {
        throw fault('layout.invalid', { expected: 'a JSON object', found: brief(value), where: file.name })
      }
      return [{ type: 'document' as const, name, text, where: file.name }]
    })
  }
}

async function readContributor(source: Source, files: Files): Promise<string | null> {
  if (!files.contributor) return null
  const bytes = await readBytes(source, files.contributor.name, 10_000)
  const text = decodeText(bytes, files.contributor.name, { warn: () => undefined })
    .replace('\uFEFF', '')
    .trim()
  return text === '' ? null : text.slice(0, 200)
}

async function readJson(source: Source, file: SourceFile, most: number, ctx: Context) {
  const text = decodeText(await readBytes(source, file.name, most), file.name, ctx)
  return { text, value: parseLoose(text, file.name, ctx) }
}

/** A record that cannot be read is named, and the rest goes on. */
async function* orProblem(
  where: string,
  read: () => Promise<readonly Imported[]> | readonly Imported[],
): AsyncIterable<Imported> {
  try {
    yield* await read()
  } catch (error) {
    yield problem(where, error)
  }
}

function problem(where: string, error: unknown): Imported {
  if (!(error instanceof Fault)) throw error
  return { type: 'problem', fault: error, where: error.where ?? where }
}
