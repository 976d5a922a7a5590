/**
 * An archive: one SQLite file that stands by itself. Records and media are content, cut into parts and packed; the digest in
 * its manifest covers every row, so that a file from anywhere can be checked by itself (docs/spec.md, section 13).
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { fault } from '#core/faults.ts'
import { sha256Hex, toHex } from './hashing.ts'
import { Database } from './sqlite-driver.ts'

export const archiveVersion = 1
/** "HSAR", by which `file` and others can tell. */
const applicationId = 0x48534152
const partBytes = 1024 * 1024

const shape = `
create table manifest (key text primary key, value text not null) strict, without rowid;
create table session (
  id text primary key, project text not null, domain text not null, schema_version integer not null, at integer not null,
  status text, contributor text, host text not null, parent text, hash blob not null, size integer not null, summary text not null
) strict;
create table media (session text not null references session (id), sha blob not null, primary key (session, sha)) strict, without rowid;
create table edit (
  number integer primary key, id text not null unique, session text not null references session (id), project text not null,
  at integer not null, kind text not null, import text, hash blob not null, body text not null
) strict;
create index edit_session on edit (session);
create table consent (number integer primary key, session text, contributor text, body text not null) strict;
create table dataset (project text not null, name text not null, body text not null, primary key (project, name)) strict, without rowid;
create table version (number integer primary key, project text not null, dataset text not null, version text not null, body text not null) strict;
create table item (
  version integer not null references version (number), part integer not null, sample text not null, hash blob not null,
  grp text not null, redacted integer not null, primary key (version, part, sample)
) strict, without rowid;
create index item_hash on item (hash);
create table frozen (hash blob primary key, body text not null) strict;
create table frozen_session (hash blob not null references frozen (hash), session text not null, primary key (hash, session)) strict, without rowid;
create table frozen_media (hash blob not null references frozen (hash), sha blob not null, primary key (hash, sha)) strict, without rowid;
create table content (sha blob not null, part integer not null, packing text not null, bytes blob not null) strict;
create unique index content_part on content (sha, part);
`

/** Each table but the content, whose hashes stand in the others, and the manifest, which holds the digest. */
const digested: readonly string[] = [
  'select * from session order by id',
  'select * from media order by session, sha',
  'select * from edit order by number',
  'select * from consent order by number',
  'select * from dataset order by project, name',
  'select * from version order by number',
  'select * from item order by version, part, sample',
  'select * from frozen order by hash',
  'select * from frozen_session order by hash, session',
  'select * from frozen_media order by hash, sha',
  'select distinct sha from content order by sha',
]

/** Makes a new file for writing: without a journal, since a file that broke off is thrown away. */
export function createArchive(path: string): Database {
  const db = new Database(path)
  db.exec(`pragma journal_mode = off; pragma synchronous = off; pragma locking_mode = exclusive;
    pragma application_id = ${applicationId}; pragma user_version = ${archiveVersion}; pragma foreign_keys = on; begin; ${shape}`)
  return db
}

/** @throws archive.gone, archive.invalid */
export function openArchive(path: string, options: { readonly change?: boolean } = {}): Database {
  // SQLite would make an empty one of a path where there is none.
  if (!existsSync(path)) {
    throw fault('archive.gone', { expected: 'an archive file', found: 'none', where: path })
  }
  let db: Database | null = null
  try {
    db = new Database(path, { readOnly: options.change !== true })
    const id = Number(db.prepare('pragma application_id').get()?.['application_id'])
    const version = Number(db.prepare('pragma user_version').get()?.['user_version'])
    if (id !== applicationId || version !== archiveVersion) {
      throw invalid(
        path,
        `an archive of version ${archiveVersion}`,
        id === applicationId ? `version ${version}` : 'none',
      )
    }
    if (options.change) db.exec('pragma secure_delete = on; pragma synchronous = extra; pragma foreign_keys = on')
    return db
  } catch (error) {
    db?.close()
    throw notAnArchive(error, path)
  }
}

