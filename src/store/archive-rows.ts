/** What the store and an archive file say of each other. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { isAbsolute, join, relative } from 'node:path'
import { sha256Bytes } from './hashing.ts'
import type { Database } from './sqlite-driver.ts'

/** What the catalog says of an archive beside its columns. */
export interface ArchiveBody {
  readonly what: string
  readonly sessions: number
  readonly edits: number
  readonly media: number
  readonly versions: readonly string[]
  readonly bytes: number
  /** Media changed after this are left to gc. Unix milliseconds. */
  readonly olderThanMs: number
}

/** A session in the file: what it must still be when it leaves the store. */
export interface WrittenSession {
  readonly seq: number
  /** {@link editsDigest} of what the file has. */
  readonly edits: Uint8Array
  /** The statement in the session, as JSON. */
  readonly consent: string | null
}

/** What the edits of a session are, in a few bytes. */
export function editsDigest(db: Database, seq: number): Uint8Array {
  const rows = db.prepare('select hash from edit where session = ? order by seq').all(seq) as { hash: Uint8Array }[]
  return sha256Bytes(Buffer.concat(rows.map(({ hash }) => hash)))
}

/** Of an archive file: every hash of media that something in it names. */
export const named = 'select sha from media union select sha from frozen_media'

/** Where an archive lies: one in the data directory moves with it. */
export const archivePath = (root: string, path: string): string => (isAbsolute(path) ? path : join(root, path))

/** The same the other way round. */
export function keptPath(root: string, path: string): string {
  const inside = relative(root, path)
  return inside.startsWith('..') ? path : inside
}

/** SHA-256 of a whole file, as hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) hash.update(chunk)
  return hash.digest('hex')
}
