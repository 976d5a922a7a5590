/** What the tests of this layout stand on: the image app's way of storing, and an import and export kept in memory. */
import { createHash } from 'node:crypto'
import sharp from 'sharp'
import type { Context, Warning } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { MediaReader, Sink, Source } from '#core/io.ts'
import type { JsonObject } from '#core/json.ts'
import type { Imported, Intake, LayoutExtras, SessionWithEdits } from '#core/layout.ts'
import { seededRng } from '#core/rng.ts'
import type { AnySession } from '#core/session.ts'
import { inspectImage } from '#media/still.ts'

export const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

export type Files = Map<string, Uint8Array>

export function memorySource(files: Files): Source {
  return {
    name: 'a folder in memory',
    files: () => {
      const names = [...files.keys()].sort()
      return Promise.resolve(names.map((name) => ({ name, bytes: files.get(name)?.byteLength ?? 0 })))
    },
    async *read(name) {
      const bytes = files.get(name)
      if (!bytes) throw fault('file.missing', { expected: name, found: 'nothing' })
      // Odd pieces, so that characters and lines are cut in the middle.
      for (let at = 0; at < bytes.length; at += 1021) yield bytes.subarray(at, at + 1021)
    },
    close: () => Promise.resolve(),
  }
}

export function memorySink(files: Files): Sink {
  return {
    async write(name, content) {
      if (files.has(name)) throw new Error(`${name} was written twice`)
      files.set(name, await collect(typeof content === 'string' ? Buffer.from(content) : content))
    },
    close: () => Promise.resolve(),
    abort: () => Promise.resolve(files.clear()),
  }
}

async function collect(content: AsyncIterable<Uint8Array> | Uint8Array): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content
  const parts: Uint8Array[] = []
  for await (const part of content) parts.push(part)
  return Buffer.concat(parts)
}

export interface Imports {
  readonly all: readonly Imported[]
  readonly sessions: readonly AnySession[]
  readonly problems: readonly string[]
  readonly warnings: readonly Warning[]
}

/** Something to import into and to export from. */
export function memoryStore() {
  const blobs: Files = new Map()
  const warnings: Warning[] = []
  const ctx: Context = {
    signal: new AbortController().signal,
    rng: seededRng(1),
    sha256,
    now: () => 0,
    progress: () => {},
    warn: (warning) => warnings.push(warning),
  }
  const media: MediaReader = {
    async *open(hash) {
      const bytes = blobs.get(hash)
      if (!bytes) throw fault('blob.unknown', { expected: 'a stored blob', found: hash })
      yield bytes.subarray(0, 100)
      yield bytes.subarray(100)
    },
  }
  const intakeOf = (source: Source): Intake => ({
    project: 'default',
    async media(file, role) {
      const bytes = typeof file === 'string' ? await collect(source.read(file)) : file
      const { mediaType, width, height } = await inspectImage(bytes, typeof file === 'string' ? { where: file } : {})
      const hash = sha256(bytes)
      blobs.set(hash, bytes)
      return { role, sha256: hash, mediaType, bytes: bytes.length, width, height }
    },
    pseudonym: (name) => `p-${sha256(`stored ${name}`).slice(0, 12)}`,
  })
  const extras = (mayShare: boolean): LayoutExtras => ({
    documents: {},
    mayShare: () => mayShare,
    pseudonym: (name) => `q-${sha256(`given out ${name}`).slice(0, 12)}`,
  })
  return { blobs, warnings, ctx, media, intakeOf, extras }
}

export async function* asItems(sessions: readonly AnySession[], edits: SessionWithEdits['edits'] = []) {
  for (const session of sessions) yield { session, edits: edits.filter((edit) => edit.session === session.id) }
}

export interface AppPost {
  readonly stamp: string
  readonly instruction: string
  readonly userEmail: string
  readonly original: Uint8Array
  readonly reimagined: Uint8Array
  /** The app reads the clock twice, so the two times differ. */
  readonly laterMs?: number
  readonly more?: JsonObject
}

/** What the app leaves on disk after these posts: every image called .jpg, a log line each. */
export function appTree(posts: readonly AppPost[], root = 'training-data/'): Files {
  const files: Files = new Map()
  let log = ''
  for (const { stamp, instruction, userEmail, original, reimagined, laterMs = 0, more } of posts) {
    const time = stamp.replace(/T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z$/, 'T$1:$2:$3.$4Z')
    const metadata = {
      timestamp: new Date(Date.parse(time) + laterMs).toISOString(),
      instruction,
      userEmail: userEmail || 'anonymous',
      originalFilename: `original-${stamp}.jpg`,
      reimaginedFilename: `reimagined-${stamp}.jpg`,
      originalSize: original.length,
      reimaginedSize: reimagined.length,
      sessionId: `session-${stamp}`,
      ...more,
    }
    const folder = `${root}session-${stamp}`
    files.set(`${folder}/original-${stamp}.jpg`, original)
    files.set(`${folder}/reimagined-${stamp}.jpg`, reimagined)
    files.set(`${folder}/metadata-${stamp}.json`, Buffer.from(JSON.stringify(metadata, null, 2)))
    log += `${JSON.stringify(metadata)}\n`
  }
  return files.set(`${root}training-log.jsonl`, Buffer.from(log))
}

/** Small real pictures of all accepted types. */
export function somePictures(): Promise<readonly Uint8Array[]> {
  const paint = (background: string, width: number) => sharp({ create: { width, height: 16, channels: 3, background } })
  return Promise.all([
    paint('tomato', 24).jpeg().toBuffer(),
    paint('teal', 24).png().toBuffer(),
    paint('gold', 24).webp().toBuffer(),
    paint('navy', 32).jpeg().toBuffer(),
    paint('plum', 20).png().toBuffer(),
  ])
}