/** What SQLite says of a damaged or foreign file is a fault of the file, not of the catalog. */
export function notAnArchive(error: unknown, path: string): unknown {
  const { code, message } = error as { readonly code?: unknown; readonly message?: string }
  if (code !== 'store.corrupt' && code !== 'ERR_SQLITE_ERROR') return error
  return invalid(path, 'an archive as Hindsight wrote it', message ?? String(error))
}

export const invalid = (where: string, expected: string, found: string) =>
  fault('archive.invalid', { expected, found, where })

export function readManifest(db: Database, key: string): string {
  return String(db.prepare('select value from manifest where key = ?').get(key)?.['value'] ?? '')
}

export function writeManifest(db: Database, values: Readonly<Record<string, string>>): void {
  const put = db.prepare('insert or replace into manifest (key, value) values (?, ?)')
  for (const [key, value] of Object.entries(values)) put.run(key, value)
}

/** SHA-256 over every row, as hex: what the manifest's `digest` must be. */
export function archiveDigest(db: Database): string {
  const hash = createHash('sha256')
  for (const key of ['id', 'at', 'what']) hash.update(`${key} ${JSON.stringify(readManifest(db, key))}\n`)
  for (const query of digested) {
    hash.update(`${query}\n`)
    for (const row of db.prepare(query).iterate() as Iterable<Record<string, unknown>>) {
      const values = Object.values(row).map((value) => (value instanceof Uint8Array ? toHex(value) : value))
      hash.update(`${JSON.stringify(values)}\n`)
    }
  }
  return hash.digest('hex')
}

export const hasContent = (db: Database, sha: Uint8Array): boolean =>
  db.prepare('select 1 from content where sha = ? and part = 0').get(sha) !== undefined

/** Adds bytes under their hash, packed where that makes them smaller. @returns how many bytes were given */
export async function addContent(db: Database, sha: Uint8Array, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  const insert = db.prepare('insert into content (sha, part, packing, bytes) values (?, ?, ?, ?)')
  let part = 0
  let held: Uint8Array[] = []
  let heldBytes = 0
  let total = 0
  const flush = () => {
    const whole = Buffer.concat(held)
    const packed = zstdCompressSync(whole)
    const smaller = packed.byteLength < whole.byteLength * 0.95
    insert.run(sha, part++, smaller ? 'zstd' : 'raw', smaller ? packed : whole)
    held = []
    heldBytes = 0
  }
  for await (const chunk of bytes) {
    total += chunk.byteLength
    // Cut where the part is full, whatever size the chunks come in.
    for (let rest = chunk; rest.byteLength > 0; ) {
      const piece = rest.subarray(0, partBytes - heldBytes)
      held.push(piece)
      heldBytes += piece.byteLength
      rest = rest.subarray(piece.byteLength)
      if (heldBytes === partBytes) flush()
    }
  }
  if (heldBytes > 0 || part === 0) flush()
  return total
}

/** The bytes of a content, unpacked part by part; their hash is not checked here. @throws archive.invalid */
export function* readContent(db: Database, sha: Uint8Array, path: string): Iterable<Uint8Array> {
  const read = db.prepare('select packing, bytes from content where sha = ? and part = ?')
  for (let part = 0; ; part++) {
    const row = read.get(sha, part) as { packing: string; bytes: Uint8Array } | undefined
    if (!row) return
    yield row.packing === 'zstd' ? unpack(row.bytes, path) : row.bytes
  }
}

function unpack(bytes: Uint8Array, path: string): Uint8Array {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: partBytes })
  } catch (error) {
    throw invalid(path, 'packed bytes', error instanceof Error ? error.message : String(error))
  }
}

/** @throws archive.invalid */
export function readRecord(db: Database, sha: Uint8Array, path: string): string {
  const whole = Buffer.concat([...readContent(db, sha, path)])
  const found = sha256Hex(whole)
  if (found !== toHex(sha)) throw invalid(path, `a record with sha256 ${toHex(sha)}`, found)
  return whole.toString('utf8')
}

/** SHA-256 of the bytes of a content, as hex. @throws archive.invalid */
export function hashContent(db: Database, sha: Uint8Array, path: string): string {
  const hash = createHash('sha256')
  for (const bytes of readContent(db, sha, path)) hash.update(bytes)
  return hash.digest('hex')
}
