/** Writes an archive file from the store; nothing leaves the store here. */
import { setImmediate as turn } from 'node:timers/promises'
import type { ArchiveWhat } from '#core/archive-store.ts'
import type { ConsentEntry } from '#core/consent.ts'
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import { addContent, archiveDigest, createArchive, hasContent, writeManifest } from './archive-file.ts'
import { editsDigest, named, type WrittenSession } from './archive-rows.ts'
import { goOn } from './care.ts'
import { lastSeq, readSessionBySeq } from './catalog-read.ts'
import { fromHex, toHex } from './hashing.ts'
import { readFilters } from './query-filters.ts'
import { oldest, walk } from './query-plan.ts'
import type { Database } from './sqlite-driver.ts'
import type { StoreParts } from './store-parts.ts'

export interface Written {
  readonly sessions: readonly WrittenSession[]
  readonly edits: number
  readonly media: number
  readonly versions: readonly string[]
}

interface EditRow {
  readonly id: string
  readonly project: string
  readonly at: number
  readonly kind: string
  readonly import: string | null
  readonly hash: Uint8Array
  readonly body: string
}

/** The sessions that a query finds now, oldest first. */
export async function seqsOf(db: Database, what: ArchiveWhat): Promise<readonly number[]> {
  if (!('query' in what)) return []
  const seqs: number[] = []
  const asked = { db, filters: readFilters(db, what.query), direction: 'oldest first', after: oldest } as const
  for await (const found of walk({ ...asked, maxSeq: lastSeq(db) })) seqs.push(...found.map(({ seq }) => seq))
  return seqs
}

export interface ArchiveHead {
  readonly id: string
  readonly at: string
  /** In words. */
  readonly what: string
}

/**
 * Fills a new file and closes it. It is not synced yet: whoever reads it back does that.
 *
 * @throws dataset.unknown, archive.empty, blob.unknown, record.corrupt
 */
export async function writeArchive(
  parts: StoreParts,
  path: string,
  head: ArchiveHead,
  what: ArchiveWhat,
  ctx: Context,
): Promise<Written> {
  const seqs = await seqsOf(parts.db, what)
  if ('query' in what && seqs.length === 0) throw nothing()
  const file = createArchive(path)
  try {
    writeManifest(file, { id: head.id, at: head.at, what: head.what })
    const sessions: WrittenSession[] = []
    for (const [i, seq] of seqs.entries()) {
      goOn(ctx.signal)
      const written = await writeSession(parts, file, seq)
      if (written) sessions.push(written)
      ctx.progress({ done: i + 1, total: seqs.length, unit: 'sessions', note: 'writing' })
      await turn()
    }
    const versions = 'dataset' in what ? await writeDataset(parts, file, what, ctx) : []
    writeConsent(parts.db, file)
    writeManifest(file, { digest: archiveDigest(file) })
    const count = (table: string) => Number(file.prepare(`select count(*) as n from ${table}`).get()?.['n'])
    const media = Number(file.prepare(`select count(distinct sha) as n from (${named})`).get()?.['n'])
    const edits = count('edit')
    file.exec('commit')
    return { sessions, edits, media, versions }
  } finally {
    file.close()
  }
}

export const nothing = () =>
  fault('archive.empty', { expected: 'a session that can be archived', found: 'none that fits' })

