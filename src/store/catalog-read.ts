/** Reading single records and summaries. */
import type { ConsentStatement, ConsentSubject } from '#core/consent.ts'
import type { Edit } from '#core/edit.ts'
import { basename } from 'node:path'
import { type Fault, fault } from '#core/faults.ts'
import { parseJson } from '#core/json.ts'
import type { DomainName, RunStatus } from '#core/session.ts'
import type { Blobs, SessionSummary, StoredSession } from '#core/store.ts'
import { archivedMark } from './commit-sessions.ts'
import { sha256Hex, toHex } from './hashing.ts'
import { type Database, sql } from './sqlite-driver.ts'

interface RecordRow {
  readonly seq: number
  readonly id: string
  readonly hash: Uint8Array
  readonly in_blob: number
  readonly aside: string | null
  readonly body: string | null
}

const selectRecord = `select s.seq, s.id, s.hash, s.in_blob, s.aside, r.body
  from session s left join record r on r.seq = s.seq`

export function readSession(db: Database, blobs: Blobs, id: string): Promise<StoredSession | null> {
  const row = db.prepare(`${selectRecord} where s.id = ?`).get(id) as RecordRow | undefined
  if (row?.aside === archivedMark) return Promise.reject(archived(db, row))
  return row ? checkRecord(blobs, row) : Promise.resolve(null)
}

function archived(db: Database, { seq, id }: RecordRow): Fault {
  const row = db
    .prepare(
      'select a.id, a.path from archive_session x join archive a on a.id = x.archive where x.seq = ? order by a.at desc',
    )
    .get(seq)
  const file = String(row?.['path'])
  return fault('session.archived', {
    expected: 'a session that is in the store',
    found: `session ${id} in archive ${String(row?.['id'])}, ${basename(file)}`,
    fix: `bring it back with "hindsight archive restore ${basename(file)} --id ${id}"`,
  })
}

/** null when it was erased or archived meanwhile. */
export function readSessionBySeq(db: Database, blobs: Blobs, seq: number): Promise<StoredSession | null> {
  const row = db.prepare(`${selectRecord} where s.seq = ?`).get(seq) as RecordRow | undefined
  return row && row.aside !== archivedMark ? checkRecord(blobs, row) : Promise.resolve(null)
}

/** @throws record.corrupt */
async function checkRecord(blobs: Blobs, row: RecordRow): Promise<StoredSession> {
  const hash = toHex(row.hash)
  if (row.in_blob === 1) return { id: row.id, hash, body: await readText(blobs, hash) }
  const found = row.body === null ? 'no record' : sha256Hex(row.body)
  if (row.body === null || found !== hash) {
    throw fault('record.corrupt', { expected: `sha256 ${hash}`, found, where: `session ${row.id}` })
  }
  return { id: row.id, hash, body: row.body }
}

async function readText(blobs: Blobs, sha256: string): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of blobs.open(sha256)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

const summaryQuery = `select s.seq, s.id, p.project, p.domain, s.at, s.status, s.contributor, s.host, s.parent, s.hash, s.size,
  s.summary, s.cover, (select count(*) from edit e where e.session = s.seq) as edits
  from session s join place p on p.id = s.place`

interface SummaryRow {
  readonly id: string
  readonly project: string
  readonly domain: DomainName
  readonly at: number
  readonly status: RunStatus | null
  readonly contributor: string | null
  readonly host: string
  readonly parent: string | null
  readonly hash: Uint8Array
  readonly size: number
  readonly summary: string
  readonly cover: Uint8Array | null
  readonly edits: number
}

export function readSummary(
  db: Database,
  key: { readonly id: string } | { readonly seq: number },
): SessionSummary | null {
  const row =
    'id' in key
      ? db.prepare(`${summaryQuery} where s.id = ?`).get(key.id)
      : db.prepare(`${summaryQuery} where s.seq = ?`).get(key.seq)
  return row ? toSummary(row as unknown as SummaryRow) : null
}

export function readChildren(db: Database, id: string): readonly SessionSummary[] {
  const rows = db.prepare(`${summaryQuery} where s.parent = ? and s.aside is null order by s.at, s.seq`).all(id)
  return (rows as unknown as SummaryRow[]).map(toSummary)
}

function toSummary(row: SummaryRow): SessionSummary {
  return {
    id: row.id,
    project: row.project,
    domain: row.domain,
    recordedAt: new Date(row.at).toISOString(),
    status: row.status,
    contributor: row.contributor,
    host: row.host,
    parent: row.parent,
    hash: toHex(row.hash),
    sizeBytes: row.size,
    summary: row.summary,
    cover: row.cover && toHex(row.cover),
    edits: row.edits,
  }
}

export function readEdits(db: Database, session: string): readonly Edit[] {
  const rows = db.all(
    sql
      .selectFrom('edit')
      .innerJoin('session', 'session.seq', 'edit.session')
      .select(['edit.id', 'edit.hash', 'edit.body'])
      .where('session.id', '=', session)
      .orderBy('edit.at')
      .orderBy('edit.seq'),
  )
  return rows.map(checkEdit)
}

/** @throws record.corrupt */
export function checkEdit(row: { readonly id: string; readonly hash: Uint8Array; readonly body: string }): Edit {
  const found = sha256Hex(row.body)
  const expected = toHex(row.hash)
  if (found !== expected)
    throw fault('record.corrupt', { expected: `sha256 ${expected}`, found, where: `edit ${row.id}` })
  return parseJson(row.body, `edit ${row.id}`) as unknown as Edit
}

interface SubjectRow {
  readonly contributor: string | null
  readonly in_blob: number
  readonly aside: string | null
  readonly consent: string | null
  /** What the archive's file says, for one that is in an archive. */
  readonly archived: string | null
}

export async function readSubjects(
  db: Database,
  blobs: Blobs,
  ids: readonly string[],
): Promise<readonly ConsentSubject[]> {
  const find = db.prepare(
    `select s.contributor, s.in_blob, s.aside, json_extract(r.body, '$.consent') as consent,
       (select x.consent from archive_session x where x.seq = s.seq and s.aside = '${archivedMark}' order by x.consent is null limit 1) as archived
     from session s left join record r on r.seq = s.seq where s.id = ?`,
  )
  const subjects: ConsentSubject[] = []
  for (const id of ids) {
    const row = find.get(id) as SubjectRow | undefined
    if (!row) continue
    if (row.aside === archivedMark) {
      subjects.push({ id, contributor: row.contributor, consent: parseOrNull(row.archived) })
      continue
    }
    const consent = row.in_blob === 1 ? await consentOfBlob(db, blobs, id) : parseOrNull(row.consent)
    subjects.push({ id, contributor: row.contributor, consent })
  }
  return subjects
}

async function consentOfBlob(db: Database, blobs: Blobs, id: string): Promise<ConsentStatement | null> {
  const stored = await readSession(db, blobs, id)
  return stored && ((JSON.parse(stored.body) as { consent?: ConsentStatement | null }).consent ?? null)
}

const parseOrNull = (text: string | null): ConsentStatement | null =>
  text === null ? null : (JSON.parse(text) as ConsentStatement)

/** The latest session there is; those that come later have higher numbers. */
export function lastSeq(db: Database): number {
  return Number(db.prepare('select max(seq) as seq from session').get()?.['seq'] ?? 0)
}
