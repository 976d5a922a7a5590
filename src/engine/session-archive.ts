/**
 * Hindsight's own layout for moving sessions between machines, to the letter: `sessions.ndjson` (one canonical session
 * a line), `edits.ndjson`, `documents/` and `media/<sha256>.<extension>`. The sample project is kept in it too.
 */
import { Fault, fault } from '#core/faults.ts'
import { uuidFromHash } from '#core/ids.ts'
import type { Sink, SourceFile } from '#core/io.ts'
import { canonicalJson, isJsonObject, type Json, type JsonObject, parseJson } from '#core/json.ts'
import type { Imported, Layout } from '#core/layout.ts'
import type { Edit } from '#core/edit.ts'
import type { AnySession, MediaRef } from '#core/session.ts'
import { linesOf } from '#core/source-text.ts'
import { sha256 } from './engine.ts'
import { maxSessionBytes } from './prepare.ts'

const sessionsFile = /(^|\/)sessions(-\d+)?\.(ndjson|jsonl)$/
const editsFile = /(^|\/)edits(-\d+)?\.(ndjson|jsonl)$/
const loneLines = /^[^/]+\.(ndjson|jsonl)$/
const mediaFile = /(^|\/)media\/([0-9a-f]{64})(\.\w+)?$/

/** The extension under which a blob is written; its content decides, never its name. */
const extensions: Readonly<Record<string, string>> = {
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/webp': '.webp',
}

export const sessionArchive: Layout = {
  name: 'hindsight',
  domain: null,
  about: 'Sessions, edits and media to the letter, for moving them to another machine',
  options: {},

  async detect(source) {
    const files = await source.files()
    if (files.some((file) => sessionsFile.test(file.name))) return { fits: true, variant: 'folder' }
    const lone = files.length === 1 && files[0] && loneLines.test(files[0].name) ? files[0] : null
    if (lone && (await firstLineIsSession(source.read(lone.name)))) return { fits: true, variant: 'lines' }
    return { fits: false, because: ['no sessions.ndjson', 'not a single file with one session a line'] }
  },

  async *read(source, intake) {
    const files = await source.files()
    const media = new Map<string, string>()
    for (const { name } of files) {
      const hash = mediaFile.exec(name)?.[2]
      if (hash) media.set(hash, name)
    }
    const lone = files.length === 1 ? files[0] : undefined
    const holdSessions = (file: SourceFile) => sessionsFile.test(file.name) || file === lone
    for (const { name } of files.filter(holdSessions)) {
      for await (const record of records(source.read(name), name)) {
        if (record.type === 'problem') yield record
        else yield await readSessionRecord(record.value, record.where, media, intake)
      }
    }
    for (const { name } of files.filter((file) => editsFile.test(file.name))) {
      for await (const record of records(source.read(name), name)) {
        if (record.type === 'problem') yield record
        else yield { type: 'edit', edit: record.value as unknown as Edit, where: record.where }
      }
    }
  },

  async write(items, media, sink, _options, extras, ctx) {
    const written = new Set<string>()
    const sessions = new LineFiles(sink, 'sessions')
    const edits = new LineFiles(sink, 'edits')
    let anonymised = 0
    for await (const { session, edits: sessionEdits } of items) {
      ctx.signal.throwIfAborted()
      const out = extras.mayShare(session) ? session : withoutContributor(session)
      if (out !== session) anonymised++
      for (const ref of out.media) {
        if (written.has(ref.sha256)) continue
        written.add(ref.sha256)
        await sink.write(`media/${ref.sha256}${extensions[ref.mediaType] ?? ''}`, media.open(ref.sha256))
      }
      await sessions.add(canonicalJson(out))
      for (const edit of sessionEdits) await edits.add(canonicalJson({ ...edit, session: out.id }))
      ctx.progress({ done: sessions.lines, total: null, unit: 'sessions', note: null })
    }
    await sessions.end()
    await edits.end()
    for (const [name, text] of Object.entries(extras.documents)) await sink.write(`documents/${name}`, text)
    const why = 'the contributor has not agreed to be recognisable to others'
    const losses = anonymised > 0 ? [{ field: 'contributor', what: 'dropped', count: anonymised, why } as const] : []
    const files = sessions.files + edits.files + written.size + Object.keys(extras.documents).length
    return { files, items: sessions.lines, losses }
  },
}

/** Lines written to `name.ndjson`, `name-2.ndjson` …: a sink takes one file at a time, so each is held until it is full. */
class LineFiles {
  lines = 0
  files = 0
  readonly #sink: Sink
  readonly #name: string
  #held: string[] = []
  #heldChars = 0

  constructor(sink: Sink, name: string) {
    this.#sink = sink
    this.#name = name
  }

  async add(line: string): Promise<void> {
    this.lines++
    this.#held.push(line, '\n')
    this.#heldChars += line.length + 1
    if (this.#heldChars > 8_000_000) await this.#write()
  }

  async end(): Promise<void> {
    if (this.files === 0 || this.#held.length > 0) await this.#write()
  }

  async #write(): Promise<void> {
    this.files++
    const text = this.#held.join('')
    this.#held = []
    this.#heldChars = 0
    await this.#sink.write(this.files === 1 ? `${this.#name}.ndjson` : `${this.#name}-${this.files}.ndjson`, text)
  }
}

async function firstLineIsSession(bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
  try {
    for await (const { text } of linesOf(bytes, { where: 'the file', maxChars: maxSessionBytes, strict: true })) {
      const value = parseJson(text)
      return isJsonObject(value) && 'domain' in value && 'context' in value
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
  }
  return false
}

type Line =
  | { readonly type: 'record'; readonly value: JsonObject; readonly where: string }
  | Extract<Imported, { type: 'problem' }>

async function* records(bytes: AsyncIterable<Uint8Array>, name: string): AsyncIterable<Line> {
  for await (const { number, text } of linesOf(bytes, { where: name, maxChars: maxSessionBytes, strict: true })) {
    const where = `${name}:${number}`
    try {
      const value = parseJson(text, where)
      if (!isJsonObject(value)) throw fault('json.type', { expected: 'a JSON object', found: typeof value, where })
      yield { type: 'record', value, where }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      yield { type: 'problem', fault: error, where }
    }
  }
}

async function readSessionRecord(
  session: JsonObject,
  where: string,
  media: ReadonlyMap<string, string>,
  intake: { media(file: string, role: string): Promise<MediaRef> },
): Promise<Imported> {
  const refs = Array.isArray(session['media']) ? (session['media'] as readonly Json[]) : []
  try {
    for (const ref of refs) {
      const hash = isJsonObject(ref) && typeof ref['sha256'] === 'string' ? ref['sha256'] : null
      const file = hash === null ? undefined : media.get(hash)
      if (hash === null || file === undefined) continue // refused with its reason when the session is checked
      const stored = await intake.media(file, 'media')
      if (stored.sha256 !== hash) throw fault('blob.mismatch', { expected: hash, found: stored.sha256, where: file })
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { type: 'problem', fault: error, where }
  }
  return { type: 'session', session, where }
}

/** Without its contributor a session is another record, so it gets another id: always the same one. */
function withoutContributor(session: AnySession): AnySession {
  if (session.contributor === null) return session
  const anonymousId = (id: string) => uuidFromHash(sha256(`anonymous\n${id}`))
  return {
    ...session,
    id: anonymousId(session.id),
    parent: session.parent === null ? null : anonymousId(session.parent),
    contributor: null,
  }
}