/** null when it was erased meanwhile. */
async function writeSession(parts: StoreParts, file: Database, seq: number): Promise<WrittenSession | null> {
  const { db, blobs } = parts
  const stored = await readSessionBySeq(db, blobs, seq)
  if (!stored) return null
  const row = db
    .prepare(
      `select s.id, p.project, p.domain, s.schema_version, s.at, s.status, s.contributor, s.host, s.parent, s.hash, s.size, s.summary
       from session s join place p on p.id = s.place where s.seq = ? and s.aside is null`,
    )
    .get(seq)
  if (!row) return null
  const consent = (JSON.parse(stored.body) as { readonly consent?: unknown }).consent ?? null
  file
    .prepare(`insert into session values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    .run(...(Object.values(row) as (string | number | null)[]))
  const hash = fromHex(stored.hash)
  if (!hasContent(file, hash)) await addContent(file, hash, oneChunk(stored.body))
  const media = db.prepare('select sha from session_media where seq = ?').all(seq) as { sha: Uint8Array }[]
  for (const { sha } of media) {
    // Its own body is there by now.
    if (!hasContent(file, sha)) await addContent(file, sha, blobs.open(toHex(sha)))
    if (toHex(sha) !== stored.hash) {
      file.prepare('insert into media (session, sha) values (?, ?)').run(stored.id, sha)
    }
  }
  // Edits and their digest belong together: nothing is awaited between them.
  const edits = editsDigest(db, seq)
  writeEdits(db, file, seq, stored.id)
  return { seq, edits, consent: consent === null ? null : JSON.stringify(consent) }
}

function writeEdits(db: Database, file: Database, seq: number, session: string): void {
  const rows = db
    .prepare('select id, project, at, kind, import, hash, body from edit where session = ? order by seq')
    .all(seq) as unknown as EditRow[]
  const insert = file.prepare(
    'insert into edit (id, session, project, at, kind, import, hash, body) values (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  for (const edit of rows) {
    const { id, project, at, kind, hash, body } = edit
    insert.run(id, session, project, at, kind, edit.import, hash, body)
  }
}

/** What the ledger says of these sessions and their contributors, so that the file tells on what basis they were kept. */
function writeConsent(db: Database, file: Database): void {
  const projects = file.prepare('select project from session union select project from dataset').all()
  const insert = file.prepare('insert into consent (session, contributor, body) values (?, ?, ?)')
  const has = file.prepare('select 1 from session where id = ?1 or contributor = ?2 limit 1')
  for (const { project } of projects as { project: string }[]) {
    const lines = db.prepare('select body from consent where project = ? order by seq').all(project)
    for (const { body } of lines as { body: string }[]) {
      const { session, contributor } = JSON.parse(body) as ConsentEntry
      const isForAll = session === null && contributor === null
      if (isForAll || has.get(session, contributor)) insert.run(session, contributor, body)
    }
  }
}

/** @returns "name@version" of each */
async function writeDataset(
  { db, blobs }: StoreParts,
  file: Database,
  { dataset, project }: { readonly dataset: string; readonly project: string },
  ctx: Context,
): Promise<readonly string[]> {
  const row = db.prepare('select project, name, body from dataset where project = ? and name = ?').get(project, dataset)
  if (!row) throw fault('dataset.unknown', { expected: 'a dataset of the project', found: dataset })
  file.prepare('insert into dataset values (?, ?, ?)').run(project, dataset, String(row['body']))
  const versions = db
    .prepare(
      'select id, version, body from version where project = ? and dataset = ? and staged_at is null order by id',
    )
    .all(project, dataset) as { id: number; version: string; body: string }[]
  for (const { id, version, body } of versions) {
    file.prepare('insert into version values (?, ?, ?, ?, ?)').run(id, project, dataset, version, body)
    await writeItems(db, file, id, ctx)
  }
  for (const { sha } of file.prepare('select distinct sha from frozen_media').all() as { sha: Uint8Array }[]) {
    goOn(ctx.signal)
    await addContent(file, sha, blobs.open(toHex(sha)))
  }
  return versions.map(({ version }) => `${dataset}@${version}`)
}

async function writeItems(db: Database, file: Database, version: number, ctx: Context): Promise<void> {
  const items = db
    .prepare(
      `select i.part, i.sample, i.hash, i.grp, i.redacted, f.body from item i left join frozen f on f.hash = i.hash
       where i.version = ? order by i.part, i.sample`,
    )
    .iterate(version) as Iterable<Record<string, string | number | Uint8Array | null>>
  const insert = file.prepare('insert into item (version, part, sample, hash, grp, redacted) values (?, ?, ?, ?, ?, ?)')
  const freeze = file.prepare('insert or ignore into frozen (hash, body) values (?, ?)')
  const behind = db.prepare(
    'select s.id, s.seq from frozen_session f join session s on s.seq = f.seq where f.hash = ? order by s.seq',
  )
  const link = file.prepare('insert or ignore into frozen_session (hash, session) values (?, ?)')
  const needs = file.prepare('insert or ignore into frozen_media (hash, sha) values (?, ?)')
  const media = db.prepare('select sha from session_media where seq = ?')
  let done = 0
  for (const item of items) {
    const { part = 0, sample = '', hash = null, grp = '', redacted = 0, body = null } = item
    insert.run(version, part, sample, hash, grp, redacted)
    if (typeof body !== 'string' || redacted === 1) continue
    if (freeze.run(hash, body).changes === 0) continue
    for (const { id, seq } of behind.all(hash) as { id: string; seq: number }[]) {
      link.run(hash, id)
      for (const { sha } of media.all(seq) as { sha: Uint8Array }[]) if (body.includes(toHex(sha))) needs.run(hash, sha)
    }
    if (++done % 500 === 0) {
      goOn(ctx.signal)
      ctx.progress({ done, total: null, unit: 'samples', note: 'writing' })
    }
  }
}

async function* oneChunk(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text)
}
