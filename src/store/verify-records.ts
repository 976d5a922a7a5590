/** The steps of verify that look at rows. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseJson } from '#core/json.ts'
import { chainLink, chainStart } from './commit-consent.ts'
import { archivedMark, damagedMark } from './commit-sessions.ts'
import { shapeProblem } from './catalog-shape.ts'
import { damagedLogName, describeLogDamage } from './damaged-log.ts'
import { sha256Hex, toHex } from './hashing.ts'
import { type Envelope, envelopeColumns, envelopeProblem, type RecordEnvelope } from './verify-envelope.ts'
import type { Database } from './sqlite-driver.ts'
import type { StepContext } from './verify-findings.ts'

const batchRows = 500

export function checkCatalog({ db, paths, find }: StepContext): number {
  for (const note of readdirSync(paths.quarantine)) {
    if (!note.startsWith(damagedLogName) || !note.endsWith('.json')) continue
    const where = join(paths.quarantine, note)
    const fix =
      'send again what was recorded before that time, or restore a backup; then move the note and its log away'
    find('store.corrupt', { expected: 'a log whose commits are whole', found: describeLogDamage(where), fix, where })
  }
  const shape = shapeProblem(db)
  if (shape) find('store.corrupt', { ...shape, where: 'catalog.db' })
  // The full check, which holds each index against its table: half of what a flipped bit can do shows nowhere else.
  const problems = db.prepare('pragma integrity_check(100)').all() as { integrity_check: string }[]
  for (const { integrity_check: found } of problems) {
    if (found !== 'ok') find('store.corrupt', { expected: 'a sound catalog', found, where: 'catalog.db' })
  }
  const broken = db.prepare('pragma foreign_key_check').all() as {
    table: string
    rowid: number | null
    parent: string
  }[]
  for (const { table, rowid, parent } of broken.slice(0, 100)) {
    const expected = `a row in ${parent}`
    find('store.corrupt', { expected, found: 'none', where: `catalog.db, ${table} ${rowid ?? ''}` })
  }
  return problems.length + broken.length
}

interface RecordRow extends Envelope {
  readonly seq: number
  readonly id: string
  readonly hash: Uint8Array
  readonly in_blob: number
  readonly aside: string | null
  readonly bytes: Uint8Array | null
  /** Whether its body is among its media, which it is when it is kept as a blob. */
  readonly named: number
}

/** Records that are kept as blobs are hashed with the blobs. */
export function checkRecords({ db, find, progress }: StepContext): number {
  const query = `select s.seq, s.id, s.hash, s.in_blob, s.aside, cast(r.body as blob) as bytes, ${envelopeColumns},
      exists (select 1 from session_media m where m.seq = s.seq and m.sha = s.hash) as named
    from session s join place p on p.id = s.place left join record r on r.seq = s.seq
    where s.seq > ? order by s.seq limit ${batchRows}`
  return inBatches<RecordRow>(db, query, progress, 'sessions', (row) => {
    if (row.bytes === null && (row.aside === damagedMark || row.aside === archivedMark)) return
    const problem = row.in_blob === 1 ? blobProblem(row) : recordProblem(row)
    if (problem === null) return
    const where = `session ${row.id}`
    find('record.corrupt', { ...problem, where }, [row.id], { type: 'row', what: 'session', seq: row.seq })
  })
}

type Problem = { readonly expected: string; readonly found: string } | null

const blobProblem = ({ hash, named, bytes }: RecordRow): Problem =>
  named === 1 && bytes === null
    ? null
    : { expected: `a record in the blob ${toHex(hash)}`, found: named === 1 ? 'another one beside it' : 'another blob' }

function recordProblem(row: RecordRow): Problem {
  const { id, hash, bytes } = row
  const expected = `sha256 ${toHex(hash)}`
  if (bytes === null) return { expected, found: 'no record' }
  const found = sha256Hex(bytes)
  if (found !== toHex(hash)) return { expected, found }
  try {
    const record = parseJson(Buffer.from(bytes).toString('utf8')) as RecordEnvelope & { readonly id?: unknown }
    if (record.id !== id) return { expected: `a record with the id ${id}`, found: String(record.id) }
    return envelopeProblem(row, record, bytes.byteLength)
  } catch (error) {
    return { expected: 'JSON', found: error instanceof Error ? error.message : String(error) }
  }
}

interface EditRow {
  readonly seq: number
  readonly id: string
  readonly hash: Uint8Array
  readonly owner: string | null
  readonly bytes: Uint8Array
}

export function checkEdits({ db, find, progress }: StepContext): number {
  const query = `select e.seq, e.id, e.hash, s.id as owner, cast(e.body as blob) as bytes
    from edit e left join session s on s.seq = e.session where e.seq > ? order by e.seq limit ${batchRows}`
  return inBatches<EditRow>(db, query, progress, 'edits', ({ seq, id, hash, owner, bytes }) => {
    const found = sha256Hex(bytes)
    const expected = toHex(hash)
    if (found === expected) return
    const detail = { expected: `sha256 ${expected}`, found, where: `edit ${id}` }
    find('record.corrupt', detail, owner === null ? [] : [owner], { type: 'row', what: 'edit', seq })
  })
}

function inBatches<Row extends { readonly seq: number }>(
  db: Database,
  query: string,
  progress: (done: number, unit: string) => void,
  unit: string,
  check: (row: Row) => void,
): number {
  let checked = 0
  for (let after = 0; ; ) {
    const rows = db.prepare(query).all(after) as unknown as Row[]
    for (const row of rows) check(row)
    checked += rows.length
    progress(checked, unit)
    const last = rows.at(-1)
    if (!last) return checked
    after = last.seq
  }
}

/** Whether what sessions are found and counted by agrees with the sessions. */
export function checkDerived({ db, find }: StepContext): number {
  const one = (text: string) => Number(db.prepare(text).get()?.['n'] ?? 0)
  const sessions = one('select count(*) as n from session where aside is null')
  const unfinished = one(`select count(*) as n from setting where key = 'reindex'`)
  if (unfinished > 0) {
    const expected = 'a finished index'
    const fix = 'run "hindsight reindex"'
    find('store.corrupt', { expected, found: 'a reindex that broke off', fix, where: 'catalog.db' }, [], {
      type: 'index',
    })
    return sessions
  }
  const counts = {
    tally: one('select coalesce(sum(sessions), 0) as n from tally'),
    'facts of hosts': one(
      `select count(*) as n from fact cross join facet on facet.fact = fact.id where fact.key = '#host'`,
    ),
    'counts of hosts': one(`select coalesce(sum(sessions), 0) as n from fact where key = '#host'`),
  }
  for (const [name, found] of Object.entries(counts)) {
    if (found === sessions) continue
    const detail = {
      expected: `${sessions} sessions`,
      found: String(found),
      fix: 'run "hindsight reindex"',
      where: `catalog.db, ${name}`,
    }
    find('store.corrupt', detail, [], { type: 'index' })
  }
  return sessions
}

export function checkLedger({ db, find }: StepContext): number {
  let previous = chainStart
  let checked = 0
  const rows = db.prepare('select id, body, chain from consent order by seq').iterate()
  for (const { id, body, chain } of rows as Iterable<{ id: string; body: string; chain: Uint8Array }>) {
    const expected = toHex(chainLink(previous, body))
    if (toHex(chain) !== expected) {
      find('record.corrupt', { expected: `chain ${expected}`, found: toHex(chain), where: `consent line ${id}` })
    }
    previous = chain
    checked++
  }
  return checked
}
