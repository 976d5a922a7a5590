/** Sessions, edits and bytes for the contract suites of the store. */
import { createHash } from 'node:crypto'
import type { Context } from '#core/context.ts'
import type { Edit } from '#core/edit.ts'
import { canonicalJson, type JsonObject } from '#core/json.ts'
import { seededRng } from '#core/rng.ts'
import type { Blobs, SessionRow } from '#core/store.ts'

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

/** The n-th session id. */
export const idOf = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

export const startMs = Date.UTC(2026, 10, 20)

/** The n-th session, an hour after the one before it; `record` goes into its body. */
export function rowOf(n: number, parts: Partial<SessionRow> = {}, record: JsonObject = {}): SessionRow {
  const id = parts.id ?? idOf(n)
  const body = parts.body ?? canonicalJson({ id, consent: null, ...record })
  return {
    id,
    project: 'p',
    domain: 'gui',
    schemaVersion: 1,
    recordedAtMs: startMs + n * 3_600_000,
    status: 'succeeded',
    contributor: null,
    host: 'test',
    parent: null,
    hash: sha256(body),
    summary: `session ${n}`,
    facets: [],
    searchText: null,
    media: [],
    cover: null,
    ...parts,
    body,
  }
}

export function editOf(n: number, session: string | null, parts: Partial<Edit> = {}): Edit {
  return {
    id: `00000000-0000-7000-9000-${n.toString(16).padStart(12, '0')}`,
    session,
    project: 'p',
    at: new Date(startMs + n * 1000).toISOString(),
    principal: 'owner',
    kind: 'note',
    before: null,
    after: `edit ${n}`,
    reason: null,
    ...parts,
  }
}

export async function* chunksOf(...chunks: readonly (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

export async function putText(blobs: Blobs, text: string): Promise<string> {
  return (await blobs.put(chunksOf(text))).sha256
}

export async function readBytes(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

export function contextOf(parts: Partial<Context> = {}): Context {
  return {
    signal: new AbortController().signal,
    rng: seededRng(1),
    sha256,
    now: () => Date.now(),
    progress: () => undefined,
    warn: () => undefined,
    ...parts,
  }
}
